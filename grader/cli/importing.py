"""The command that turns a course's own handout into a draft assignment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.destinations import print_text, write_whole
from grader.cli.exit_codes import ExitCode
from grader.errors import AssignmentError
from grader.report.untrusted import printable
from grader.report.wording import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.course.handout.account import Account

ACCOUNT = "IMPORT.md"


@click.command(name="import")
@click.argument("handout", type=click.Path(path_type=Path))
@click.option(
    "--into",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of the new assignment; must be empty or not there yet. Its name is the name of "
    "the assignment.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only the totals.")
def import_course_handout(handout: Path, folder: Path, quiet: bool) -> int:
    """Turn HANDOUT into a draft assignment.

    HANDOUT is what a course gives out: a zip, a tar or a folder with notebooks and starter code,
    or a lone notebook. The draft holds assignment.py, the notebooks with their check cells tagged,
    expected values, and IMPORT.md: which comparisons were taken, which were left, and why.
    """
    from grader.course.handout import import_handout
    from grader.course.handout.account import render
    from grader.course.handout.settling import settle_draft

    name = _name_of(folder)
    draft = import_handout(handout, name)
    _write(folder, draft.files)
    draft, note = settle_draft(handout, name, folder, draft, _write)
    text = render(draft.account)
    _write(folder, {ACCOUNT: text})
    if not quiet:
        print_text("".join(f"{printable(line, limit=500)}\n" for line in text.split("\n")))
    print_text(_summarise(draft.account, folder))
    if note:
        raise AssignmentError(f"{folder}: the draft is written, but {note}; see {ACCOUNT}")
    return ExitCode.GRADED


def _name_of(folder: Path) -> str:
    """Return the name of the assignment; refuse a folder or a name that is taken."""
    from grader.course.catalogue import assignment_names

    if folder.exists() and not folder.is_dir():
        raise click.BadParameter(f"{folder} is a file; choose a folder.", param_hint="--into")
    if folder.is_dir() and any(folder.iterdir()):
        raise click.BadParameter(
            f"{folder} is not empty; choose a folder that is empty or not there yet.",
            param_hint="--into",
        )
    name = re.sub(r"\W+", "_", folder.resolve().name).strip("_").lower()
    name = name if name.isidentifier() else f"draft_{name}".strip("_")
    if name in assignment_names():
        raise click.BadParameter(
            f"{name} is the name of an assignment that came with this program; choose another.",
            param_hint="--into",
        )
    return name


def _write(folder: Path, files: Mapping[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_whole(folder / name, text)
    except OSError as error:
        raise click.BadParameter(
            f"{folder} cannot be written: {error.strerror}; choose another.", param_hint="--into"
        ) from error


def _summarise(account: Account, folder: Path) -> str:
    taken = sum(each.taken for each in account.notebooks)
    left = sum(each.left for each in account.notebooks)
    where = printable(str(folder))
    return (
        f"{where}: {count(account.checks, 'check cell')} for {count(taken, 'comparison')}, "
        f"{count(left, 'comparison')} left unjudged, {count(account.reviews, 'cell')} for a person "
        f"to read. See {ACCOUNT}, then: grade show {where}\n"
    )
