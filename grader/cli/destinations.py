"""Where reports go: which formats, to which files, written whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from grader.records import record
from grader.report.registry import format_names

_ARCHIVE_SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar", ".zip", ".ipynb")
# For terminals whose encoding lacks what the reports use.
_PLAINER = str.maketrans({"·": "-", "…": "..."})


@record
class Destination:
    """One format and where it goes."""

    format: str
    """Name of the format."""
    file: Path | None = None
    """File to write, None for standard output."""


def read_destinations(values: tuple[str, ...], submission: Path) -> tuple[Destination, ...]:
    """Return what ``--format`` asks for, JSON files first and standard output last.

    Parameters
    ----------
    values : tuple of str
        ``FORMAT`` for standard output or ``FORMAT:FILE``; without any, the terminal report goes
        to standard output and the JSON report to the current folder.
    submission : Path
        What is graded, which no report may overwrite.

    Raises
    ------
    click.BadParameter
        If a format is unknown, two go to the same place, or one would overwrite the submission.
    """
    if not values:
        return Destination("json", default_file(submission)), Destination("terminal")
    destinations = tuple(_read(value) for value in values)
    printed = [each for each in destinations if each.file is None]
    if len(printed) > 1:
        names = " and ".join(each.format for each in printed)
        raise click.BadParameter(
            f"{names} cannot both go to standard output; write one to a file, as in "
            f"--format {printed[0].format}:FILE."
        )
    for each in destinations:
        if each.file is not None and _is_same(each.file, submission):
            raise click.BadParameter(f"{each.file} is what is read; choose another file.")
    files = [Path(os.path.realpath(each.file)) for each in destinations if each.file is not None]
    for file in files:
        if files.count(file) > 1 and (file.is_file() or not file.exists()):
            raise click.BadParameter(f"two reports cannot both go to {file}; choose two files.")
    return tuple(sorted(destinations, key=_order))


def write_whole(file: Path, text: str) -> None:
    """Write `text` as UTF-8 so that `file` holds either all of it or what it held before.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    content = text.encode("utf-8", "backslashreplace")
    if file.exists() and not file.is_file():
        # A device or a pipe is written to, never replaced; a folder is refused by the system.
        file.write_bytes(content)
        return
    beside = file.with_name(f".{file.name[:100]}.{os.urandom(4).hex()}.part")
    try:
        with beside.open("xb") as stream:
            stream.write(content)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def print_text(text: str) -> None:
    """Write `text` to standard output, whatever its encoding.

    Raises
    ------
    BrokenPipeError
        If nobody reads it any more.
    click.UsageError
        If it cannot be written for another reason, such as a full disk.
    """
    encoding = sys.stdout.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plainer = text.translate(_PLAINER)
        text = plainer.encode(encoding, "backslashreplace").decode(encoding)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - to the end
        advice = "make room, or write to a file with --format FORMAT:FILE."
        raise click.UsageError(
            f"standard output cannot be written: {error.strerror}; {advice}"
        ) from error


def _order(destination: Destination) -> int:
    """Return a number by which JSON files, from which all others can be made, come first."""
    if destination.file is None:
        return 2
    return 0 if destination.format == "json" else 1


def _read(value: str) -> Destination:
    name, separator, file = value.partition(":")
    if name not in format_names():
        raise click.BadParameter(f"there is no format {name!r}, only {', '.join(format_names())}.")
    if separator and not file:
        raise click.BadParameter(f"{value!r} names no file; write {name} or {name}:FILE.")
    return Destination(name, Path(file) if file not in ("", "-") else None)


def default_file(submission: Path) -> Path:
    """Return a file in the current folder that is named after the submission."""
    name = submission.name if submission.name not in ("", "..") else submission.resolve().name
    lowered = name.lower()
    for suffix in _ARCHIVE_SUFFIXES:
        if lowered.endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)]
            break
    return Path(f"{name or 'submission'}.grade.json")


def _is_same(file: Path, submission: Path) -> bool:
    try:
        return file.samefile(submission)
    except OSError:
        return False
