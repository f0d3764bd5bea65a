"""Grades attacks one after the other at one level, as the user that runs it.

A program: ``python bench.py LEVEL`` reads names of attacks, one a line, and answers each with a
line of JSON: what came of it that should not have, and what got through if anything did.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT)]

import numpy as np
from attack import WRONG, Attack, write_honest, write_hostile
from attacks import ATTACKS
from surroundings import Surroundings

from grader.checks.value import ValueCheck
from grader.course.assignment import Assignment
from grader.course.catalogue import load_assignment
from grader.course.expected import regenerate
from grader.errors import SubmissionError
from grader.model import CheckResult, Report, Status
from grader.pipeline import Grader
from grader.report.json_report import render as render_json
from grader.report.terminal import render as render_terminal
from grader.report.visibility import shown
from grader.settings import Limits, Visibility

LIMITS = Limits(cpu_seconds=0.5, wall_factor=2.0, memory_bytes=1 << 30)
THROUGH = "got through: "
NOT_TOLD = (str(ROOT), "site-packages", "/lib/python")
"""Of the machine that grades: nothing of it belongs into a report."""
USERS = {name: frozenset({name, "affine_relu"}) for name in WRONG}
USERS["affine_forward"] |= {"affine_backward"}
USERS["relu_forward"] |= {"relu_backward"}
"""Functions whose rows may fail with another one, by its name."""


class Bench:
    """A warm grader, secrets beside it, and what honest submissions score."""

    def __init__(self, level: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="grade-attacks-"))
        self._folder.chmod(0o755)
        secrets = self._folder / "secrets"
        secrets.mkdir()
        self._surroundings = Surroundings(secrets)
        assignment = shutil.copytree(HERE / "assignment", self._folder / "assignment")
        try:
            loaded = load_assignment(assignment)
            regenerate(loaded)
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        self._grader = Grader([assignment], isolation=level, limits=LIMITS)
        self._facts = self._surroundings.facts() | {
            "assignment": str(assignment),
            "repository": str(ROOT),
            "hidden": draw_hidden(loaded.assignment),
            "zygote": self._grader._starter._process.pid,
        }
        self._honest: dict[str, Report] = {}
        self._next = write_honest(self._folder / "next", "")
        self._honest_report("")
        self._surroundings.settle()

    def judge(self, attack: Attack) -> dict[str, list[str]]:
        """Grade an attack, and say what is wrong with the outcome and what got through."""
        honest = self._honest_report(attack.broken)
        folder = self._folder / "hostile"
        write_hostile(attack, folder, self._facts)
        try:
            problems = list(self._grade(attack, folder, honest))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(self._folder / "packed", ignore_errors=True)
        problems += self._surroundings.find_traces(self._facts["zygote"])
        after = self._grader.grade(self._next)
        if after.percent < 100:
            problems.append(f"the next submission earns {after.percent:g} %")
        return {
            "problems": problems,
            "through": [text for text in problems if THROUGH in text or "changed from" in text],
        }

    def close(self) -> None:
        """End the grader and remove what was made."""
        self._grader.close()
        self._surroundings.close()
        shutil.rmtree(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _grade(self, attack: Attack, folder: Path, honest: Report) -> Iterator[str]:
        upload = folder
        if attack.pack is not None:
            (self._folder / "packed").mkdir()
            upload = attack.pack(folder, self._folder / "packed", self._facts)
        try:
            report = self._grader.grade(upload)
        except SubmissionError as error:
            if not attack.refused or attack.refused not in str(error):
                yield f"the submission is refused: {error}"
            yield from self._find_secrets(str(error))
            return
        except Exception as error:  # noqa: BLE001 - that nothing makes the grader raise is tested
            yield f"the grader raises {type(error).__name__}: {str(error)[:200]}"
            return
        if attack.refused:
            yield f"it is graded instead of refused: {report.percent:g} %"
        yield from compare_points(report, honest)
        yield from compare_rows(attack, report, honest)
        for text in (render_json(shown(report)), render_terminal(report), repr(report)):
            yield from self._find_secrets(text)
            if THROUGH in text:
                yield THROUGH + text.partition(THROUGH)[2][:200]
        if not all(c.isprintable() or c == "\n" for c in render_terminal(report)):
            yield "control codes in the report"

    def _find_secrets(self, text: str) -> Iterator[str]:
        if self._surroundings.canary in text:
            yield "a secret is in the report"
        for place in NOT_TOLD:
            if place in text:
                yield f"the report tells {place}"

    def _honest_report(self, broken: str) -> Report:
        if broken not in self._honest:
            folder = write_honest(self._folder / f"honest_{broken}", broken)
            report = self._grader.grade(folder)
            own = rows_of(report, broken) if broken else ()
            if any(row.outcome.status is Status.PASSED for row in own if "hidden" in row.id):
                raise ValueError(f"the wrong {broken} is not wrong")
            if not broken and report.percent < 100:
                raise ValueError(f"the correct submission earns {report.percent:g} %")
            self._honest[broken] = report
        return self._honest[broken]


def draw_hidden(assignment: Assignment) -> list[float]:
    """Return the first number of each array that a hidden check sends."""
    seed = assignment.default_seed
    found: list[float] = []
    for check in assignment.checks:
        if check.visibility is not Visibility.PUBLIC:
            values = check._fresh(seed) if isinstance(check, ValueCheck) else check._inputs(seed)  # type: ignore[attr-defined]
            found += [float(np.ravel(value)[0]) for value in values.values()]
    return found


def rows_of(report: Report, function: str) -> tuple[CheckResult, ...]:
    """Return the rows that judge a function."""
    return tuple(row for row in report.checks if row.id.partition(".")[0] == function)


def compare_points(report: Report, honest: Report) -> Iterator[str]:
    """Say where an attack earns more than the same submission does without it."""
    before = {row.id: row.score for row in honest.checks}
    if report.score > honest.score:
        yield f"it earns {report.score:g} points instead of {honest.score:g}"
    for row in report.checks:
        if row.score > before[row.id]:
            yield f"{row.id} earns {row.score:g} points instead of {before[row.id]:g}"
    if report.needs_regrade:
        yield "the grader itself failed"


def compare_rows(attack: Attack, report: Report, honest: Report) -> Iterator[str]:
    """Say which rows have another outcome than an attack may have."""
    before = {row.id: row.outcome.status for row in honest.checks}
    own = {row.outcome.status.value for row in rows_of(report, attack.function)}
    if attack.function and attack.certain and attack.statuses[0] not in own:
        yield f"no row of {attack.function} is {attack.statuses[0]}"
    for row in report.checks:
        status, owner = row.outcome.status, row.id.partition(".")[0]
        if owner == attack.function:
            if status.value not in attack.statuses:
                yield f"{row.id} is {status}: {row.outcome.message}"
        elif owner in USERS.get(attack.function, ()) or not attack.others:
            pass
        elif status is not before[row.id]:
            yield f"{row.id} is {status} instead of {before[row.id]}: {row.outcome.message}"
        if status not in (Status.PASSED, Status.FAILED) and not row.outcome.message:
            yield f"{row.id} is {status} and says nothing"


def main() -> None:
    """Judge the attacks that are asked for."""
    with Bench(sys.argv[1]) as bench:
        print(json.dumps({"ready": os.geteuid()}), flush=True)
        for line in sys.stdin:
            print(json.dumps(bench.judge(ATTACKS[line.strip()])), flush=True)


if __name__ == "__main__":
    main()
