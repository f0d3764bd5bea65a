"""Expected values of hidden checks on the inputs that a secret draws: kept beside the secret."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.course.assignment import Assignment
from grader.course.catalogue import LoadedAssignment
from grader.course.expected import (
    ORIGIN,
    Values,
    check_of,
    compute,
    expected_for,
    pack,
    read_archive,
    renewal_of,
)
from grader.course.provenance import describe_origin, is_current
from grader.course.secret import FILE, Secret
from grader.errors import AssignmentError
from grader.settings import Visibility

_DRAWN_FROM = "drawn_from"


def values_for(loaded: LoadedAssignment, seed: int | None, secret: Secret | None) -> Values:
    """Return the expected values for a seed, those of hidden checks for a secret.

    Raises
    ------
    AssignmentError
        As :func:`grader.course.expected.expected_for`, and if the values of hidden checks are
        absent or stale.
    """
    values = expected_for(loaded, seed)
    hidden = hidden_names(loaded.assignment)
    if secret is None or not hidden:
        return values
    if secret.seed not in loaded.values:
        loaded.values[secret.seed] = _read(loaded, secret)
    public = {key: value for key, value in values.items() if check_of(key) not in hidden}
    return {**public, **loaded.values[secret.seed]}


def hidden_names(assignment: Assignment) -> frozenset[str]:
    """Return the ids of the checks that draw from a secret."""
    return frozenset(c.id for c in assignment.checks if c.visibility is Visibility.HIDDEN)


def regenerate_hidden(loaded: LoadedAssignment, secret: Secret) -> int:
    """Write what the reference gives for hidden checks beside a secret.

    Returns
    -------
    int
        How many checks have values now.

    Raises
    ------
    AssignmentError
        If the reference is not installed or raises, or the file cannot be written.
    """
    values = compute_hidden(loaded.assignment, secret.seed)
    marks = {ORIGIN: np.array(describe_origin(loaded)), _DRAWN_FROM: np.array(secret.digest)}
    try:
        secret.values_file.touch(mode=0o600)
        secret.values_file.write_bytes(pack({**marks, **values}))
    except OSError as error:
        raise AssignmentError(f"cannot write {secret.values_file}: {error.strerror}") from error
    loaded.values.pop(secret.seed, None)
    return len({check_of(key) for key in values})


def compute_hidden(assignment: Assignment, seed: int) -> Values:
    """Run the reference on the inputs of hidden checks alone.

    Raises
    ------
    AssignmentError
        If the reference is not installed, lacks a target or raises.
    """
    hidden = hidden_names(assignment)
    questions = (
        replace(one, checks=tuple(check for check in one.checks if check.id in hidden))
        for one in assignment.questions
    )
    found = compute(replace(assignment, questions=tuple(questions), earlier=()), seed)
    return {key: value for key, value in found.items() if check_of(key) in hidden}


def is_renewed(loaded: LoadedAssignment, secret: Secret) -> bool:
    """Return whether the values beside a secret were made from what is here now."""
    return _is_current(loaded, secret, read_archive(secret.values_file))


def _is_current(loaded: LoadedAssignment, secret: Secret, stored: Values) -> bool:
    is_own = str(stored.get(_DRAWN_FROM, "")) == secret.digest
    return is_own and is_current(loaded, str(stored.get(ORIGIN, "")))


def _read(loaded: LoadedAssignment, secret: Secret) -> Values:
    stored = read_archive(secret.values_file)
    if not _is_current(loaded, secret, stored):
        elsewhere = secret.file.resolve() != (loaded.folder / FILE).resolve()
        option = f" --secret {secret.file}" if elsewhere else ""
        raise AssignmentError(
            f"{secret.values_file} is absent or stale: run {renewal_of(loaded)}{option}"
        )
    return {key: value for key, value in stored.items() if key not in (ORIGIN, _DRAWN_FROM)}
