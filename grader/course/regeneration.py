"""Printed literals of master notebooks, renewed from what the reference gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grader.course.catalogue import LoadedAssignment
from grader.course.expected import Change, compute
from grader.course.literals import Literal, Renewal, find_literals, renew
from grader.course.markers import split_hidden
from grader.course.master import MasterCell, read_master
from grader.course.notebook import HIDDEN
from grader.course.notebook_text import edit_cells
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@record
class _Edit:
    """One number of a master notebook that is not what the reference gives."""

    cell: MasterCell
    literal: Literal
    renewal: Renewal

    def describe(self) -> Change:
        """Return it as a report of the command shows it."""
        index = f"[{', '.join(map(str, self.renewal.index))}]" if self.renewal.index else ""
        old, new = self.renewal.old.value, self.renewal.value
        size = max(abs(old), abs(new))
        return Change(
            f"{self.cell.notebook}, cell {self.cell.number}, {self.literal.name}{index}",
            self.renewal.old.text,
            self.renewal.text.strip(),
            abs(new - old) / size if size else None,
        )


def literal_drift(loaded: LoadedAssignment) -> list[Change]:
    """Return what :func:`renew_literals` would change, and change nothing.

    Raises
    ------
    AssignmentError
        If the reference is not installed or raises, or gives another number of values.
    """
    return [edit.describe() for edit in _find_edits(loaded)]


def renew_literals(loaded: LoadedAssignment) -> list[Change]:
    """Write into the master notebooks what the reference gives, and return what that changes.

    Only digits of numbers change: a notebook in which none does is not written at all.

    Raises
    ------
    AssignmentError
        As in :func:`literal_drift`.
    """
    edits = _find_edits(loaded)
    for name in loaded.assignment.masters:
        own = [edit for edit in edits if edit.cell.notebook == name]
        if own:
            path = loaded.folder / name
            text = path.read_bytes().decode("utf-8")
            changes = [
                (edit.cell.number, (edit.renewal.start, edit.renewal.end, edit.renewal.text))
                for edit in own
            ]
            path.write_bytes(edit_cells(text, changes).encode("utf-8"))
    return [edit.describe() for edit in edits]


def _find_edits(loaded: LoadedAssignment) -> list[_Edit]:
    values = _reference_literals(loaded) if loaded.assignment.masters else {}
    found = []
    for name in loaded.assignment.masters:
        for cell in read_master(loaded.folder / name):
            if cell.tag is None or not cell.tag.is_judged or not cell.is_code:
                continue
            for literal, value in _compared(cell, values):
                try:
                    found += [
                        _Edit(cell, literal, one) for one in renew(cell.source, literal, value)
                    ]
                except ValueError as error:
                    raise cell.wrong(str(error)) from error
    return found


def _reference_literals(loaded: LoadedAssignment) -> dict[str, NDArray[Any]]:
    """Return what the reference gives for literals, by ``check id/literal/name``."""
    from grader.checks.cells import CellCheck

    assignment = loaded.assignment
    cells_only = replace(
        assignment,
        questions=tuple(
            replace(question, checks=tuple(c for c in question.checks if isinstance(c, CellCheck)))
            for question in assignment.questions
        ),
        earlier=(),
    )
    return compute(cells_only, assignment.default_seed)


def _compared(
    cell: MasterCell, values: Mapping[str, NDArray[Any]]
) -> Iterator[tuple[Literal, NDArray[Any]]]:
    """Yield the literals of a cell that are compared, with what the reference gives.

    A name that is given several literals stands for the second one with ``_2`` behind it.
    """
    from grader.checks.cells.origins import looks_expected

    name = cell.tag.id if cell.tag is not None else ""
    literals = find_literals(cell.source)
    visible, hidden = split_hidden(cell.source)
    for check, piece in ((name, visible), (f"{name}{HIDDEN}", hidden)):
        lines = {number for number, line in enumerate(piece.split("\n"), start=1) if line.strip()}
        seen: dict[str, int] = {}
        for literal in literals:
            if literal.line not in lines:
                continue
            if not literal.is_array and not looks_expected(literal.name):
                continue
            seen[literal.name] = seen.get(literal.name, 0) + 1
            again = f"_{seen[literal.name]}" if seen[literal.name] > 1 else ""
            value = values.get(f"{check}/literal/{literal.name}{again}")
            if value is not None:
                yield literal, value
