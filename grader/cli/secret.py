"""The command that draws what hidden checks depend on, once a term."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.destinations import print_text
from grader.cli.exit_codes import ExitCode
from grader.errors import AssignmentError
from grader.report.untrusted import printable
from grader.report.wording import count


@click.command(name="secret")
@click.argument("assignment", metavar="ASSIGNMENT")
@click.option("--term", metavar="TERM", default="", help="Name of the term; reports show it.")
@click.option(
    "--into",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write.  [default: hidden.json beside the assignment]",
)
def draw_secret(assignment: str, term: str, file: Path | None) -> int:
    """Draw the secret that hidden checks of ASSIGNMENT, a name or a folder, take inputs from.

    The expected values go beside it. Grading uses what lies beside the assignment, or what
    --secret names; neither file is for students. Keep both as long as grades may be asked about.
    """
    from grader.course.catalogue import assignments_folder, load_assignment
    from grader.course.hidden_values import hidden_names, regenerate_hidden
    from grader.course.secret import FILE, keep_out_of_git, write_secret

    loaded = load_assignment(assignment)
    if not hidden_names(loaded.assignment):
        raise AssignmentError(f"{loaded.assignment.name} has no hidden checks: nothing to draw")
    secret = write_secret(file or loaded.folder / FILE, loaded.assignment.name, term)
    try:
        checks = regenerate_hidden(loaded, secret)
    except AssignmentError:
        secret.file.unlink()
        raise
    if file is not None or loaded.folder.parent != assignments_folder():
        keep_out_of_git(secret)
    written = f"{secret.file} and {secret.values_file.name}: {count(checks, 'hidden check')}"
    print_text(f"{printable(written)}\n")
    print_text("Keep both to yourself, and as long as grades may be asked about.\n")
    return ExitCode.GRADED
