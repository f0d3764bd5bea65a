"""What every check is: a conversation with a candidate, judged part by part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure
from grader.checks.experiments import Absent
from grader.compare import Comparison, Measure, compare
from grader.model import ErrorMap, Evidence, Kind, Outcome, Status
from grader.records import record
from grader.settings import Visibility

if TYPE_CHECKING:
    from numpy.typing import NDArray

Expected: TypeAlias = "Mapping[str, NDArray[Any]]"
"""What the reference gave, by case and part: ``seeded/dw``."""


@record(kw_only=True)
class Check(ABC):
    """One judgement, made of parts that earn points each.

    Raises
    ------
    ValueError
        At construction, if the id or the points make no sense.
    """

    kind: ClassVar[Kind]
    constructs_only: ClassVar[bool] = False
    """Whether it looks at nothing but a new object: what its methods call has no share in it."""

    id: str
    """Unique in its assignment; with a part it names a row of the report."""
    points: Mapping[str, float]
    """Points by part."""
    tolerance: float = 1e-7
    """Largest relative error allowed for float64 results."""
    visibility: Visibility = Visibility.PUBLIC
    hint: str = ""
    """A question that leads on, shown with a wrong answer."""
    needs: tuple[str, ...] = ()
    """Ids of checks that must pass too, in the same part if they have it, to earn the points."""
    cpu_seconds: float | None = None
    """CPU seconds of student code that this check may use; by default what `Limits` allow."""
    parts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.id or any(character in self.id for character in " /\n"):
            raise ValueError(f"check id {self.id!r} must be one word without spaces or slashes")
        if not self.points:
            raise ValueError(f"check {self.id}: points must name at least one part")
        for part, points in self.points.items():
            if not part or any(character in part for character in " ./\n"):
                raise ValueError(f"check {self.id}: part {part!r} must be one word without dots")
            if not points >= 0:
                raise ValueError(f"check {self.id}: points of part {part!r} are {points!r}")
        if not self.tolerance > 0:
            raise ValueError(f"check {self.id}: tolerance is {self.tolerance!r}, expected > 0")
        if self.cpu_seconds is not None and not self.cpu_seconds > 0:
            raise ValueError(f"check {self.id}: cpu_seconds is {self.cpu_seconds!r}, expected > 0")
        object.__setattr__(self, "parts", tuple(self.points))

    @property
    @abstractmethod
    def targets(self) -> tuple[str, ...]:
        """Canonical names of what is judged, the one to blame last."""

    @abstractmethod
    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return what the reference gives, by case and part."""

    @abstractmethod
    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Return an outcome per part; may raise ``CallFailed`` if no part got a value."""

    @property
    def method(self) -> str:
        """The method of a class that makes the parts."""
        return "__init__" if self.constructs_only else "loss"

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return the target whose result a part is, and its place in what is returned."""
        return self.targets[-1], None

    def is_gradient(self, part: str) -> bool:
        """Return whether a part is a gradient, in which backward passes have a share."""
        return False

    def run(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Return an outcome for every part, whatever the candidate does."""
        candidate.begin_check(self.cpu_seconds)
        try:
            # Whatever overflows on the way to a comparison is no number, and never passes.
            with np.errstate(all="ignore"):
                return self.examine(candidate, expected, seed)
        except CallFailed as failed:
            outcome = outcome_of_failure(failed.failure)
            return dict.fromkeys(self.parts, outcome)


def outcome_of_failure(failure: Failure, inputs: str = "") -> Outcome:
    """Return the outcome of a call that gave no value."""
    return Outcome(
        failure.status,
        failure.message,
        hint=failure.hint,
        location=failure.location,
        evidence=Evidence(inputs=inputs, traceback=failure.traceback, samples=failure.samples),
    )


def judge_value(
    part: str,
    got: Any,
    right: Any,
    tolerance: float,
    measure: Measure = Measure.RELATIVE,
    *,
    inputs: str,
    hint: str = "",
    note: str = "",
    mapped: bool = True,
) -> Outcome:
    """Return the outcome of comparing one part with its right value, in words.

    Unless it is not to be `mapped`, a wrong array comes with a picture of where it is wrong.
    """
    if isinstance(got, Absent):
        return outcome_of_failure(got.failure, inputs)
    found = compare(got, right, tolerance, measure)
    notes = (note,) if note and not found.ok else ()
    if found.ok:
        return Outcome(
            Status.PASSED,
            error=found.error,
            tolerance=found.tolerance,
            evidence=Evidence(count=found.count, inputs=inputs, notes=notes, measure=measure.value),
        )
    if found.problem:
        return Outcome(
            Status.FAILED,
            f"{part} {found.problem}.",
            tolerance=found.tolerance,
            hint=hint,
            evidence=Evidence(inputs=inputs, notes=notes),
        )
    allowed = tolerance if found.tolerance is None else found.tolerance
    return Outcome(
        Status.FAILED,
        _say_wrong(part, found),
        error=found.error,
        tolerance=found.tolerance,
        hint=hint,
        evidence=Evidence(
            index=found.index,
            got=_show(found.got),
            expected=_show(found.expected),
            wrong=found.wrong,
            count=found.count,
            inputs=inputs,
            notes=notes,
            measure=measure.value,
            error_map=_map(got, right, allowed, measure) if mapped else None,
        ),
    )


def _map(got: Any, right: Any, allowed: float, measure: Measure) -> ErrorMap | None:
    from grader.error_maps import map_difference  # most submissions have nothing to draw

    return map_difference(got, right, allowed, measure)


def _say_wrong(part: str, found: Comparison) -> str:
    if found.got is not None and not np.isfinite(found.got):
        return f"{part} is {found.got} in at least one entry."
    if found.factor is not None and abs(found.factor + 1.0) < 1e-6:
        return f"{part} has the wrong sign in every entry."
    if found.factor is not None and abs(found.factor) < 1e-12:
        return f"{part} is zero everywhere."
    if found.factor is not None and f"{found.factor:.4g}" != "1":
        return f"Every entry of {part} is {found.factor:.4g} times what it should be."
    if found.count == 1:
        return f"{part} is wrong."
    if found.wrong == found.count:
        return f"Every entry of {part} is wrong ({found.count} of {found.count})."
    return f"{part} is wrong in {found.wrong} of {found.count} entries."


def _show(value: float | None) -> str | None:
    return None if value is None else f"{value + 0.0:.9g}"  # no -0
