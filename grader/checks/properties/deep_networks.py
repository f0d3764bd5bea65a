"""Fully connected networks with batch normalisation or dropout, as laws draw them."""

from __future__ import annotations

from typing import Any

from grader.checks.properties.base import Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.fully_connected import AnyDepth
from grader.records import record


@record(kw_only=True)
class WithNormalization(AnyDepth):
    """``FullyConnectedNet`` with batch normalisation; at least two examples."""

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return parameters, scales and shifts among them, and a minibatch."""
        # A subclass made anew with slots has no cell for a bare super().
        example = AnyDepth.draw(self, draw, examples + 1)
        hidden = [value.size for name, value in example["params"].items() if name[0] == "b"][:-1]
        for layer, width in enumerate(hidden, start=1):
            example["params"][f"gamma{layer}"] = draw.array(width, low=0.5, high=2.0)
            example["params"][f"beta{layer}"] = draw.array(width, nonzero=True)
        return example

    def constructor(self, example: Example) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the hidden layers' sizes, and the rest by name."""
        weights = {name: w for name, w in example["params"].items() if name[0] in "Wb"}
        arguments, keywords = AnyDepth.constructor(self, {**example, "params": weights})
        return arguments, {**keywords, "normalization": "batchnorm"}

    def last_bias(self, example: Example) -> str:
        """Return the name of the bias that is added to the scores."""
        params: dict[str, Any] = example["params"]
        return max(name for name in params if name[0] == "b" and name[1:].isdigit())


@record(kw_only=True)
class WithDropout(AnyDepth):
    """``FullyConnectedNet`` with dropout of one half, and a seed that repeats its masks."""

    def constructor(self, example: Example) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the hidden layers' sizes, and the rest by name."""
        arguments, keywords = AnyDepth.constructor(self, example)
        return arguments, {**keywords, "dropout_keep_ratio": 0.5, "seed": 123}
