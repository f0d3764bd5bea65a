"""Experiments on models: construct, set parameters, ask for scores, loss and gradients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure, Method, Write
from grader.candidate.wire import Handle
from grader.checks.experiments import Differentiable, as_float, find, pick
from grader.compare import same_but_for_ones
from grader.model import Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@record(kw_only=True)
class ModelLoss(Differentiable):
    """Construct a model, set its parameters, and call ``loss``.

    Parts are ``scores`` (``loss(X)``), ``loss`` (of ``loss(X, y)``) and the names of parameters
    (their gradients).
    """

    target: str
    arguments: tuple[Any, ...] = ()
    """Positional arguments of the constructor."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of the constructor, by their canonical names."""
    parameters: Mapping[str, Any]
    """Declared values of ``model.params``, by canonical name."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Attributes set on the model before ``loss`` is called, such as ``reg``."""
    X: Any
    y: Any = None
    observed: tuple[str, ...] = ("loss",)
    """Parts looked at."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one class."""
        return (self.target,)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return X, y and the parameters."""
        labels = {} if self.y is None else {"y": self.y}
        return {"X": self.X, **labels, **self.parameters}

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return scores, loss and gradients, as far as they are observed."""
        model, names, _, writes = self._prepare(candidate, values)
        seen: dict[str, Any] = {}
        asked = [Method(model, "loss", (values["X"],))] if "scores" in self.observed else []
        if set(self.observed) != {"scores"}:
            asked.append(Method(model, "loss", (values["X"], values["y"])))
        replies = candidate.run([*writes, *asked])[len(writes) :]
        if "scores" in self.observed:
            seen["scores"] = replies[0].value
        if set(self.observed) == {"scores"}:
            return seen
        result = replies[-1].value
        seen["loss"] = find(result, (0,), f"{self._name}.loss")
        for part in self.observed:
            if part not in seen:
                seen[part] = find(result, (1, names[part]), f"{self._name}.loss")
        return seen

    def place_of(self, part: str) -> int | str | None:
        """Return the key of a gradient."""
        return part

    def variables(self) -> Mapping[str, str]:
        """Return the parameter that each gradient belongs to: itself."""
        return {part: part for part in self.observed if part in self.parameters}

    def evaluate(
        self, candidate: Candidate, points: Sequence[Mapping[str, Any]]
    ) -> NDArray[np.float64]:
        """Return the loss at each point, restoring nothing: the model is not used again."""
        model, names, shapes, writes = self._prepare(candidate, points[0])
        operations: list[Write | Method] = [*writes]
        previous = points[0]
        for point in points:
            changed = [name for name in self.parameters if point[name] is not previous[name]]
            operations += [
                Write(
                    model,
                    (("attr", "params"), ("item", names[name])),
                    _as_held(point[name], shapes[names[name]]),
                )
                for name in changed
            ]
            operations.append(Method(model, "loss", (point["X"], point["y"])))
            previous = point
        replies = candidate.run(operations)
        losses = [
            pick(reply.value, (0,), f"{self._name}.loss")
            for reply, operation in zip(replies, operations, strict=True)
            if isinstance(operation, Method)
        ]
        return np.array([as_float(loss) for loss in losses])

    @property
    def _name(self) -> str:
        return self.target.partition(":")[2]

    def _prepare(
        self, candidate: Candidate, values: Mapping[str, Any]
    ) -> tuple[Handle, dict[str, str], Mapping[Any, tuple[int, ...] | None], list[Write]]:
        """Return a model, its own names and shapes of the parameters, and what is to be set."""
        wanted = {name: np.shape(values[name]) for name in self.parameters}
        params = ("attr", "params")
        model, held = candidate.create_with_shapes(
            self.target, self.arguments, self.keywords, params
        )
        names = match_parameters(wanted, held, self._name)
        writes = [
            Write(
                model,
                (("attr", "params"), ("item", names[name])),
                _as_held(values[name], held[names[name]]),
            )
            for name in self.parameters
        ]
        writes += [Write(model, (("attr", k),), value) for k, value in self.attributes.items()]
        return model, names, held, writes


def match_parameters(
    wanted: Mapping[str, tuple[int, ...]],
    held: Mapping[Any, tuple[int, ...] | None],
    model: str,
) -> dict[str, str]:
    """Return the model's own name for each canonical parameter.

    A bias may be kept in any shape, since it is about to be replaced; a weight matrix of another
    shape is another network.

    Raises
    ------
    CallFailed
        If a parameter is not there, or a weight has another shape.
    """
    names = name_parameters(wanted, held, model)
    for name, shape in wanted.items():
        found = held[names[name]]
        if len(shape) > 1 and found != shape:
            raise CallFailed(Failure(Status.FAILED, say_shape(model, name, found, shape)))
    return names


def name_parameters(wanted: Iterable[str], held: Iterable[Any], model: str) -> dict[str, str]:
    """Return the model's own name for each canonical parameter.

    Names are taken as they are; where a model counts from another number (``W0, W1`` for
    ``W1, W2``), the k-th of a letter is taken for the k-th.

    Raises
    ------
    CallFailed
        If a parameter is not there.
    """
    wanted, own = list(wanted), [key for key in held if isinstance(key, str)]
    if set(wanted) <= set(own):
        return {name: name for name in wanted}
    names = {}
    for name in wanted:
        mine = sorted((key for key in wanted if _letters(key) == _letters(name)), key=_rank)
        theirs = sorted((key for key in own if _letters(key) == _letters(name)), key=_rank)
        if len(theirs) != len(mine):
            listed = ", ".join(own[:12]) or "nothing"
            lacking = next(key for key in wanted if key not in own)
            message = f"{model}.params has no {lacking!r}; it holds {listed}."
            raise CallFailed(Failure(Status.FAILED, message))
        names[name] = theirs[mine.index(name)]
    return names


def say_shape(
    model: str, name: str, found: tuple[int, ...] | None, expected: tuple[int, ...]
) -> str:
    """Say that a parameter has another shape than it should."""
    is_what = "is not an array" if found is None else f"has shape {found}"
    return f"{model}.params[{name!r}] {is_what}, expected shape {expected}."


def _as_held(value: NDArray[Any], shape: tuple[int, ...] | None) -> NDArray[Any]:
    """Return a value in the shape the model keeps it in, if that holds the same numbers."""
    if shape is None or not same_but_for_ones(shape, value.shape):
        return value
    return value.reshape(shape)


def _letters(name: str) -> str:
    return re.sub(r"\d+$", "", name)


def _rank(name: str) -> int:
    digits = re.search(r"\d+$", name)
    return int(digits.group()) if digits else 0
