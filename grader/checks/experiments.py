"""What is done with a candidate: calls that give named values, the same for both sides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import Call, CallFailed, Candidate, Failure, Reply
from grader.model import Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

Path = tuple[Any, ...]
"""Where a part lies in what a function returns: positions and keys; ``()`` is all of it."""


@record
class Absent:
    """Stands for a part that did not come back, with the reason."""

    failure: Failure


class Experiment(ABC):
    """Calls targets on given inputs and names what came back."""

    @property
    @abstractmethod
    def targets(self) -> tuple[str, ...]:
        """Canonical names of what is called, the one to blame last."""

    @property
    @abstractmethod
    def inputs(self) -> Mapping[str, Any]:
        """Declared inputs, by name."""

    @property
    def method(self) -> str:
        """The method of a class that gives the parts."""
        return "loss"

    @abstractmethod
    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by part; a part that did not come back is `Absent`."""

    @abstractmethod
    def place_of(self, part: str) -> int | str | None:
        """Return where the part lies in what the last target returns: a position or a key."""


class Differentiable(Experiment):
    """An experiment whose parts are gradients of a scalar with respect to inputs."""

    @abstractmethod
    def variables(self) -> Mapping[str, str]:
        """Return the input that each gradient part belongs to."""

    @abstractmethod
    def evaluate(
        self, candidate: Candidate, points: Sequence[Mapping[str, Any]]
    ) -> NDArray[np.float64]:
        """Return the scalar at each point, in one round trip."""

    def scalar_of(self, seen: Mapping[str, Any], values: Mapping[str, Any]) -> float:
        """Return the scalar as :meth:`observe` has seen it, or NaN if it has not."""
        return as_float(seen.get("loss"))


@record(kw_only=True)
class FunctionCall(Differentiable):
    """Call one function: a loss, a layer's forward pass, an optimizer's step."""

    target: str
    arguments: Mapping[str, Any]
    """Declared positional arguments, in order."""
    results: Mapping[str, Path]
    """Where each part lies in the result."""
    gradients: Mapping[str, str] = field(default_factory=dict)
    """Gradient part -> the argument it belongs to; the scalar is ``results["loss"]``."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one target."""
        return (self.target,)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return the declared arguments."""
        return self.arguments

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parts of what the function gives back."""
        call = Call(self.target, tuple(values.values()), keep=self._unread())
        reply = candidate.run([call])[0]
        name = self.target.partition(":")[2]
        if self.gradients:
            refuse_changes(reply, tuple(values), name)
        result = reply.value
        return {part: find(result, path, name) for part, path in self.results.items()}

    def place_of(self, part: str) -> int | str | None:
        """Return the last step of the part's path."""
        path = self.results.get(part, ())
        return path[-1] if path else None

    def variables(self) -> Mapping[str, str]:
        """Return the argument that each gradient belongs to."""
        return self.gradients

    def evaluate(
        self, candidate: Candidate, points: Sequence[Mapping[str, Any]]
    ) -> NDArray[np.float64]:
        """Return the loss at each point."""
        calls = [Call(self.target, tuple(point.values())) for point in points]
        name = self.target.partition(":")[2]
        losses = [pick(reply.value, self.results["loss"], name) for reply in candidate.run(calls)]
        return np.array([as_float(loss) for loss in losses])

    def _unread(self) -> frozenset[int]:
        """Return the first positions of the result that no part reads: caches stay there."""
        read = {path[0] for path in self.results.values() if path}
        if () in self.results.values() or not read:
            return frozenset()
        return frozenset(range(max(4, max(read) + 1))) - read


