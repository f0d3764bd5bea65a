"""What a property is: a law about a function's results, put to the test on small examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from typing import Any, ClassVar, TypeAlias

from grader.candidate.base import Operation, Reply
from grader.checks.properties.draw import Draw
from grader.model import ErrorMap
from grader.records import record

Example: TypeAlias = "dict[str, Any]"
"""One drawn input by name: arrays, numbers, truth values, and dictionaries of these."""

Conversation: TypeAlias = "Generator[Sequence[Operation], list[Reply], None]"
"""Yields operations, is sent their replies, and ends; raises `Broken` if the law does not hold."""


@record
class Problem:
    """How a law was broken on one example."""

    message: str
    """One sentence: what is wrong."""
    error: float | None = None
    """By how much, on the scale of the largest value compared; None if there were no numbers."""
    tolerance: float | None = None
    index: tuple[int, ...] | None = None
    """First entry at which two sides of the law differ."""
    got: float | None = None
    """The student's value there."""
    expected: float | None = None
    """What the law asks for there, by the student's other results."""
    error_map: ErrorMap | None = None
    """Where else they differ."""


class Broken(Exception):  # noqa: N818 - what happened, not what is wrong with the grader
    """Ends a conversation: the law does not hold."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@record(kw_only=True)
class Property(ABC):
    """A law that every correct function obeys, whatever its inputs.

    Examples are drawn once for a seed and replayed on every submission. A law may ask for no
    more than the course does: any cache, any dtype that the checks of values let pass, biases in
    any shape that holds the same numbers.
    """

    hint: ClassVar[str] = ""
    """A question that leads on, shown when the law is broken."""
    of_gradient: ClassVar[bool] = False
    """Whether it is a law about a backward pass."""

    name: str
    """One word, the check's part."""
    tolerance: float = 1e-6
    """Largest error, on the scale of the largest value compared, of float64 results."""

    @property
    @abstractmethod
    def targets(self) -> tuple[str, ...]:
        """Canonical names of what is called, the one to blame last."""

    @abstractmethod
    def draw(self, draw: Draw) -> Example:
        """Return an example: small, of numbers with two decimals, away from kinks and ties."""

    @abstractmethod
    def converse(self, example: Example) -> Conversation:
        """Ask the candidate, a list of operations at a time, and compare what comes back.

        The operations of all examples of a check travel together, so nothing may depend on
        another example having been asked before. Called by :class:`PropertyCheck`.

        Raises
        ------
        Broken
            If the law does not hold.
        CallFailed
            If a result is not built as it should be.
        """

    @abstractmethod
    def show(self, example: Example) -> str:
        """Return lines for a notebook that make the example and show where the law breaks."""
