"""Experiments on layers whose dictionary of options lives on from call to call.

A normalisation keeps its running averages there. The dictionary is sent with each call as the
last one left it, as the network does that owns it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import Call, CallFailed, Candidate, Failure
from grader.checks.experiments import Absent, Experiment, find, refuse_changes
from grader.model import Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

RUNNING_AVERAGES = ("running_mean", "running_var")


@record(kw_only=True)
class TrainThenTest(Experiment):
    """Call a layer's forward pass on batches in training mode, then once in test mode.

    Parts are the keys of the dictionary that are looked at after training (``running_mean``,
    ``running_var``), ``out`` of the call in test mode, and ``after_test``: the same keys after
    it, stacked, which test mode must leave as they were.
    """

    target: str
    """Takes ``(x, *arguments, options)`` and returns ``(out, cache)``."""
    batches: Any
    """Declared training inputs, stacked along the first axis."""
    x: Any
    """Declared input in test mode."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Declared arguments between ``x`` and the options, in order: gamma and beta."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the dictionary holds at first besides ``mode``."""
    looked_at: tuple[str, ...] = RUNNING_AVERAGES
    """Keys of the dictionary that are read after the last training call."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one target."""
        return (self.target,)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return batches, the test input, the arguments and the options."""
        declared = {"batches": self.batches, "x": self.x, **self.arguments}
        return {**declared, "options": self.options}

    def place_of(self, part: str) -> int | str | None:
        """Return where ``out`` is in the result; the rest is in no result."""
        return 0 if part == "out" else None

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what training left in the dictionary, and what test mode made of it."""
        options = dict(values["options"])
        for batch in self._batches(values["batches"]):
            _, options = self._call(candidate, batch, values, {**options, "mode": "train"})
        trained = {key: self._read(options, key) for key in self.looked_at}
        try:
            out, options = self._call(candidate, values["x"], values, {**options, "mode": "test"})
        except CallFailed as failed:  # what training left must not be lost with it
            absent = Absent(failed.failure)
            return {**trained, "out": absent, "after_test": absent}
        return {**trained, "out": out, "after_test": self._stack(options)}

    def _batches(self, stacked: NDArray[Any]) -> Iterator[NDArray[Any]]:
        for batch in stacked:
            yield np.ascontiguousarray(batch)

    def _call(
        self,
        candidate: Candidate,
        x: NDArray[Any],
        values: Mapping[str, Any],
        options: dict[str, Any],
    ) -> tuple[Any, dict[str, Any]]:
        """Return ``out`` and the dictionary as the call left it."""
        given = (x, *(values[name] for name in self.arguments), options)
        reply = candidate.run([Call(self.target, given, keep=frozenset({1}))])[0]
        refuse_changes(reply, ("x", *self.arguments), self._name)
        left = reply.after.get(len(given) - 1, options)
        out = find(reply.value, (0,), self._name)
        return out, left if isinstance(left, dict) else options

    def _read(self, options: Mapping[str, Any], key: str) -> Any:
        if key in options:
            return options[key]
        listed = ", ".join(map(repr, list(options)[:12]))
        message = f"{self._name} leaves no {key!r} in its options after training, only {listed}."
        hint = "What does test mode need to know of the batches that training has seen?"
        return Absent(Failure(Status.FAILED, message, hint=hint))

    def _stack(self, options: Mapping[str, Any]) -> Any:
        """Return the keys' values under each other, or why they cannot be stacked."""
        values = [self._read(options, key) for key in self.looked_at]
        for value in values:
            if not isinstance(value, np.ndarray):
                return value
        if len({value.size for value in values}) > 1:
            message = f"{self._name} leaves arrays of different sizes in its options."
            return Absent(Failure(Status.FAILED, message))
        return np.stack([value.reshape(-1) for value in values])

    @property
    def _name(self) -> str:
        return self.target.partition(":")[2]
