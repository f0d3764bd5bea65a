"""Writes a release that has been proved, whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grader.course.catalogue import LoadedAssignment
from grader.course.expected import expected_for
from grader.course.release.contents import Release, make_release
from grader.course.release.leaks import find_leaks
from grader.course.release.proof import prove_starter, write_files
from grader.errors import AssignmentError

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_PERMISSIONS = 0o644 << 16


def write_release(
    loaded: LoadedAssignment,
    folder: Path,
    edition: str | None = None,
    *,
    with_given: bool = False,
    isolation: str = "auto",
) -> Release:
    """Make a release, prove it, and write it as ``starter``, ``bundle`` and a zip of each.

    Parameters
    ----------
    loaded : LoadedAssignment
        With its notebooks' checks.
    folder : Path
        Where to; absent or empty.
    edition, with_given
        As for :func:`grader.course.release.contents.make_release`.
    isolation : str
        As for :func:`grader.pipeline.grade`.

    Raises
    ------
    AssignmentError
        If the assignment is wrong, the release gives something away, or the folder is not
        empty. Nothing is written then.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AssignmentError(f"{folder} is there and not empty: choose another with --into")
    release = make_release(loaded, edition, with_given=with_given)
    problems = [
        *find_leaks(loaded, release, expected_for(loaded, None)),
        *prove_starter(loaded, release.starter, isolation=isolation),
    ]
    if problems:
        raise AssignmentError(f"{loaded.assignment.name}: {'; '.join(problems)}")
    name = loaded.assignment.name
    _write_whole(
        folder,
        {
            **{f"starter/{path}": content for path, content in release.starter.items()},
            **{f"bundle/{path}": content for path, content in release.bundle.items()},
            "starter.zip": _zip(name, release.starter),
            "bundle.zip": _zip(f"{name}_bundle", release.bundle),
        },
    )
    return release


def _write_whole(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write into a folder beside the wanted one, and give it that name at the end."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise AssignmentError(f"cannot write {folder}: {error.strerror}") from error
    try:
        write_files(beside, files)
        beside.chmod(0o755)
        if folder.is_dir():
            folder.rmdir()
        os.replace(beside, folder)  # noqa: PTH105 - the name says that it is done at once
    except OSError as error:
        raise AssignmentError(f"cannot write {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _zip(name: str, files: Mapping[str, bytes]) -> bytes:
    """Return a zip with one folder, whose bytes depend on the files alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in sorted(files.items()):
            member = zipfile.ZipInfo(f"{name}/{path}", _FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = _PERMISSIONS
            archive.writestr(member, content)
    return buffer.getvalue()
