"""Which known mistakes a notebook's own cells let pass, and which declared checks catch them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from grader.course.assignment import Assignment
from grader.course.bundle import LoadedBundle
from grader.course.catalogue import LoadedAssignment, assignment_names, load_assignment
from grader.course.expected import Values, expected_for
from grader.course.handout import import_handout
from grader.course.handout.settling import settle_draft
from grader.course.starter.reading import resolve_target
from grader.course.trial import find_place, resolve_with, run_trial
from grader.diagnosis.catalogue import Catalogue, Mistake, load_catalogue
from grader.errors import AssignmentError
from grader.model import Kind, Progress, Status
from grader.records import record
from grader.settings import Limits

_Rows: TypeAlias = "tuple[str, ...] | None"

_LIMITS = Limits(cpu_seconds=5.0)
"""A mistake that takes longer than this does not end."""
_SILENT = frozenset({Status.PASSED, Status.NEEDS_REVIEW})
_UNTRIED = frozenset({Kind.TRAINING, Kind.REVIEW})


@record
class Audited:
    """One known mistake of one function, and what finds it."""

    target: str
    """Canonical name of the function."""
    name: str
    title: str
    """A few words."""
    cells: _Rows
    """Rows of the notebook's cells that lose points by it; None if no cell calls the function."""
    declared: _Rows
    """Rows of declared checks that lose points by it; None if none calls the function."""

    @property
    def is_missed(self) -> bool:
        """Whether the cells let it pass."""
        return not self.cells

    @property
    def survives(self) -> bool:
        """Whether nothing finds it."""
        return not self.cells and not self.declared


@record
class Audit:
    """What became of all known mistakes of the functions that an assignment covers."""

    name: str
    """Of the assignment, or the handout's path."""
    title: str
    rows: tuple[Audited, ...]
    held_against: tuple[str, ...] = ()
    """Of a handout, the assignments whose declared checks it was compared with."""

    @property
    def missed(self) -> int:
        """How many mistakes the cells let pass."""
        return sum(row.is_missed for row in self.rows)

    @property
    def surviving(self) -> int:
        """How many mistakes nothing finds."""
        return sum(row.survives for row in self.rows)


def audit_assignment(loaded: LoadedAssignment, progress: Progress | None = None) -> Audit:
    """Try every known mistake of an assignment's functions on its cells and declared checks.

    Trainings are left out. A mistake is found by a row that carries points and does not pass.

    Parameters
    ----------
    loaded : LoadedAssignment
        With its notebooks' checks.
    progress : callable, optional
        Called with the function whose mistakes are tried, how many are done, and how many
        there are.

    Raises
    ------
    AssignmentError
        If it is a bundle, its expected values are stale, or reference or catalogue are not
        installed.
    """
    assignment = loaded.assignment
    if isinstance(loaded, LoadedBundle):
        raise AssignmentError(
            f"{loaded.folder}: a bundle has no reference to make mistakes in; audit the "
            "assignment that it was released from"
        )
    bench = _Bench.of(loaded)
    rows = tuple(
        Audited(target, name, title, *bench.find_rows(target, name))
        for target, name, title in _report(list(bench.mistakes(assignment.targets)), progress)
    )
    return Audit(assignment.name, assignment.title, rows)


