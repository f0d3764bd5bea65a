"""Grades wrong versions that no check and no catalogue was written for, and tells what was said.

Usage: python benchmarks/unseen_mistakes.py [PART ...]

Each file of ``tests/unseen_mistakes`` holds one function as a student would get it wrong, with one
sentence on what is wrong. It is put into a correct submission of ``tests/cases`` and graded. What
the report says first about that function is printed beside the sentence; a person's verdict on it,
``explained``, is kept in the file with a copy of what was said, and is added up here.
"""

import argparse
import ast
import shutil
import sys
import tempfile
import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from grader.model import CheckResult, Report, Status
from grader.pipeline import Grader

TESTS = Path(__file__).resolve().parent.parent / "tests"
_FINE = (Status.PASSED, Status.NEEDS_REVIEW)


@dataclass(frozen=True, slots=True)
class Wrong:
    """One wrong version of one function, as its file tells it."""

    name: str
    assignment: str
    case: str
    """Folder of ``tests/cases/<assignment>`` whose submission it is put into."""
    file: str
    function: str
    """Name of the function or class, or ``Class.method``."""
    wrong: str
    """What is really wrong, in one sentence."""
    code: str
    """The whole definition, indented as at the top of a module."""
    explained: str = ""
    """Verdict of who read what was said: ``yes``, ``partly`` or ``no``; empty before that."""
    said: str = ""
    """What was said when the verdict was given."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a report shows of it."""

    lost: float
    """Points lost in the function's own questions."""
    points: float
    """Points of these questions."""
    elsewhere: float
    """Points lost in the other questions."""
    row: CheckResult | None
    """The failing row of the function that tells most; None if nothing of it fails."""

    @property
    def said(self) -> str:
        """The explanation; empty where the report gives none."""
        return "" if self.row is None else self.row.outcome.evidence.explanation

    @property
    def label(self) -> str:
        """The diagnosis with its certainty."""
        if self.row is None or not self.row.outcome.diagnosis:
            return "no diagnosis"
        return f"{self.row.outcome.diagnosis}, {self.row.outcome.evidence.certainty}"


def read_all(parts: Sequence[str]) -> list[Wrong]:
    """Return the wrong versions whose names contain one of some texts, all if there are none."""
    return [
        Wrong(path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted((TESTS / "unseen_mistakes").glob("*.toml"))
        if not parts or any(part in path.stem for part in parts)
    ]


def put_into(wrong: Wrong, folder: Path) -> Path:
    """Write a submission that is correct but for one function; return its folder."""
    submission = folder / wrong.name
    shutil.copytree(TESTS / "cases" / wrong.assignment / wrong.case / "submission", submission)
    file = submission / wrong.file
    file.write_text(replace_definition(file.read_text(encoding="utf-8"), wrong), encoding="utf-8")
    return submission


def replace_definition(source: str, wrong: Wrong) -> str:
    """Return a module's text with one definition replaced.

    Raises
    ------
    LookupError
        If the module does not define it.
    """
    body: list[ast.stmt] = ast.parse(source).body
    start = end = indent = 0
    for name in wrong.function.split("."):
        node = find(body, name)
        if node is None:
            raise LookupError(f"{wrong.name}: {wrong.file} defines no {wrong.function}")
        start, end, indent = node.lineno - 1, node.end_lineno or node.lineno, node.col_offset
        body = node.body
    lines = source.splitlines(keepends=True)
    lines[start:end] = [textwrap.indent(wrong.code, " " * indent)]
    return "".join(lines)


def find(body: Sequence[ast.stmt], name: str) -> ast.FunctionDef | ast.ClassDef | None:
    """Return the definition of a name, None if there is none."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
    return None


def look_at(wrong: Wrong, report: Report) -> Shown:
    """Return what a report shows of a wrong version."""
    own = [row for row in report.checks if is_of(row, wrong.function)]
    questions = {row.question for row in own}
    lost = points = elsewhere = 0.0
    for question in report.questions:
        missing = question.max_score - question.pending - question.score
        if question.id in questions:
            lost += missing
            points += question.max_score - question.pending
        else:
            elsewhere += missing
    failing = [row for row in own if row.outcome.status not in _FINE]
    failing = failing or [row for row in report.checks if row.outcome.status not in _FINE]
    return Shown(lost, points, elsewhere, min(failing, key=tells_less, default=None))


def is_of(row: CheckResult, function: str) -> bool:
    """Whether a row judges a function: the last of its targets, or a method of that class."""
    target = row.targets[-1].rpartition(":")[2] if row.targets else ""
    return target in (function, function.partition(".")[0])


def tells_less(row: CheckResult) -> tuple[bool, bool, bool]:
    """Order rows so that causes come before what follows from them, explained ones first."""
    evidence = row.outcome.evidence
    return bool(evidence.builds_on), not evidence.explanation, not row.outcome.diagnosis


def grade_all(wrongs: Sequence[Wrong]) -> Iterator[tuple[Wrong, Shown]]:
    """Grade wrong versions, all of an assignment with one grader."""
    ordered = sorted(wrongs, key=lambda one: (one.assignment, one.name))
    with tempfile.TemporaryDirectory() as scratch:
        for assignment, group in groupby(ordered, key=lambda one: one.assignment):
            with Grader((assignment,)) as grader:
                for wrong in group:
                    yield wrong, look_at(wrong, grader.grade(put_into(wrong, Path(scratch))))


def tell(wrong: Wrong, shown: Shown) -> Iterator[str]:
    """Yield lines on one wrong version: what it lost, what is wrong, what was said of it."""
    yield f"{wrong.name} ({wrong.function})"
    yield f"  lost  {shown.lost:g} of {shown.points:g}, elsewhere {shown.elsewhere:g}"
    yield f"  wrong {wrong.wrong}"
    yield f"  said  {shown.said or 'nothing'} [{shown.label}]"
    if shown.row is not None:
        yield f"  row   {shown.row.id}: {shown.row.outcome.message}"
    yield f"  right {wrong.explained or 'not judged'}"
    if wrong.explained and shown.said != wrong.said:
        yield f"  THEN  {wrong.said or 'nothing'}"


def judge(wrong: Wrong) -> str:
    """Return the verdict, with silence told apart from a wrong explanation."""
    if wrong.explained == "no":
        return "wrongly" if wrong.said else "not at all"
    return {"yes": "rightly", "partly": "partly"}.get(wrong.explained, "not judged yet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is said of each and the totals; 1 if one loses nothing or its verdict is old."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("part", nargs="*", help="only those whose names contain one of these")
    given = parser.parse_args(arguments)
    results = []
    for wrong, shown in grade_all(read_all(given.part)):
        results.append((wrong, shown))
        print(*tell(wrong, shown), sep="\n", flush=True)
    costly = [shown for _, shown in results if shown.lost > 0]
    old = [wrong.name for wrong, shown in results if wrong.explained and wrong.said != shown.said]
    verdicts = Counter(judge(wrong) for wrong, _ in results)
    print(f"{len(costly)} of {len(results)} lose points")
    print(*(f"{count} are explained: {verdict}" for verdict, count in verdicts.items()), sep="\n")
    print(f"{len(old)} are explained otherwise than when they were judged", *old)
    return 0 if len(costly) == len(results) and not old else 1


if __name__ == "__main__":
    sys.exit(main())
