"""Laws of linear classifiers: ``loss, dW = f(W, X, y, reg)``, and labels that are predicted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import KEEP_ALL, Call, CallFailed, Failure, Method, Reply, Write
from grader.candidate.wire import Handle
from grader.checks.experiments import pick
from grader.checks.properties.base import Conversation, Example, Property
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require, require_equal, take_array, take_number
from grader.checks.properties.losses import GRID
from grader.checks.properties.showing import show_values
from grader.model import Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST_LOSS = 1e-3
"""Of a single example; a hinge that is not met costs ten times as much at least."""


def draw_problem(draw: Draw, examples: int) -> Example:
    """Return weights, examples and labels; no two scores of an example differ by exactly 1.

    Examples hold whole numbers, so that scores are multiples of what weights are multiples of.
    """
    size, classes = draw.size(1, 3), draw.size(2, 4)
    return {
        "W": draw.array(size, classes, low=-0.9, high=0.9, step=GRID),
        "X": draw.array(examples, size, step=1.0, nonzero=True),
        "y": draw.labels(classes, examples),
    }


@record(kw_only=True)
class LinearLaw(Property):
    """A law about the loss of a linear classifier."""

    target: str
    tolerance: float = 1e-5

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one function."""
        return (self.target,)

    def draw(self, draw: Draw) -> Example:
        """Return weights, examples and labels."""
        return draw_problem(draw, draw.size(1, 3))

    def _call(self, example: Example, reg: float = 0.0, **changed: Any) -> Call:
        given = {**example, **changed}
        return Call(self.target, (given["W"], given["X"], given["y"], reg))

    def _take(self, reply: Reply, example: Example) -> tuple[float, NDArray[Any]]:
        loss = take_number(pick(reply.value, (0,), self._name), "loss")
        return loss, take_array(pick(reply.value, (1,), self._name), example["W"].shape, "dW")

    @property
    def _name(self) -> str:
        return self.target.partition(":")[2]

    def _show(self, example: Example, lines: Sequence[str]) -> str:
        return "\n".join((show_values(example), *(each.format(self._name) for each in lines)))


@record(kw_only=True)
class LossAveraged(LinearLaw):
    """Loss and gradient of a minibatch are the means of those of its examples."""

    hint: ClassVar[str] = "By what is the sum over the examples divided, in loss and gradient?"

    def draw(self, draw: Draw) -> Example:
        """Return two examples."""
        return draw_problem(draw, 2)

    def converse(self, example: Example) -> Conversation:
        """Compare the minibatch with its examples."""
        X, y = example["X"], example["y"]
        whole, *alone = yield [
            self._call(example),
            *(self._call(example, X=X[i : i + 1], y=y[i : i + 1]) for i in range(len(y))),
        ]
        loss, dW = self._take(whole, example)
        singles = [self._take(reply, example) for reply in alone]
        for (one, gradient), row, label in zip(singles, X, y, strict=True):
            downhill = one <= SMALLEST_LOSS or float(row @ gradient[:, label]) < 0
            require(downhill, "Against dW, the score of a single example's right class shrinks.")
        message = "The loss of a minibatch is not the mean of those of its examples."
        mean = float(np.mean([one for one, _ in singles]))
        require_equal(message, loss, mean, self.tolerance, scale_of=(1.0,))
        gradients = [gradient for _, gradient in singles]
        message = "dW of a minibatch is not the mean of those of its examples."
        mean_gradient = np.mean(gradients, axis=0, dtype=dW.dtype if dW.dtype.kind == "f" else None)
        require_equal(message, dW, mean_gradient, self.tolerance, scale_of=gradients)

    def show(self, example: Example) -> str:
        """Return all calls."""
        lines = (
            "loss, dW = {}(W, X, y, 0.0)",
            "singles = [{}(W, X[i:i+1], y[i:i+1], 0.0) for i in range(len(y))]",
            "print(loss, np.mean([one for one, _ in singles]))  # the same",
            "print(dW - np.mean([one for _, one in singles], axis=0))  # zeros",
            "for i, (_, one) in enumerate(singles):",
            "    print(X[i] @ one[:, y[i]])  # negative, or zero where there is no loss",
        )
        return self._show(example, lines)


@record(kw_only=True)
class WeightsShift(LinearLaw):
    """The same column added to all columns of W changes nothing; dW's columns add up to zero."""

    hint: ClassVar[str] = "If one score grows, which other scores must the loss compare it with?"

    def draw(self, draw: Draw) -> Example:
        """Return a problem of one example, and a column."""
        example = draw_problem(draw, 1)
        return {**example, "column": draw.array(len(example["W"]), 1, nonzero=True)}

    def converse(self, example: Example) -> Conversation:
        """Compare loss and gradient with and without the column."""
        here, there = yield [
            self._call(example),
            self._call(example, W=example["W"] + example["column"]),
        ]
        loss, dW = self._take(here, example)
        shifted, _ = self._take(there, example)
        flat = loss > SMALLEST_LOSS and not np.any(dW)
        require(not flat, "dW of a single example is zero though its loss is not.")
        message = "The loss changes when the same column is added to every column of W."
        require_equal(message, shifted, loss, self.tolerance, scale_of=(1.0,))
        message = "The columns of dW do not add up to zero."
        total = dW.sum(axis=1)
        require_equal(message, total, np.zeros_like(total), self.tolerance, scale_of=[dW])

    def show(self, example: Example) -> str:
        """Return both calls."""
        lines = (
            "loss, dW = {0}(W, X, y, 0.0)",
            "print(loss, {0}(W + column, X, y, 0.0)[0])  # the same",
            "print(dW.sum(axis=1))  # zeros",
        )
        return self._show(example, lines)


