"""The command that makes what students get of an assignment."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.destinations import print_text
from grader.cli.exit_codes import ExitCode
from grader.report.untrusted import printable
from grader.report.wording import count


@click.command(name="release")
@click.argument("assignment", metavar="ASSIGNMENT")
@click.option(
    "--into",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    required=True,
    help="Where to write; absent or empty.",
)
@click.option(
    "--edition",
    type=click.Choice(["cs231n", "nndl", "layers-utils"]),
    help="Layout of the modules.  [default: that of the assignment's course]",
)
@click.option("--with-given", is_flag=True, help="Hand out given functions complete.")
@click.option(
    "--isolation",
    type=click.Choice(["auto", "strict", "standard", "weak"]),
    default="auto",
    show_default=True,
    help="How starter code is kept apart while it is proved.",
)
def release_assignment(
    assignment: str, folder: Path, edition: str | None, with_given: bool, isolation: str
) -> int:
    """Write starter and student bundle of ASSIGNMENT, a name or a folder, and a zip of each.

    Before anything is written it is proved: the starter can be imported and earns no points, and
    neither it nor the bundle holds a line of a solution or anything of hidden checks.
    """
    from grader.course.catalogue import load_assignment
    from grader.course.release.writing import write_release

    loaded = load_assignment(assignment)
    release = write_release(loaded, folder, edition, with_given=with_given, isolation=isolation)
    for part, files in (("starter", release.starter), ("bundle", release.bundle)):
        place = printable(str(folder / part))
        print_text(f"{place}: {count(len(files), 'file')}, also as {part}.zip\n")
    print_text(
        "Proved: the starter can be imported and earns 0 points; "
        "neither holds solutions or anything hidden.\n"
    )
    return ExitCode.GRADED
