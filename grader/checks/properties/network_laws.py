"""Laws of networks with a softmax loss, whatever layers they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example, Property
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require, require_equal
from grader.checks.properties.losses import SMALLEST_LOSS
from grader.checks.properties.networks import Network
from grader.records import record

HIGH = 10.0
"""More than what comes out of the last layer without its bias, as a rule."""


@record(kw_only=True)
class NetworkLaw(Property):
    """A law about one network; examples hold ``params``, ``X`` and ``y``."""

    network: Network
    tolerance: float = 1e-5

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class."""
        return (self.network.target,)

    def draw(self, draw: Draw) -> Example:
        """Return a network of drawn sizes and a minibatch."""
        return self.network.draw(draw, draw.size(1, 3))

    def _show_loss(self, y: str = "y", X: str = "X", reg: str = "") -> str:
        strength = f", {reg or '0.0'}" if self.network.reg_in_call else ""
        return f"model.loss({X}, {y}{strength})"


@record(kw_only=True)
class ScoresWithoutLabels(NetworkLaw):
    """Without labels ``loss`` gives scores, also after it was called with labels.

    Each example's are the same alone as in company, and the last bias is a part of them.
    """

    hint: ClassVar[str] = "What does loss return when y is None, and what is added last?"

    def draw(self, draw: Draw) -> Example:
        """Return a network, two examples, and a number."""
        example = self.network.draw(draw, 2)
        return {**example, "c": draw.number(nonzero=True)}

    def converse(self, example: Example) -> Conversation:
        """Ask for scores before and after a loss, alone, and with another bias."""
        params, X, y = example["params"], example["X"], example["y"]
        (opened,) = yield from self.network.open(example, 0.0)
        bias = self.network.last_bias(example)
        replies = yield [
            *opened.writes(params),
            opened.scores(X),
            opened.loss(X, y),
            opened.scores(X),
            *(opened.scores(X[i : i + 1]) for i in range(len(X))),
            *opened.writes({bias: params[bias] + example["c"]}),
            opened.scores(X),
        ]
        first, _, again, *alone, _, moved = replies[len(params) :]
        classes = self.network.classes(example)
        shape = (len(X), classes)
        scores = opened.take_scores(first, shape)
        message = "loss(X) gives other scores after loss(X, y) has been called."
        require_equal(message, opened.take_scores(again, shape), scores, self.tolerance)
        message = "An example's scores are others when there are other examples beside it."
        singles = np.concatenate([opened.take_scores(reply, (1, classes)) for reply in alone])
        require_equal(message, scores, singles, self.tolerance)
        message = f"With {example['c']:g} added to {bias}, the scores are not larger by that."
        wanted = scores + example["c"]
        require_equal(message, opened.take_scores(moved, shape), wanted, self.tolerance)

    def show(self, example: Example) -> str:
        """Return all calls."""
        bias = self.network.last_bias(example)
        return self.network.show(
            example,
            "scores = model.loss(X)",
            self._show_loss(),
            "print(scores - model.loss(X))  # zeros",
            "print([scores[i] - model.loss(X[i:i+1]) for i in range(len(X))])  # zeros",
            f"model.params[{bias!r}] += c",
            "print(model.loss(X) - scores)  # c everywhere",
        )