def audit_handout(path: Path, progress: Progress | None = None) -> Audit:
    """Try every known mistake on a handout's cells, and on our own checks of the same functions.

    The cells are those of the draft that an import would make. Each function is held against
    that of our assignments which shares most functions with the handout.

    Parameters
    ----------
    path : Path
        A zip, tar or folder with notebooks, or a lone notebook.
    progress : callable, optional
        As for `audit_assignment`.

    Raises
    ------
    AssignmentError
        If the handout cannot be read, holds nothing to judge, or the reference is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        draft = _Bench.of(_draft(path, Path(folder) / "draft"))
    targets = draft.assignment.targets
    own = dict(_choose_own(targets))
    rows = []
    for target, name, title in _report(list(draft.mistakes(targets)), progress):
        cells, _ = draft.find_rows(target, name)
        declared = own[target].find_rows(target, name)[1] if target in own else None
        rows.append(Audited(target, name, title, cells, declared))
    names = dict.fromkeys(bench.assignment.name for bench in own.values())
    return Audit(str(path), draft.assignment.title, tuple(rows), tuple(names))


@record
class _Bench:
    """An assignment on which mistakes are tried."""

    assignment: Assignment
    expected: Values
    catalogue: Catalogue

    @classmethod
    def of(cls, loaded: LoadedAssignment) -> _Bench:
        assignment = loaded.assignment
        expected = expected_for(loaded, None)
        catalogue = load_catalogue(assignment.mistakes)
        if catalogue is None:
            raise AssignmentError(
                f"{assignment.name}: its catalogue of mistakes {assignment.mistakes!r} is not "
                "installed; install the reference, or name another in assignment.py"
            )
        return cls(assignment, expected, catalogue)

    def mistakes(self, targets: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """Yield target, name and title of the mistakes that these checks can be asked about."""
        for target in targets:
            for mistake in self._known(target):
                if mistake.using in ("", *self.assignment.targets):
                    yield target, mistake.name, mistake.title

    def find_rows(self, target: str, name: str) -> tuple[_Rows, _Rows]:
        """Return which rows of cells, and of declared checks, lose points by a mistake."""
        checks = {
            f"{check.id}.{part}": check
            for check in self.assignment.checks
            if target in check.targets and check.kind not in _UNTRIED
            for part, points in check.points.items()
            if points > 0
        }
        mistake = next((one for one in self._known(target) if one.name == name), None)
        if mistake is None:
            return None, None
        resolve: Callable[[str], Any] = partial(resolve_target, self.assignment)
        outcomes = run_trial(
            self.assignment,
            resolve_with(resolve, mistake.target, self.catalogue.make_wrong([mistake])),
            expected=self.expected,
            targets=(target,),
            limits=_LIMITS,
        )
        of_cells = [row for row, check in checks.items() if check.kind is Kind.NOTEBOOK_CELL]
        declared = [row for row in checks if row not in of_cells]
        lost = {row for row, outcome in outcomes.items() if outcome.status not in _SILENT}
        return _find_lost(of_cells, lost), _find_lost(declared, lost)

    def _known(self, target: str) -> tuple[Mistake, ...]:
        return self.catalogue.mistakes_of(find_place(self.assignment, target))


def _find_lost(rows: list[str], lost: set[str]) -> _Rows:
    return tuple(row for row in rows if row in lost) if rows else None


def _choose_own(targets: tuple[str, ...]) -> Iterator[tuple[str, _Bench]]:
    """Yield, for each target, the assignment of ours with declared checks that fits best."""
    declared: dict[str, tuple[LoadedAssignment, frozenset[str]]] = {}
    for name in assignment_names():
        loaded = load_assignment(name)
        checks = [
            check
            for check in loaded.assignment.checks
            if check.kind not in (Kind.NOTEBOOK_CELL, *_UNTRIED)
        ]
        called = frozenset(target for check in checks for target in check.targets)
        declared[name] = loaded, called.intersection(targets)
    best = sorted(declared, key=lambda name: -len(declared[name][1]))
    benches: dict[str, _Bench] = {}
    for target in targets:
        fitting = [name for name in best if target in declared[name][1]]
        for name in fitting[:1]:
            if name not in benches:
                benches[name] = _Bench.of(declared[name][0])
            yield target, benches[name]


def _draft(path: Path, folder: Path) -> LoadedAssignment:
    """Return the draft that an import makes of a handout, with current expected values."""
    name = "handout"
    draft = import_handout(path, name)
    _write(folder, draft.files)
    _, note = settle_draft(path, name, folder, draft, _write)
    if note:
        raise AssignmentError(f"{path}: {note}")
    return load_assignment(folder)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _report(
    mistakes: list[tuple[str, str, str]], progress: Progress | None
) -> Iterator[tuple[str, str, str]]:
    for done, mistake in enumerate(mistakes):
        if progress is not None:
            progress(mistake[0].partition(":")[2], done, len(mistakes))
        yield mistake
