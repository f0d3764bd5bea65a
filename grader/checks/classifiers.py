"""Classifiers that train themselves, as a candidate keeps them: linear ones and a toy network.

A classifier object holds weights, computes its loss and gradients, predicts and trains. Years
of the course keep a matrix as (D, H) or as (H, D): inputs are declared in one orientation and
turned where a submission keeps them in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure, Method, Write
from grader.candidate.wire import Handle
from grader.checks.experiments import find, pick, refuse_changes
from grader.checks.models import name_parameters, say_shape
from grader.compare import same_but_for_ones
from grader.model import Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

HISTORIES = ("loss_history", "train_acc_history", "val_acc_history")
"""What training gives back by name, if it takes a validation set."""


@record(kw_only=True)
class Classifier:
    """How a classifier is made, and where it keeps its weights."""

    target: str
    arguments: tuple[Any, ...] = ()
    """Positional arguments of the constructor."""
    weights: Mapping[str, Any]
    """Declared weights by canonical name."""
    store: str = ""
    """Attribute that holds the weights in a dictionary; by default each is an attribute."""
    defined_in: str = ""
    """The target that holds ``train`` and ``predict``, if the class inherits them."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class, and the one that it inherits from."""
        return (self.target, self.defined_in) if self.defined_in else (self.target,)

    @property
    def name(self) -> str:
        """The class's name."""
        return self.target.partition(":")[2]

    def create(self, candidate: Candidate) -> Held:
        """Return a new classifier that has the weights its constructor gives it.

        Raises
        ------
        CallFailed
            If its store lacks a weight, or a matrix has another shape than declared.
        """
        if not self.store:
            handle = candidate.create(self.target, *self.arguments)
            return Held(candidate, handle, self, {name: name for name in self.weights})
        store = ("attr", self.store)
        handle, held = candidate.create_with_shapes(self.target, self.arguments, {}, store)
        names = name_parameters(self.weights, held, self.name)
        return Held(candidate, handle, self, names, {own: held[own] for own in names.values()})

    def create_with(self, candidate: Candidate, values: Mapping[str, Any]) -> Held:
        """Return a new classifier that has the given weights."""
        made = self.create(candidate)
        candidate.run(made.writes(values))
        return made


@record
class Held:
    """A classifier that a candidate keeps."""

    candidate: Candidate
    handle: Handle
    classifier: Classifier
    names: Mapping[str, str]
    """Its own name of each weight."""
    shapes: Mapping[str, tuple[int, ...] | None] = field(default_factory=dict)
    """Shapes in which it keeps its weights, by its own names, where it has any yet."""

    def writes(self, values: Mapping[str, Any]) -> list[Write]:
        """Return what sets its weights to those among the values."""
        return [
            Write(self.handle, self._path(name), self._as_kept(name, values[name]))
            for name in self.names
        ]

    def read(self, name: str) -> Any:
        """Return a weight as declared, whichever way round it is kept."""
        return self.candidate.read(self.handle, *self._path(name))

    def loss(self, X: Any, y: Any, reg: float) -> Method:
        """Return the call of its loss on a minibatch."""
        return Method(self.handle, "loss", (X, y, reg))

    def gradient(self, result: Any, name: str) -> Any:
        """Return a gradient as its weight is declared, from what ``loss`` gave back."""
        path = (1, self.names[name]) if self.classifier.store else (1,)
        return pick(result, path, f"{self.classifier.name}.loss")

    def as_declared(self, name: str, value: Any, shape: tuple[int, ...]) -> Any:
        """Return a weight or its gradient turned as it is declared."""
        is_matrix = isinstance(value, np.ndarray) and value.ndim == 2
        return value.T if is_matrix and self._is_turned(name, shape) else value

    def _path(self, name: str) -> tuple[tuple[str, Any], ...]:
        if not self.classifier.store:
            return (("attr", name),)
        return (("attr", self.classifier.store), ("item", self.names[name]))

    def _is_turned(self, name: str, shape: tuple[int, ...]) -> bool:
        kept = self.shapes.get(self.names[name])
        return len(shape) == 2 and kept == shape[::-1] and kept != shape

    def _as_kept(self, name: str, value: NDArray[Any]) -> NDArray[Any]:
        if not self.classifier.store:
            return value
        kept = self.shapes[self.names[name]]
        if self._is_turned(name, value.shape):
            return np.ascontiguousarray(value.T)
        if value.ndim > 1 and kept != value.shape:
            message = say_shape(self.classifier.name, name, kept, value.shape)
            raise CallFailed(Failure(Status.FAILED, message))
        if kept is not None and same_but_for_ones(kept, value.shape):
            return value.reshape(kept)
        return value


def run_training(
    held: Held, data: tuple[Any, Any], held_out: tuple[Any, ...], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the histories that ``train`` gives back, by name.

    Raises
    ------
    CallFailed
        If it fails, or changes its data.
    """
    operation = Method(held.handle, "train", (*data, *held_out), {**settings, "verbose": False})
    reply = held.candidate.run([operation])[0]
    name = f"{held.classifier.name}.train"
    refuse_changes(reply, ("X", "y", "X_val", "y_val"), name)
    if not held_out:
        return {"loss_history": reply.value}
    return {part: find(reply.value, (part,), name) for part in HISTORIES}
