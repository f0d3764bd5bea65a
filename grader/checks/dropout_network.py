"""Checks of networks with dropout: the masks are the student's own, the rest follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure
from grader.checks.base import Check, Expected, judge_value, outcome_of_failure
from grader.checks.dropout import keep_or_drop, read_mask
from grader.checks.experiments import Absent
from grader.checks.models import ModelLoss
from grader.inputs import Input, describe_inputs, generator_for, integers, make_inputs, normal
from grader.inputs import uniform as drawn_evenly
from grader.model import Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEEP = 0.5
"""Chance to keep a unit: one half, which is the chance to drop it too."""


@record
class _Passes:
    """What a network with given masks must compute for one example."""

    loss: float
    gradients: Mapping[str, NDArray[np.float64]]
    hidden: tuple[NDArray[np.float64], ...]
    """Activations of the hidden layers after dropout, if rightly rescaled."""


@record(kw_only=True)
class DropoutNetworkCheck(Check):
    """Look at a fully connected network with dropout after every ReLU.

    All inputs and hidden weights are positive, so that no ReLU is in the way, and there is one
    example. The gradient of a weight matrix is then the product of what went in and the gradient
    of the bias, from which the masks can be read. Given the masks, loss and gradients are settled,
    also where they are not rescaled rightly.

    Parts are ``scores`` (in test mode nothing is dropped), ``masks`` (each hidden unit is zero, or
    its activation over the chance to keep), ``loss``, and the parameters by name (gradients).
    """

    kind: ClassVar[Kind] = Kind.PROPERTY

    target: str = "fc_net:FullyConnectedNet"
    sizes: tuple[int, ...] = (15, 40, 36, 10)
    """Of input, hidden layers and scores."""
    keywords: Mapping[str, Any] = field(default_factory=lambda: {"dropout_keep_ratio": KEEP})
    """How the constructor is asked for dropout of one half."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one class."""
        return (self.target,)

    def is_gradient(self, part: str) -> bool:
        """Return whether a part is read off gradients: all are but the scores."""
        return part != "scores"

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return the class and a gradient's key."""
        return self.target, part if part in self._parameters() else None

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return the scores in test mode."""
        reference.begin_check()
        seen = self._experiment(("scores",)).observe(reference, self._inputs(seed))
        return {"seeded/scores": np.asarray(seen["scores"])}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Read the masks off the gradients, and judge what follows from them."""
        values = self._inputs(seed)
        inputs = f"{describe_inputs(values)}, dropout {KEEP:g}"
        found: dict[str, Outcome] = {}
        if "scores" in self.points:
            found["scores"] = self._judge_scores(candidate, expected, values, inputs)
        trained = [part for part in self.parts if part != "scores"]
        if not trained:
            return found
        names = tuple(self._parameters())
        try:
            seen = self._experiment(("loss", *names)).observe(candidate, values)
            right = self._follow(values, seen)
        except CallFailed as failed:
            return {**dict.fromkeys(trained, outcome_of_failure(failed.failure, inputs)), **found}
        for part in trained:
            found[part] = self._judge(part, seen, right, inputs)
        return {part: found[part] for part in self.parts}

    def _judge_scores(
        self, candidate: Candidate, expected: Expected, values: Mapping[str, Any], inputs: str
    ) -> Outcome:
        try:
            seen = self._experiment(("scores",)).observe(candidate, values)
        except CallFailed as failed:
            return outcome_of_failure(failed.failure, inputs)
        hint = "Does every dropout layer know that the network is being tested?"
        right = expected["seeded/scores"]
        return judge_value(
            "scores", seen["scores"], right, self.tolerance, inputs=inputs, hint=hint
        )

    def _judge(self, part: str, seen: Mapping[str, Any], right: _Passes, inputs: str) -> Outcome:
        if part == "masks":
            hint = "Is dropout after every ReLU, and after nothing else?"
            return self._judge_masks(seen, right, inputs, hint)
        expected: Any = right.loss if part == "loss" else right.gradients[part]
        hint = "Which cache belongs to this dropout layer, and in which order do the layers go?"
        return judge_value(part, seen[part], expected, self.tolerance, inputs=inputs, hint=hint)

    def _judge_masks(
        self, seen: Mapping[str, Any], right: _Passes, inputs: str, hint: str
    ) -> Outcome:
        for layer, activation in enumerate(right.hidden, start=1):
            own = _read_hidden(seen, layer)
            dropped = np.count_nonzero(activation == 0)
            if dropped in (0, activation.size):
                what = "nothing" if not dropped else "everything"
                message = f"After hidden layer {layer} {what} is dropped."
                return Outcome(Status.FAILED, message, hint=hint)
            name = f"hidden layer {layer}"
            outcome = judge_value(name, own, activation, self.tolerance, inputs=inputs, hint=hint)
            if outcome.status is not Status.PASSED:
                return outcome
        return outcome

    def _follow(self, values: Mapping[str, Any], seen: Mapping[str, Any]) -> _Passes:
        """Return what the network must compute, with the masks that its gradients show."""
        inputs: list[NDArray[np.float64]] = [values["X"].reshape(-1)]
        masks: list[NDArray[np.float64]] = []
        hidden: list[NDArray[np.float64]] = []
        last = len(self.sizes) - 1
        for layer in range(1, last):
            activation = inputs[-1] @ values[f"W{layer}"] + values[f"b{layer}"]
            own = _read_hidden(seen, layer)
            mask = read_mask(own, activation)
            if mask is None:
                mask = keep_or_drop(own, activation / KEEP) / activation
            inputs.append(activation * mask)
            masks.append(mask)
            hidden.append(np.where(mask == 0, 0.0, activation / KEEP))
        scores = inputs[-1] @ values[f"W{last}"] + values[f"b{last}"]
        label = int(values["y"][0])
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        upstream = chances - np.eye(scores.size)[label]
        gradients: dict[str, NDArray[np.float64]] = {}
        for layer in range(last, 0, -1):
            gradients[f"W{layer}"] = np.outer(inputs[layer - 1], upstream)
            gradients[f"b{layer}"] = upstream
            if layer > 1:
                upstream = (values[f"W{layer}"] @ upstream) * masks[layer - 2]
        return _Passes(-float(np.log(chances[label])), gradients, tuple(hidden))

    def _experiment(self, observed: tuple[str, ...]) -> ModelLoss:
        return ModelLoss(
            target=self.target,
            arguments=(list(self.sizes[1:-1]),),
            keywords={
                "input_dim": self.sizes[0],
                "num_classes": self.sizes[-1],
                "dtype": float,
                "seed": 123,
                **self.keywords,
            },
            parameters=self._parameters(),
            X=drawn_evenly(1, self.sizes[0], low=0.5, high=1.5),
            y=integers(self.sizes[-1], 1),
            observed=observed,
        )

    def _parameters(self) -> dict[str, Input]:
        """Return declared parameters: positive but for those that make the scores."""
        declared: dict[str, Input] = {}
        last = len(self.sizes) - 1
        for layer, (fan_in, fan_out) in enumerate(pairwise(self.sizes), start=1):
            if layer < last:
                weights: Input = drawn_evenly(fan_in, fan_out, low=0.5 / fan_in, high=1.5 / fan_in)
                bias: Input = drawn_evenly(fan_out, low=0.1, high=0.3)
            else:
                weights = normal(fan_in, fan_out, scale=0.2)
                bias = normal(fan_out, scale=0.2)
            declared |= {f"W{layer}": weights, f"b{layer}": bias}
        return declared

    def _inputs(self, seed: int) -> dict[str, Any]:
        return make_inputs(self._experiment(()).inputs, generator_for(seed, self.id))


