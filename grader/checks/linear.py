"""Experiments on linear classifiers and the toy network: losses, gradients and predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import Call, Candidate, Method, Write
from grader.checks.classifiers import Classifier
from grader.checks.experiments import (
    Differentiable,
    Experiment,
    as_float,
    find,
    pick,
    refuse_changes,
)
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@record(kw_only=True)
class LinearLoss(Differentiable):
    """Call a loss of a linear classifier: ``loss(W, X, y, reg)`` gives ``loss, dW``."""

    target: str
    W: Any
    X: Any
    y: Any
    reg: float = 0.0

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one function."""
        return (self.target,)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return weights, minibatch and labels."""
        return {"W": self.W, "X": self.X, "y": self.y}

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``loss`` and ``dW``."""
        reply = candidate.run([self._call(values)])[0]
        name = self.target.partition(":")[2]
        refuse_changes(reply, ("W", "X", "y"), name)
        return {
            "loss": find(reply.value, (0,), name),
            "dW": find(reply.value, (1,), name),
        }

    def place_of(self, part: str) -> int | str | None:
        """Return the position in what is returned."""
        return {"loss": 0, "dW": 1}.get(part)

    def variables(self) -> Mapping[str, str]:
        """Return what the gradient belongs to."""
        return {"dW": "W"}

    def evaluate(
        self, candidate: Candidate, points: Sequence[Mapping[str, Any]]
    ) -> NDArray[np.float64]:
        """Return the loss at each point."""
        replies = candidate.run([self._call(point) for point in points])
        name = self.target.partition(":")[2]
        return np.array([as_float(pick(reply.value, (0,), name)) for reply in replies])

    def _call(self, values: Mapping[str, Any]) -> Call:
        return Call(self.target, (values["W"], values["X"], values["y"], self.reg))


@record(kw_only=True)
class ClassifierLoss(Differentiable):
    """Give a classifier weights and call ``loss``.

    Parts are ``scores`` (``loss(X)``), ``loss`` (of ``loss(X, y, reg)``) and the names of
    weights (their gradients, turned as the weights are declared).
    """

    classifier: Classifier
    X: Any
    y: Any
    reg: float = 0.0
    observed: tuple[str, ...] = ("loss",)
    """Parts looked at."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class."""
        return self.classifier.targets[:1]

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return X, y and the weights."""
        return {"X": self.X, "y": self.y, **self.classifier.weights}

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return scores, loss and gradients, as far as they are observed."""
        held = self.classifier.create_with(candidate, values)
        name = f"{self.classifier.name}.loss"
        seen: dict[str, Any] = {}
        if "scores" in self.observed:
            reply = candidate.run([Method(held.handle, "loss", (values["X"],))])[0]
            refuse_changes(reply, ("X",), name)
            seen["scores"] = reply.value
        if set(self.observed) == {"scores"}:
            return seen
        reply = candidate.run([held.loss(values["X"], values["y"], self.reg)])[0]
        refuse_changes(reply, ("X", "y"), name)
        seen["loss"] = find(reply.value, (0,), name)
        for part in self.observed:
            if part not in seen:
                gradient = find(reply.value, (1, held.names[part]), name)
                seen[part] = held.as_declared(part, gradient, values[part].shape)
        return seen

    def place_of(self, part: str) -> int | str | None:
        """Return the key of a gradient."""
        return part

    def variables(self) -> Mapping[str, str]:
        """Return the weight that each gradient belongs to: itself."""
        return {part: part for part in self.observed if part in self.classifier.weights}

    def evaluate(
        self, candidate: Candidate, points: Sequence[Mapping[str, Any]]
    ) -> NDArray[np.float64]:
        """Return the loss at each point."""
        held = self.classifier.create(candidate)
        operations: list[Write | Method] = []
        for point in points:
            operations += [*held.writes(point), held.loss(point["X"], point["y"], self.reg)]
        name = f"{self.classifier.name}.loss"
        losses = [
            pick(reply.value, (0,), name)
            for reply, operation in zip(candidate.run(operations), operations, strict=True)
            if isinstance(operation, Method)
        ]
        return np.array([as_float(loss) for loss in losses])


@record(kw_only=True)
class Prediction(Experiment):
    """Give a classifier weights and ask for the labels of examples; the part is ``labels``."""

    classifier: Classifier
    X: Any

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class, and the one that holds ``predict``."""
        return self.classifier.targets

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return X and the weights."""
        return {"X": self.X, **self.classifier.weights}

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the labels."""
        held = self.classifier.create_with(candidate, values)
        reply = candidate.run([Method(held.handle, "predict", (values["X"],))])[0]
        refuse_changes(reply, ("X",), f"{self.classifier.name}.predict")
        return {"labels": reply.value}

    @property
    def method(self) -> str:
        """Return the method that gives the labels."""
        return "predict"

    def place_of(self, part: str) -> int | str | None:
        """Return None: the labels are all that is returned."""
        return None


@record(kw_only=True)
class KeptShape(Experiment):
    """The shape in which a new classifier keeps a weight; parts are names of weights."""

    classifier: Classifier
    observed: tuple[str, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class."""
        return self.classifier.targets[:1]

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return nothing: a constructor takes sizes."""
        return {}

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return each shape as an array of lengths."""
        held = self.classifier.create(candidate)
        return {name: np.array(held.shapes.get(held.names[name]) or ()) for name in self.observed}

    def place_of(self, part: str) -> int | str | None:
        """Return the key of the weight."""
        return part
