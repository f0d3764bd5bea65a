"""Outcomes to points: pure, and the only place where points are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.model import CheckResult, QuestionScore, Status
from grader.records import record


@record
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

    A passed check earns all its points, one that earned a share that share, and any other none.
    One that passed with a stand-in for another function earns what the assignment says.
    Points of questions that a course's starter files may hold complete are earned only if some
    other check passed. What a person has still to judge is in the maximum, and pending.

    Parameters
    ----------
    checks : sequence of CheckResult
        With ``max_score`` set; ``score`` is ignored.
    questions : sequence of QuestionRule
        In the order of the handout.
    """
    given = {rule.id for rule in questions if rule.given}
    own_work = any(_share(check) > 0 and check.question not in given for check in checks)
    scored = tuple(
        replace(check, score=_share(check) * check.max_score)
        if own_work or check.question not in given
        else replace(check, score=0.0)
        for check in checks
    )
    return scored, tuple(_total(rule, scored) for rule in questions)


def _share(check: CheckResult) -> float:
    """Return the share of its points that an outcome earns, whatever else is there."""
    earned = check.outcome.earned
    if check.outcome.status is Status.PASSED:
        return earned if check.outcome.carried_forward and earned is not None else 1.0
    if check.outcome.status is not Status.FAILED or earned is None or not 0.0 <= earned <= 1.0:
        return 0.0
    return earned


def _total(rule: QuestionRule, checks: Sequence[CheckResult]) -> QuestionScore:
    own = [check for check in checks if check.question == rule.id]
    pending = [check for check in own if check.outcome.status is Status.NEEDS_REVIEW]
    return QuestionScore(
        rule.id,
        rule.title,
        sum(check.score for check in own),
        sum(check.max_score for check in own),
        float(sum(check.max_score for check in pending)),
    )
