"""Convolutional networks as laws draw them: small, and away from every kink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.checks.properties.base import Conversation, Example
from grader.checks.properties.combined_convolution import CLEAR, convolve, is_off_the_kinks
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require_equal
from grader.checks.properties.network_laws import NetworkLaw
from grader.checks.properties.networks import Network
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@record(kw_only=True)
class ThreeLayers(Network):
    """``ThreeLayerConvNet`` of the course: conv - ReLU - 2x2 max pool - affine - ReLU - affine."""

    target: str = "cnn:ThreeLayerConvNet"

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return parameters and a minibatch of square images of even height.

        Other shapes, and filters of other sizes than three pixels, are asked about elsewhere.
        """
        channels, filters, side = draw.size(1, 2), draw.size(1, 2), 3
        rows = columns = 2 * draw.size(1, 2)
        hidden, classes = draw.size(1, 3), draw.size(2, 3)
        features = filters * (rows // 2) * (columns // 2)
        X = draw.array(examples, channels, rows, columns, low=-1.0, high=1.0, nonzero=True)
        params = {
            "W1": _draw_small(draw, filters, channels, side, side),
            "b1": _draw_small(draw, filters),
            "W2": _draw_small(draw, features, hidden),
            "b2": _draw_small(draw, hidden),
            "W3": _draw_small(draw, hidden, classes),
            "b3": _draw_small(draw, classes),
        }
        _keep_off_the_kinks(draw, X, params)
        return {"params": params, "X": X, "y": draw.labels(classes, examples)}

    def constructor(self, example: Example) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the sizes by name."""
        filters, _, side, _ = example["params"]["W1"].shape
        return (), {
            "input_dim": example["X"].shape[1:],
            "num_filters": filters,
            "filter_size": side,
            "hidden_dim": example["params"]["b2"].size,
            "num_classes": self.classes(example),
            "dtype": float,
        }


def _draw_small(draw: Draw, *shape: int) -> NDArray[np.float64]:
    """Return weights so small that no class is certain, where rounding would tell."""
    return draw.array(*shape, low=-0.5, high=0.5, nonzero=True)


def _keep_off_the_kinks(draw: Draw, X: NDArray[Any], params: dict[str, Any]) -> None:
    """Refuse an example with something near zero before a ReLU, or near ties in a pool."""
    side = params["W1"].shape[2]
    options = {"stride": 1, "pad": (side - 1) // 2}
    layer = {"x": X, "w": params["W1"], "b": params["b1"], "conv_param": options}
    activations = convolve(layer)
    draw.require(is_off_the_kinks(activations, pooled=True))
    count, filters, rows, columns = activations.shape
    blocks = np.maximum(activations, 0).reshape(count, filters, rows // 2, 2, columns // 2, 2)
    hidden = blocks.max(axis=(3, 5)).reshape(count, -1) @ params["W2"] + params["b2"]
    draw.require(bool(np.abs(hidden).min() > CLEAR))


@record(kw_only=True)
class OrderDoesNotMatter(NetworkLaw):
    """In another order, examples have the same scores, and the minibatch the same loss."""

    hint: ClassVar[str] = "Does each row of the scores belong to the image in the same row of X?"

    def draw(self, draw: Draw) -> Example:
        """Return a network, two or three examples, and an order."""
        count = draw.size(2, 3)
        return {**self.network.draw(draw, count), "order": draw.order(count)}

    def converse(self, example: Example) -> Conversation:
        """Compare both orders."""
        params, X, y, order = (example[name] for name in ("params", "X", "y", "order"))
        (opened,) = yield from self.network.open(example, 0.0)
        replies = yield [
            *opened.writes(params),
            opened.scores(X),
            opened.scores(X[order]),
            opened.loss(X, y),
            opened.loss(X[order], y[order]),
        ]
        scores, other_scores, loss, other_loss = replies[len(params) :]
        shape = (len(X), self.network.classes(example))
        wanted = opened.take_scores(scores, shape)[order]
        found = opened.take_scores(other_scores, shape)
        message = "With the examples in another order, their scores are others."
        require_equal(message, found, wanted, self.tolerance)
        (one, grads), (other, other_grads) = (
            opened.take_loss(reply, params) for reply in (loss, other_loss)
        )
        message = "With the examples in another order, the loss is another one."
        require_equal(message, other, one, self.tolerance, scale_of=(1.0,))
        for name in params:
            message = f"With the examples in another order, grads[{name!r}] is another one."
            require_equal(message, other_grads[name], grads[name], self.tolerance)

    def show(self, example: Example) -> str:
        """Return both orders."""
        return self.network.show(
            example,
            "print(model.loss(X)[order], model.loss(X[order]))  # the same",
            f"loss, grads = {self._show_loss()}",
            f"other, other_grads = {self._show_loss('y[order]', 'X[order]')}",
            "print(loss, other)  # the same",
            "print({name: np.abs(grads[name] - other_grads[name]).max() for name in grads})",
        )
