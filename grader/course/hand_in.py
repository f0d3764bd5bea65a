"""Hand-ins: assignments that a course collects in one zip, with a points table of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from grader.course.catalogue import assignment_names, assignments_folder, run_declaration
from grader.errors import AssignmentError
from grader.model import AssignmentInfo, CheckResult, QuestionScore, Report
from grader.records import record

HAND_IN = "hand_in.py"
_Row = TypeVar("_Row", AssignmentInfo, QuestionScore)


@record(kw_only=True)
class HandIn:
    """Assignments that are handed in together, and what each of them counts.

    Raises
    ------
    ValueError
        If the name is no identifier, there are no parts, or one counts nothing.
    """

    name: str
    """One word; the folder's name."""
    title: str
    parts: Mapping[str, float]
    """Points by assignment, in the order of the course."""

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"hand-in name {self.name!r} must be an identifier")
        parts: Any = self.parts  # an instructor's file is not type-checked
        if not isinstance(parts, Mapping) or not parts:
            raise ValueError(f"hand-in {self.name}: parts must be points by assignment, not empty")
        for part, points in parts.items():
            if not isinstance(points, int | float) or not 0 < points < float("inf"):
                raise ValueError(
                    f"hand-in {self.name}: points of {part!r} are {points!r}, "
                    "expected a number above 0"
                )

    @property
    def points(self) -> float:
        """Points to be won."""
        return float(sum(self.parts.values()))


@record
class LoadedHandIn:
    """A hand-in and the folder it was read from."""

    hand_in: HandIn
    folder: Path

    @property
    def assignments(self) -> dict[str | Path, float]:
        """Points by what :func:`grader.course.catalogue.load_assignment` takes.

        A part that did not come with this program lies in a folder beside the hand-in's own.
        """
        known = assignment_names()
        return {
            part if part in known else self.folder.parent / part: float(points)
            for part, points in self.hand_in.parts.items()
        }


def hand_in_names() -> tuple[str, ...]:
    """Return the hand-ins that came with this program, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in assignments_folder().glob(f"*/{HAND_IN}")))


def is_hand_in(name_or_folder: str | Path) -> bool:
    """Return whether a name or a folder is that of a hand-in."""
    return _find(name_or_folder) is not None


def load_hand_in(name_or_folder: str | Path) -> LoadedHandIn:
    """Load a hand-in.

    Parameters
    ----------
    name_or_folder : str or Path
        A name of :func:`hand_in_names`, a folder with a ``hand_in.py``, or that file.

    Raises
    ------
    AssignmentError
        If there is no such hand-in, or its declaration raises or declares none.
    """
    folder = _find(name_or_folder)
    if folder is None:
        known = ", ".join(hand_in_names()) or "none"
        raise AssignmentError(f"no hand-in {str(name_or_folder)!r}: give one of {known}")
    path = folder / HAND_IN
    hand_in = run_declaration(path).get("hand_in")
    if not isinstance(hand_in, HandIn):
        raise AssignmentError(f"{path}: it must define 'hand_in = HandIn(...)'")
    return LoadedHandIn(hand_in, folder)


def expand(asked: Sequence[str | Path]) -> tuple[tuple[str | Path, ...], dict[str, float]]:
    """Put the parts of hand-ins in their place.

    Parameters
    ----------
    asked : sequence of str or Path
        Assignments and hand-ins, by name or folder.

    Returns
    -------
    assignments : tuple
        Assignments alone, each once.
    points : dict
        What assignments that are parts of a hand-in count, by name.

    Raises
    ------
    AssignmentError
        If an assignment is a part of two hand-ins that are asked for, or is asked for besides.
    """
    assignments: list[str | Path] = []
    points: dict[str, float] = {}
    for one in dict.fromkeys(asked):
        parts = load_hand_in(one).assignments if is_hand_in(one) else {one: None}
        for part, worth in parts.items():
            if part in assignments:
                raise AssignmentError(f"{part} is asked for twice: once by the hand-in {one}")
            assignments.append(part)
            if worth is not None:
                points[Path(part).name] = worth
    return tuple(assignments), points


def refuse_other_names(points: Mapping[str, float], names: Iterable[str]) -> None:
    """Refuse a part whose folder holds an assignment of another name: it would not be scaled.

    Parameters
    ----------
    points : mapping
        What parts count, by name, from :func:`expand`.
    names : iterable of str
        Names that the assignments themselves declare.

    Raises
    ------
    AssignmentError
        If a part is none of them.
    """
    found = list(names)
    for part in points:
        if part not in found:
            raise AssignmentError(
                f"no assignment of the hand-in is called {part!r}, as its folder is, but "
                f"{', '.join(found)}; let name= in {part}/assignment.py be the folder's name"
            )


def scale(report: Report, points: Mapping[str, float]) -> Report:
    """Return a report whose assignments count what a hand-in's table says.

    Every row is scaled alike, so that checks still add up to questions and these to subtotals.

    Parameters
    ----------
    report : Report
        In points of the assignments.
    points : mapping
        What each assignment counts, by name; others stay as they are.
    """
    factors = {
        info.name: points[info.name] / info.max_score
        for info in report.assignments
        if info.name in points and info.max_score
    }
    infos = tuple(_scale(info, factors.get(info.name, 1.0)) for info in report.assignments)
    only = report.assignments[0].name if len(report.assignments) == 1 else None

    def factor_of(row: str) -> float:
        return factors.get(only or row.partition("/")[0], 1.0)

    return replace(
        report,
        assignments=infos,
        questions=tuple(_scale(row, factor_of(row.id)) for row in report.questions),
        checks=tuple(_scale_check(row, factor_of(row.id)) for row in report.checks),
        score=_sum(info.score for info in infos),
        max_score=_sum(info.max_score for info in infos),
        pending=_sum(info.pending for info in infos),
    )


def _scale(row: _Row, factor: float) -> _Row:
    return replace(
        row,
        score=row.score * factor,
        max_score=row.max_score * factor,
        pending=row.pending * factor,
    )


def _scale_check(row: CheckResult, factor: float) -> CheckResult:
    return replace(row, score=row.score * factor, max_score=row.max_score * factor)


def _sum(values: Iterable[float]) -> float:
    return float(sum(values))


def _find(name_or_folder: str | Path) -> Path | None:
    own = assignments_folder() / name_or_folder
    if isinstance(name_or_folder, str) and name_or_folder in hand_in_names():
        return own
    path = Path(name_or_folder)
    folder = path.parent if path.name == HAND_IN else path
    return folder.resolve() if (folder / HAND_IN).is_file() else None
