"""Probes of classifiers that train themselves: loss, training, prediction.

Training examples that are all alike make every step the same, whichever of them are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.candidate.base import Candidate, Seed
from grader.checks.classifiers import Classifier, run_training
from grader.checks.experiments import Absent, Experiment, as_float, pick
from grader.checks.linear import ClassifierLoss, Prediction
from grader.diagnosis.probes.initial import Initial
from grader.diagnosis.probes.probe import Probe, probes_of
from grader.inputs import fixed, integers, normal
from grader.records import record


@record(kw_only=True)
class Training(Experiment):
    """Train on examples that are all alike; parts are the weights and the histories."""

    classifier: Classifier
    example: Any
    label: int
    steps: int
    settings: Mapping[str, Any]
    """Keyword arguments of ``train``."""
    validation: tuple[Any, Any] | None = None
    examples: int = 6

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class, and the one that holds ``train``."""
        return self.classifier.targets

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return the example, the weights and the validation set."""
        declared = {"example": self.example, **self.classifier.weights}
        if self.validation is not None:
            declared |= {"X_val": self.validation[0], "y_val": self.validation[1]}
        return declared

    @property
    def method(self) -> str:
        """Return the method that is looked at."""
        return "train"

    def place_of(self, part: str) -> int | str | None:
        """Return the weight's name."""
        return part

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return weights and histories."""
        held = self.classifier.create_with(candidate, values)
        data = (np.tile(values["example"], (self.examples, 1)), np.full(self.examples, self.label))
        held_out = () if self.validation is None else (values["X_val"], values["y_val"])
        settings = {**self.settings, "num_iters": self.steps}
        histories = run_training(held, data, held_out, settings)
        weights = {
            name: held.as_declared(name, held.read(name), values[name].shape)
            for name in self.classifier.weights
        }
        return {**weights, **histories}


@record(kw_only=True)
class Draws(Experiment):
    """Train without moving, one example a step, and look for each loss among those of examples.

    The part ``draws`` tells whether each step's loss is that of an example with its label,
    whether they are of more than one, and how many losses there are.
    """

    classifier: Classifier
    X: Any
    y: Any
    validation: tuple[Any, Any] | None = None
    steps: int = 40

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class, and the one that holds ``train``."""
        return self.classifier.targets

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return examples, labels, weights and the validation set."""
        declared = {"X": self.X, "y": self.y, **self.classifier.weights}
        if self.validation is not None:
            declared |= {"X_val": self.validation[0], "y_val": self.validation[1]}
        return declared

    @property
    def method(self) -> str:
        """Return the method that is looked at."""
        return "train"

    def place_of(self, part: str) -> int | str | None:
        """Return None: draws are seen in no single result."""
        return None

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the losses tell of the draws."""
        held = self.classifier.create_with(candidate, values)
        X, y = values["X"], values["y"]
        held_out = () if self.validation is None else (values["X_val"], values["y_val"])
        settings = {
            "learning_rate": 0.0,
            "reg": 0.1,
            "num_iters": self.steps,
            "batch_size": 1,
        }
        candidate.run([Seed(231)])
        history = run_training(held, (X, y), held_out, settings)["loss_history"]
        if isinstance(history, Absent) or not isinstance(history, (list, np.ndarray)):
            return {"draws": None}
        # Weights again: an optimistic training may have moved them in spite of its rate.
        candidate.run(held.writes(values))
        calls = [held.loss(X[i : i + 1], y[i : i + 1], 0.1) for i in range(len(y))]
        name = f"{held.classifier.name}.loss"
        own = [as_float(pick(reply.value, (0,), name)) for reply in candidate.run(calls)]
        losses = [as_float(loss) for loss in list(history)[: 2 * self.steps]]
        return {"draws": _tell(np.array(losses), np.array(own))}


def _tell(losses: Any, own: Any) -> Any:
    """Return what is true of the losses whichever examples were drawn, and how many there are."""
    off = np.abs(losses[:, None] - own[None, :])
    known = off.min(axis=1, initial=np.inf) <= 1e-9 * np.maximum(1.0, np.abs(losses))
    several = losses.size > 0 and float(np.ptp(losses)) > 1e-9
    return np.array([1.0 if flag else -1.0 for flag in (known.all(), several)] + [losses.size])


