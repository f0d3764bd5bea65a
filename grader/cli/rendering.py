"""The command that writes a saved report in other formats."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path

import click

from grader.cli.destinations import read_destinations
from grader.cli.exit_codes import ExitCode
from grader.cli.grading import check_path, prepare, with_quiet, with_verbose
from grader.cli.writing import Writer, with_audience, with_formats
from grader.errors import ReportError
from grader.model import Audience, Report
from grader.report.visibility import Reader
from grader.settings import check_moment

_LARGEST = 256 << 20


def _check_moment(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> datetime | None:
    del context, parameter
    try:
        return None if value is None else check_moment(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


@click.command(name="render")
@click.argument("report", metavar="REPORT.json", callback=check_path)
@with_formats("terminal")
@with_audience
@click.option(
    "--at",
    "moment",
    metavar="TIME",
    callback=_check_moment,
    help="What may be read then, before or after the assignment is due.  [default: now]",
)
@with_quiet
@with_verbose
def render_report(  # noqa: PLR0917 - click passes them by name
    report: Path,
    formats: tuple[str, ...],
    audience: str,
    moment: datetime | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Write a report that was saved as JSON in other formats, without grading again.

    A report saved with --for instructor holds everything, and can be written for students too.
    """
    detail = prepare(quiet=quiet, verbose=verbose)
    destinations = read_destinations(formats or ("terminal",), report)
    saved = read_report(report)
    reader = Reader(Audience(audience), moment)
    if saved.audience is Audience.STUDENT and reader.audience is Audience.INSTRUCTOR:
        raise ReportError(
            f"{report}: it was written for a student and lacks what only instructors may read; "
            "grade the submission again with --for instructor"
        )
    again = shlex.join(["grade", saved.submission.name])
    return Writer(reader, detail, again).write(saved, destinations) or ExitCode.GRADED


def read_report(file: Path) -> Report:
    """Return the report that a file holds as JSON.

    Raises
    ------
    ReportError
        If it cannot be read, is no report, or is one of another version.
    """
    from grader.report.json_reading import report_from_json

    try:
        with file.open("rb") as stream:  # a device or a pipe says nothing of its size
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ReportError(
                f"{file}: it is too large for a report; give the JSON that grade wrote"
            )
        text = content.decode("utf-8")
    except OSError as error:
        raise ReportError(f"{file}: it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReportError(f"{file}: it is not JSON; give the file that grade wrote") from error
    try:
        return report_from_json(text)
    except ValueError as error:
        raise ReportError(f"{file}: {error}") from error
