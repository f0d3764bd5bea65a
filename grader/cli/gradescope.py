"""The command that makes an autograder for Gradescope."""

from __future__ import annotations

import os
from pathlib import Path

import click

from grader.cli.destinations import print_text
from grader.cli.exit_codes import ExitCode
from grader.cli.grading import with_timeout
from grader.errors import AssignmentError
from grader.report.untrusted import printable
from grader.report.wording import count


@click.command(name="gradescope")
@click.argument("assignment", metavar="ASSIGNMENT")
@click.option(
    "--into",
    "file",
    metavar="FILE.zip",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The zip to write; one that is there is replaced.",
)
@click.option(
    "--secret",
    "secrets",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Draw hidden inputs from this; may be repeated.  [default: hidden.json beside the "
    "assignment]",
)
@click.option(
    "--isolation",
    type=click.Choice(["auto", "strict", "standard", "weak"]),
    default="auto",
    show_default=True,
    help="How student code is kept apart there; auto takes the strongest there is, never weak.",
)
@with_timeout
@click.option(
    "--minutes",
    metavar="N",
    type=click.IntRange(1, 40),
    default=10,
    show_default=True,
    help="Time that Gradescope gives a submission, as set there.",
)
@click.option(
    "--wheels",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Pack these wheels, so that the image is built without a network.",
)
@click.option(
    "--without-reference",
    is_flag=True,
    help="Leave the reference out; mistakes then cost what builds on them, too.",
)
def make_gradescope_autograder(  # noqa: PLR0917 - click passes them by name
    assignment: str,
    file: Path,
    secrets: tuple[Path, ...],
    isolation: str,
    timeout: float | None,
    minutes: int,
    wheels: Path | None,
    without_reference: bool,
) -> int:
    """Make a Gradescope autograder for ASSIGNMENT, a name or folder of one, or of a hand-in.

    The zip holds hidden checks, expected values and the reference: it is for course staff alone.
    """
    from grader.gradescope.autograder import make_autograder, zip_files

    made = make_autograder(
        assignment,
        secrets=secrets,
        isolation=isolation,
        cpu_seconds=timeout,
        minutes=minutes,
        wheels=wheels,
        with_reference=not without_reference,
    )
    _write(file, zip_files(made.files))
    for name in made.unguarded:
        click.echo(
            f"grade: {name}: its hidden checks draw their inputs from the public seed; make a "
            f"secret with grade secret {name}",
            err=True,
        )
    held = "expected values" if without_reference else "expected values, and the reference"
    print_text(
        f"{printable(str(file))}: {', '.join(made.assignments)}, {count(len(made.files), 'file')}\n"
        f"It holds hidden checks and {held}: for course staff alone.\n"
        "Upload it to Gradescope under Configure Autograder, as a zip.\n"
    )
    return ExitCode.GRADED


def _write(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    beside = file.with_name(f".{file.name[:100]}.{os.urandom(4).hex()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as to:
            to.write(content)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise AssignmentError(f"cannot write {file}: {error.strerror}") from error
