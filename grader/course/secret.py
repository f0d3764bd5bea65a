"""The secret of an assignment's term: hidden checks draw their inputs from it.

The same secret draws the same inputs for everyone and every time, so that identical code gets
identical grades and handing in again draws nothing anew. It is a file that stays with the
instructor.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Collection, Sequence
from pathlib import Path

from grader.checks.base import Check
from grader.errors import AssignmentError
from grader.records import record
from grader.settings import Visibility

FILE = "hidden.json"
"""Beside an assignment, what hidden checks draw from."""
VALUES = ".npz"
"""Ending of the file beside it that holds their expected values."""
_FORMAT = "grade-secret"
_BYTES = 32
_LARGEST = 1 << 16


@record
class Secret:
    """What hidden checks of one assignment draw from during one term."""

    assignment: str
    term: str
    key: str
    """Hexadecimal digits that nobody can guess."""
    file: Path
    """Where it was read from."""

    @property
    def seed(self) -> int:
        """The seed of hidden inputs, one that NumPy's legacy generator takes, too."""
        digest = hashlib.sha256(f"{self.assignment}/{self.key}".encode()).digest()
        return int.from_bytes(digest[:4], "little")

    @property
    def digest(self) -> str:
        """What stored values remember it by: nothing can be drawn from that."""
        return hashlib.sha256(f"digest/{self.assignment}/{self.key}".encode()).hexdigest()

    @property
    def values_file(self) -> Path:
        """Where the expected values of the hidden checks are kept."""
        return self.file.with_suffix(VALUES)


@record
class Seeds:
    """Which seed each check's inputs are drawn with."""

    public: int
    hidden: int | None = None
    """None without a secret: hidden checks draw as all others do."""

    def of(self, check: Check) -> int:
        """Return the seed of a check."""
        hidden = check.visibility is Visibility.HIDDEN
        return self.hidden if hidden and self.hidden is not None else self.public


def write_secret(file: Path, assignment: str, term: str) -> Secret:
    """Draw a secret and write it where only its owner can read it.

    Raises
    ------
    AssignmentError
        If the file is there already, or cannot be written.
    """
    secret = Secret(assignment, term, secrets.token_hex(_BYTES), file)
    content = {"format": _FORMAT, "assignment": assignment, "term": term, "key": secret.key}
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise AssignmentError(
            f"{file} is there already, and grades given with it depend on it: keep it, or name "
            "another with --into"
        ) from error
    except OSError as error:
        raise AssignmentError(f"cannot write {file}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(content, indent=1) + "\n")
    return secret


def keep_out_of_git(secret: Secret) -> None:
    """Name a secret and its values in the ``.gitignore`` of their folder.

    Raises
    ------
    AssignmentError
        If it cannot be written.
    """
    ignored = secret.file.with_name(".gitignore")
    try:
        text = ignored.read_text(encoding="utf-8") if ignored.exists() else ""
        names = (secret.file.name, secret.values_file.name)
        missing = [name for name in names if name not in text.splitlines()]
        if missing:
            lines = "".join(f"{name}\n" for name in missing)
            ignored.write_text(text + ("\n" if text and text[-1] != "\n" else "") + lines)
    except OSError as error:
        raise AssignmentError(f"cannot write {ignored}: {error.strerror}") from error


def read_secret(file: Path) -> Secret:
    """Read a secret.

    Raises
    ------
    AssignmentError
        If there is none, or it is damaged.
    """
    try:
        with file.open("rb") as stream:
            data = json.loads(stream.read(_LARGEST))
    except OSError as error:
        raise AssignmentError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError):
        data = None
    match data:
        case {
            "format": "grade-secret",
            "assignment": str(assignment),
            "term": str(term),
            "key": str(key),
        } if len(key) >= _BYTES:
            return Secret(assignment, term, key, file)
    raise AssignmentError(f"{file} is no secret: make one with grade secret")


def read_secrets(files: Sequence[Path], assignments: Collection[str]) -> dict[str, Secret]:
    """Return secrets by their assignment's name.

    Raises
    ------
    AssignmentError
        If one cannot be read, is for no assignment that is graded, or there are two for one.
    """
    found: dict[str, Secret] = {}
    for file in files:
        secret = read_secret(file)
        if secret.assignment not in assignments:
            raise AssignmentError(
                f"{file} is the secret of {secret.assignment}, and graded is "
                f"{', '.join(assignments)}"
            )
        if secret.assignment in found:
            raise AssignmentError(
                f"{file} and {found[secret.assignment].file} are both secrets of "
                f"{secret.assignment}: give one"
            )
        found[secret.assignment] = secret
    return found


def find_secret(folder: Path) -> Secret | None:
    """Return the secret that lies beside an assignment, if there is one.

    Raises
    ------
    AssignmentError
        If it is damaged.
    """
    file = folder / FILE
    return read_secret(file) if file.exists() else None
