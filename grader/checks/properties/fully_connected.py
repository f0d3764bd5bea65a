"""Fully connected networks as laws draw them: small, and with nothing near zero before a ReLU."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from grader.checks.properties.base import Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.networks import Network
from grader.records import record

SHIFTS = (0.005, 0.00025, 0.0)
"""Added to the biases of each layer. Inputs and weights are multiples of 0.1, biases of 0.01, so
that a layer gives odd multiples of its shift: never zero, where a ReLU has its kink."""


def draw_layers(draw: Draw, sizes: Sequence[int], *, output_first: bool = False) -> dict[str, Any]:
    """Return weights and biases of up to three layers, by name.

    Parameters
    ----------
    draw : Draw
        Where numbers come from.
    sizes : sequence of int
        Numbers of inputs, hidden units and classes.
    output_first : bool
        Weights of shape (outputs, inputs) instead of (inputs, outputs).
    """
    params: dict[str, Any] = {}
    shifts = (*SHIFTS[: len(sizes) - 2], 0.0)
    for layer, ((fan_in, fan_out), shift) in enumerate(
        zip(pairwise(sizes), shifts, strict=True), start=1
    ):
        shape = (fan_out, fan_in) if output_first else (fan_in, fan_out)
        params[f"W{layer}"] = draw.array(*shape, low=-1, high=1, step=0.1, nonzero=True)
        params[f"b{layer}"] = draw.array(fan_out, low=-1, high=1) + shift
    return params


def draw_batch(draw: Draw, examples: int, inputs: int, classes: int) -> Example:
    """Return a minibatch."""
    X = draw.array(examples, inputs, step=0.1, nonzero=True)
    return {"X": X, "y": draw.labels(classes, examples)}


@record(kw_only=True)
class TwoLayers(Network):
    """``TwoLayerNet`` of the course's layers."""

    target: str = "fc_net:TwoLayerNet"

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return parameters and a minibatch."""
        inputs, hidden, classes = draw.size(1, 3), draw.size(1, 4), draw.size(2, 3)
        params = draw_layers(draw, (inputs, hidden, classes))
        return {"params": params, **draw_batch(draw, examples, inputs, classes)}

    def constructor(self, example: Example) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the sizes by name."""
        inputs, hidden = example["params"]["W1"].shape
        classes = self.classes(example)
        return (), {"input_dim": inputs, "hidden_dim": hidden, "num_classes": classes}


@record(kw_only=True)
class AnyDepth(Network):
    """``FullyConnectedNet`` of two or three layers."""

    target: str = "fc_net:FullyConnectedNet"

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return parameters and a minibatch."""
        inputs, classes = draw.size(1, 3), draw.size(2, 3)
        hidden = [draw.size(1, 3) for _ in range(draw.size(1, 2))]
        params = draw_layers(draw, (inputs, *hidden, classes))
        return {"params": params, **draw_batch(draw, examples, inputs, classes)}

    def constructor(self, example: Example) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the hidden layers' sizes, and the rest by name."""
        weights = [value for name, value in example["params"].items() if name[0] == "W"]
        hidden = [weight.shape[1] for weight in weights[:-1]]
        keywords = {
            "input_dim": weights[0].shape[0],
            "num_classes": self.classes(example),
            "dtype": float,
        }
        return (hidden,), keywords


@record(kw_only=True)
class ToyNetwork(Network):
    """The toy example's network, which takes ``reg`` with each loss.

    Weights are declared as (H, D) and (C, H); sizes tell when a submission keeps them turned.
    """

    target: str = "neural_net:TwoLayerNet"
    reg_in_call: bool = True

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return parameters and a minibatch; there are more hidden units than anything else."""
        inputs, hidden, classes = draw.size(1, 3), draw.size(4, 5), draw.size(2, 3)
        params = draw_layers(draw, (inputs, hidden, classes), output_first=True)
        return {"params": params, **draw_batch(draw, examples, inputs, classes)}

    def constructor(self, example: Example) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the sizes."""
        hidden, inputs = example["params"]["W1"].shape
        return (inputs, hidden, self.classes(example)), {}
