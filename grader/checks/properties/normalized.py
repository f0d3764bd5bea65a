"""Laws of what a normalisation gives: mean and spread, and what it does not care about."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.layers import LayerLaw
from grader.checks.properties.normalization import EPS_IS_SMALL, Normalization
from grader.checks.properties.showing import show_values
from grader.records import record


@record(kw_only=True)
class MeanAndSpread(LayerLaw):
    """Whatever goes in, each group comes out with mean beta and standard deviation gamma."""

    layer: Normalization
    hint: ClassVar[str] = "Over which axes is the mean taken, and by what are squares divided?"
    tolerance: float = EPS_IS_SMALL

    def draw(self, draw: Draw) -> Example:
        """Return a layer with one scale and one shift for all features."""
        own = self.layer.draw(draw, draw.size(2, 4))
        gamma, beta = draw.number(low=0.5, high=3.0), draw.number()
        one = np.ones_like(own["gamma"])
        return {**own, "gamma": gamma * one, "beta": beta * one}

    def converse(self, example: Example) -> Conversation:
        """Look at mean and spread of each group."""
        (reply,) = yield [self.layer.call(example)]
        out = self.layer.out_of(reply, example)
        rows = self.layer.to_rows(out.astype(np.float64)).astype(out.dtype)
        groups = len(rows)
        name = self.layer.group
        for what, found, vector in (
            ("mean", rows.mean(axis=1), "beta"),
            ("standard deviation", rows.std(axis=1), "gamma"),
        ):
            message = f"The {what} of the output over each {name} is not {vector}."
            wanted = np.full(groups, example[vector][0])
            require_equal(message, found, wanted, self.tolerance, scale_of=(out,))

    def show(self, example: Example) -> str:
        """Return the call."""
        axes = self.layer.axes
        lines = (
            self.layer.show_forward("out, _"),
            f"print(out.mean(axis={axes}), out.std(axis={axes}))  # beta and gamma, nearly",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class UnitsDoNotMatter(LayerLaw):
    """The output is the same when a group of inputs is measured in other units."""

    layer: Normalization
    hint: ClassVar[str] = "What is left of a x + c once the mean is off and the spread is one?"
    tolerance: float = EPS_IS_SMALL

    def draw(self, draw: Draw) -> Example:
        """Return a layer, and the input in other units."""
        own = self.layer.draw(draw, draw.size(2, 4))
        rows = self.layer.to_rows(own["x"])
        factor = draw.array(len(rows), 1, low=1.0, high=4.0, step=1.0)
        other = factor * rows + draw.array(len(rows), 1, low=-5.0, high=5.0, step=0.5)
        return {**own, "other": self.layer.from_rows(other.round(2), own["x"].shape)}

    def converse(self, example: Example) -> Conversation:
        """Compare the outputs."""
        replies = yield [self.layer.call(example), self.layer.call(example, x=example["other"])]
        out, other = (self.layer.out_of(reply, example) for reply in replies)
        message = f"Multiplying each {self.layer.group} by a number, and adding one, changes out."
        require_equal(message, other, out, self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            self.layer.show_forward("out, _"),
            self.layer.show_forward("out_other, _", x="other"),
            "print(out, out_other)  # nearly the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class ScaleAndShift(LayerLaw):
    """What gamma and beta do, they do last: the rest is as with one and zero."""

    layer: Normalization
    hint: ClassVar[str] = "Which entries of the output does one entry of gamma multiply?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer."""
        return self.layer.draw(draw, draw.size(2, 4))

    def converse(self, example: Example) -> Conversation:
        """Compare the output with that for one and zero."""
        gamma, beta = example["gamma"], example["beta"]
        plain = {"gamma": np.ones_like(gamma), "beta": np.zeros_like(beta)}
        replies = yield [self.layer.call(example), self.layer.call(example, **plain)]
        out, normalized = (self.layer.out_of(reply, example) for reply in replies)
        scale, shift = (self.layer.per_feature(each, out.ndim) for each in (gamma, beta))
        message = "out is not gamma times what it is for gamma one and beta zero, plus beta."
        require_equal(
            message, out, scale * normalized + shift, self.tolerance, scale_of=(normalized, shift)
        )

    def show(self, example: Example) -> str:
        """Return both calls."""
        plain = {"gamma": "np.ones_like(gamma)", "beta": "np.zeros_like(beta)"}
        shape = "" if example["x"].ndim == 2 else ".reshape(1, -1, 1, 1)"
        lines = (
            self.layer.show_forward("out, _"),
            self.layer.show_forward("plain, _", **plain),
            f"print(out, gamma{shape} * plain + beta{shape})  # the same",
        )
        return "\n".join((show_values(example), *lines))


@record(kw_only=True)
class AllEqual(LayerLaw):
    """Where all entries of a group are equal, nothing but beta is left of them."""

    layer: Normalization
    hint: ClassVar[str] = "What is divided by what where all entries are equal?"

    def draw(self, draw: Draw) -> Example:
        """Return a layer whose groups hold one number each, also of a single example."""
        own = self.layer.draw(draw, draw.size(1, 3))
        rows = self.layer.to_rows(own["x"])
        equal = np.repeat(draw.array(len(rows), 1), rows.shape[1], axis=1)
        return {**own, "x": self.layer.from_rows(equal, own["x"].shape)}

    def converse(self, example: Example) -> Conversation:
        """Compare the output with beta."""
        (reply,) = yield [self.layer.call(example)]
        out = self.layer.out_of(reply, example)
        beta = self.layer.per_feature(example["beta"], out.ndim)
        message = f"Where all entries of a {self.layer.group} are equal, out is not beta."
        wanted = np.broadcast_to(beta, out.shape)
        require_equal(message, out, wanted, self.tolerance, scale_of=(example["gamma"],))

    def show(self, example: Example) -> str:
        """Return the call."""
        lines = (self.layer.show_forward("out, _"), "print(out)  # beta")
        return "\n".join((show_values(example), *lines))
