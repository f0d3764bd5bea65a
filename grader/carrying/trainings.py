"""What trainings of a network by an update rule say of either, beside all other rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from grader.consequences import MENDABLE, JudgedPart
from grader.dependence import is_class
from grader.model import Kind, Status
from grader.submission.definition import Definition


def rules_of(training: JudgedPart) -> tuple[str, ...]:
    """Return the update rules that a training is about."""
    return tuple(target for target in training.check.targets if not is_class(target))


def is_right_otherwise(
    training: JudgedPart, rows: Sequence[JudgedPart], failing: Collection[str]
) -> bool:
    """Return whether all about what a training judges passes.

    Parameters
    ----------
    training : JudgedPart
        The row of a training.
    rows : sequence of JudgedPart
        All rows.
    failing : collection of str
        Models that cannot be trained whatever the rule: nothing is asked of them.
    """
    asked = [target for target in training.check.targets if target not in failing]
    own = [
        one
        for one in rows
        if one.check.kind is not Kind.TRAINING and not set(asked).isdisjoint(one.check.targets)
    ]
    return bool(own) and all(one.outcome.status is Status.PASSED for one in own)


def find_untrainable(
    training: JudgedPart, rows: Sequence[JudgedPart], definitions: Mapping[str, Definition]
) -> tuple[str, ...]:
    """Return the models that fail to learn in other trainings as well, without the rule.

    Where the training of a rule stops in the rule itself, or no other one shows what becomes of
    the model without it, nothing excuses the rule.
    """
    rules = rules_of(training)
    own = [definitions[rule] for rule in rules if rule in definitions]
    if not own or any(definition.holds(training.outcome.location) for definition in own):
        return ()
    without = [one for one in rows if one.check.kind is Kind.TRAINING and not rules_of(one)]
    return tuple(
        target
        for target in training.check.targets
        if is_class(target)
        and any(target in one.check.targets and one.outcome.status in MENDABLE for one in without)
    )
