"""A law of every backward pass: it is linear in the upstream gradient."""

from __future__ import annotations

from typing import ClassVar

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.layers import LayerLaw, draw_upstream
from grader.checks.properties.showing import show_values
from grader.records import record


@record(kw_only=True)
class UpstreamsAddUp(LayerLaw):
    """The gradients for the sum of two upstream gradients are the sums of the gradients."""

    of_gradient: ClassVar[bool] = True
    hint: ClassVar[str] = "What do your gradients do to dout besides multiplying and adding up?"

    examples: tuple[int, int] = (2, 3)
    """Smallest and largest number of examples."""

    def draw(self, draw: Draw) -> Example:
        """Return a layer and two upstream gradients."""
        own = self.layer.draw(draw, draw.size(*self.examples))
        upstream = {name: draw_upstream(self.layer, draw, own) for name in ("dout", "other")}
        return {**own, **upstream}

    def converse(self, example: Example) -> Conversation:
        """Go back through three equal forward passes."""
        upstream = [example["dout"], example["other"], example["dout"] + example["other"]]
        forward = yield [self.layer.call(example)] * 3
        backward = yield [
            self.layer.call_back(dout, reply) for dout, reply in zip(upstream, forward, strict=True)
        ]
        one, other, both = (self.layer.gradients_of(reply, example) for reply in backward)
        for part in self.layer.gradients:
            message = f"{part} for dout + other is not the sum of {part} for each of the two."
            terms = (one[part], other[part])
            # Some gradients are what is left where large terms cancel.
            scale = (*terms, example["dout"], example["other"])
            require_equal(message, both[part], sum(terms), self.tolerance, scale_of=scale)

    def show(self, example: Example) -> str:
        """Return the three calls."""
        first = next(iter(self.layer.gradients))
        lines = [show_values(example)]
        for dout, after in (("dout", "_1"), ("other", "_2"), ("dout + other", "_12")):
            lines += [
                self.layer.show_forward("_, cache"),
                self.layer.show_backward(dout=dout, after=after),
            ]
        return "\n".join((*lines, f"print({first}_12, {first}_1 + {first}_2)  # the same"))