@record(kw_only=True)
class LeavesParameters(NetworkLaw):
    """``loss`` changes no parameter, and gives a gradient of each parameter's shape."""

    hint: ClassVar[str] = "Which array do you change in place, and who else holds it?"

    def draw(self, draw: Draw) -> Example:
        """Return a network, a minibatch, and a strength of regularisation."""
        example = self.network.draw(draw, draw.size(1, 3))
        return {**example, "reg": draw.choice((0.5, 0.0, 0.1))}

    def converse(self, example: Example) -> Conversation:
        """Read the parameters after a loss, and take the same loss again."""
        params, X, y = example["params"], example["X"], example["y"]
        (opened,) = yield from self.network.open(example, example["reg"])
        replies = yield [
            *opened.writes(params),
            opened.loss(X, y),
            opened.read(),
            opened.loss(X, y),
        ]
        first, read, again = replies[len(params) :]
        loss, grads = opened.take_loss(first, params)
        for name, found in opened.take_params(read, params).items():
            message = f"params[{name!r}] is another array after loss(X, y) has been called."
            require_equal(message, found, params[name], self.tolerance)
        repeated, grads_again = opened.take_loss(again, params)
        message = "The same loss(X, y) gives another loss the second time."
        require_equal(message, repeated, loss, self.tolerance)
        for name in params:
            message = f"The same loss(X, y) gives another grads[{name!r}] the second time."
            require_equal(message, grads_again[name], grads[name], self.tolerance)

    def show(self, example: Example) -> str:
        """Return both calls."""
        return self.network.show(
            example,
            "before = {name: value.copy() for name, value in model.params.items()}",
            f"loss, grads = {self._show_loss(reg='reg')}",
            f"again, grads_again = {self._show_loss(reg='reg')}",
            "print(loss, again)  # the same",
            "for name in before:",
            "    print(name, np.abs(model.params[name] - before[name]).max(),",
            "          np.abs(grads_again[name] - grads[name]).max())  # zeros",
            reg="reg",
        )


@record(kw_only=True)
class NetworkAveraged(NetworkLaw):
    """Loss and gradients of a minibatch are the means of those of its examples."""

    hint: ClassVar[str] = "Where is the division by the number of examples, and is it there once?"

    def draw(self, draw: Draw) -> Example:
        """Return a network and two examples."""
        return self.network.draw(draw, 2)

    def converse(self, example: Example) -> Conversation:
        """Compare the minibatch with its examples."""
        params, X, y = example["params"], example["X"], example["y"]
        (opened,) = yield from self.network.open(example, 0.0)
        replies = yield [
            *opened.writes(params),
            opened.loss(X, y),
            *(opened.loss(X[i : i + 1], y[i : i + 1]) for i in range(len(y))),
        ]
        whole, *alone = replies[len(params) :]
        loss, grads = opened.take_loss(whole, params)
        singles = [opened.take_loss(reply, params) for reply in alone]
        bias = self.network.last_bias(example)
        for one, gradients in singles:
            is_flat = one > SMALLEST_LOSS and not np.any(gradients[bias])
            require(not is_flat, f"grads[{bias!r}] is zero though the loss is not.")
        message = "The loss of a minibatch is not the mean of those of its examples."
        mean = float(np.mean([one for one, _ in singles]))
        require_equal(message, loss, mean, self.tolerance, scale_of=(1.0,))
        for name in params:
            each = [gradients[name] for _, gradients in singles]
            message = f"grads[{name!r}] of a minibatch is not the mean of those of its examples."
            wanted = np.mean(each, axis=0, dtype=np.float64)
            require_equal(message, grads[name], wanted, self.tolerance, scale_of=each)

    def show(self, example: Example) -> str:
        """Return all calls."""
        single = self._show_loss("y[i:i+1]", "X[i:i+1]")
        return self.network.show(
            example,
            f"loss, grads = {self._show_loss()}",
            f"singles = [{single} for i in range(len(y))]",
            "print(loss, np.mean([one for one, _ in singles]))  # the same",
            "for name in grads:",
            "    mean = np.mean([each[name] for _, each in singles], axis=0)",
            "    print(name, np.abs(grads[name] - mean).max())  # zero",
        )


