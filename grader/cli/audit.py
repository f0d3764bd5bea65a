"""The command that tells which known mistakes a notebook's own checks let pass."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.destinations import print_text
from grader.cli.exit_codes import ExitCode
from grader.cli.progress import show_progress
from grader.report.untrusted import printable

if TYPE_CHECKING:
    from grader.course.audit import Audit
    from grader.model import Progress

_WIDEST = 140
_HEADINGS = ("mistake", "the notebook's cells", "declared checks")


@click.command(name="audit")
@click.argument("what", metavar="HANDOUT|ASSIGNMENT")
@click.option("--all", "everything", is_flag=True, help="List mistakes that the cells find, too.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
def audit_checks(what: str, everything: bool, as_json: bool, markdown: bool) -> int:
    """Tell which known mistakes a notebook's own checks let pass, and which checks find them.

    Of an ASSIGNMENT, a name or a folder, the cells of its notebooks are held against the checks
    that it declares. Of a HANDOUT, a zip, tar, folder or notebook, the cells that an import
    would take are held against our own assignments. Every known mistake of the functions is made
    in the reference, one at a time; no student code runs, and no training.
    """
    from grader.course.audit_report import to_json, to_markdown

    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    with show_progress(wanted=True) as progress:
        audits = [*_audit(what, progress)]
    if as_json:
        print_text(to_json(audits))
        return ExitCode.GRADED
    for audit in audits:
        write = to_markdown if markdown else _draw
        print_text(write(audit, everything=everything))
    return ExitCode.GRADED


def _audit(what: str, progress: Progress | None) -> list[Audit]:
    from grader.course.audit import audit_assignment, audit_handout
    from grader.course.catalogue import assignment_names, is_declaration, load_assignment
    from grader.course.hand_in import expand, is_hand_in

    given = Path(what)
    known = what in assignment_names() or is_hand_in(what)
    if not known and given.exists() and not is_declaration(given):
        return [audit_handout(given, progress)]
    return [audit_assignment(load_assignment(one), progress) for one in expand((what,))[0]]


def _draw(audit: Audit, *, everything: bool) -> str:
    """Return an audit as a table as wide as the terminal."""
    # Imported here because they take a third of a second.
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from grader.course.audit_report import group, say_cells, say_declared, summarise

    width = min(shutil.get_terminal_size((100, 24)).columns, _WIDEST)
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=sys.stdout.isatty(), highlight=False)
    console.print(Text(printable(f"{audit.name}: {audit.title}"), style="bold"))
    console.print(Text(printable(" ".join(summarise(audit)), limit=1000)))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold", header_style="dim")
    for target, rows in group(audit, everything=everything):
        table.add_row(Text(target.partition(":")[2], style="bold"))
        for row in rows:
            style = "red" if row.survives else ""
            said = (row.title, say_cells(row), say_declared(row))
            title, *found = (Text(printable(each), style) for each in said)
            table.add_row(Padding(title, (0, 0, 0, 1)), *found)
    console.print(table)
    lines = stream.getvalue().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)
