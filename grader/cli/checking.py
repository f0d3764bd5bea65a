"""The command that checks one's own code, on any system, without isolation."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from grader.cli.destinations import read_destinations
from grader.cli.grading import (
    check_path,
    judge_score,
    prepare,
    with_assignments,
    with_fail_under,
    with_quiet,
    with_seed,
    with_timeout,
    with_verbose,
)
from grader.cli.progress import show_progress
from grader.cli.writing import Writer, with_formats
from grader.report.visibility import STUDENT
from grader.settings import Limits


@click.command(name="check")
@click.argument("path", default=".", callback=check_path)
@click.option(
    "--target",
    "targets",
    metavar="NAME",
    multiple=True,
    help="Check only this function or class, such as affine_forward; may be repeated.",
)
@with_assignments
@with_formats("terminal")
@with_timeout
@with_fail_under
@with_seed
@with_quiet
@with_verbose
def check_code(  # noqa: PLR0917 - click passes them by name
    path: Path,
    targets: tuple[str, ...],
    assignments: tuple[str, ...],
    formats: tuple[str, ...],
    timeout: float | None,
    fail_under: float | None,
    seed: int | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Check your own code, by default in this folder, with the public checks.

    It runs as it is, without isolation, on Linux, macOS and Windows: only for code you trust.
    The score is no grade. Exit codes are those of grade.
    """
    detail = prepare(quiet=quiet, verbose=verbose)
    destinations = read_destinations(formats or ("terminal",), path)
    # Checking needs NumPy and the assignments; asking for help does not.
    from grader.own import NOTICE, check_own_code

    click.echo(f"grade: {NOTICE}", err=True)
    limits = Limits() if timeout is None else Limits(cpu_seconds=timeout)
    with show_progress(wanted=not quiet) as progress:
        report = check_own_code(
            path, assignments, targets=targets, limits=limits, seed=seed, progress=progress
        )
    again = _command_for(path, targets, assignments)
    writer = Writer(STUDENT, detail, again)
    return writer.write(report, destinations) or judge_score(report, fail_under)


def _command_for(path: Path, targets: tuple[str, ...], assignments: tuple[str, ...]) -> str:
    """Return the shell command that checks the same again."""
    named = [word for each in targets for word in ("--target", each)]
    named += [word for each in assignments for word in ("--assignment", each)]
    name = str(path)
    if name.startswith("-"):
        named.append("--")
    return shlex.join(["grade", "check", *named, name])
