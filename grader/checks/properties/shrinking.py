"""Looks for the smallest example on which a law is broken, with Hypothesis if it is installed.

A few small examples are tried first. Hypothesis starts from the choices of the smallest that
fails, so that nothing is left to chance, and only makes it smaller. It is imported here alone, and
only once something has failed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from grader.candidate.base import Candidate, Failure
from grader.checks.properties.base import Example, Property
from grader.checks.properties.check import PropertyCheck, outcome_of
from grader.checks.properties.conversation import Case, Verdict, ask_one
from grader.checks.properties.draw import ChosenDraw
from grader.inputs import generator_for
from grader.model import Outcome, Status
from grader.records import record

SMALL_EXAMPLES = 12
"""Small examples tried before an example that failed is made smaller step by step."""

_NOT_SHRUNK = frozenset({Status.TIMED_OUT, Status.CRASHED, Status.MISSING, Status.BLOCKED})
"""What would cost too much to repeat, and what is the same on every input."""


@record
class Bounds:
    """How much may be spent on one example.

    Examples are counted, so that the one that is shown does not depend on how busy the machine is.
    """

    examples: int = 100
    cpu_seconds: float = 4.0
    """Of student code: far more than that many small examples take."""


class _Enough(KeyboardInterrupt):
    """Ends a search from inside; as an interruption Hypothesis lets it pass."""


def shrink(
    check: PropertyCheck, part: str, candidate: Candidate, seed: int, bounds: Bounds | None = None
) -> Outcome | None:
    """Return the outcome on the smallest example found that breaks a property.

    Parameters
    ----------
    check : PropertyCheck
        A check of which the part has failed.
    part : str
        The property's name.
    candidate : Candidate
        As the check asked it.
    seed : int
        Of the check's examples.
    bounds : Bounds, optional
        How long to look.

    Returns
    -------
    Outcome or None
        None if no example of the check fails any more, or none may be repeated.
    """
    bounds = bounds or Bounds()
    candidate.begin_check(min(check.cpu_seconds or bounds.cpu_seconds, bounds.cpu_seconds))
    for example, choices in check.draw_examples(part, seed):
        case = Case(check.property_of(part), example)
        verdict = ask_one(candidate, case)
        if verdict is None:
            continue
        if isinstance(verdict, Failure) and verdict.status in _NOT_SHRUNK:
            return None
        search = _Search(candidate, bounds, case, verdict)
        generator = generator_for(seed, f"{check.id}/{part}/smaller")
        small = (check.draw_small_example(part, generator) for _ in range(SMALL_EXAMPLES))
        search.run(choices, small)
        return outcome_of(search.case, search.verdict, check.hint)
    return None


@dataclass(slots=True)
class _Search:
    """The smallest example so far, and what is left of the bounds."""

    candidate: Candidate
    bounds: Bounds
    case: Case
    verdict: Verdict
    asked: int = 0

    def run(
        self, choices: tuple[int, ...], small: Iterable[tuple[Example, tuple[int, ...]]]
    ) -> None:
        """Begin at the smallest of some small examples, or at what failed, and shrink that."""
        try:
            for example, own in small:
                before = self.case
                if self.breaks(example) and self.case is not before:
                    choices = own
            self._shrink(choices)
        except (_Enough, _StillBroken):
            return

    def _shrink(self, choices: tuple[int, ...]) -> None:
        """Replay the choices that fail, and let Hypothesis make them smaller."""
        try:
            engine = _Engine.load()
        except ImportError:  # then the example is as small as it is
            return
        with tempfile.TemporaryDirectory() as folder:
            engine.work_in(folder)
            try:
                engine.shrink(self.case.property, choices, self.breaks)
            finally:
                engine.work_in(None)

    def breaks(self, example: Example) -> bool:
        """Return whether the law is broken on an example in the same way, and note it if so."""
        if self.asked >= self.bounds.examples:
            raise _Enough
        self.asked += 1
        case = Case(self.case.property, example)
        verdict = ask_one(self.candidate, case)
        if isinstance(verdict, Failure) and verdict.status in _NOT_SHRUNK:
            raise _Enough  # there is no worker left that could go on
        if verdict is None or type(verdict) is not type(self.verdict):
            return False
        if _length(case) <= _length(self.case):
            self.case, self.verdict = case, verdict
        return True


class _StillBroken(Exception):  # noqa: N818 - what Hypothesis is to look for, never shown
    """Raised on an example that breaks the law."""


@record
class _Engine:
    """The parts of Hypothesis that are used."""

    hypothesis: Any
    strategies: Any
    database: Any
    configuration: Any

    @classmethod
    def load(cls) -> _Engine:
        """Import Hypothesis.

        Raises
        ------
        ImportError
            If it is not installed.
        """
        names = ("hypothesis", "hypothesis.strategies", "hypothesis.database")
        return cls(*map(import_module, (*names, "hypothesis.configuration")))

    def work_in(self, folder: str | None) -> None:
        """Let it keep its files in a folder that goes away, instead of where grading runs."""
        self.configuration.set_hypothesis_home_dir(folder)

    def shrink(
        self, law: Property, choices: tuple[int, ...], breaks: Callable[[Example], bool]
    ) -> None:
        """Call ``breaks`` on ever smaller examples, beginning with that of the choices."""
        hypothesis, strategies = self.hypothesis, self.strategies

        def make(draw: Callable[[Any], Any]) -> Example:
            def choose(low: int, high: int) -> int:
                return int(draw(strategies.integers(low, high)))

            return law.draw(ChosenDraw(choose, hypothesis.reject))

        def test(example: Example) -> None:
            if breaks(example):
                raise _StillBroken

        settings = hypothesis.settings(
            database=self._remember(choices),
            phases=(hypothesis.Phase.reuse, hypothesis.Phase.shrink),
            deadline=None,
            derandomize=False,
            max_examples=100,
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(hypothesis.HealthCheck),
            verbosity=hypothesis.Verbosity.quiet,
        )
        # In this order: to give a seed to a test that has settings takes its database away.
        search = hypothesis.given(strategies.composite(make)())(test)
        settings(hypothesis.seed(0)(search))()

    def _remember(self, choices: tuple[int, ...]) -> Any:
        """Return a database that holds one example, whoever asks."""
        # One choice too many: an example that fits exactly would be taken as small already.
        content = self.database.choices_to_bytes((*choices, 0))
        base: Any = self.database.ExampleDatabase

        class Remembered(base):  # type: ignore[misc]  # of a module that is not always there
            def fetch(self, key: bytes) -> Iterable[bytes]:
                return (content,) if not key.endswith((b".secondary", b".pareto")) else ()

            def save(self, key: bytes, value: bytes) -> None:
                """Keep nothing."""

            def delete(self, key: bytes, value: bytes) -> None:
                """Keep what there is."""

        return Remembered()


def _length(case: Case) -> tuple[int, int]:
    """Return how much there is to read: numbers, then characters."""
    return _count(case.example), len(case.property.show(case.example))


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_count(item) for item in value.values())
    return int(getattr(value, "size", 1))
