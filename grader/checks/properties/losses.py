"""Laws of losses on scores: the hinge loss and the softmax loss, ``loss, dx = f(x, y)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import Call, Reply
from grader.checks.experiments import pick
from grader.checks.properties.base import Conversation, Example, Property
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require, require_equal, take_array, take_number
from grader.checks.properties.showing import show_values
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRID = 0.03
"""Scores are multiples of it, so that none is 1 above another, where the hinge has its kink."""

SMALLEST_LOSS = 1e-3
"""A hinge that is not met costs more than twice as much in a minibatch of three."""


@record(kw_only=True)
class ScoresLaw(Property):
    """A law about a loss on scores."""

    target: str
    tolerance: float = 1e-5

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the one function."""
        return (self.target,)

    def draw(self, draw: Draw) -> Example:
        """Return scores and labels."""
        return draw_scores(draw, draw.size(1, 3))

    def _call(self, x: NDArray[Any], y: NDArray[Any]) -> Call:
        return Call(self.target, (x, y))

    def _take(self, reply: Reply, shape: tuple[int, ...]) -> tuple[float, NDArray[Any]]:
        loss = take_number(pick(reply.value, (0,), self._name), "loss")
        dx = take_array(pick(reply.value, (1,), self._name), shape, "dx")
        is_flat = loss > SMALLEST_LOSS and not np.any(dx)
        require(not is_flat, "dx is zero everywhere though the loss is not.")
        return loss, dx

    @property
    def _name(self) -> str:
        return self.target.partition(":")[2]

    def _show(self, example: Example, *lines: str) -> str:
        own = f"loss, dx = {self._name}(x, y)"
        return "\n".join((show_values(example), own, *(each.format(self._name) for each in lines)))


def draw_scores(draw: Draw, examples: int) -> Example:
    """Return scores of a few classes, no difference of which is 1, and labels."""
    classes = draw.size(2, 4)
    x = draw.array(examples, classes, low=-1.8, high=1.8, step=GRID)
    return {"x": x, "y": draw.labels(classes, examples)}


@record(kw_only=True)
class ScoresShift(ScoresLaw):
    """A number added to all scores of an example changes nothing."""

    hint: ClassVar[str] = "Which differences of scores enter the loss of an example?"

    def draw(self, draw: Draw) -> Example:
        """Return scores, labels and a number for each example."""
        example = draw_scores(draw, draw.size(1, 3))
        return {**example, "shift": draw.array(len(example["y"]), 1, low=-3, high=3, nonzero=True)}

    def converse(self, example: Example) -> Conversation:
        """Compare loss and gradient with and without the shift."""
        x, y = example["x"], example["y"]
        here, there = yield [self._call(x, y), self._call(x + example["shift"], y)]
        loss, dx = self._take(here, x.shape)
        shifted, dx_shifted = self._take(there, x.shape)
        message = "The loss changes when all scores of an example grow by the same number."
        require_equal(message, shifted, loss, self.tolerance, scale_of=(1.0,))
        message = "dx changes when all scores of an example grow by the same number."
        require_equal(message, dx_shifted, dx, self.tolerance)
        message = "A row of dx does not add up to zero."
        total = dx.sum(axis=1)
        require_equal(message, total, np.zeros_like(total), self.tolerance, scale_of=[dx])

    def show(self, example: Example) -> str:
        """Return both calls."""
        return self._show(
            example,
            "loss_shifted, dx_shifted = {}(x + shift, y)",
            "print(loss, loss_shifted)  # the same",
            "print(dx - dx_shifted, dx.sum(axis=1))  # zeros",
        )


@record(kw_only=True)
class ScoresAveraged(ScoresLaw):
    """The loss is the mean of the losses of single examples, and so is its gradient."""

    hint: ClassVar[str] = "By what is the sum over the examples divided, in loss and gradient?"

    def draw(self, draw: Draw) -> Example:
        """Return scores and labels of two examples."""
        return draw_scores(draw, 2)

    def converse(self, example: Example) -> Conversation:
        """Compare the minibatch with its examples."""
        x, y = example["x"], example["y"]
        whole, *alone = yield [
            self._call(x, y),
            *(self._call(x[i : i + 1], y[i : i + 1]) for i in range(len(y))),
        ]
        loss, dx = self._take(whole, x.shape)
        singles = [self._take(reply, x[:1].shape) for reply in alone]
        message = "The loss of a minibatch is not the mean of those of its examples."
        mean = float(np.mean([one for one, _ in singles]))
        require_equal(message, loss, mean, self.tolerance, scale_of=(1.0,))
        message = "A row of dx is not that of its example alone, divided by the number of examples."
        rows = np.concatenate([gradient for _, gradient in singles])
        require_equal(message, dx * len(y), rows, self.tolerance)

    def show(self, example: Example) -> str:
        """Return all calls."""
        return self._show(
            example,
            "singles = [{}(x[i:i+1], y[i:i+1]) for i in range(len(y))]",
            "print(loss, np.mean([one for one, _ in singles]))  # the same",
            "print(dx * len(y) - np.concatenate([one for _, one in singles]))  # zeros",
        )


