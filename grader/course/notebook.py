"""From the tagged cells of master notebooks to checks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.checks.base import Check
from grader.checks.review import ReviewCheck
from grader.course.assignment import Assignment
from grader.course.markers import has_markers, split_hidden, without_solution
from grader.course.master import MasterCell, read_master
from grader.course.tags import Tag
from grader.errors import AssignmentError
from grader.records import record
from grader.settings import Visibility
from grader.submission.notebook import parse_cell

if TYPE_CHECKING:
    from grader.checks.cells import CellCheck

HIDDEN = ".hidden"
"""What is added to a cell's id for the check of its hidden tests."""
_ANSWER = "answer"


def read_checks(assignment: Assignment, folder: Path) -> Assignment:
    """Add a check for every tagged cell of the assignment's master notebooks.

    Parameters
    ----------
    assignment : Assignment
        As declared.
    folder : Path
        Where the notebooks lie.

    Returns
    -------
    Assignment
        The same, with the checks of cells after those declared for the same question.

    Raises
    ------
    AssignmentError
        If a notebook is absent or holds no checks, or metadata of a cell are wrong. The message
        names the notebook, the cell, what was expected and what to do.
    """
    masters = {name: read_master(folder / name) for name in assignment.masters}
    cells = [cell for master in masters.values() for cell in master]
    questions = {question.id: [*question.checks] for question in assignment.questions}
    builder = _Builder(assignment, _by_id(cells, assignment.checks))
    for name, master in masters.items():
        judged = [cell for cell in master if cell.tag is not None and cell.tag.is_judged]
        if not judged:
            raise AssignmentError(
                f"{folder / name}: no cell of it is a check; give one the metadata "
                '{"grader": {"id": ..., "question": ..., "points": ...}}'
            )
        for cell in judged:
            for question, check in builder.build(cell, master):
                questions[question].append(check)
    completed = replace(
        assignment,
        questions=tuple(
            replace(question, checks=tuple(questions[question.id]))
            for question in assignment.questions
        ),
    )
    _refuse_wrong_needs(completed, cells)
    return completed


def digest_of_masters(folder: Path, masters: Iterable[str]) -> str:
    """Return sha256 of what the checks of master notebooks are made from.

    Only tagged cells count, so that prose may be mended without making values stale.
    """
    made_from = [
        (cell.kind, cell.source, repr(cell.tag))
        for name in masters
        for cell in read_master(folder / name)
        if cell.tag is not None
    ]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