@record(kw_only=True)
class ScoresShiftOut(NetworkLaw):
    """A number added to all entries of the last bias changes neither loss nor gradients.

    That bias's gradient adds up to zero, and is negative at the label of a single example.
    """

    hint: ClassVar[str] = "Which differences of scores enter the loss, and what are their slopes?"

    def draw(self, draw: Draw) -> Example:
        """Return a network, one example, and a number that turns the sign of all scores."""
        example = self.network.draw(draw, 1)
        bias = self.network.last_bias(example)
        params = {**example["params"], bias: example["params"][bias] + HIGH}
        return {**example, "params": params, "c": draw.number(low=-2, high=2) - 2 * HIGH}

    def converse(self, example: Example) -> Conversation:
        """Compare before and after."""
        params, X, y = example["params"], example["X"], example["y"]
        bias = self.network.last_bias(example)
        (opened,) = yield from self.network.open(example, 0.0)
        replies = yield [
            *opened.writes(params),
            opened.loss(X, y),
            *opened.writes({bias: params[bias] + example["c"]}),
            opened.loss(X, y),
        ]
        here, _, there = replies[len(params) :]
        loss, grads = opened.take_loss(here, params)
        shifted, grads_shifted = opened.take_loss(there, params)
        message = "The loss changes when all scores grow by the same number."
        require_equal(message, shifted, loss, self.tolerance, scale_of=(1.0,))
        slope = grads[bias]
        for name in params:
            message = f"grads[{name!r}] changes when all scores grow by the same number."
            sides = grads_shifted[name], grads[name]
            # What all of them come from is the slope of the loss by the scores.
            require_equal(message, *sides, self.tolerance, scale_of=[slope])
        message = f"grads[{bias!r}] does not add up to zero."
        require_equal(message, slope.sum(), 0.0, self.tolerance, scale_of=[slope])
        require(
            bool(slope.reshape(-1)[y[0]] < 0),
            f"grads[{bias!r}] is not negative at the label, whose score should grow.",
        )

    def show(self, example: Example) -> str:
        """Return both calls."""
        bias = self.network.last_bias(example)
        return self.network.show(
            example,
            f"loss, grads = {self._show_loss()}",
            f"print(grads[{bias!r}].sum(), grads[{bias!r}][y])  # zero, and less than zero",
            f"model.params[{bias!r}] = model.params[{bias!r}] + c",
            f"shifted, grads_shifted = {self._show_loss()}",
            "print(loss, shifted)  # the same",
            "print({name: np.abs(grads[name] - grads_shifted[name]).max() for name in grads})",
        )


@record(kw_only=True)
class NetworkPenalty(NetworkLaw):
    """What ``reg`` adds to the weights' gradients is the gradient of what it adds to the loss.

    It holds with the factor one half and without; biases are left alone.
    """

    hint: ClassVar[str] = "Which arrays are in the penalty, and what does each of them get of it?"

    def draw(self, draw: Draw) -> Example:
        """Return a network, a minibatch, and a strength."""
        example = self.network.draw(draw, draw.size(1, 3))
        return {**example, "reg": draw.choice((0.5, 0.1, 2.0))}

    def converse(self, example: Example) -> Conversation:
        """Compare the loss with and without."""
        params, X, y = example["params"], example["X"], example["y"]
        networks = yield from self.network.open(example, 0.0, example["reg"])
        replies = yield [
            operation
            for opened in networks
            for operation in (*opened.writes(params), opened.loss(X, y))
        ]
        losses = replies[len(params) :: len(params) + 1]
        (plain, grads), (once, grads_once) = (
            opened.take_loss(reply, params) for opened, reply in zip(networks, losses, strict=True)
        )
        penalty = once - plain
        require(penalty > 0, "The loss does not grow with the strength of the regularisation.")
        weights = [value for name, value in params.items() if name.startswith("W")]
        slope = 2 * penalty / sum(float(np.sum(value * value)) for value in weights)
        for name, value in params.items():
            share = slope * value if name.startswith("W") else np.zeros_like(value)
            message = (
                f"grads[{name!r}] grows by another amount with reg than the penalty in the loss "
                "says."
            )
            change = grads_once[name] - grads[name]
            scale = (grads[name], grads_once[name], 1.0)
            require_equal(message, change, share, self.tolerance, scale_of=scale)

    def show(self, example: Example) -> str:
        """Return the calls."""
        if self.network.reg_in_call:
            plain, once = self._show_loss(reg="0.0"), self._show_loss(reg="reg")
            change: Mapping[str, str] = {"plain": plain, "once": once}
            lines = [f"{name}, grads_{name} = {call}" for name, call in change.items()]
        else:
            lines = [
                f"once, grads_once = {self._show_loss()}",
                "model.reg = 0.0",
                f"plain, grads_plain = {self._show_loss()}",
            ]
        return self.network.show(
            example,
            *lines,
            "weights = [name for name in model.params if name[0] == 'W']",
            "slope = 2 * (once - plain) / sum(np.sum(model.params[w] ** 2) for w in weights)",
            "for name in grads_once:",
            "    share = slope * model.params[name] if name in weights else 0",
            "    print(name, np.abs(grads_once[name] - grads_plain[name] - share).max())  # zero",
            reg="reg",
        )