_LINEAR = "linear_classifier:LinearClassifier"


def _linear(target: str, features: int, classes: int, scale: float) -> Classifier:
    return Classifier(
        target=target,
        defined_in=_LINEAR,
        weights={"W": normal(features, classes, scale=scale)},
    )


def _linear_loss(target: str, reg: float) -> ClassifierLoss:
    return ClassifierLoss(
        classifier=_linear(target, 5, 3, 1.0),
        X=normal(7, 5),
        y=integers(3, 7),
        reg=reg,
    )


def _linear_probes(target: str) -> dict[str, Experiment]:
    def train(steps: int, **settings: Any) -> Training:
        return Training(
            classifier=_linear(target, 5, 4, 0.1),
            example=normal(5),
            label=3,
            steps=steps,
            settings=settings,
        )

    return {
        "loss": _linear_loss(target, 0.0),
        "regularised": _linear_loss(target, 0.7),
        "one_step": train(1, learning_rate=0.3, reg=0.0, batch_size=3),
        "steps": train(5, learning_rate=0.2, reg=0.3, batch_size=2),
        "draws": Draws(
            classifier=_linear(target, 5, 4, 0.1),
            X=normal(9, 5),
            y=fixed([0, 3, 1, 2, 0, 2, 3, 1, 0]),
        ),
        "labels": Prediction(classifier=_linear(target, 5, 4, 1.0), X=normal(30, 5)),
        "few_labels": Prediction(classifier=_linear(target, 3, 7, 1.0), X=normal(4, 3)),
    }


_TOY = "neural_net:TwoLayerNet"


def _toy(sizes: tuple[int, int, int], *, offset: float = 0.0) -> Classifier:
    inputs, hidden, outputs = sizes
    weights = {
        "W1": normal(hidden, inputs, scale=0.7),
        "b1": normal(hidden, scale=0.4, offset=offset),
        "W2": normal(outputs, hidden, scale=0.7),
        "b2": normal(outputs, scale=0.4),
    }
    return Classifier(target=_TOY, arguments=sizes, weights=weights, store="params")


def _toy_loss(sizes: tuple[int, int, int], examples: int, reg: float) -> ClassifierLoss:
    network = _toy(sizes)
    return ClassifierLoss(
        classifier=network,
        X=normal(examples, sizes[0]),
        y=integers(sizes[2], examples),
        reg=reg,
        observed=("scores", "loss", *network.weights),
    )


def _toy_training(steps: int, **settings: Any) -> Training:
    return Training(
        classifier=_toy((4, 6, 3), offset=2.0),
        example=normal(4, scale=0.3),
        label=1,
        steps=steps,
        settings=settings,
        validation=(normal(40, 4), integers(3, 40)),
    )


_TOY_PROBES: Mapping[str, Experiment] = {
    "loss": _toy_loss((4, 6, 3), 8, 0.0),
    "regularised": _toy_loss((7, 9, 5), 4, 0.4),
    "strongly_regularised": _toy_loss((3, 5, 4), 6, 2.0),
    "one_step": _toy_training(1, learning_rate=0.3, reg=0.1, batch_size=3, learning_rate_decay=0.9),
    "epochs": _toy_training(5, learning_rate=0.2, reg=0.1, batch_size=3, learning_rate_decay=0.5),
    "draws": Draws(
        classifier=_toy((4, 6, 3)),
        X=normal(9, 4),
        y=fixed([0, 2, 1, 2, 0, 2, 1, 1, 0]),
        validation=(normal(6, 4), integers(3, 6)),
    ),
    "labels": Prediction(classifier=_toy((7, 9, 5)), X=normal(30, 7)),
    "init": Initial(target=_TOY, arguments=(70, 90, 60, 0.2), scale=0.2, either_way=True),
}

PROBES: Mapping[str, tuple[Probe, ...]] = {
    "linear_classifier:LinearSVM": probes_of(_linear_probes("linear_classifier:LinearSVM")),
    "linear_classifier:Softmax": probes_of(_linear_probes("linear_classifier:Softmax")),
    _TOY: probes_of(_TOY_PROBES),
}
