"""Networks as laws see them: how one is made, given parameters, and asked for its loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import (
    KEEP_ALL,
    Call,
    CallFailed,
    Failure,
    Method,
    Operation,
    Read,
    Reply,
    Shapes,
    Write,
    read_shapes,
)
from grader.candidate.wire import Earlier, Handle
from grader.checks.experiments import pick
from grader.checks.models import name_parameters, say_shape
from grader.checks.properties.base import Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import take_array, take_number
from grader.checks.properties.showing import show_values, write
from grader.compare import same_but_for_ones
from grader.model import Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

Opening = Generator[Sequence[Operation], list[Reply], "list[OpenNetwork]"]

_WHOLE = frozenset({KEEP_ALL})
_PARAMS = (("attr", "params"),)


@record(kw_only=True)
class Network(ABC):
    """A class whose ``loss`` gives scores, or loss and gradients; ``params`` holds arrays."""

    target: str
    reg_in_call: bool = False
    """Whether ``loss`` takes the strength of the regularisation, instead of the constructor."""

    @abstractmethod
    def draw(self, draw: Draw, examples: int) -> Example:
        """Return ``params``, ``X`` and ``y``; nothing before a ReLU is near zero."""

    @abstractmethod
    def constructor(self, example: Example) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return positional and keyword arguments that make a network of the example's sizes."""

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.target.partition(":")[2]

    def classes(self, example: Example) -> int:
        """Return how many there are."""
        return int(example["params"][self.last_bias(example)].size)

    def last_bias(self, example: Example) -> str:
        """Return the name of the bias that is added to the scores."""
        biases = [str(name) for name in example["params"] if name[0] == "b"]
        return max(biases, key=lambda name: int(name[1:]))

    def open(self, example: Example, *strengths: float) -> Opening:
        """Make a network for each strength of regularisation; none has its parameters yet.

        Raises
        ------
        CallFailed
            If a parameter is not there.
        """
        positional, keywords = self.constructor(example)
        given = [keywords if self.reg_in_call else {**keywords, "reg": reg} for reg in strengths]
        shapes = Shapes(Earlier(1, self.name), _PARAMS)
        asked = [(Call(self.target, positional, own, _WHOLE), shapes) for own in given]
        replies = yield [operation for pair in asked for operation in pair]
        return [
            self._receive(example, made, held, reg)
            for made, held, reg in zip(replies[::2], replies[1::2], strengths, strict=True)
        ]

    def _receive(self, example: Example, made: Reply, held: Reply, reg: float) -> OpenNetwork:
        handle = made.value
        if not isinstance(handle, Handle):
            raise CallFailed(Failure(Status.FAILED, f"{self.name} made no object."))
        shapes = read_shapes(handle, held)
        names = name_parameters(example["params"], shapes, self.name)
        kept = {name: shapes[own] for name, own in names.items()}
        return OpenNetwork(self, handle, names, kept, reg, tuple(shapes))

    def show(self, example: Example, *lines: str, reg: str = "0.0") -> str:
        """Return lines that make the network, and then ``lines``."""
        positional, keywords = self.constructor(example)
        given = [write(one) for one in positional]
        given += [f"{name}={_write_keyword(value)}" for name, value in keywords.items()]
        given += [] if self.reg_in_call else [f"reg={reg}"]
        params = example["params"]
        return "\n".join(
            (
                show_values({name: value for name, value in example.items() if name != "params"}),
                f"model = {self.name}({', '.join(given)})",
                *(
                    f"model.params[{name!r}] = {write(value, len(name) + 18)}"
                    for name, value in params.items()
                ),
                *lines,
            )
        )


def _write_keyword(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else write(value)


@record
class OpenNetwork:
    """A network that a candidate keeps."""

    network: Network
    handle: Handle
    names: Mapping[str, str]
    """Its own name of each parameter."""
    kept: Mapping[str, tuple[int, ...] | None]
    """The shape in which it keeps each parameter, by canonical name."""
    reg: float = field(default=0.0)
    held: tuple[Any, ...] = ()
    """Its own names of all parameters, also of those that nobody asks for."""

    def writes(self, params: Mapping[str, Any]) -> list[Operation]:
        """Return what sets parameters.

        Raises
        ------
        CallFailed
            If a matrix has another shape.
        """
        return [
            Write(self.handle, self._path(name), self._as_kept(name, value))
            for name, value in params.items()
        ]

    def read(self) -> Read:
        """Return what reads all parameters."""
        return Read(self.handle, _PARAMS)

    def scores(self, X: NDArray[Any]) -> Method:
        """Return the call without labels."""
        return Method(self.handle, "loss", (X,))

    def loss(self, X: NDArray[Any], y: NDArray[Any], *, reg: float | None = None) -> Method:
        """Return the call with labels."""
        strength = (self.reg if reg is None else reg,) if self.network.reg_in_call else ()
        return Method(self.handle, "loss", (X, y, *strength))

    def take_scores(self, reply: Reply, shape: tuple[int, int]) -> NDArray[Any]:
        """Return the scores that a call gave back."""
        return take_array(reply.value, shape, "loss(X)")

    def take_loss(
        self, reply: Reply, params: Mapping[str, Any]
    ) -> tuple[float, dict[str, NDArray[Any]]]:
        """Return loss and gradients, these as the parameters are declared.

        Raises
        ------
        CallFailed
            If something is missing or a parameter has no gradient, which every Solver asks for.
        """
        called = f"{self.network.name}.loss"
        loss = take_number(pick(reply.value, (0,), called), "loss")
        for name in self.held:
            pick(reply.value, (1, name), called)
        return loss, {
            name: self.as_declared(
                name, pick(reply.value, (1, self.names[name]), called), value, f"grads[{name!r}]"
            )
            for name, value in params.items()
        }

    def take_params(self, reply: Reply, params: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Return what was read, as the parameters are declared."""
        return {
            name: self.as_declared(
                name, pick(reply.value, (self.names[name],), "params"), value, f"params[{name!r}]"
            )
            for name, value in params.items()
        }

    def as_declared(self, name: str, found: Any, value: NDArray[Any], said: str) -> NDArray[Any]:
        """Return a parameter or its gradient in the shape that the parameter is declared in."""
        if isinstance(found, np.ndarray) and found.ndim == 2 and self._is_turned(name, value):
            found = found.T
        return take_array(found, value.shape, said)

    def _path(self, name: str) -> tuple[tuple[str, Any], ...]:
        return (*_PARAMS, ("item", self.names[name]))

    def _is_turned(self, name: str, value: NDArray[Any]) -> bool:
        kept = self.kept[name]
        return value.ndim == 2 and kept == value.shape[::-1] and kept != value.shape

    def _as_kept(self, name: str, value: NDArray[Any]) -> NDArray[Any]:
        kept = self.kept[name]
        if self._is_turned(name, value):
            return np.ascontiguousarray(value.T)
        if value.ndim > 1 and kept != value.shape:
            message = say_shape(self.network.name, name, kept, value.shape)
            raise CallFailed(Failure(Status.FAILED, message))
        if kept is not None and same_but_for_ones(kept, value.shape):
            return value.reshape(kept)
        return value
