"""Outcomes to points: pure, and the only place where points are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.model import CheckResult, QuestionScore, Status


@dataclass(frozen=True, slots=True)
class QuestionRule:
    """What scoring needs to know about a question."""

    id: str
    title: str
    given: bool = False
    """Some years hand this function in complete: its points count only beside own work."""


def score_checks(
    checks: Sequence[CheckResult], questions: Sequence[QuestionRule]
) -> tuple[tuple[CheckResult, ...], tuple[QuestionScore, ...]]:
    """Return the checks with their points, and the points of each question.

    A passed check earns all its points and any other status none. Points of questions that a
    course's starter files may hold complete are earned only if some other check passed.

    Parameters
    ----------
    checks : sequence of CheckResult
        With ``max_score`` set; ``score`` is ignored.
    questions : sequence of QuestionRule
        In the order of the handout.
    """
    given = {rule.id for rule in questions if rule.given}
    own_work = any(
        check.outcome.status is Status.PASSED and check.question not in given for check in checks
    )
    scored = tuple(
        replace(check, score=_points(check, own_work or check.question not in given))
        for check in checks
    )
    return scored, tuple(_total(rule, scored) for rule in questions)


def _points(check: CheckResult, counts: bool) -> float:
    return check.max_score if counts and check.outcome.status is Status.PASSED else 0.0


def _total(rule: QuestionRule, checks: Sequence[CheckResult]) -> QuestionScore:
    own = [check for check in checks if check.question == rule.id]
    return QuestionScore(
        rule.id,
        rule.title,
        sum(check.score for check in own),
        sum(check.max_score for check in own),
    )
