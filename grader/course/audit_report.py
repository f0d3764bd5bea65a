"""Renders an audit as JSON or Markdown, and says in words what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from grader.course.audit import Audit, Audited
from grader.report.wording import count

SCHEMA_VERSION = 1


def to_json(audits: Sequence[Audit]) -> str:
    """Return everything that was found, with a ``schema_version``."""
    found = {"schema_version": SCHEMA_VERSION, "audits": [_describe(audit) for audit in audits]}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _describe(audit: Audit) -> dict[str, Any]:
    return {
        "name": audit.name,
        "title": audit.title,
        "held_against": list(audit.held_against),
        "mistakes": len(audit.rows),
        "missed_by_cells": audit.missed,
        "surviving": audit.surviving,
        "rows": [
            {
                "target": row.target,
                "mistake": row.name,
                "title": row.title,
                "cells": None if row.cells is None else list(row.cells),
                "declared": None if row.declared is None else list(row.declared),
            }
            for row in audit.rows
        ],
    }


def to_markdown(audit: Audit, *, everything: bool = False) -> str:
    """Return a table for each function.

    Parameters
    ----------
    audit : Audit
        What was found.
    everything : bool
        Whether mistakes that the cells find are listed, too.
    """
    lines = [f"# {_escape(audit.title)}: known mistakes", "", *summarise(audit)]
    for target, rows in group(audit, everything=everything):
        lines += ["", f"## {target.partition(':')[2]}", ""]
        lines += ["| mistake | the notebook's cells | declared checks |", "|---|---|---|"]
        lines += [
            f"| {_escape(row.title)} | {say_cells(row)} | {say_declared(row)} |" for row in rows
        ]
    return "\n".join(lines) + "\n"


def summarise(audit: Audit) -> Iterator[str]:
    """Yield sentences that say how many mistakes there are and how many are found."""
    targets = dict.fromkeys(row.target for row in audit.rows)
    tried = f"{count(len(audit.rows), 'known mistake')} of {count(len(targets), 'function')}"
    yield f"{tried}: the notebook's cells let {audit.missed} pass."
    if audit.missed:
        against = ", ".join(audit.held_against)
        checks = f"Declared checks of {against}" if against else "Declared checks"
        yield f"{checks} find {_say_all_but(audit.surviving, audit.missed)} of these."


def _say_all_but(left: int, total: int) -> str:
    if left == total:
        return "none"
    return f"all but {left}" if left else "all"


def group(audit: Audit, *, everything: bool) -> Iterator[tuple[str, list[Audited]]]:
    """Yield each function with its mistakes: those that the cells let pass, or all."""
    for target in dict.fromkeys(row.target for row in audit.rows):
        rows = [row for row in audit.rows if row.target == target]
        wanted = [row for row in rows if everything or row.is_missed]
        if wanted:
            yield target, wanted


def say_cells(row: Audited) -> str:
    """Return what a notebook's cells make of a mistake."""
    return "no cell asks" if row.cells is None else _say(row.cells, row.target)


def say_declared(row: Audited) -> str:
    """Return what declared checks make of a mistake."""
    return "no check asks" if row.declared is None else _say(row.declared, row.target)


def _say(rows: tuple[str, ...], target: str) -> str:
    """Return the first row, without the function's name that stands above it, and how many more."""
    if not rows:
        return "let it pass"
    first = rows[0].removeprefix(f"{target.partition(':')[2]}.")
    return f"{first} and {len(rows) - 1} more" if len(rows) > 1 else first


def _escape(text: str) -> str:
    return text.replace("|", "\\|")