@record(kw_only=True)
class ClassesAlike(ScoresLaw):
    """With the classes in another order, and labels to match, the loss is the same."""

    hint: ClassVar[str] = "Is some class treated in another way than the rest?"

    def draw(self, draw: Draw) -> Example:
        """Return scores, labels, and another order of the classes."""
        example = draw_scores(draw, draw.size(1, 3))
        return {**example, "order": draw.order(example["x"].shape[1])}

    def converse(self, example: Example) -> Conversation:
        """Compare loss and gradient in both orders."""
        x, y, order = example["x"], example["y"], example["order"]
        here, there = yield [
            self._call(x, y),
            self._call(np.ascontiguousarray(x[:, order]), np.argsort(order)[y]),
        ]
        loss, dx = self._take(here, x.shape)
        reordered, dx_reordered = self._take(there, x.shape)
        message = "The loss depends on the order in which the classes are numbered."
        require_equal(message, reordered, loss, self.tolerance, scale_of=(1.0,))
        message = "dx depends on the order in which the classes are numbered."
        require_equal(message, dx_reordered, dx[:, order], self.tolerance)
        grows = bool((dx[np.arange(len(y)), y] <= 0).all())
        require(grows, "dx is positive at a right class, whose score should not shrink.")

    def show(self, example: Example) -> str:
        """Return both calls."""
        return self._show(
            example,
            "loss_2, dx_2 = {}(x[:, order], np.argsort(order)[y])",
            "print(loss, loss_2)  # the same",
            "print(dx_2 - dx[:, order])  # zeros",
            "print(dx[np.arange(len(y)), y])  # not positive",
        )


@record(kw_only=True)
class ChancesAddUp(ScoresLaw):
    """Softmax: ``exp(-loss)`` adds up to 1 over the labels that an example could have.

    At each label ``dx`` is then ``exp(-loss) - 1``, and a row of it adds up to nothing.
    """

    hint: ClassVar[str] = "What is exp(-loss) of a single example, and how does dx follow from it?"

    def draw(self, draw: Draw) -> Example:
        """Return the scores of one example."""
        return {"x": draw_scores(draw, 1)["x"]}

    def converse(self, example: Example) -> Conversation:
        """Ask for the loss with each label in turn."""
        x = example["x"]
        labels = range(x.shape[1])
        replies = yield [self._call(x, np.array([label])) for label in labels]
        found = [self._take(reply, x.shape) for reply in replies]
        chances = np.exp([-loss for loss, _ in found])
        message = "Over all labels that one example could have, exp(-loss) does not add up to 1."
        require_equal(message, chances.sum(), 1.0, self.tolerance)
        for label, (_, dx) in enumerate(found):
            message = "A row of dx does not add up to zero."
            require_equal(message, dx.sum(), np.zeros((), dx.dtype), self.tolerance, scale_of=[dx])
            message = "dx at the right class is not exp(-loss) - 1 of a single example."
            require_equal(message, dx[0, label], chances[label] - 1, self.tolerance, scale_of=[dx])

    def show(self, example: Example) -> str:
        """Return a loop over the labels."""
        lines = (
            show_values(example),
            f"found = [{self._name}(x, np.array([label])) for label in range(x.shape[1])]",
            "print(sum(np.exp(-loss) for loss, dx in found))  # 1",
            "print([dx.sum() for loss, dx in found])  # zeros",
            "for label, (loss, dx) in enumerate(found):",
            "    print(dx[0, label], np.exp(-loss) - 1)  # the same",
        )
        return "\n".join(lines)


@record(kw_only=True)
class MarginsMet(ScoresLaw):
    """Hinge: with every margin met there is no loss; else it is what the gradient adds up to."""

    hint: ClassVar[str] = "Which classes enter the loss of an example, and each with which slope?"

    def converse(self, example: Example) -> Conversation:
        """Ask for the loss as it is, and with the right classes far ahead."""
        x, y = example["x"], example["y"]
        rows = np.arange(len(y))
        ahead = x.copy()
        ahead[rows, y] = x.max(axis=1) + 1.25
        here, there = yield [self._call(x, y), self._call(ahead, y)]
        loss, dx = self._take(here, x.shape)
        none, no_dx = self._take(there, x.shape)
        message = "There is a loss though the right class is ahead by more than the margin."
        require_equal(message, none, 0.0, self.tolerance, scale_of=(1.0,))
        message = "dx is not zero though the right class is ahead by more than the margin."
        require_equal(message, no_dx, np.zeros_like(no_dx), self.tolerance, scale_of=(1.0,))
        message = "loss is not the sum of dx * x, with 1 more for each margin that is not met."
        wanted = np.sum(dx * x) - dx[rows, y].sum()
        require_equal(message, loss, wanted, self.tolerance, scale_of=(1.0,))

    def show(self, example: Example) -> str:
        """Return both calls."""
        return self._show(
            example,
            "rows = np.arange(len(y))",
            "print(loss, np.sum(dx * x) - dx[rows, y].sum())  # the same",
            "ahead = x.copy()",
            "ahead[rows, y] = x.max(axis=1) + 1.25",
            "print({}(ahead, y))  # zeros",
        )
