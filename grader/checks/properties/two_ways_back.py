"""A law of two backward passes of one layer: they agree, and who is wrong if they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from grader.candidate.base import Call
from grader.checks.properties.base import Broken, Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.normalization_gradients import NormalizationLaw
from grader.checks.properties.showing import show_values
from grader.records import record

STEP = 0.01
"""How far the inputs are moved along their directions to see a slope."""

SLOPE_TOLERANCE = 0.01
"""Largest relative error of that slope, which single precision and curvature leave."""


@record(kw_only=True)
class BothWaysAgree(NormalizationLaw):
    """Two backward passes of one layer give the same gradients.

    Where they do not, the one that fits the slope of the forward pass is right: a mistake in the
    other is charged where it is.
    """

    hint: ClassVar[str] = "On paper, what does the longer way come to when terms are collected?"

    other: str = "layers:batchnorm_backward"
    """The other backward pass."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the forward pass, and both backward passes, the layer's own last."""
        return (self.layer.forward, self.other, self.layer.backward)

    def draw(self, draw: Draw) -> Example:
        """Return a layer, an upstream gradient, and a direction of each argument."""
        example = NormalizationLaw.draw(self, draw)
        steps = {
            f"step_{name}": draw.array(*example[name].shape, nonzero=True)
            for name in self.layer.gradients.values()
        }
        return {**example, **steps}

    def converse(self, example: Example) -> Conversation:
        """Compare the gradients of both, each with a cache of its own."""
        forward = yield [self.layer.call(example)] * 2
        calls = [self.layer.call_back(example["dout"], reply) for reply in forward]
        theirs, own = yield [replace(calls[0], target=self.other), calls[1]]
        wanted = self.layer.gradients_of(theirs, example)
        found = self.layer.gradients_of(own, example)
        name = self.other.partition(":")[2]
        scale = (example["dout"],)
        try:
            for part in self.layer.gradients:
                message = f"{part} is not what {name} gives."
                require_equal(message, found[part], wanted[part], self.tolerance, scale_of=scale)
        except Broken as broken:
            ends = yield [self._move(example, sign * STEP) for sign in (1, -1)]
            outs = [self.layer.out_of(reply, example) for reply in ends]
            slope = float(np.sum((outs[0] - outs[1]) * example["dout"])) / (2 * STEP)
            terms = [
                found[part] * example[f"step_{argument}"]
                for part, argument in self.layer.gradients.items()
            ]
            size = sum(float(np.abs(each).sum()) for each in terms)
            off = abs(sum(float(each.sum()) for each in terms) - slope)
            if not off <= SLOPE_TOLERANCE * max(size, abs(slope)):
                raise broken from None

    def show(self, example: Example) -> str:
        """Return both."""
        parts = list(self.layer.gradients)
        other = self.other.partition(":")[2]
        shown = {name: value for name, value in example.items() if not name.startswith("step_")}
        lines = (
            self.layer.show_forward("_, cache"),
            f"{', '.join(parts)} = {other}(dout, cache)",
            self.layer.show_forward("_, cache"),
            self.layer.show_backward(after="_alt"),
            f"print({', '.join(f'{part} - {part}_alt' for part in parts)})  # zeros",
        )
        return "\n".join((show_values(shown), *lines))

    def _move(self, example: Example, step: float) -> Call:
        moved = {
            name: example[name] + step * example[f"step_{name}"]
            for name in self.layer.gradients.values()
        }
        return self.layer.call(example, **moved)