def _read_hidden(seen: Mapping[str, Any], layer: int) -> NDArray[Any]:
    """Return what a hidden layer passed on, read off the gradients of the layer above it.

    It keeps their dtype, which says how exact it can be.

    Raises
    ------
    CallFailed
        If there are no such gradients, or they are all zero.
    """
    weights, bias = seen[f"W{layer + 1}"], seen[f"b{layer + 1}"]
    for gradient in (weights, bias):
        if isinstance(gradient, Absent):
            raise CallFailed(gradient.failure)
    if not _fit(weights, bias):
        message = f"The gradients of W{layer + 1} and b{layer + 1} do not fit each other."
        raise CallFailed(Failure(Status.FAILED, message))
    flat = bias.reshape(-1)
    largest = int(np.argmax(np.abs(flat)))
    if not np.isfinite(flat).all() or flat[largest] == 0:
        message = f"The gradient of b{layer + 1} shows nothing: it is zero or no number."
        raise CallFailed(Failure(Status.FAILED, message))
    column: NDArray[Any] = weights[:, largest] / flat[largest]
    return column


def _fit(weights: Any, bias: Any) -> bool:
    arrays = all(isinstance(one, np.ndarray) and one.dtype.kind == "f" for one in (weights, bias))
    return bool(arrays and weights.ndim == 2 and bias.size == weights.shape[1])
