"""A three-layer convolutional network."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from reference.layers.combined import affine_relu_backward, affine_relu_forward
from reference.layers.combined_convolution import (
    PROVIDED,
    WindowLayers,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from reference.layers.dense import affine_backward, affine_forward
from reference.losses import softmax_loss
from reference.models.regularization import add_l2_penalty
from reference.randomness import draw_weights
from reference.validation import require_integer, require_real

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from reference.arrays import Array, Labels

_POOL_PARAM = {"pool_height": 2, "pool_width": 2, "stride": 2}


class ThreeLayerConvNet:
    """Convolutional network: conv - ReLU - 2x2 max pool - affine - ReLU - affine - softmax.

    The convolution has stride 1, and a padding that keeps height and width if the filters'
    size is odd.

    Parameters
    ----------
    input_dim : tuple of int
        Shape (C, H, W) of an image.
    num_filters, filter_size : int
        Number of filters, and their height and width in pixels.
    hidden_dim : int
        Number of hidden units of the first affine layer.
    num_classes : int
        Number of classes.
    weight_scale : float
        Standard deviation of the first weights; the biases start at 0.
    reg : float
        Strength of the regularisation ``0.5 * reg * sum(W * W)``.
    dtype : dtype
        Of parameters and of all computation.
    layers : WindowLayers
        The convolution and the pooling to use; those that a course hands out by default.
    generator : numpy.random.Generator, optional
        Source of the first weights; NumPy's global generator by default, as in the course.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1``, ``b1`` of the convolution, ``W2``, ``b2`` and ``W3``, ``b3`` of the affine
        layers.
    reg : float
        May be set between calls.

    Raises
    ------
    ValueError
        If `filter_size` is no whole number of at least 1, or the images are too small to pool.

    References
    ----------
    CS231n, assignment 2, convolutional networks.
    """

    def __init__(  # noqa: PLR0917 - the course's arguments
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        dtype: DTypeLike = np.float32,
        *,
        layers: WindowLayers = PROVIDED,
        generator: np.random.Generator | None = None,
    ) -> None:
        self.reg = reg
        self.dtype = np.dtype(dtype)
        self._layers = layers
        channels, *image = input_dim
        pad = (require_integer("filter_size", filter_size, 1) - 1) // 2
        self._conv_param = {"stride": 1, "pad": pad}
        rows, columns = (length + 2 * pad - filter_size + 1 for length in image)
        if min(rows, columns) < _POOL_PARAM["stride"]:
            raise ValueError(
                f"input_dim is {input_dim}: expected at least 2 by 2 pixels after the convolution"
            )
        features = num_filters * (rows // 2) * (columns // 2)
        filters = (num_filters, channels, filter_size, filter_size)
        params = {
            "W1": draw_weights(filters, weight_scale, generator),
            "b1": np.zeros(num_filters),
            "W2": draw_weights((features, hidden_dim), weight_scale, generator),
            "b2": np.zeros(hidden_dim),
            "W3": draw_weights((hidden_dim, num_classes), weight_scale, generator),
            "b3": np.zeros(num_classes),
        }
        self.params: dict[str, Array] = {
            name: value.astype(self.dtype) for name, value in params.items()
        }

    @overload
    def loss(self, X: Array, y: None = None) -> Array: ...

    @overload
    def loss(self, X: Array, y: Labels) -> tuple[float, dict[str, Array]]: ...

    def loss(self, X: Array, y: Labels | None = None) -> Array | tuple[float, dict[str, Array]]:
        """Compute scores, or loss and gradients.

        Parameters
        ----------
        X : ndarray of shape (N, C, H, W)
            A minibatch; converted to the network's dtype.
        y : integer ndarray of shape (N,), optional
            Labels.

        Returns
        -------
        scores : ndarray of shape (N, num_classes)
            If `y` is None.
        loss, grads : float, dict of str to ndarray
            If `y` is given; `grads` has the keys and shapes of `params`.

        Raises
        ------
        ValueError
            If the images have another shape or a label is out of range.
        """
        require_real(X=X)
        params = self.params
        pooled, conv_cache = conv_relu_pool_forward(
            X.astype(self.dtype),
            params["W1"],
            params["b1"],
            self._conv_param,
            _POOL_PARAM,
            layers=self._layers,
        )
        hidden, hidden_cache = affine_relu_forward(pooled, params["W2"], params["b2"])
        scores, output_cache = affine_forward(hidden, params["W3"], params["b3"])
        if y is None:
            return scores

        loss, dscores = softmax_loss(scores, y)
        grads: dict[str, Array] = {}
        dhidden, grads["W3"], grads["b3"] = affine_backward(dscores, output_cache)
        dpooled, grads["W2"], grads["b2"] = affine_relu_backward(dhidden, hidden_cache)
        _, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, conv_cache)
        return add_l2_penalty(loss, grads, params, self.reg), grads
