"""Which assignments a submission is for, and which of their questions this year asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from grader.course.assignment import Assignment, EarlierYear, Question
from grader.course.catalogue import (
    LoadedAssignment,
    Shelf,
    assignment_names,
    list_names,
)
from grader.errors import SubmissionError
from grader.submission.archive import Submission
from grader.submission.locate import Located, implemented, locate

_NEARLY_ALL = 0.75
"""Share of an assignment's targets that must be written for it to be graded beside another."""


def choose_assignments(
    handed_in: Submission, asked: Sequence[str | Path], shelf: Shelf
) -> tuple[LoadedAssignment, ...]:
    """Return the assignments asked for, or those that the submission looks like.

    Notebook names decide; where none is known, implemented targets; and where nothing is
    implemented, the stubs of a starter. Among assignments that fit equally well, those of the
    course whose layout the submission has come first.

    Parameters
    ----------
    handed_in : Submission
        What was handed in.
    asked : sequence of str or Path
        Names or folders; none to choose by the submission.
    shelf : Shelf
        Where assignments are read from.
    """
    if asked:
        return tuple(shelf.load(name) for name in dict.fromkeys(asked))
    known = [shelf.declaration(name) for name in assignment_names()]
    stems = {_plain(Path(name).stem) for name in handed_in.names if name.endswith(".ipynb")}
    by_notebook = [
        loaded for loaded in known if stems & {_plain(name) for name in loaded.assignment.notebooks}
    ]
    if len(by_notebook) == 1:
        return (shelf.complete(by_notebook[0]),)
    located = locate(handed_in, dict.fromkeys(t for k in known for t in k.assignment.targets))
    if by_notebook:
        return tuple(map(shelf.complete, _without_twins(by_notebook, stems, located)))
    readable = implemented(located) | located.unreadable.keys()
    for found in (readable, located.definitions.keys()):
        chosen = _choose_by_targets(known, frozenset(found), located.edition)
        if chosen:
            return tuple(map(shelf.complete, chosen))
    raise SubmissionError(
        f"{handed_in.name}: no known assignment's notebook or functions in it; "
        f"choose one with --assignment: {list_names()}"
    )


def _without_twins(
    found: Sequence[LoadedAssignment], stems: AbstractSet[str], located: Located
) -> list[LoadedAssignment]:
    """Leave out assignments whose notebook is also one of the submission's own course."""
    own = {
        _plain(name)
        for loaded in found
        if loaded.assignment.course == located.edition
        for name in loaded.assignment.notebooks
    }
    return [
        loaded
        for loaded in found
        if loaded.assignment.course == located.edition
        or stems & {_plain(name) for name in loaded.assignment.notebooks} - own
    ]


def _choose_by_targets(
    known: Sequence[LoadedAssignment], found: AbstractSet[str], edition: str
) -> list[LoadedAssignment]:
    """Return the assignment that explains most of what was found, and those that explain more.

    Courses hand out one assignment's functions again with the next one, so a second assignment
    is chosen only if nearly all of it is there.
    """
    chosen: list[LoadedAssignment] = []
    left = set(found)
    while True:
        fitting = [
            loaded
            for loaded in known
            if left & set(loaded.assignment.targets)
            and (not chosen or _share(loaded, found) >= _NEARLY_ALL)
        ]
        if not fitting:
            return sorted(chosen, key=known.index)
        best = max(
            fitting,
            key=lambda loaded: (
                len(left & set(loaded.assignment.targets)),
                loaded.assignment.course == edition,
                _share(loaded, found),
            ),
        )
        chosen.append(best)
        left -= set(best.assignment.targets)


def _share(loaded: LoadedAssignment, found: AbstractSet[str]) -> float:
    """Return how much of what an assignment asks for was found."""
    targets = set(loaded.assignment.targets)
    return len(targets & found) / len(targets) if targets else 0.0


def without_unasked(assignment: Assignment, handed_in: Submission, located: Located) -> Assignment:
    """Leave out given and optional functions that this year's notebook does not ask for.

    Courses drop a function from one year to the next. Where the handed-in notebook is there
    and names such a function nowhere, and no module defines it, it was not asked for. A notebook
    that names none of the assignment's functions, such as an empty one, tells nothing. Of some
    questions the modules themselves show that they are of a year before.
    """
    names = {_plain(name) for name in assignment.notebooks}
    notebooks = [
        content
        for path, content in handed_in.files.items()
        if path.endswith(".ipynb") and _plain(Path(path).stem) in names
    ]

    def is_named(target: str) -> bool:
        return any(target.partition(":")[2].encode() in content for content in notebooks)

    is_told = any(map(is_named, assignment.targets))

    def is_asked(question: Question) -> bool:
        if not (question.given or question.optional):
            return True
        if question.before and _is_of(question.before, handed_in, located):
            return False
        if not is_told:
            return True
        # Of what a check calls, the last is what it asks about; the rest may be other questions'.
        targets = {check.targets[-1] for check in question.checks if check.targets}
        return not targets <= set(located.missing) or any(map(is_named, targets))

    return replace(assignment, questions=tuple(q for q in assignment.questions if is_asked(q)))


def _is_of(year: EarlierYear, handed_in: Submission, located: Located) -> bool:
    """Return whether the modules are of that year, by what their text shows."""
    found = located.definitions.get(year.target)
    if found is None or year.old not in found.parameters or year.new in found.parameters:
        return False
    word = year.word.encode()
    return not any(
        word in content.lower()
        for path, content in handed_in.files.items()
        if path.endswith((".py", ".ipynb"))
    )


def tell_left_out(assignment: Assignment, asked_for: Assignment) -> list[str]:
    """Say for each question that was left out that its points are not in the total."""
    return [
        f"{question.title}: neither your notebook nor your modules hold this question, "
        f"so its {question.points:g} points are not in the total."
        for question in assignment.questions
        if question not in asked_for.questions
    ]


def _plain(name: str) -> str:
    """Return a notebook's name as people mean it: letters and digits, no case, no copy mark."""
    name = re.sub(r"(?i)([-_ ]*(copy\d*|solved|solution|final|colab))+$|\(\d+\)$", "", name.strip())
    return re.sub(r"[^a-z0-9]", "", name.lower())
