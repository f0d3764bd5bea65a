"""The command that checks one's own code, on any system, without isolation."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from grader.cli.destinations import read_destinations
from grader.cli.grading import (
    as_path,
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
from grader.errors import SelectionError, SubmissionError
from grader.report.visibility import STUDENT
from grader.settings import Limits

_TARGET = re.compile(r"[^\W\d]\w*(:[^\W\d]\w*)?")


@click.command(name="check")
@click.argument("named", metavar="[TARGET|PATH]...", nargs=-1)
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
    named: tuple[str, ...],
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

    A TARGET is a function or class, such as affine_forward; without any, all are checked. A word
    that a file or folder is called, or that has a slash or a dot in it, is the PATH.

    It runs as it is, without isolation, on Linux, macOS and Windows: only for code you trust.
    The score is no grade. Exit codes are those of grade.
    """
    detail = prepare(quiet=quiet, verbose=verbose)
    path, words = _sort_out(named)
    targets = tuple(dict.fromkeys((*words, *targets)))
    destinations = read_destinations(formats or ("terminal",), path)
    # Checking needs NumPy and the assignments; asking for help does not.
    from grader.own import NOTICE, check_command, check_own_code

    click.echo(f"grade: {NOTICE}", err=True)
    limits = Limits() if timeout is None else Limits(cpu_seconds=timeout)
    try:
        with show_progress(wanted=not quiet) as progress:
            report = check_own_code(
                path, assignments, targets=targets, limits=limits, seed=seed, progress=progress
            )
    except (SelectionError, SubmissionError) as error:
        if not words:
            raise
        raise type(error)(f"{error}; there is no file or folder {words[0]!r} either") from error
    again = check_command(path, assignments, targets=targets, timeout=timeout, seed=seed)
    writer = Writer(STUDENT, detail, again)
    return writer.write(report, destinations) or judge_score(report, fail_under)


def _sort_out(named: tuple[str, ...]) -> tuple[Path, tuple[str, ...]]:
    """Return the path among words, by default this folder, and the targets."""
    words = tuple(w for w in named if _TARGET.fullmatch(w) and not os.path.lexists(w))
    paths = [as_path(word) for word in named if word not in words]
    if len(paths) > 1:
        listed = " and ".join(map(str, paths[:2]))
        raise click.UsageError(f"{listed} are two paths; check one after the other.")
    return (paths[0] if paths else Path()), words
