"""What a running cell reports to: comparisons are recorded, and the cell goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.proxy import Remote
from grader.checks.cells.numeric import Distance, GradientChecker, NumericGradient, Unusable
from grader.checks.cells.sites import Shape, Site

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FLOOR = 1e-8
"""The course's own: relative error is ``|x - y| / max(1e-8, |x| + |y|)``."""

_EXPLAINED_ENTRIES = 60
"""A numeric gradient of at most so many entries is taken whole to explain a wrong one."""
_EXPLANATIONS = 1
"""For so many wrong gradients of a cell; each entry takes two more evaluations."""
_MOST_KEPT = 1 << 30
"""Bytes of what a cell compares: more than any does, and less than would hurt."""
_WRONG = 1e-3
"""Relative distance from which a gradient is explained by its entries."""


@dataclass(slots=True)
class Record:
    """One comparison that was made."""

    site: Site
    got: Any
    right: Any
    where: Mapping[str, Any]
    """Variables of the loops around it."""
    limit: float | None = None
    """What the cell's own code allows."""
    options: Mapping[str, float] = field(default_factory=dict)
    distance: Distance | None = None
    """Of a gradient: how far it is from the numeric derivative."""
    entries: NDArray[Any] | None = None
    """Of a wrong gradient: the numeric derivative by every entry."""


class Observer:
    """Gathers what a cell compares.

    Parameters
    ----------
    sites : sequence of Site
        By number.
    bring : callable
        Returns what an import brings, by number.
    checker : GradientChecker
        For ``grad_check_sparse``.
    variants : mapping
        Values that stand in for printed ones, by name: another convention was settled on.
    """

    def __init__(
        self,
        sites: Sequence[Site],
        bring: Callable[[int], Any],
        checker: GradientChecker,
        variants: Mapping[str, NDArray[Any]],
    ) -> None:
        self.records: list[Record] = []
        self.bring = bring
        self._sites = sites
        self._checker = checker
        self._variants = variants
        self._explained = 0
        self._kept = 0

    def literal(self, name: str, value: Any) -> Any:
        """Return a printed value, or what stands in for it."""
        other = self._variants.get(name)
        if other is None:
            return value
        return other if isinstance(value, np.ndarray) else float(other.reshape(-1)[0])

    def compare(
        self, number: int, got: Any, right: Any, where: Mapping[str, Any], **options: Any
    ) -> float:
        """Record a comparison and return the distance that the cell prints."""
        site = self._sites[number]
        self._kept += _size(got) + _size(right)
        if self._kept > _MOST_KEPT:
            raise Unusable("What your code gave is too large to be compared.")
        record = Record(site, _keep(got), _keep(right), dict(where), options=options)
        self.records.append(record)
        if isinstance(right, NumericGradient) or isinstance(got, NumericGradient):
            return self._compare_gradient(record)
        try:
            with np.errstate(all="ignore"):
                return _distance(site.shape, np.asarray(got), np.asarray(right))
        except (TypeError, ValueError):
            return float("inf")

    def sparse(
        self, number: int, f: Callable[[Any], Any], x: Any, gradient: Any, where: Mapping[str, Any]
    ) -> None:
        """Compare a gradient with numeric derivatives, as ``grad_check_sparse`` does."""
        numeric = self._checker.eval_numerical_gradient(f, x)
        self.compare(number, gradient, numeric, where)

    def bound(self, distance: object, number: int, limit: Any) -> None:
        """Take note of what the cell allows for its last comparison at a site."""
        site = self._sites[number]
        for record in reversed(self.records):
            if record.site is site:
                record.limit = float(limit)
                return

    def condition(self, number: int, holds: Callable[[], Any], where: Mapping[str, Any]) -> None:
        """Record whether a condition holds."""
        self.records.append(Record(self._sites[number], bool(holds()), True, dict(where)))

    def _compare_gradient(self, record: Record) -> float:
        if isinstance(record.got, NumericGradient):
            record.got, record.right = record.right, record.got
        record.distance = record.right.measure_distance(record.got)
        few = int(np.prod(record.right.shape)) <= _EXPLAINED_ENTRIES
        if record.distance.value > _WRONG and few and self._explained < _EXPLANATIONS:
            self._explained += 1
            record.entries = np.array(record.right)
        return record.distance.value


def _size(value: Any) -> int:
    return value.nbytes if isinstance(value, np.ndarray) else 0


def _keep(value: Any) -> Any:
    """Return a value as it is now: the cell may change arrays later, and objects are far away."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, Remote):
        return value.handle
    if type(value) in (list, tuple):
        return type(value)(_keep(item) for item in value)
    if type(value) is dict:
        return {key: _keep(item) for key, item in value.items()}
    return value


def _distance(shape: Shape, got: NDArray[Any], right: NDArray[Any]) -> float:
    """Return what the course's own expression gives, as far as cells go on with it."""
    if got.shape != right.shape and got.size != 1 and right.size != 1:
        return float("inf")
    difference = np.abs(got - right)
    if shape is Shape.RELATIVE:
        difference = difference / np.maximum(_FLOOR, np.abs(got) + np.abs(right))
    if shape is Shape.SUM:
        return float(np.sum(difference))
    if shape is Shape.NORM:
        return float(np.linalg.norm(difference))
    return float(np.max(difference, initial=0.0))
