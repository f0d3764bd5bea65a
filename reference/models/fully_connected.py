"""A fully connected network of any depth, with normalisation and dropout."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from reference.layers.activations import relu_backward, relu_forward
from reference.layers.dense import AffineCache, affine_backward, affine_forward
from reference.layers.dropout import DropoutCache, dropout_backward, dropout_forward
from reference.layers.normalization import (
    NormalizationCache,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from reference.losses import softmax_loss
from reference.models.regularization import add_l2_penalty
from reference.randomness import draw_weights
from reference.validation import require_choice, require_probability, require_real

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike

    from reference.arrays import Array, Labels, LayerOptions


class _BlockCache(NamedTuple):
    """The caches of one hidden block; those of layers that it lacks are None."""

    affine: AffineCache
    normalization: NormalizationCache | None
    relu: Array
    dropout: DropoutCache | None


class FullyConnectedNet:
    """Fully connected network of any depth with ReLUs and softmax loss.

    The architecture is {affine - [normalisation] - ReLU - [dropout]} x (L - 1) - affine -
    softmax, with L - 1 the length of `hidden_dims`.

    Parameters
    ----------
    hidden_dims : sequence of int
        Size of each hidden layer.
    input_dim : int
        Number of values in an example.
    num_classes : int
        Number C of classes.
    dropout_keep_ratio : float
        Chance that dropout keeps an activation; 1 means no dropout.
    normalization : {None, 'batchnorm', 'layernorm'}
        What stands between an affine layer and its ReLU.
    reg : float
        Strength of the regularisation ``0.5 * reg * sum(W * W)``; scales and shifts of the
        normalisation are not regularised.
    weight_scale : float
        Standard deviation of the first weights. Biases and shifts start at 0, scales at 1.
    dtype : dtype
        Of parameters and of all computation.
    seed : int, optional
        Seed of the dropout masks, which then repeat at each call.
    generator : numpy.random.Generator, optional
        Source of the first weights; NumPy's global generator by default, as in the course.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1``, ``b1``, ... ``WL``, ``bL``, and with normalisation ``gamma1``, ``beta1``, ...
        for the hidden layers.
    bn_params : list of dict
        Settings and, for batch normalisation, running averages of each hidden layer's
        normalisation; empty without normalisation.
    dropout_param : dict
        Settings of the dropout; empty without it.

    Raises
    ------
    ValueError
        If `dropout_keep_ratio` is outside [0, 1] or `normalization` is unknown.

    References
    ----------
    CS231n, assignment 2, fully connected networks.
    """

    def __init__(  # noqa: PLR0917 - the course's arguments
        self,
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        dropout_keep_ratio: float = 1,
        normalization: str | None = None,
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        dtype: DTypeLike = np.float32,
        seed: int | None = None,
        *,
        generator: np.random.Generator | None = None,
    ) -> None:
        if normalization is not None:
            require_choice("normalization", normalization, ("batchnorm", "layernorm"))
        self.normalization = normalization
        self.reg = reg
        self.dtype = np.dtype(dtype)
        self.num_layers = 1 + len(hidden_dims)
        self.use_dropout = require_probability("dropout_keep_ratio", dropout_keep_ratio) != 1

        sizes = [input_dim, *hidden_dims, num_classes]
        params: dict[str, Array] = {}
        for layer, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
            params[f"W{layer}"] = draw_weights((fan_in, fan_out), weight_scale, generator)
            params[f"b{layer}"] = np.zeros(fan_out)
            if normalization is not None and layer < self.num_layers:
                params[f"gamma{layer}"] = np.ones(fan_out)
                params[f"beta{layer}"] = np.zeros(fan_out)
        self.params = {name: value.astype(self.dtype) for name, value in params.items()}

        normalized_layers = 0 if normalization is None else len(hidden_dims)
        self.bn_params: list[LayerOptions] = [{} for _ in range(normalized_layers)]
        self.dropout_param: LayerOptions = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout_keep_ratio, "convention": "keep"}
            if seed is not None:
                self.dropout_param["seed"] = seed

    @overload
    def loss(self, X: Array, y: None = None) -> Array: ...

    @overload
    def loss(self, X: Array, y: Labels) -> tuple[float, dict[str, Array]]: ...

    def loss(self, X: Array, y: Labels | None = None) -> Array | tuple[float, dict[str, Array]]:
        """Compute scores in test mode, or loss and gradients in training mode.

        Parameters
        ----------
        X : ndarray of shape (N, d_1, ..., d_k)
            A minibatch; converted to the network's dtype.
        y : integer ndarray of shape (N,), optional
            Labels from 0 to C - 1.

        Returns
        -------
        scores : ndarray of shape (N, C)
            If `y` is None. Batch normalisation uses its running averages, and dropout
            drops nothing.
        loss, grads : float, dict of str to ndarray
            If `y` is given; `grads` has the keys and shapes of `params`. The running
            averages in `bn_params` move.

        Raises
        ------
        ValueError
            If the examples have the wrong number of values or a label is out of range.
        """
        require_real(X=X)
        self._set_mode("test" if y is None else "train")
        out = X.astype(self.dtype)
        caches: list[_BlockCache] = []
        for layer in range(1, self.num_layers):
            out, cache = self._forward_block(layer, out)
            caches.append(cache)
        last = self.num_layers
        scores, output_cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
        if y is None:
            return scores

        loss, dscores = softmax_loss(scores, y)
        grads: dict[str, Array] = {}
        dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dscores, output_cache)
        for layer in range(last - 1, 0, -1):
            dout = self._backward_block(layer, dout, caches[layer - 1], grads)
        return add_l2_penalty(loss, grads, self.params, self.reg), grads

    def _set_mode(self, mode: str) -> None:
        for param in self.bn_params:
            param["mode"] = mode
        if self.use_dropout:
            self.dropout_param["mode"] = mode

    def _forward_block(self, layer: int, x: Array) -> tuple[Array, _BlockCache]:
        out, affine_cache = affine_forward(x, self.params[f"W{layer}"], self.params[f"b{layer}"])
        norm_cache, dropout_cache = None, None
        if self.normalization is not None:
            forward = batchnorm_forward if self.normalization == "batchnorm" else layernorm_forward
            gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
            out, norm_cache = forward(out, gamma, beta, self.bn_params[layer - 1])
        out, relu_cache = relu_forward(out)
        if self.use_dropout:
            out, dropout_cache = dropout_forward(out, self.dropout_param)
        return out, _BlockCache(affine_cache, norm_cache, relu_cache, dropout_cache)

    def _backward_block(
        self, layer: int, dout: Array, cache: _BlockCache, grads: dict[str, Any]
    ) -> Array:
        """Store the block's gradients in `grads` and return that of its input."""
        if cache.dropout is not None:
            dout = dropout_backward(dout, cache.dropout)
        dout = relu_backward(dout, cache.relu)
        if cache.normalization is not None:
            batch = self.normalization == "batchnorm"
            backward = batchnorm_backward_alt if batch else layernorm_backward
            dout, dgamma, dbeta = backward(dout, cache.normalization)
            grads[f"gamma{layer}"], grads[f"beta{layer}"] = dgamma, dbeta
        dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, cache.affine)
        return dout
