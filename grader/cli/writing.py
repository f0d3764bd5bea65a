"""Writes a report in the formats asked for, so that no failure of one loses the grade."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.destinations import Destination, print_text, write_whole
from grader.cli.exit_codes import ExitCode
from grader.model import Audience
from grader.records import record
from grader.report.registry import format_names, renderer
from grader.report.terminal import Detail, render
from grader.report.untrusted import printable
from grader.report.visibility import Reader

if TYPE_CHECKING:
    from grader.model import Report

_WIDEST = 100

with_audience = click.option(
    "--for",
    "audience",
    type=click.Choice([audience.value for audience in Audience]),
    default=Audience.STUDENT.value,
    show_default=True,
    help="Who reads the reports: students see what the assignment shows them, instructors all.",
)


def with_formats(default: str) -> Callable[[Any], Any]:
    """Return the option that says which reports are written, and where to."""
    return click.option(
        "--format",
        "formats",
        metavar="FORMAT[:FILE]",
        multiple=True,
        help=f"{', '.join(format_names())}: to standard output or to a file; may be repeated.  "
        f"[default: {default}]",
    )


@record
class Writer:
    """Writes the reports of one submission."""

    reader: Reader
    detail: Detail
    """How much the terminal is told."""
    command: str
    """Shell command that grades the same again."""
    rescue: Path | None = None
    """Where the grade is saved as JSON if the only format asked for breaks."""

    def write(self, report: Report, destinations: tuple[Destination, ...]) -> ExitCode:
        """Write a report to every destination; whatever breaks there, try the others.

        Returns
        -------
        ExitCode
            ``GRADED`` if all were written, ``USAGE`` if a file could not be, ``INTERNAL`` if a
            format broke.
        """
        saved: list[str] = []
        worst = ExitCode.GRADED
        broken = False
        for each in destinations:
            text = self._render(report, each, tuple(saved))
            if text is None:
                worst, broken = ExitCode.INTERNAL, True
            elif each.file is None:
                print_text(text)
            elif _write(each.file, text, each.format):
                saved.append(str(each.file))
            else:
                worst = max(worst, ExitCode.USAGE)
        if broken and not any(each.format == "json" for each in destinations):
            self._rescue(report)
        return worst

    def _render(
        self, report: Report, destination: Destination, saved: tuple[str, ...]
    ) -> str | None:
        """Return the text of one format; say what is wrong, and return None, where it breaks."""
        try:
            if destination.format != "terminal":
                return renderer(destination.format)(report, self.reader)
            return self._render_terminal(report, destination, saved)
        except Exception as error:  # noqa: BLE001 - a grade must survive whatever a format meets
            message = (
                f"the {destination.format} report could not be made: {type(error).__name__}: "
                f"{error}. Please report it; the other formats are not affected."
            )
            click.echo(f"grade: {printable(message)}", err=True)
            return None

    def _render_terminal(
        self, report: Report, destination: Destination, saved: tuple[str, ...]
    ) -> str:
        seen = destination.file is None and sys.stdout.isatty()
        return render(
            report,
            self.reader,
            width=min(shutil.get_terminal_size().columns, _WIDEST) if seen else 80,
            colour=seen and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
            detail=self.detail,
            command=self.command,
            saved=saved,
        )

    def _rescue(self, report: Report) -> None:
        """Save the grade as JSON, from which every format can be made later."""
        destination = Destination("json", self.rescue)
        if self.rescue is None or self.rescue.exists():
            return
        text = self._render(report, destination, ())
        if text is not None and _write(self.rescue, text, "json"):
            name = printable(str(self.rescue))
            click.echo(f"grade: the grade is saved in {name}; see: grade render --help", err=True)


def _write(file: Path, text: str, format_name: str) -> bool:
    """Write one file; say what is wrong, and return False, where that is not possible."""
    try:
        write_whole(file, text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"cannot write {file}: {reason}. Choose another: --format {format_name}:FILE"
        click.echo(f"grade: {printable(message)}", err=True)
        return False
    return True
