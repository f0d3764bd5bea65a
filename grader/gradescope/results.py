"""Writes what Gradescope shows of a submission: a graded report, or why there is none."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from grader.gradescope.metadata import Metadata, tell
from grader.model import Report
from grader.report.registry import renderer
from grader.report.untrusted import json_text, printable
from grader.report.visibility import disclosure_of

FILE = "results.json"
NOT_GRADED = "not_graded.json"
"""Packaged with this module: what is shown where the grader broke."""
NOT_FINISHED = "not_finished.json"
"""The same where it was stopped."""


def tell_report(report: Report, metadata: Metadata | None) -> str:
    """Return Gradescope's results for a graded submission.

    What students learn once the assignment is due goes by Gradescope's dates, not by those of the
    assignment's own declaration. Where no date can be known, it is not due.
    """
    due = None if metadata is None else metadata.closes
    if metadata is None or due is not None:
        report = _with_due(report, due)
    metadata = metadata or Metadata()
    document = json.loads(renderer("gradescope")(report))
    told = tell(metadata)
    if told:
        document["output"] = f"{told}\n\n{document['output']}"
    document["extra_data"] |= _tell_handing_in(metadata)
    return _write(document)


def tell_unreadable(reason: str, metadata: Metadata) -> str:
    """Return the results of what cannot be graded because of what was handed in."""
    lines = ("Nothing was graded, and this earns no points: what was handed in cannot be read.", "")
    advice = "Mend it and submit again."
    document = _bare("\n".join((*lines, printable(reason), "", advice)), metadata)
    return _write({**document, "extra_data": {**document["extra_data"], "graded": False}})


def tell_score(report: Report, metadata: Metadata) -> str:
    """Return the plain results of a report that could not be written out."""
    output = "Your score is right, but the report on it could not be written. Ask course staff."
    return _write({**_bare(output, metadata), "score": float(report.score)})


def read_not_graded(name: str = NOT_GRADED) -> str:
    """Return the results that say that the grader broke, or was stopped."""
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


def save(file: Path, text: str) -> None:
    """Write results whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.urandom(4).hex()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _with_due(report: Report, due: datetime | None) -> Report:
    moment = "" if due is None else due.isoformat()
    checks = (
        replace(check, disclosure=replace(disclosure_of(check), due=moment))
        for check in report.checks
    )
    return replace(report, checks=tuple(checks))


def _bare(output: str, metadata: Metadata) -> dict[str, Any]:
    return {
        "score": 0,
        "output": output,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": _tell_handing_in(metadata),
        "tests": [],
    }


def _tell_handing_in(metadata: Metadata) -> dict[str, Any]:
    return {
        "attempt": metadata.attempt,
        "people": metadata.people,
        "late_seconds": round(metadata.late.total_seconds()),
        "due": metadata.due.isoformat() if metadata.due else None,
    }


def _write(document: dict[str, Any]) -> str:
    return json_text(json.dumps(document, indent=2, allow_nan=False)) + "\n"
