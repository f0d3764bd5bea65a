"""What a rule has found, and the names that all rules use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from grader.model import Location
from grader.records import record
from grader.settings import Rule
from grader.static.code import Code


@record
class Finding:
    """One place in which a target breaks a rule."""

    rule: Rule
    target: str
    """Canonical name of the target that it is charged to."""
    message: str
    """One sentence, in terms of the student's code."""
    location: Location
    hint: str = ""
    """A question that leads on."""
    gradients_only: bool = False
    """Whether only gradients come into being this way, and not the values of a loss."""


RuleFunction: TypeAlias = Callable[[Code, str], Iterator[Finding]]
"""Yields what it finds in one target, and in the submission's own functions that it calls."""


def short(target: str) -> str:
    """Return the name that students know a target by."""
    return target.partition(":")[2]
