"""Checks that a function obeys laws: each is a part, put to the test on a few examples."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure
from grader.checks.base import Check, Expected, outcome_of_failure
from grader.checks.properties.base import Example, Property
from grader.checks.properties.conversation import Case, Verdict, ask_all, ask_one
from grader.checks.properties.draw import Sizes, draw_example
from grader.inputs import describe_inputs, generator_for
from grader.model import Evidence, Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

Drawn: TypeAlias = "tuple[Example, tuple[int, ...]]"
"""An example with the choices that make it."""


@record(kw_only=True)
class PropertyCheck(Check):
    """Put properties to the test on examples that depend on the seed alone.

    All examples of all properties are asked about together, in one round trip for each step of a
    conversation. They are drawn when a seed is first asked for, and replayed from then on.

    Raises
    ------
    ValueError
        At construction, if the parts that have points are not the properties.
    """

    kind: ClassVar[Kind] = Kind.PROPERTY

    properties: tuple[Property, ...]
    examples: int | None = None
    """Examples of each property, of any size. By default there is one of larger sizes, and one of
    the smallest that the first property is put to the test on: what breaks at sizes of one breaks
    whichever law is asked about."""
    drawn: dict[tuple[str, int], list[Drawn]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """Examples of the last seed, by property and seed."""

    def __post_init__(self) -> None:
        Check.__post_init__(self)
        names = [one.name for one in self.properties]
        if sorted(names) != sorted(self.points):
            given = ", ".join(self.points)
            raise ValueError(f"check {self.id}: points are for {given}, expected {names}")
        if self.examples is not None and self.examples < 1:
            raise ValueError(f"check {self.id}: examples is {self.examples!r}, expected 1 or more")

    @property
    def targets(self) -> tuple[str, ...]:
        """Return what all properties call, the one to blame last."""
        called = [target for one in self.properties[::-1] for target in one.targets[::-1]]
        return tuple(dict.fromkeys(called))[::-1]

    def is_gradient(self, part: str) -> bool:
        """Return whether the property is one of a backward pass."""
        return self.property_of(part).of_gradient

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return the last target of the property."""
        return self.property_of(part).targets[-1], None

    def property_of(self, part: str) -> Property:
        """Return the property that a part is about."""
        return next(one for one in self.properties if one.name == part)

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return nothing: what is right is a property."""
        return {}

    def draw_small_example(self, part: str, generator: np.random.Generator) -> Drawn:
        """Return an example of small sizes, with the choices that make it."""
        return draw_example(self.property_of(part).draw, generator, Sizes.SMALL)

    def draw_examples(self, part: str, seed: int) -> list[Drawn]:
        """Return a property's examples, which nobody may change."""
        found = self.drawn.get((part, seed))
        if found is None:
            generator = generator_for(seed, f"{self.id}/{part}")
            make = self.property_of(part).draw
            found = [draw_example(make, generator, sizes) for sizes in self._sizes_of(part)]
            for example, _ in found:
                _freeze(example)
            if any(other != seed for _, other in self.drawn):
                self.drawn.clear()
            self.drawn[part, seed] = found
        return found

    def _sizes_of(self, part: str) -> tuple[Sizes, ...]:
        if self.examples is not None:
            return (Sizes.ANY,) * self.examples
        if part == self.properties[0].name:
            return (Sizes.SMALLEST, Sizes.LARGER)
        return (Sizes.LARGER,)

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Ask about all examples at once; where a call fails, about one after the other."""
        cases = {
            part: [
                Case(self.property_of(part), example)
                for example, _ in self.draw_examples(part, seed)
            ]
            for part in self.parts
        }
        flat = [case for each in cases.values() for case in each]
        try:
            verdicts = iter(ask_all(candidate, flat))
        except CallFailed as failed:
            if failed.failure.status is Status.TIMED_OUT:  # asking again would cost as much
                raise
            return self._examine_singly(candidate, cases)
        found = {part: [(case, next(verdicts)) for case in each] for part, each in cases.items()}
        return {part: self._judge(_ask_again(candidate, each)) for part, each in found.items()}

    def _examine_singly(
        self, candidate: Candidate, cases: dict[str, list[Case]]
    ) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        stopped: Outcome | None = None
        for part, each in cases.items():
            found: list[tuple[Case, Verdict]] = []
            for case in each if stopped is None else ():
                found.append((case, ask_one(candidate, case)))
                if found[-1][1] is not None:
                    break
            outcomes[part] = self._judge(found) if stopped is None else stopped
            if outcomes[part].status is Status.TIMED_OUT:
                stopped = replace(outcomes[part], evidence=Evidence())
        return outcomes

    def _judge(self, found: list[tuple[Case, Verdict]]) -> Outcome:
        """Return the outcome of the first example that breaks the law."""
        for case, verdict in found:
            if verdict is not None:
                return outcome_of(case, verdict, self.hint)
        example = describe_inputs(found[-1][0].example)
        return Outcome(
            Status.PASSED, evidence=Evidence(inputs=f"{len(found)} examples, the last {example}")
        )


def _freeze(example: Example) -> None:
    for value in example.values():
        if isinstance(value, dict):
            _freeze(value)
        elif isinstance(value, np.ndarray):
            value.flags.writeable = False


def _ask_again(
    candidate: Candidate, found: list[tuple[Case, Verdict]]
) -> list[tuple[Case, Verdict]]:
    """Return the same, examples that break a law judged by what comes back when asked alone."""
    return [(case, verdict and ask_one(candidate, case)) for case, verdict in found]


def outcome_of(case: Case, verdict: Failure | Verdict, hint: str = "") -> Outcome:
    """Return the outcome of one example that breaks a law, with the lines that show it."""
    inputs = describe_inputs(case.example)
    shown = case.property.show(case.example)
    hint = hint or case.property.hint
    if isinstance(verdict, Failure):
        outcome = outcome_of_failure(verdict, inputs)
        evidence = replace(outcome.evidence, counterexample=shown)
        return replace(outcome, hint=outcome.hint or hint, evidence=evidence)
    if verdict is None:
        return Outcome(Status.PASSED, evidence=Evidence(inputs=inputs))
    return Outcome(
        Status.FAILED,
        verdict.message,
        error=verdict.error,
        tolerance=verdict.tolerance,
        hint=hint,
        evidence=Evidence(
            got=_show(verdict.got),
            expected=_show(verdict.expected),
            inputs=inputs,
            counterexample=shown,
            error_map=verdict.error_map,
        ),
    )


def _show(value: float | None) -> str | None:
    return None if value is None else f"{value + 0.0:.9g}"  # no -0
