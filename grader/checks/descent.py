"""Checks of a classifier's own training loop, apart from whether its loss is right.

A loop is held against what its class's own loss and gradients ask for, so that a mistake in the
loss is charged there alone. Which examples a step draws, and in which order, is the student's
choice: steps are made exact by training examples that are all alike, and draws are recognised by
the loss they give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure, Operation, Seed
from grader.checks.base import Check, Expected, judge_value
from grader.checks.classifiers import HISTORIES, Classifier, Held, run_training
from grader.checks.experiments import as_float, pick
from grader.compare import same_but_for_ones
from grader.inputs import describe_inputs, generator_for, make_inputs
from grader.model import Evidence, Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST = 1e-3
"""A gradient this much smaller than the reference's moves nothing that could be judged."""


@record(kw_only=True)
class DescentCheck(Check):
    """Every step of ``train`` moves the weights by minus the learning rate times the gradient.

    Parts are names of weights, ``loss_history``, and for a classifier that validates
    ``train_acc_history`` and ``val_acc_history``.
    """

    kind: ClassVar[Kind] = Kind.PROPERTY

    classifier: Classifier
    example: Any
    """Declared array of shape (D,): all training examples are this one."""
    label: int
    """Their label; the last class, from which a classifier sees how many there are."""
    examples: int = 6
    """Number of training examples."""
    steps: int
    batch_size: int = 3
    """Must divide the number of examples: years of the course round an epoch differently."""
    learning_rate: float
    reg: float = 0.0
    decay: float = 1.0
    """What the learning rate is multiplied with after the first step of each epoch."""
    validation: tuple[Any, Any] | None = None
    """Declared examples and labels, for a classifier whose ``train`` takes them."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class, and the one that holds ``train``."""
        return self.classifier.targets

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return where ``train`` is, and the weight that it moves."""
        return self.targets[-1], part if self.classifier.store else None

    @property
    def method(self) -> str:
        """Return the method that is judged."""
        return "train"

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return how large the reference's gradients are: those of a stub are nothing."""
        reference.begin_check()
        values = self._inputs(seed)
        held = self.classifier.create_with(reference, values)
        result = reference.run([held.loss(*self.batch(values), self.reg)])[0].value
        return {
            f"seeded/{name}": np.asarray(np.linalg.norm(held.gradient(result, name)))
            for name in self.classifier.weights
        }

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Train, and step by step go the same way from outside."""
        values = self._inputs(seed)
        try:
            seen = self._train(self.classifier.create_with(candidate, values), values)
        except CallFailed as failed:
            if self.classifier.store or failed.failure.status is not Status.ERRORED:
                raise
            # Old code asks W == None, which an array does not answer: let it draw its own.
            values |= self._first_weights(candidate, values, seed)
            seen = self._train(self._create_seeded(candidate, seed), values)
        right = _Descent(self, candidate, values).go()
        return {part: self._judge(part, seen[part], right, expected, values) for part in self.parts}

    def _inputs(self, seed: int) -> dict[str, Any]:
        validation = self.validation or (None, None)
        declared = {
            "example": self.example,
            **self.classifier.weights,
            "X_val": validation[0],
            "y_val": validation[1],
        }
        return make_inputs(declared, generator_for(seed, self.id))

    def batch(self, values: Mapping[str, Any], *, whole: bool = False) -> tuple[Any, Any]:
        """Return examples and labels of a minibatch, or of the whole training set."""
        count = self.examples if whole else self.batch_size
        return np.tile(values["example"], (count, 1)), np.full(count, self.label)

    def _create_seeded(self, candidate: Candidate, seed: int) -> Held:
        """Return a classifier that has drawn nothing yet, and will draw the same each time."""
        held = self.classifier.create(candidate)
        candidate.run([Seed(seed % 2**32)])
        return held

    def _first_weights(
        self, candidate: Candidate, values: Mapping[str, Any], seed: int
    ) -> dict[str, Any]:
        """Return the weights that training draws for itself before its first step."""
        held = self._create_seeded(candidate, seed)
        settings = {"learning_rate": 0.0, "reg": self.reg, "num_iters": 1, "batch_size": 1}
        run_training(held, self.batch(values, whole=True), self._held_out(values), settings)
        found = {name: held.read(name) for name in self.classifier.weights}
        for name, weight in found.items():
            if not isinstance(weight, np.ndarray) or weight.shape != values[name].shape:
                message = f"After training, {name} has not the shape {values[name].shape}."
                raise CallFailed(Failure(Status.FAILED, message))
        return found

    def _train(self, held: Held, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the weights after training, and what training returned."""
        settings = {
            "learning_rate": self.learning_rate,
            "reg": self.reg,
            "num_iters": self.steps,
            "batch_size": self.batch_size,
        }
        if self.validation is not None:
            settings["learning_rate_decay"] = self.decay
        result = run_training(
            held, self.batch(values, whole=True), self._held_out(values), settings
        )
        weights = {
            name: held.as_declared(name, held.read(name), values[name].shape)
            for name in self.classifier.weights
        }
        return {**weights, **result}

    def _held_out(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return () if self.validation is None else (values["X_val"], values["y_val"])

    def _judge(
        self,
        part: str,
        got: Any,
        right: Mapping[str, Any],
        expected: Expected,
        values: Mapping[str, Any],
    ) -> Outcome:
        inputs = f"{self.steps} steps on {self.examples} equal examples, " + describe_inputs(
            {name: values[name] for name in self.classifier.weights}
        )
        gradients = right["gradients"]
        still = [
            name
            for name in (gradients if part in HISTORIES else (part,))
            if not gradients[name] > SMALLEST * float(expected[f"seeded/{name}"])
        ]
        if still:
            message = f"The loss gives no gradient of {still[0]} that a step could follow."
            return Outcome(Status.FAILED, message, evidence=Evidence(inputs=inputs))
        return judge_value(part, got, right[part], self.tolerance, inputs=inputs, hint=self.hint)


@record
class _Descent:
    """Gradient descent from outside, with a candidate's own loss and predictions."""

    check: DescentCheck
    candidate: Candidate
    values: Mapping[str, Any]
    histories: dict[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in HISTORIES}
    )

    def go(self) -> dict[str, Any]:
        """Return weights and histories as they must be, and norms of the first gradients."""
        check = self.check
        held = check.classifier.create(self.candidate)
        weights = {name: self.values[name] for name in check.classifier.weights}
        rate = check.learning_rate
        first: dict[str, float] = {}
        for step in range(check.steps):
            gradients = self._ask(held, weights)
            first = first or {name: float(np.linalg.norm(g)) for name, g in gradients.items()}
            weights = {name: weights[name] - rate * gradients[name] for name in weights}
            if check.validation is not None and step % (check.examples // check.batch_size) == 0:
                self._validate(held, weights)
                rate *= check.decay
        return {**weights, **self.histories, "gradients": first}

    def _ask(self, held: Held, weights: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Return the gradients at some weights, and note the loss."""
        batch = self.check.batch(self.values)
        operations: list[Operation] = [*held.writes(weights)]
        operations.append(held.loss(*batch, self.check.reg))
        result = self.candidate.run(operations)[-1].value
        name = f"{held.classifier.name}.loss"
        self.histories["loss_history"].append(as_float(pick(result, (0,), name)))
        return {
            weight: _as_step(held, weight, held.gradient(result, weight), value.shape)
            for weight, value in weights.items()
        }

    def _validate(self, held: Held, weights: Mapping[str, Any]) -> None:
        """Note the accuracies on a minibatch and on the validation set."""
        batch = self.check.batch(self.values)
        sets = (batch, (self.values["X_val"], self.values["y_val"]))
        self.candidate.run(held.writes(weights))
        for name, (X, y) in zip(HISTORIES[1:], sets, strict=True):
            labels = self.candidate.method(held.handle, "predict", X)
            self.histories[name].append(float(np.mean(_as_labels(labels, len(y)) == y)))


def _as_step(held: Held, name: str, gradient: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return a gradient in the shape of its weight.

    Raises
    ------
    CallFailed
        If it is no array of finite numbers of that shape.
    """
    value = held.as_declared(name, gradient, shape)
    usable = isinstance(value, np.ndarray) and value.dtype.kind in "fiu"
    if not usable or not same_but_for_ones(value.shape, shape) or not np.isfinite(value).all():
        message = f"{held.classifier.name}.loss gives no gradient of {name} in the shape {shape}."
        raise CallFailed(Failure(Status.FAILED, message))
    step: NDArray[Any] = value.reshape(shape)
    return step


def _as_labels(labels: Any, count: int) -> NDArray[Any]:
    is_array = isinstance(labels, np.ndarray) and labels.dtype.kind in "fiub"
    return labels.reshape(-1) if is_array and labels.size == count else np.full(count, -1)