@record(kw_only=True)
class ForwardBackward(Differentiable):
    """Call a layer's forward pass, then its backward pass on the cache it gave.

    The scalar whose gradients are looked at is the sum of ``out * dout``.
    """

    forward: str
    backward: str
    arguments: Mapping[str, Any]
    """Declared arguments of the forward pass, in order."""
    upstream: Any
    """Declared upstream gradient ``dout``, in the shape of ``out``."""
    gradients: Mapping[str, str]
    """Gradient part, in the order returned -> the argument it belongs to."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return forward and backward."""
        return (self.forward, self.backward)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return the declared arguments and ``dout``."""
        return {**self.arguments, "dout": self.upstream}

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``out`` and the gradients."""
        name = self.forward.partition(":")[2]
        arguments = tuple(values[argument] for argument in self.arguments)
        reply = candidate.run([Call(self.forward, arguments, keep=frozenset({1}))])[0]
        refuse_changes(reply, tuple(self.arguments), name)
        out = pick(reply.value, (0,), name)
        cache = pick(reply.value, (1,), name)
        return {"out": out, **self._call_backward(candidate, values["dout"], cache)}

    def scalar_of(self, seen: Mapping[str, Any], values: Mapping[str, Any]) -> float:
        """Return the sum of ``out * dout``."""
        return as_float(_inner(seen.get("out"), values["dout"]))

    def _call_backward(self, candidate: Candidate, dout: Any, cache: Any) -> dict[str, Any]:
        """Return the gradients; what forward gave must not be lost when backward fails."""
        name = self.backward.partition(":")[2]
        try:
            result = candidate.call(self.backward, dout, cache)
        except CallFailed as failed:
            return dict.fromkeys(self.gradients, Absent(failed.failure))
        if len(self.gradients) == 1:
            if isinstance(result, (tuple, list)):
                message = f"{name} returned {len(result)} values in a tuple, expected one array."
                return dict.fromkeys(self.gradients, Absent(Failure(Status.FAILED, message)))
            result = (result,)
        return {part: find(result, (i,), name) for i, part in enumerate(self.gradients)}

    def place_of(self, part: str) -> int | str | None:
        """Return the gradient's position in what the backward pass returns."""
        names = tuple(self.gradients)
        return names.index(part) if len(names) > 1 and part in names else None

    def variables(self) -> Mapping[str, str]:
        """Return the argument that each gradient belongs to."""
        return self.gradients

    def evaluate(
        self, candidate: Candidate, points: Sequence[Mapping[str, Any]]
    ) -> NDArray[np.float64]:
        """Return the sum of ``out * dout`` at each point."""
        calls = [
            Call(
                self.forward,
                tuple(point[argument] for argument in self.arguments),
                keep=frozenset({1}),
            )
            for point in points
        ]
        name = self.forward.partition(":")[2]
        outs = [pick(reply.value, (0,), name) for reply in candidate.run(calls)]
        return np.array(
            [as_float(_inner(out, point["dout"])) for out, point in zip(outs, points, strict=True)]
        )


def pick(result: Any, path: Path, name: str) -> Any:
    """Return the part of a result that ``path`` leads to.

    Raises
    ------
    CallFailed
        If the result is not built like that; the message says what was returned.
    """
    for step in path:
        if result is None:
            raise CallFailed(Failure(Status.FAILED, f"{name} returned None."))
        if not _holds(result, step):
            raise CallFailed(Failure(Status.FAILED, _say_shape(result, step, name)))
        result = result[step]
    return result


def find(result: Any, path: Path, name: str) -> Any:
    """Return the part of a result that ``path`` leads to, or `Absent` with the reason."""
    try:
        return pick(result, path, name)
    except CallFailed as failed:
        return Absent(failed.failure)


def refuse_changes(reply: Reply, names: Sequence[str], function: str) -> None:
    """Fail a call that changed one of its array arguments.

    Whoever calls it goes on using that array: a gradient check does, and so does a network.

    Raises
    ------
    CallFailed
        If an array argument differs after the call.
    """
    for position, value in reply.after.items():
        if isinstance(value, np.ndarray) and 0 <= position < len(names):
            message = f"{function} changes its input {names[position]} in place."
            hint = "Which line writes into an array that the caller still needs?"
            raise CallFailed(Failure(Status.FAILED, message, hint=hint))


def as_float(value: Any) -> float:
    """Return a number as a float; anything else is NaN, which no comparison accepts."""
    try:
        number = np.asarray(value)
    except ValueError:  # a list whose rows differ in length
        return float("nan")
    is_number = number.size == 1 and number.dtype.kind in "fiub"
    return float(number.reshape(())) if is_number else float("nan")


def _holds(result: Any, step: Any) -> bool:
    if isinstance(result, dict):
        return step in result
    is_sequence = isinstance(result, (tuple, list)) and isinstance(step, int)
    return is_sequence and 0 <= step < len(result)


def _say_shape(result: Any, step: Any, name: str) -> str:
    if isinstance(result, dict):
        return f"{name}: there is no {step!r} in {{{', '.join(map(repr, list(result)[:12]))}}}."
    if isinstance(result, (tuple, list)) and isinstance(step, int):
        return f"{name} returned {len(result)} values, expected at least {step + 1}."
    kind = getattr(result, "type_name", type(result).__name__)
    if isinstance(step, int):
        return f"{name} returned one value of type {kind}, expected a tuple."
    return f"{name} returned a {kind} where a dictionary that holds {step!r} was expected."


def _inner(out: Any, dout: NDArray[Any]) -> Any:
    if not isinstance(out, np.ndarray) or out.shape != dout.shape or out.dtype.kind not in "fiub":
        return None
    return np.sum(out * dout)
