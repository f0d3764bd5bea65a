"""The magic ``%grade`` of IPython and Jupyter: the public checks, from a notebook's cell."""

from __future__ import annotations

import os
import shlex
from typing import Any

import click

from grader.cli.grading import with_assignments, with_seed, with_timeout, with_verbose
from grader.cli.progress import show_progress
from grader.errors import GraderError
from grader.report.untrusted import printable

_NAME = "grade"


def load(shell: Any) -> None:
    """Give a shell of IPython the magic; ``%load_ext grader`` does this."""
    shell.register_magic_function(grade, "line", _NAME)


def unload(shell: Any) -> None:
    """Take it away again."""
    shell.magics_manager.magics["line"].pop(_NAME, None)


def grade(line: str) -> Any:
    """Check your own code, by default all of it, with the public checks.

    ::

        %grade                          everything that is public
        %grade affine_forward           one function or class; several may be named
        %grade --assignment NAME|DIR    for this assignment; by default what the code looks like;
                                        a bundle may be a zip
        %grade --timeout SECONDS        CPU time that one check may take, by default 30
        %grade --seed N                 another seed of the inputs
        %grade -v                       show passed checks and versions too

    Files count as they are on disk, in the present folder: save them, nothing has to be imported
    again. A function that a cell of this session defined counts as it was defined last, saved or
    not; run the cell first. The code runs in a process of its own, so the session's variables
    stay as they are. The score is no grade.

    ``result = %grade affine_forward`` keeps the result: ``result.percent``, ``print(result)``.
    """
    from IPython.core.error import UsageError

    # A line in red instead of a traceback; what follows is not run, as after any error.
    try:
        with _check.make_context(f"%{_NAME}", _split(line)) as context:
            return _check.invoke(context)
    except click.exceptions.Exit:  # after --help
        return None
    except click.ClickException as error:
        raise UsageError(f"{printable(error.format_message())} See: %{_NAME} --help") from None
    except GraderError as error:
        raise UsageError(printable(str(error))) from None
    except KeyboardInterrupt:
        raise UsageError("stopped: nothing was checked") from None


@click.command(name=f"%{_NAME}", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("targets", nargs=-1)
@with_assignments
@with_timeout
@with_seed
@with_verbose
def _check(
    targets: tuple[str, ...],
    assignments: tuple[str, ...],
    timeout: float | None,
    seed: int | None,
    verbose: bool,
) -> Any:
    """Check your own code, by default all of it, with the public checks.

    TARGETS are functions and classes, such as affine_forward. Files of the present folder count
    as they are on disk, functions of this session's cells as they were defined last. The score is
    no grade.
    """
    from grader.checked import check

    with show_progress(wanted=True) as progress:
        return check(
            *targets,
            assignment=assignments,
            seed=seed,
            timeout=timeout,
            verbose=verbose,
            progress=progress,
        )


def _split(line: str, *, windows: bool = os.name == "nt") -> list[str]:
    """Return the words of a line as a shell would, with the backslashes of Windows' paths kept."""
    words = shlex.shlex(line, posix=True, punctuation_chars=False)
    words.whitespace_split = True
    words.commenters = ""
    if windows:
        words.escape = ""
    try:
        return list(words)
    except ValueError as error:
        raise click.UsageError(f"a quotation mark is missing: {error}.") from error
