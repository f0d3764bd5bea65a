"""An experiment on the parameters that a model starts with, whatever numbers it draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

import numpy as np

from grader.candidate.base import Candidate, Read, Seed
from grader.checks.experiments import Experiment
from grader.records import record

_FINENESS = 0.2
"""Deviations are told in steps of a fifth; give matrices some thousand entries."""


@record(kw_only=True)
class Initial(Experiment):
    """Construct a model and look at its parameters.

    Of each parameter there is ``<name>``: its shape, its deviation over the scale asked for, and
    its mean over the deviation, both rounded. The deviation of a constant is zero.
    """

    target: str
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)
    scale: float
    """The standard deviation asked for."""
    store: str = "params"
    """Attribute that holds the parameters by name."""
    either_way: bool = False
    """Whether the course leaves open which axis of a matrix comes first."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class."""
        return (self.target,)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return nothing: a constructor takes sizes."""
        return {}

    @property
    def method(self) -> str:
        """Return the constructor."""
        return "__init__"

    def place_of(self, part: str) -> int | str | None:
        """Return the key of the parameter."""
        return part

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is told of each parameter."""
        candidate.run([Seed(231)])
        model = candidate.create(self.target, *self.arguments, **self.keywords)
        held = candidate.shapes(model, ("attr", self.store))
        names = [name for name in held if isinstance(name, str)][:64]
        path = ("attr", self.store)
        replies = candidate.run([Read(model, (path, ("item", name))) for name in names])
        return {
            name: self._describe(reply.value) for name, reply in zip(names, replies, strict=True)
        }

    def _describe(self, value: Any) -> Any:
        array = (
            np.asarray(value) if isinstance(value, (np.ndarray, np.generic, int, float)) else None
        )
        if array is None or array.dtype.kind not in "fiu" or not array.size:
            return None
        lengths = [length for length in array.shape if length != 1]
        lengths = sorted(lengths) if self.either_way else lengths
        deviation = _round(float(array.std()) / self.scale)
        # Of a constant the number itself, of drawn numbers whether they lie around zero.
        middle = (
            float(array.flat[0])
            if np.ptp(array) == 0
            else _round(float(array.mean() / array.std()))
        )
        return np.array([*lengths, *([0] * (4 - len(lengths))), deviation, middle, 1.0])


def _round(value: float) -> float:
    return round(value / _FINENESS) * _FINENESS
