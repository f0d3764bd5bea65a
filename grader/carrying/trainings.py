"""What trainings of a network by an update rule say of either, beside all other rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.consequences import JudgedPart
from grader.dependence import is_class
from grader.model import Kind, Status


def is_right_otherwise(training: JudgedPart, rows: Sequence[JudgedPart]) -> bool:
    """Return whether all about what a training judges passes: a rule, else what it trains."""
    asked = rules_of(training) or training.check.targets
    own = _rows_about(asked, rows)
    return bool(own) and all(one.outcome.status is Status.PASSED for one in own)


def find_wrong_models(training: JudgedPart, rows: Sequence[JudgedPart]) -> list[str]:
    """Return the models, wrong by themselves, with which a training judges an update rule."""
    if not rules_of(training):
        return []
    return [
        target
        for target in training.check.targets
        if is_class(target)
        and any(one.outcome.status is not Status.PASSED for one in _rows_about([target], rows))
    ]


def _rows_about(targets: Collection[str], rows: Sequence[JudgedPart]) -> list[JudgedPart]:
    """Return the rows of some targets that are no trainings."""
    return [
        one
        for one in rows
        if one.check.kind is not Kind.TRAINING and not set(targets).isdisjoint(one.check.targets)
    ]


def rules_of(training: JudgedPart) -> tuple[str, ...]:
    """Return the update rules that a training is about."""
    return tuple(target for target in training.check.targets if not is_class(target))
