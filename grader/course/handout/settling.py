"""Settles a draft: what the reference does not pass is left unjudged, the rest gets values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from grader.course.catalogue import load_assignment
from grader.course.expected import regenerate
from grader.course.handout.importing import Draft, import_handout
from grader.course.handout.trial import choose_conventions, try_checks
from grader.errors import AssignmentError


def settle_draft(
    handout: Path,
    name: str,
    folder: Path,
    draft: Draft,
    write: Callable[[Path, Mapping[str, str]], None],
) -> tuple[Draft, str]:
    """Leave unjudged what the reference does not pass, and write expected values.

    Parameters
    ----------
    handout : Path
        What the draft was made of.
    name : str
        Of the assignment.
    folder : Path
        Where the draft lies; it is written again there.
    draft : Draft
        As it was imported first.
    write : callable
        Writes texts, by file name, into a folder.

    Returns
    -------
    draft : Draft
        As it lies there now.
    note : str
        What is still wrong with it, in words; empty if nothing is.

    Raises
    ------
    AssignmentError
        If the handout cannot be read.
    """
    refused: dict[tuple[str, int], tuple[str, ...]] = {}
    chosen: dict[str, str] = {}
    while True:
        loaded = load_assignment(folder)
        found = try_checks(loaded.assignment, draft.account, chosen)
        if not found:
            break
        followed = choose_conventions(loaded.assignment, draft.account, found)
        if followed and not chosen:
            chosen = followed
        else:
            for place, each in found.items():
                refused[place] = (*refused.get(place, ()), each.reason)
        draft = import_handout(handout, name, refused, chosen)
        write(folder, draft.files)
    try:
        regenerate(loaded)
    except AssignmentError as error:
        return draft, f"its expected values are not: {error}"
    return draft, _say_lacking(draft)


def _say_lacking(draft: Draft) -> str:
    if draft.account.checks:
        return ""
    if draft.account.lacking:
        lacking = ", ".join(draft.account.lacking)
        return f"the reference has no {lacking}, so nothing is judged"
    return "the reference passes none of its cells, so nothing is judged"
