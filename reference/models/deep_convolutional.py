"""A convolutional network of any depth with batch normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from reference.layers.combined import affine_bn_relu_backward, affine_bn_relu_forward
from reference.layers.combined_convolution import (
    NAIVE,
    WindowLayers,
    conv_bn_relu_pool_backward,
    conv_bn_relu_pool_forward,
)
from reference.layers.dense import affine_backward, affine_forward
from reference.losses import softmax_loss
from reference.models.regularization import add_l2_penalty
from reference.randomness import draw_weights
from reference.validation import require_real

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike

    from reference.arrays import Array, Labels, LayerOptions

_POOL_PARAM = {"pool_height": 2, "pool_width": 2, "stride": 2}


class DeepConvNet:
    """Convolutional network of any depth, for image classification at the end of the course.

    The architecture is {conv - batchnorm - ReLU - 2x2 max pool} x N - {affine - batchnorm -
    ReLU} x M - affine - softmax. Convolutions keep height and width, pooling halves them.

    Parameters
    ----------
    input_dim : tuple of int
        Shape (C, H, W) of an image.
    num_filters : sequence of int
        Number of filters of each of the N convolutions.
    filter_size : int
        Height and width of the filters in pixels, an odd number.
    hidden_dims : sequence of int
        Number of units of each of the M hidden affine layers.
    num_classes : int
        Number of classes.
    weight_scale : float, optional
        Standard deviation of the first weights; by default ``sqrt(2 / fan_in)``, which keeps
        the scale of activations from layer to layer. Biases and shifts start at 0, scales
        at 1.
    reg : float
        Strength of the regularisation ``0.5 * reg * sum(W * W)``.
    dtype : dtype
        Of parameters and of all computation.
    layers : WindowLayers
        The convolution and the pooling to use; the naive ones by default.
    generator : numpy.random.Generator, optional
        Source of the first weights; NumPy's global generator by default, as in the course.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1``, ``b1``, ``gamma1``, ``beta1``, ... for the N + M blocks, in forward order, and
        ``W``, ``b`` with the number N + M + 1 for the last affine layer.
    bn_params : list of dict
        Settings and running averages of each block's batch normalisation.

    Raises
    ------
    ValueError
        If `filter_size` is even or pooling leaves no pixel.

    References
    ----------
    CS231n, assignment 2, convolutional networks, open-ended part. K. He, X. Zhang, S. Ren and
    J. Sun, "Delving deep into rectifiers", ICCV 2015, for the first weights.
    """

    def __init__(  # noqa: PLR0917 - the order of the course's other networks
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: Sequence[int] = (32, 64, 128),
        filter_size: int = 3,
        hidden_dims: Sequence[int] = (256,),
        num_classes: int = 10,
        weight_scale: float | None = None,
        reg: float = 0.0,
        dtype: DTypeLike = np.float32,
        *,
        layers: WindowLayers = NAIVE,
        generator: np.random.Generator | None = None,
    ) -> None:
        if filter_size < 1 or filter_size % 2 == 0:
            raise ValueError(f"filter_size is {filter_size}: expected an odd number")
        channels, height, width = input_dim
        rows, columns = height >> len(num_filters), width >> len(num_filters)
        if min(rows, columns) < 1:
            raise ValueError(
                f"input_dim is {input_dim}: expected pixels for {len(num_filters)} halvings"
            )
        self.reg = reg
        self.dtype = np.dtype(dtype)
        self._layers = layers
        self._conv_param = {"stride": 1, "pad": (filter_size - 1) // 2}
        self._convolutions = len(num_filters)
        self._blocks = len(num_filters) + len(hidden_dims)

        shapes: list[tuple[int, ...]] = []
        for filters in num_filters:
            shapes.append((filters, channels, filter_size, filter_size))
            channels = filters
        features = channels * rows * columns
        for units in (*hidden_dims, num_classes):
            shapes.append((features, units))
            features = units
        self.params: dict[str, Array] = {}
        for layer, shape in enumerate(shapes, start=1):
            self._add_layer(layer, shape, weight_scale, generator)
        self.bn_params: list[LayerOptions] = [{} for _ in range(self._blocks)]

    @overload
    def loss(self, X: Array, y: None = None) -> Array: ...

    @overload
    def loss(self, X: Array, y: Labels) -> tuple[float, dict[str, Array]]: ...

    def loss(self, X: Array, y: Labels | None = None) -> Array | tuple[float, dict[str, Array]]:
        """Compute scores in test mode, or loss and gradients in training mode.

        Parameters
        ----------
        X : ndarray of shape (N, C, H, W)
            A minibatch; converted to the network's dtype.
        y : integer ndarray of shape (N,), optional
            Labels.

        Returns
        -------
        scores : ndarray of shape (N, num_classes)
            If `y` is None. Batch normalisation uses its running averages.
        loss, grads : float, dict of str to ndarray
            If `y` is given; `grads` has the keys and shapes of `params`. The running
            averages in `bn_params` move.

        Raises
        ------
        ValueError
            If the images have another shape or a label is out of range.
        """
        require_real(X=X)
        out = X.astype(self.dtype)
        caches = []
        for layer in range(1, self._blocks + 1):
            self.bn_params[layer - 1]["mode"] = "test" if y is None else "train"
            out, cache = self._forward_block(layer, out)
            caches.append(cache)
        last = self._blocks + 1
        scores, output_cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
        if y is None:
            return scores

        loss, dscores = softmax_loss(scores, y)
        grads: dict[str, Array] = {}
        dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dscores, output_cache)
        for layer in range(self._blocks, 0, -1):
            convolution = layer <= self._convolutions
            backward = conv_bn_relu_pool_backward if convolution else affine_bn_relu_backward
            dout, *gradients = backward(dout, caches[layer - 1])
            for name, gradient in zip(("W", "b", "gamma", "beta"), gradients, strict=True):
                grads[f"{name}{layer}"] = gradient
        return add_l2_penalty(loss, grads, self.params, self.reg), grads

    def _add_layer(
        self,
        layer: int,
        shape: tuple[int, ...],
        weight_scale: float | None,
        generator: np.random.Generator | None,
    ) -> None:
        convolution = layer <= self._convolutions
        units = shape[0] if convolution else shape[-1]
        if weight_scale is None:
            fan_in = np.prod(shape) / units
            weight_scale = float(np.sqrt(2 / fan_in))
        new = {"W": draw_weights(shape, weight_scale, generator), "b": np.zeros(units)}
        if layer <= self._blocks:
            new |= {"gamma": np.ones(units), "beta": np.zeros(units)}
        self.params |= {f"{name}{layer}": value.astype(self.dtype) for name, value in new.items()}

    def _forward_block(self, layer: int, x: Array) -> tuple[Array, Any]:
        w, b, gamma, beta = (self.params[f"{name}{layer}"] for name in ("W", "b", "gamma", "beta"))
        bn_param = self.bn_params[layer - 1]
        if layer > self._convolutions:
            return affine_bn_relu_forward(x, w, b, gamma, beta, bn_param)
        return conv_bn_relu_pool_forward(
            x, w, b, gamma, beta, self._conv_param, bn_param, _POOL_PARAM, layers=self._layers
        )