@record(kw_only=True)
class PenaltyFits(LinearLaw):
    """The penalty is proportional to ``reg``, and its gradient is that of a multiple of W * W.

    It holds with the factor one half and without.
    """

    hint: ClassVar[str] = "What is the derivative of the penalty, with its factor, by one weight?"

    def draw(self, draw: Draw) -> Example:
        """Return a problem whose weights are not zero, and a strength."""
        example = draw_problem(draw, draw.size(1, 3))
        W = draw.array(*example["W"].shape, low=-0.9, high=0.9, step=GRID, nonzero=True)
        return {**example, "W": W, "reg": draw.choice((0.5, 0.1, 2.0, 10.0))}

    def converse(self, example: Example) -> Conversation:
        """Compare three strengths."""
        W, reg = example["W"], example["reg"]
        replies = yield [self._call(example, strength) for strength in (0.0, reg, 2 * reg)]
        (plain, dW), (once, dW_once), (twice, _) = (self._take(one, example) for one in replies)
        penalty = once - plain
        require(penalty > 0, "The loss does not grow with the strength of the regularisation.")
        message = "With twice the strength, the penalty is not twice as large."
        scale = (1.0, twice)
        require_equal(message, twice - plain, 2 * penalty, self.tolerance, scale_of=scale)
        message = "dW grows by another amount with reg than the penalty in the loss says."
        slope = 2 * penalty / float(np.sum(W * W)) * W
        require_equal(message, dW_once - dW, slope, self.tolerance, scale_of=(dW, dW_once))

    def show(self, example: Example) -> str:
        """Return all calls."""
        lines = (
            "found = [{}(W, X, y, r) for r in (0.0, reg, 2 * reg)]",
            "once, twice = found[1][0] - found[0][0], found[2][0] - found[0][0]",
            "print(2 * once, twice)  # the same",
            "print(found[1][1] - found[0][1] - 2 * once / np.sum(W * W) * W)  # zeros",
        )
        return self._show(example, lines)


@record(kw_only=True)
class PredictionsFollow(Property):
    """Predicted labels follow the columns of W into another order, whatever W is scaled by."""

    hint: ClassVar[str] = "Which number of a row of scores is the label: the score, or its place?"

    target: str
    """The class."""
    defined_in: str = ""
    """The class that it has ``predict`` from."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class, and the one that it inherits from."""
        return (self.target, self.defined_in) if self.defined_in else (self.target,)

    def draw(self, draw: Draw) -> Example:
        """Return weights and examples without ties, another order of classes, and a factor."""
        example = draw_problem(draw, draw.size(1, 4))
        scores = np.sort(example["X"] @ example["W"], axis=1)
        draw.require(bool((scores[:, -1] - scores[:, -2] > GRID / 2).all()))
        order = draw.order(example["W"].shape[1])
        draw.require(bool(order[0] != 0))  # or labels of nothing but zeros would follow
        del example["y"]
        return {**example, "order": order, "c": draw.choice((1.0, 0.5, 10.0))}

    def converse(self, example: Example) -> Conversation:
        """Compare the labels before and after."""
        W, X, order = example["W"], example["X"], example["order"]
        (made,) = yield [Call(self.target, keep=frozenset({KEEP_ALL}))]
        handle = made.value
        if not isinstance(handle, Handle):
            raise CallFailed(Failure(Status.FAILED, f"{self._name} made no object."))
        path = (("attr", "W"),)
        _, before, _, after = yield [
            Write(handle, path, W),
            Method(handle, "predict", (X,)),
            Write(handle, path, np.ascontiguousarray(example["c"] * W[:, order])),
            Method(handle, "predict", (X,)),
        ]
        labels = take_array(before.value, (len(X),), "the labels")
        there = take_array(after.value, (len(X),), "the labels")
        in_range = bool(np.isin(labels, np.arange(W.shape[1])).all())
        require(in_range, "A label is not the number of a class.")
        message = "With W's columns in another order, other classes are predicted."
        require_equal(message, there, np.argsort(order)[labels.astype(np.int64)], self.tolerance)

    def show(self, example: Example) -> str:
        """Return both predictions."""
        lines = (
            show_values(example),
            f"model = {self._name}()",
            "model.W = W",
            "labels = model.predict(X)",
            "model.W = c * W[:, order]",
            "print(order[model.predict(X)], labels)  # the same",
        )
        return "\n".join(lines)

    @property
    def _name(self) -> str:
        return self.target.partition(":")[2]
