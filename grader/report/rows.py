"""Says what formats with one row for each check need: its sentence, its explanation, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.model import CheckResult, QuestionScore, Report, Status
from grader.report.causes import Cause
from grader.report.check_ids import own_check
from grader.report.failure import write_explanation
from grader.report.paper import Paper
from grader.report.reviews import tell_review
from grader.report.summing_up import tell_reviews
from grader.report.untrusted import printable
from grader.report.visibility import tell_veil
from grader.report.wording import DEFAULT_MESSAGES, as_sentence, measured

_DECIMALS = 6
_WIDTH = 80


def assignment_of(check: CheckResult, report: Report) -> str:
    """Return the name of the assignment that a check belongs to.

    Several that were graded together put their names before the ids of their questions.
    """
    name = check.question.rpartition("/")[0]
    known = [assignment.name for assignment in report.assignments]
    return name if name or not known else known[0]


def by_question(
    report: Report,
) -> tuple[tuple[QuestionScore, tuple[CheckResult, ...]], ...]:
    """Return every question with its checks, ones that no question of the report lists at last."""
    groups: dict[str, list[CheckResult]] = {question.id: [] for question in report.questions}
    known = {question.id: question for question in report.questions}
    for check in report.checks:
        groups.setdefault(check.question, []).append(check)
    return tuple(
        (known.get(name) or _sum_up(name, checks), tuple(checks)) for name, checks in groups.items()
    )


def _sum_up(name: str, checks: Sequence[CheckResult]) -> QuestionScore:
    score, most = sum(check.score for check in checks), sum(check.max_score for check in checks)
    return QuestionScore(name, name, score, most)


def message_of(check: CheckResult) -> str:
    """Return the sentence of a check, or what is said of every check that ended like it."""
    return check.outcome.message or DEFAULT_MESSAGES[check.outcome.status]


def explain(check: CheckResult, report: Report) -> str:
    """Return all that is to be said of one check, in printable lines of at most 80 columns.

    Parameters
    ----------
    check : CheckResult
        One of the checks of `report`.
    report : Report
        Already reduced to what its readers may see.
    """
    paper = Paper(width=_WIDTH)
    match check.outcome.status:
        case Status.PASSED:
            outcome = check.outcome
            paper.paragraph(as_sentence(printable(message_of(check))))
            found = measured(outcome.error, outcome.tolerance, outcome.evidence.measure)
            paper.paragraph(printable(found))
            paper.paragraph(tell_veil(check))
        case Status.NEEDS_REVIEW:
            for review in tell_reviews(replace(report, checks=(check,))):
                paper.paragraph(tell_review(review, everything=True))
        case _:
            write_explanation(paper, Cause((check,)), report, everything=False)
    return paper.text()


def number(value: float) -> float:
    """Return points or seconds as programs read them: without the noise of adding them up."""
    rounded = round(float(value), _DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded


def seconds_of(checks: Sequence[CheckResult]) -> tuple[float, ...]:
    """Return the seconds of each row so that they add up to what all took.

    The rows of a check share its seconds: the first one has them, the others none.
    """
    told: set[str] = set()
    seconds = []
    for check in checks:
        own = own_check(check)
        seconds.append(0 if own in told else number(check.seconds))
        told.add(own)
    return tuple(seconds)
