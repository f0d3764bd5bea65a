"""The commands about assignments: which there are, what they ask, and whether they are fresh."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.destinations import print_text
from grader.cli.exit_codes import ExitCode
from grader.errors import AssignmentError
from grader.report.untrusted import printable
from grader.report.wording import count, count_points, points

if TYPE_CHECKING:
    from grader.course.assignment import Assignment, Question
    from grader.course.catalogue import LoadedAssignment
    from grader.course.expected import Change
    from grader.course.secret import Secret


@click.command(name="list")
def list_assignments() -> int:
    """List the assignments that can be graded, and the hand-ins that group them."""
    from grader.course.catalogue import assignment_names, load_assignment
    from grader.course.hand_in import hand_in_names, load_hand_in

    code = ExitCode.GRADED
    names = assignment_names()
    if not names:
        print_text("No assignments came with this installation: name your course's bundle, as in\n")
        print_text("grade check . --assignment bundle\n")
    widest = max(map(len, (*names, *hand_in_names())), default=0)
    for name in names:
        try:
            title = load_assignment(name).assignment.title
        except AssignmentError as error:
            title = f"cannot be loaded: {error}"
            code = ExitCode.ASSIGNMENT
        print_text(f"{name:<{widest}}  {printable(title)}\n")
    for name in hand_in_names():
        parts = ", ".join(load_hand_in(name).hand_in.parts)
        print_text(f"{name:<{widest}}  {printable(f'hand-in of {parts}')}\n")
    return code


@click.command(name="show")
@click.argument("assignment", metavar="ASSIGNMENT")
def show_assignment(assignment: str) -> int:
    """Show the questions of ASSIGNMENT, a name or a folder, and their points."""
    from grader.course.catalogue import load_assignment
    from grader.course.hand_in import is_hand_in, load_hand_in

    if is_hand_in(assignment):
        hand_in = load_hand_in(assignment).hand_in
        lines = [f"{hand_in.title} ({hand_in.name}), {count_points(hand_in.points)}", ""]
        lines += [f"{part}: {count_points(value)}" for part, value in hand_in.parts.items()]
        print_text("".join(f"{printable(line)}\n" for line in lines))
        return ExitCode.GRADED
    print_text(_describe(load_assignment(assignment).assignment))
    return ExitCode.GRADED


@click.command(name="regenerate")
@click.argument("assignments", metavar="[ASSIGNMENT]...", nargs=-1)
@click.option("--check", is_flag=True, help="Change nothing; end with code 4 if anything would be.")
@click.option(
    "--secret",
    "secrets",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Renew the values beside this secret, too; may be repeated.  [default: hidden.json "
    "beside the assignment]",
)
def regenerate_assignments(
    assignments: tuple[str, ...], check: bool, secrets: tuple[Path, ...]
) -> int:
    """Renew expected values and the numbers in notebooks from the reference.

    Without an ASSIGNMENT, a name or a folder, of all that came with this program.
    """
    from grader.course.catalogue import assignment_names

    stale = False
    for name in assignments or assignment_names():
        changes = _find_drift(name, secrets) if check else _regenerate(name, secrets)
        stale = stale or bool(changes)
        word = "out of date" if check else "changed"
        print_text(f"{name}: {f'{len(changes)} {word}' if changes else 'up to date'}\n")
        for change in changes:
            print_text(f"  {printable(_tell(change))}\n")
    if check and stale:
        raise AssignmentError(
            "expected values are not what the reference gives; run grade regenerate and look at "
            "what changed."
        )
    return ExitCode.GRADED


def _find_drift(name: str, secrets: tuple[Path, ...]) -> list[Change]:
    from grader.course.catalogue import load_assignment
    from grader.course.expected import Change, drift
    from grader.course.hidden_values import is_renewed
    from grader.course.regeneration import literal_drift

    loaded = load_assignment(name)
    stale = [
        Change(secret.values_file.name, "of something older", "current", None)
        for secret in _secrets_of(loaded, secrets)
        if not is_renewed(loaded, secret)
    ]
    return [*literal_drift(loaded), *drift(loaded), *stale]


def _secrets_of(loaded: LoadedAssignment, files: tuple[Path, ...]) -> list[Secret]:
    """Return the secrets of an assignment: the one beside it, and those named that are its own."""
    from grader.course.secret import find_secret, read_secret

    beside = find_secret(loaded.folder)
    named = [read_secret(file) for file in files]
    own = [one for one in named if one.assignment == loaded.assignment.name]
    return own if beside is None else [beside, *own]


def _regenerate(name: str, secrets: tuple[Path, ...]) -> list[Change]:
    from grader.course.catalogue import load_assignment
    from grader.course.expected import regenerate
    from grader.course.hidden_values import regenerate_hidden
    from grader.course.regeneration import renew_literals

    changes = renew_literals(load_assignment(name))
    # Loaded again: expected values remember the notebooks as they are now.
    loaded = load_assignment(name)
    changes += regenerate(loaded)
    for secret in _secrets_of(loaded, secrets):
        regenerate_hidden(loaded, secret)
    return changes


def _describe(assignment: Assignment) -> str:
    lines = [
        f"{printable(assignment.title)} ({assignment.name}), {count_points(assignment.points)}",
        f"Notebooks: {printable(', '.join(map(str, assignment.notebooks))) or 'none'}",
    ]
    for question in assignment.questions:
        note = ", complete in some starter files" if question.given else ""
        lines += [
            "",
            f"{printable(question.title)}: {count_points(question.points)}{note}",
        ]
        lines += [f"  {line}" for line in _describe_checks(question)]
    if assignment.earlier:
        names = dict.fromkeys(t.partition(":")[2] for c in assignment.earlier for t in c.targets)
        listed = ", ".join(names)
        lines += ["", f"Of earlier homework, looked at where something fails: {printable(listed)}"]
    return "\n".join(lines) + "\n"


def _describe_checks(question: Question) -> list[str]:
    """Return a line for each check; of checks that are not public, only how many there are."""
    lines = []
    hidden = [check for check in question.checks if check.visibility != "public"]
    for check in question.checks:
        if check in hidden:
            continue
        parts = ", ".join(
            f"{part or 'all'} {points(value)}" for part, value in check.points.items()
        )
        lines.append(printable(f"{check.id} ({check.kind}): {parts}"))
    if hidden:
        total = sum(sum(check.points.values()) for check in hidden)
        lines.append(f"{count(len(hidden), 'check')} not public: {count_points(total)}")
    return lines


def _tell(change: Change) -> str:
    relative = "" if change.relative is None else f", by {change.relative:.1e} of its size"
    return f"{change.name}: {change.old} becomes {change.new}{relative}"
