"""Reads the command line, runs one command, and turns every error into one line and a code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from grader import __version__
from grader.cli.assignments import list_assignments, regenerate_assignments, show_assignment
from grader.cli.audit import audit_checks
from grader.cli.checking import check_code
from grader.cli.ci import grade_repository
from grader.cli.doctor import examine
from grader.cli.exit_codes import ExitCode
from grader.cli.gradescope import make_gradescope_autograder
from grader.cli.grading import grade_submission
from grader.cli.importing import import_course_handout
from grader.cli.release import release_assignment
from grader.cli.rendering import render_report
from grader.cli.secret import draw_secret
from grader.cli.validate import validate_assignments
from grader.errors import GraderError
from grader.report.untrusted import printable, without_log_commands

if TYPE_CHECKING:
    from click.formatting import HelpFormatter

_OWN_OPTIONS = ("-h", "--help", "--version")
_FOR_STAFF = frozenset(
    {"audit", "gradescope", "import", "regenerate", "release", "secret", "validate"}
)
"""Commands that need what the students' edition of this program does not have."""
_STAFF_PACKAGE = "grader.families"


class SubmissionOrCommand(click.Group):
    """A group whose first argument is a submission unless it is the name of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave everything that does not begin with a command to the grading command."""
        if not args:
            click.echo(self.get_help(ctx), err=True)
            ctx.exit(ExitCode.USAGE)
        if args[0] not in self.commands and args[0] not in _OWN_OPTIONS:
            args = ["--", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command named first, else the grading command with all arguments."""
        if args[0] in self.commands:
            if args[0] in _FOR_STAFF and find_spec(_STAFF_PACKAGE) is None:
                raise click.UsageError(
                    f"grade {args[0]} is for staff: the students' edition, grade-student, holds "
                    "neither assignments nor the reference. Install grade instead.",
                    ctx,
                )
            return super().resolve_command(ctx, args)
        return None, grade_submission, args

    def format_usage(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write both ways to call the program."""
        formatter.write_usage(ctx.command_path, "SUBMISSION [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGUMENTS]", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the options of grading with the program's own, then the commands."""
        rows = [
            row
            for parameter in (*grade_submission.params, *self.get_params(ctx))
            if isinstance(parameter, click.Option)
            and (row := parameter.get_help_record(ctx)) is not None
        ]
        with formatter.section("Options"):
            formatter.write_dl(rows)
        self.format_commands(ctx, formatter)


@click.group(
    cls=SubmissionOrCommand,
    name="grade",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="grade")
def program() -> None:
    """Grade a submission: a zip, a tar.gz, a folder, a git checkout or a notebook.

    Prints a scored report and writes it as JSON to the current folder. A submission that has a
    command's name is graded with a path, as in: grade ./list

    Exit codes: 0 graded, whatever the score; 1 below --fail-under; 2 wrong usage; 3 the
    submission cannot be read; 4 an assignment is wrong; 5 student code cannot be isolated here.
    """


program.add_command(check_code)
program.add_command(render_report)
program.add_command(list_assignments)
program.add_command(show_assignment)
program.add_command(examine)
program.add_command(regenerate_assignments)
program.add_command(import_course_handout)
program.add_command(validate_assignments)
program.add_command(audit_checks)
program.add_command(release_assignment)
program.add_command(draw_secret)
program.add_command(make_gradescope_autograder)
program.add_command(grade_repository)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default what it was called with.

    Returns
    -------
    int
        The exit code. Nothing is raised, whatever happens.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence_stdout()
        return ExitCode.CLOSED_PIPE
    except KeyboardInterrupt:
        _complain("stopped.")
        return ExitCode.INTERRUPTED
    return code


def _run(given: list[str]) -> int:
    try:
        with program.make_context("grade", list(given)) as context:
            return int(program.invoke(context) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        _complain(f"{error.format_message()} See: grade --help")
        return error.exit_code
    except GraderError as error:
        _complain(f"{error}{_suggest_command(given)}")
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence, so that all is caught
        return _admit(error, given)


def _admit(error: Exception, given: list[str]) -> int:
    """Say that the grader broke; where, only to those who asked for everything."""
    if {"-v", "--verbose"}.intersection(given):
        traceback.print_exception(error)
        advice = "Please report it with the lines above."
    else:
        advice = "Please report it with what the same command prints with -v."
    _complain(f"internal error: {type(error).__name__}: {error}. {advice}")
    return ExitCode.INTERNAL


def _suggest_command(given: list[str]) -> str:
    """Return a question if what was taken for a submission looks like a misspelt command."""
    from difflib import get_close_matches

    if not given or given[0] in program.commands or os.path.lexists(given[0]):
        return ""
    close = get_close_matches(given[0], program.commands, n=1)
    return f"; did you mean: grade {close[0]}?" if close else ""


def _complain(message: str) -> None:
    # Names of files are in it, and in a workflow's log the runner reads what goes here, too.
    click.echo(without_log_commands(f"grade: {printable(message, limit=2000)}"), err=True)


def _silence_stdout() -> None:
    """Point standard output at nothing, so that flushing it at exit cannot fail again."""
    with open(os.devnull, "w", encoding="utf-8") as nothing:  # noqa: PTH123 - a device
        os.dup2(nothing.fileno(), sys.stdout.fileno())
