"""The command that grades one submission."""

from __future__ import annotations

import math
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.destinations import default_file, read_destinations
from grader.cli.exit_codes import ExitCode
from grader.cli.progress import show_progress
from grader.cli.writing import Writer, with_audience, with_formats
from grader.model import Audience
from grader.report.terminal import Detail
from grader.report.visibility import Reader
from grader.settings import Limits

if TYPE_CHECKING:
    from click.formatting import HelpFormatter

    from grader.model import Report

_LONGEST_SECONDS = 86_400


class Grading(click.Command):
    """The command that has no name: its help is the program's."""

    def format_help(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the program's help."""
        if ctx.parent is None:
            super().format_help(ctx, formatter)
        else:
            ctx.parent.command.format_help(ctx.parent, formatter)


def check_path(context: click.Context, parameter: click.Parameter, value: str) -> Path:
    """Return what was named as a path."""
    del context, parameter
    return as_path(value)


def as_path(value: str) -> Path:
    """Return a word as a path.

    Raises
    ------
    click.BadParameter
        If it is empty.
    """
    if not value:  # an unset variable in a script, which a path would take for this folder
        raise click.BadParameter("the name is empty; give a file or a folder.")
    return Path(value)


def _check_seconds(
    context: click.Context, parameter: click.Parameter, value: float | None
) -> float | None:
    del context, parameter
    if value is not None and not (math.isfinite(value) and value > 0):
        raise click.BadParameter(f"{value:g} is no time; give seconds above 0.")
    if value is not None and value > _LONGEST_SECONDS:  # the system cannot wait for ever so long
        raise click.BadParameter(f"{value:g} is too long; give at most {_LONGEST_SECONDS}, a day.")
    return value


def _check_percent(
    context: click.Context, parameter: click.Parameter, value: float | None
) -> float | None:
    del context, parameter
    if value is not None and not 0 <= value <= 100:
        raise click.BadParameter(f"{value:g} is no percentage from 0 to 100.")
    return value


with_assignments = click.option(
    "--assignment",
    "assignments",
    metavar="NAME|DIR|ZIP",
    multiple=True,
    help="Grade for this assignment; may be repeated.  [default: what the submission looks like]",
)
with_timeout = click.option(
    "--timeout",
    metavar="SECONDS",
    type=float,
    callback=_check_seconds,
    help="CPU time that one check may take.  [default: 30]",
)
with_fail_under = click.option(
    "--fail-under",
    metavar="PERCENT",
    type=float,
    callback=_check_percent,
    help="End with code 1 if the score is below.",
)
with_seed = click.option(
    "--seed",
    metavar="N",
    type=click.IntRange(0, 2**32 - 1),
    help="Seed of the inputs that are drawn.  [default: the assignment's]",
)
with_quiet = click.option("-q", "--quiet", is_flag=True, help="Print only the score.")
with_verbose = click.option(
    "-v", "--verbose", is_flag=True, help="Print passed checks and versions too."
)


@click.command(name="grade", cls=Grading)
@click.argument("submission", callback=check_path)
@with_assignments
@with_formats("terminal, and json:SUBMISSION.grade.json")
@with_audience
@click.option(
    "--isolation",
    type=click.Choice(["auto", "strict", "standard", "weak"]),
    default="auto",
    show_default=True,
    help="How student code is kept apart; auto takes the strongest there is, never weak.",
)
@with_timeout
@with_fail_under
@with_seed
@click.option(
    "--secret",
    "secrets",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Draw hidden inputs from this; may be repeated.  [default: hidden.json beside the "
    "assignment]",
)
@with_quiet
@with_verbose
def grade_submission(  # noqa: PLR0917 - click passes them by name
    submission: Path,
    assignments: tuple[str, ...],
    formats: tuple[str, ...],
    audience: str,
    isolation: str,
    timeout: float | None,
    fail_under: float | None,
    seed: int | None,
    secrets: tuple[Path, ...],
    quiet: bool,
    verbose: bool,
) -> int:
    """Grade SUBMISSION, write its reports and return the exit code."""
    detail = prepare(quiet=quiet, verbose=verbose)
    destinations = read_destinations(formats, submission)
    # Grading needs NumPy and the assignments; asking for help or versions does not.
    from grader.pipeline import grade

    limits = Limits() if timeout is None else Limits(cpu_seconds=timeout)
    with show_progress(wanted=not quiet) as progress:
        report = grade(
            submission,
            assignments,
            isolation=isolation,
            limits=limits,
            seed=seed,
            secrets=secrets,
            progress=progress,
        )
    again = _command_for(submission, assignments)
    writer = Writer(Reader(Audience(audience)), detail, again, rescue=default_file(submission))
    return writer.write(report, destinations) or judge_score(report, fail_under)


def prepare(*, quiet: bool, verbose: bool) -> Detail:
    """Make this process ready to grade, and return how much is to be shown.

    Raises
    ------
    click.UsageError
        If both little and much is.
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other.")
    # The arrays compared are small: BLAS threads would only cost the time to start and to spin.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if verbose:
        import logging

        logging.basicConfig(format="grade: %(message)s")  # what broke on our side, with where
    return Detail.SCORE if quiet else Detail.EVERYTHING if verbose else Detail.FAILURES


def judge_score(report: Report, fail_under: float | None) -> ExitCode:
    """Return the exit code that a score earns."""
    # A hair below is not below: points are sums of floats.
    if fail_under is not None and report.percent < fail_under - 1e-9:
        return ExitCode.BELOW
    return ExitCode.GRADED


def _command_for(submission: Path, assignments: tuple[str, ...]) -> str:
    """Return the shell command that grades the same again."""
    name = str(submission)
    context = click.get_current_context()
    program = context.find_root().command
    is_command = isinstance(program, click.Group) and name in program.commands
    if is_command or name.startswith("-"):
        name = f".{os.sep}{name}"
    options = [word for each in assignments for word in ("--assignment", each)]
    return shlex.join(["grade", name, *options])
