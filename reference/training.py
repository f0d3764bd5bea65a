"""Trains the three kinds of models: those that train themselves, and those the Solver trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from grader.provided.solver import Solver
from reference import optim
from reference.data import append_ones
from reference.models.toy import TwoLayerNet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reference.arrays import Array, Labels
    from reference.linear_classifiers import LinearClassifier

Data: TypeAlias = "Mapping[str, Array]"
Predict: TypeAlias = "Callable[[Array], Labels]"
Progress: TypeAlias = "Callable[[range], Iterable[int]]"

CLASSES = 10
"""Number of classes of every source of images."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast a model is trained."""

    duration: int
    """Iterations of a model that trains itself, epochs of one that the Solver trains."""
    learning_rate: float
    batch_size: int
    """Images in a minibatch."""
    decay: float = 1.0
    """Factor on the learning rate after each epoch."""
    reg: float = 0.0
    """Strength of the regularisation."""
    update_rule: str = "sgd"
    """Of the Solver; models that train themselves know only this one."""


Train: TypeAlias = "Callable[[Data, Schedule, np.random.Generator, Progress | None], Predict]"
"""Trains a new model on images of shape (N, C, H, W); returns what predicts labels."""


def train_linear(classifier: type[LinearClassifier]) -> Train:
    """Return the training of a linear classifier, on rows with a 1 at the end."""

    def train(
        data: Data, schedule: Schedule, generator: np.random.Generator, _: Progress | None
    ) -> Predict:
        model = classifier()
        model.train(
            append_ones(data["X_train"]),
            data["y_train"],
            schedule.learning_rate,
            schedule.reg,
            schedule.duration,
            schedule.batch_size,
            generator=generator,
        )
        return lambda X: model.predict(append_ones(X))

    return train


def train_toy(
    data: Data, schedule: Schedule, generator: np.random.Generator, _: Progress | None
) -> Predict:
    """Train a two-layer network of 50 hidden units by its own loop; see `Train`."""
    rows = {part: X.reshape(len(X), -1) for part, X in data.items() if part.startswith("X")}
    model = TwoLayerNet(rows["X_train"].shape[1], 50, CLASSES, generator=generator)
    model.train(
        rows["X_train"],
        data["y_train"],
        rows["X_val"],
        data["y_val"],
        schedule.learning_rate,
        schedule.decay,
        schedule.reg,
        schedule.duration,
        schedule.batch_size,
    )
    return lambda X: model.predict(X.reshape(len(X), -1))


def train_with_solver(build: Callable[..., Any]) -> Train:
    """Return the training of a network by the Solver.

    Parameters
    ----------
    build : callable
        ``build(image, reg=..., generator=...)`` returns the network for images of shape
        `image`, which is (C, H, W).
    """

    def train(
        data: Data,
        schedule: Schedule,
        generator: np.random.Generator,
        progress: Progress | None,
    ) -> Predict:
        image = data["X_train"].shape[1:]
        solver = Solver(
            build(image, reg=schedule.reg, generator=generator),
            data,
            update_rule=schedule.update_rule,
            optim_config={"learning_rate": schedule.learning_rate},
            lr_decay=schedule.decay,
            batch_size=schedule.batch_size,
            num_epochs=schedule.duration,
            verbose=False,
            optim=optim,
            rng=generator,
            progress=progress,
        )
        solver.train()
        return lambda X: _predict_in_batches(solver.model, X)

    return train


def _predict_in_batches(model: Any, X: Array, size: int = 100) -> Labels:
    # Scoring all images at once would take gigabytes for a convolution's windows.
    batches = [model.loss(X[i : i + size]).argmax(axis=1) for i in range(0, len(X), size)]
    return np.concatenate(batches)
