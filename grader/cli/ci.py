"""The command that grades a repository in its own continuous integration, for action.yml."""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.destinations import Destination, print_text, read_destinations
from grader.cli.exit_codes import ExitCode
from grader.cli.github_step import Step, annotate
from grader.cli.grading import judge_score, prepare, with_fail_under, with_timeout
from grader.cli.writing import Writer
from grader.errors import GraderError
from grader.report.visibility import STUDENT
from grader.report.wording import count_points, percent, points
from grader.settings import Limits

if TYPE_CHECKING:
    from grader.model import Report

REPORT = "grade.json"
ADVISORY = (
    "This score is advisory: whoever owns a repository can change what its workflow does and says. "
    "Course staff grade again: with checks that are not public, and so that a mistake costs "
    "nothing in what builds on it."
)


@click.command(name="ci")
@click.option("--bundle", metavar="DIR|ZIP", required=True, help="The course's bundle.")
@click.option("--path", "folder", default=".", show_default=True, help="What is graded.")
@click.option("--formats", default="", metavar="TEXT", help="FORMAT:FILE, one a line.")
@click.option(
    "--isolation",
    type=click.Choice(["auto", "strict", "standard", "weak"]),
    default="auto",
    show_default=True,
    help="How the repository's code is kept apart.",
)
@with_timeout
@with_fail_under
def grade_repository(  # noqa: PLR0917 - click passes them by name
    bundle: str,
    folder: str,
    formats: str,
    isolation: str,
    timeout: float | None,
    fail_under: float | None,
) -> int:
    """Grade a repository in its own GitHub workflow; action.yml calls this.

    Annotations, the step's summary and its outputs are written, also of a score that is below
    --fail-under. Such a score is advisory. Whatever of them cannot be written, the report is
    saved as JSON first.
    """
    detail = prepare(quiet=False, verbose=False)
    submission, step = Path(folder), Step.current()
    asked = _read_formats(formats, submission)
    limits = Limits() if timeout is None else Limits(cpu_seconds=timeout)
    again = shlex.join(("grade", "check", folder, "--assignment", bundle))  # on one's own machine
    try:
        report = _grade(submission, Path(bundle), isolation, limits)
    except GraderError as error:
        print_text(annotate("error", "Not graded", str(error)))
        step.add_summary(f"Not graded: see the log of this step.\n\n{ADVISORY}\n")
        raise
    with tempfile.TemporaryDirectory(prefix="grade-") as scratch:
        saved = Path(os.environ.get("RUNNER_TEMP") or ".") / REPORT
        summary = Path(scratch) / "summary.md"
        own = (Destination("json", saved), Destination("markdown", summary))
        written = Writer(STUDENT, detail, again).write(report, (*own, *asked))
        text = summary.read_text(encoding="utf-8") if summary.exists() else ""
    told = step.add_summary(f"{text}\n{ADVISORY}\n")
    code = judge_score(report, fail_under)
    if code is ExitCode.BELOW:  # said first: GitHub shows ten errors of a step
        said = f"{points(report.score)} of {count_points(report.max_score)}"
        wanted = f"{percent(report.percent)} is below the {fail_under:g} % that are asked for."
        print_text(annotate("error", "Below what is asked for", f"{said}: {wanted}"))
    print_text(_annotations(report, submission, again))
    told = step.set_outputs(_outputs(report, saved)) and told
    print_text(annotate("notice", "Advisory", ADVISORY))
    return written or (code if told else ExitCode.USAGE)


def _read_formats(text: str, submission: Path) -> tuple[Destination, ...]:
    """Return the reports asked for; none goes to the log, where a line can be a command."""
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    destinations = read_destinations(lines, submission) if lines else ()
    for each in destinations:
        if each.file is None:
            raise click.BadParameter(f"{each.format} names no file; write {each.format}:FILE.")
    return destinations


def _grade(submission: Path, bundle: Path, isolation: str, limits: Limits) -> Report:
    from grader.pipeline import grade

    return grade(submission, [bundle], isolation=isolation, limits=limits)


def _annotations(report: Report, submission: Path, again: str) -> str:
    """Return annotations at lines of the repository, below whose folder the submission lies."""
    from grader.report.github import render

    folder = submission if submission.is_dir() else submission.parent
    place = os.path.relpath(folder, os.environ.get("GITHUB_WORKSPACE") or ".")
    below = "" if place == os.curdir else Path(place).as_posix()
    try:
        return render(report, STUDENT, folder=below, command=again)
    except Exception as error:  # noqa: BLE001 - a grade must survive whatever a format meets
        return annotate("warning", "No annotations", f"They could not be made: {error}")


def _outputs(report: Report, saved: Path) -> dict[str, str]:
    return {
        "score": points(report.score),
        "max-score": points(report.max_score),
        "percent": f"{report.percent:.2f}",
        "report": str(saved) if saved.is_file() else "",
    }