@record
class _Piece:
    """What becomes one check: a cell, or its hidden tests."""

    source: str
    predicates: Mapping[str, str]
    visibility: Visibility
    setup: tuple[str, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of what it compares."""
        from grader.checks.cells.analysis import analyse

        # What comes before has a say in it: a comparison is named after what is judged.
        return analyse(self.source, self.setup, tuple(self.predicates.items())).parts


@record
class _Builder:
    """Makes checks of the cells of one assignment."""

    assignment: Assignment
    by_id: Mapping[str, MasterCell]

    def build(self, cell: MasterCell, master: Sequence[MasterCell]) -> list[tuple[str, Check]]:
        """Return the checks of one tagged cell, each with its question."""
        tag = cell.tag
        assert tag is not None  # noqa: S101 - only tagged cells are passed
        question = self._question_of(cell, tag)
        if tag.points is None:
            raise cell.wrong(f'check {tag.id} has no points; add "points" to its metadata')
        try:
            if tag.review:
                return [(question, _make_review(cell, tag, master))]
            return [(question, check) for check in self._make_checks(cell, tag, master)]
        except (ValueError, TypeError) as error:
            raise cell.wrong(f"check {tag.id}: {' '.join(str(error).split())}") from error

    def _question_of(self, cell: MasterCell, tag: Tag) -> str:
        known = [question.id for question in self.assignment.questions]
        if tag.question in known:
            return tag.question
        if not tag.question:
            # nbgrader has no questions; its ids usually begin like ours.
            fitting = [question for question in known if tag.id.startswith(question)]
            if fitting:
                return max(fitting, key=len)
        said = (
            f"is for question {tag.question!r}, which the assignment does not declare"
            if tag.question
            else "names no question"
        )
        raise cell.wrong(f"check {tag.id} {said}; expected one of {', '.join(known)}")

    def _make_checks(
        self, cell: MasterCell, tag: Tag, master: Sequence[MasterCell]
    ) -> list[CellCheck]:
        if not cell.is_code:
            raise ValueError('it is no code; add "review": true for a person to read the answer')
        problem = parse_cell(cell.notebook, cell.number, cell.source).problem
        if problem is not None:
            raise ValueError(f"line {problem.line} is no Python: {problem.message}")
        visible, hidden = split_hidden(cell.source)
        setup = self._setup_of(cell, tag, master)
        sources = {tag.id: _Piece(visible, tag.predicates, tag.visibility, setup)}
        if hidden.strip():
            before = (*setup, visible) if visible.strip() else setup
            sources[f"{tag.id}{HIDDEN}"] = _Piece(hidden, {}, Visibility.HIDDEN, before)
        return self._make_pieces(tag, sources)

    def _make_pieces(self, tag: Tag, pieces: Mapping[str, _Piece]) -> list[CellCheck]:
        from grader.checks.cells import CellCheck

        parts = {name: one.parts for name, one in pieces.items()}
        every = [part for names in parts.values() for part in names]
        if not every:
            raise ValueError(
                "it compares nothing; add an assert or a comparison, or name under "
                '"predicates" what to look at'
            )
        _refuse_unknown("points", tag.points, every)
        _refuse_unknown("tolerance", tag.tolerance, every)
        return [
            CellCheck(
                id=name,
                points=_share(tag.points, parts[name], len(every)),
                source=one.source,
                setup=one.setup,
                bound=self.assignment.bound,
                predicates=one.predicates,
                tolerances=_tolerances(tag.tolerance, parts[name]),
                targets=tag.targets,
                visibility=one.visibility,
                needs=tag.needs,
                hint=tag.hint,
            )
            for name, one in pieces.items()
            if parts[name]
        ]

    def _setup_of(
        self, cell: MasterCell, tag: Tag, master: Sequence[MasterCell]
    ) -> tuple[str, ...]:
        """Return what runs before a cell: the setup cells above it, and those it comes after."""
        setup = [
            other.source
            for other in master[: cell.number - 1]
            if other.is_code and other.tag is not None and other.tag.setup
        ]
        return (*setup, *(other.source for other in self._before(cell, tag, (cell,))))

    def _before(
        self, cell: MasterCell, tag: Tag, above: tuple[MasterCell, ...]
    ) -> tuple[MasterCell, ...]:
        """Return the cells that one comes after, and those that these come after, each once."""
        found: dict[int, MasterCell] = {}
        for name in tag.after:
            other = self.by_id.get(name)
            if other is None or not other.is_code or other.tag is None:
                raise cell.wrong(f'"after" names {name!r}, and no code cell has this id')
            if other in above:
                raise cell.wrong(f'"after" names {name!r}, which comes after this cell itself')
            for earlier in (*self._before(other, other.tag, (*above, other)), other):
                found.setdefault(id(earlier), earlier)
        return tuple(found.values())


def _make_review(cell: MasterCell, tag: Tag, master: Sequence[MasterCell]) -> ReviewCheck:
    points = tag.points
    return ReviewCheck(
        id=tag.id,
        points=points if isinstance(points, Mapping) else {_ANSWER: points or 0.0},
        prompt=prompt_of(cell, master),
        visibility=tag.visibility,
        hint=tag.hint,
        needs=tag.needs,
    )


def prompt_of(cell: MasterCell, master: Sequence[MasterCell]) -> str:
    """Return what a review cell asks, without its solution.

    A cell that is nothing but the solution is asked by the nearest markdown cell above.
    """
    if has_markers(cell.source):
        return without_solution(cell.source).strip()
    if cell.tag is None or not cell.tag.solution:
        return cell.source.strip()
    above = (other for other in reversed(master[: cell.number - 1]) if other.kind == "markdown")
    return next((other.source.strip() for other in above), "")


def _by_id(cells: Iterable[MasterCell], declared: Iterable[Check]) -> dict[str, MasterCell]:
    taken = {check.id: "the declaration" for check in declared}
    found: dict[str, MasterCell] = {}
    for cell in cells:
        if cell.tag is None or not cell.tag.id:
            continue
        name = cell.tag.id
        if name in taken:
            raise cell.wrong(f"id {name!r} is taken by {taken[name]}; ids must be unique")
        taken[name] = f"{cell.notebook}, cell {cell.number}"
        found[name] = cell
    return found


def _refuse_wrong_needs(assignment: Assignment, cells: Iterable[MasterCell]) -> None:
    known = {check.id for check in assignment.checks}
    for cell in cells:
        for name in cell.tag.needs if cell.tag is not None else ():
            if name not in known:
                raise cell.wrong(f'"needs" names {name!r}, and no check has this id')
            if cell.tag is not None and name == cell.tag.id:
                raise cell.wrong(f'"needs" names {name!r}, the check itself; leave it out')


def _refuse_unknown(what: str, given: object, parts: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(parts)) if isinstance(given, Mapping) else []
    if unknown:
        raise ValueError(f"{what} names part {unknown[0]!r}, expected some of {', '.join(parts)}")


def _share(
    points: float | Mapping[str, float] | None, parts: Iterable[str], count: int
) -> dict[str, float]:
    """Return the points of each part: those given, or an equal share of the cell's."""
    if isinstance(points, Mapping):
        return {part: points.get(part, 0.0) for part in parts}
    return dict.fromkeys(parts, (points or 0.0) / count)


def _tolerances(
    tolerance: float | Mapping[str, float] | None, parts: Iterable[str]
) -> dict[str, float]:
    if tolerance is None:
        return {}
    if isinstance(tolerance, Mapping):
        return {part: tolerance[part] for part in parts if part in tolerance}
    return dict.fromkeys(parts, tolerance)
