"""Which names inside a submission are safe, and which of them grading reads."""

import re
from itertools import pairwise

from grader.errors import SubmissionError

SOURCE_SUFFIXES = (".py", ".ipynb", ".pyx", ".txt", ".md")
ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
SKIPPED_FOLDERS = frozenset(
    [
        "__macosx",
        "__pycache__",
        ".git",
        ".hg",
        ".idea",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".pytest_cache",
        ".svn",
        ".tox",
        ".venv",
        ".vscode",
        "datasets",
        "dist-packages",
        "node_modules",
        "site-packages",
        "venv",
    ]
)
_DRIVE = re.compile(r"[A-Za-z]:")
_MAX_NAME = 1024
_SHOWN = 120


def show(name: str) -> str:
    """Return ``name`` fit for an error message: printable, one line, long ones by their ends."""
    if len(name) > _SHOWN:
        half = _SHOWN // 2
        name = f"{name[:half]}...{name[-half:]}"
    return "".join(c if c.isprintable() else "?" for c in name)


def is_outside(path: str) -> bool:
    """Return whether a path is absolute, climbs out with ``..``, or has a drive letter."""
    return (
        path.startswith("/")
        or _DRIVE.match(path) is not None
        or ".." in path.split("/")
        or "\0" in path
    )


def normalise(name: str, archive: str) -> str:
    """Return a member's name as a relative POSIX path.

    Raises
    ------
    SubmissionError
        If the name is absolute, climbs out with ``..``, has a drive letter or is overlong:
        no course tool writes such names, so the whole archive is refused.
    """
    path = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    path = path.replace("\\", "/")
    if is_outside(path):
        raise SubmissionError(
            f"{show(archive)}: the member name {show(name)!r} points outside the archive; "
            "make the archive again from the assignment's folder"
        )
    if len(path) > _MAX_NAME:
        raise SubmissionError(
            f"{show(archive)}: a member name is {len(path)} characters long "
            f"({show(name)!r}); shorten it and make the archive again"
        )
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def is_skipped(path: str) -> bool:
    """Return whether a path lies in a folder that holds nothing a student wrote."""
    folders = path.split("/")
    name = folders.pop()
    return (
        name.startswith("._")
        or any(folder.lower() in SKIPPED_FOLDERS for folder in folders)
        or any(a == "lib" and b.startswith("python") for a, b in pairwise(folders))
    )


def is_source(path: str) -> bool:
    """Return whether grading reads this file; a trailing blank in the name is forgiven."""
    return path.rstrip().lower().endswith(SOURCE_SUFFIXES)


def is_archive(path: str) -> bool:
    """Return whether the name is that of an archive that may hold the real submission."""
    return path.rstrip().lower().endswith(ARCHIVE_SUFFIXES)
