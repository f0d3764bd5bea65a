"""The command that proves assignments."""

from __future__ import annotations

import click

from grader.cli.destinations import print_text
from grader.cli.exit_codes import ExitCode
from grader.cli.progress import show_progress
from grader.errors import AssignmentError
from grader.report.untrusted import printable
from grader.report.wording import count, count_points


@click.command(name="validate")
@click.argument("assignments", metavar="[ASSIGNMENT]...", nargs=-1)
@click.option(
    "--seeds",
    metavar="N",
    type=click.IntRange(1, 1000),
    default=3,
    show_default=True,
    help="Hold the reference against itself on so many seeds.",
)
@click.option(
    "--isolation",
    type=click.Choice(["auto", "strict", "standard", "weak"]),
    default="auto",
    show_default=True,
    help="How starter code is kept apart.",
)
def validate_assignments(assignments: tuple[str, ...], seeds: int, isolation: str) -> int:
    """Prove that the reference earns everything and the starter nothing.

    Without an ASSIGNMENT, a name or a folder, all that came with this program. Ends with code 4
    if anything is wrong.
    """
    from grader.course.catalogue import assignment_names, load_assignment
    from grader.course.hand_in import expand
    from grader.course.validate import validate, warn

    code = ExitCode.GRADED
    for name in expand(assignments)[0] or assignment_names():
        problems: list[str]
        warnings: list[str] = []
        try:
            loaded = load_assignment(name)
            with show_progress(wanted=True) as progress:
                problems = validate(loaded, seeds=seeds, isolation=isolation, progress=progress)
            warnings = warn(loaded)
            facts = f"{count(len(loaded.assignment.checks), 'check')}, " + count_points(
                loaded.assignment.points
            )
        except AssignmentError as error:
            problems, facts = [str(error)], "cannot be validated"
        said = count(len(problems), "problem") if problems else f"proved on {count(seeds, 'seed')}"
        print_text(f"{printable(str(name))}: {said} ({facts})\n")
        for problem in problems:
            print_text(f"  {printable(problem, limit=1000)}\n")
        for warning in warnings:
            print_text(f"  note: {printable(warning, limit=1000)}\n")
        if problems:
            code = ExitCode.ASSIGNMENT
    return code
