"""Layers in a row that nets use together, made of the student's own layers.

Laid only where a submission lacks the file. Layers are looked up when they are called, so
that a package without, say, convolution still has the fully connected ones.
"""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "affine_relu_backward",
    "affine_relu_forward",
    "conv_bn_relu_backward",
    "conv_bn_relu_forward",
    "conv_relu_backward",
    "conv_relu_forward",
    "conv_relu_pool_backward",
    "conv_relu_pool_forward",
    "np",
]

_Array = npt.NDArray[Any]
_Settings = dict[str, Any]
_Gradients = tuple[_Array, _Array, _Array]
_Cache = Any  # what the student's layers keep is their own business

# Where courses keep single layers: beside this file, or in a package next to its own.
_LAYER_MODULES = (
    ".layers",
    ".conv_layers",
    ".fast_layers",
    ".fast_conv_layers",
    "utils.fast_layers",
    "cs231n.fast_layers",
)


def affine_relu_forward(x: _Array, w: _Array, b: _Array) -> tuple[_Array, _Cache]:
    """Apply an affine layer, then ReLU.

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
    w : ndarray of shape (D, M)
        D is the product of ``d_1`` to ``d_k``.
    b : ndarray of shape (M,)

    Returns
    -------
    out : ndarray of shape (N, M)
    cache : tuple
        For :func:`affine_relu_backward`.
    """
    scores, affine_cache = _layer("affine_forward")(x, w, b)
    out, relu_cache = _layer("relu_forward")(scores)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout: _Array, cache: _Cache) -> _Gradients:
    """Return dx, dw, db of :func:`affine_relu_forward` for `dout` of shape (N, M)."""
    affine_cache, relu_cache = cache
    dscores = _layer("relu_backward")(dout, relu_cache)
    dx, dw, db = _layer("affine_backward")(dscores, affine_cache)
    return dx, dw, db


def conv_relu_forward(
    x: _Array, w: _Array, b: _Array, conv_param: _Settings
) -> tuple[_Array, _Cache]:
    """Apply a convolution, then ReLU.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    w : ndarray of shape (F, C, HH, WW)
    b : ndarray of shape (F,)
    conv_param : dict
        ``stride`` and ``pad``, in pixels.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
    cache : tuple
        For :func:`conv_relu_backward`.
    """
    maps, conv_cache = _layer("conv_forward_fast")(x, w, b, conv_param)
    out, relu_cache = _layer("relu_forward")(maps)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout: _Array, cache: _Cache) -> _Gradients:
    """Return dx, dw, db of :func:`conv_relu_forward` for `dout` of shape (N, F, H', W')."""
    conv_cache, relu_cache = cache
    dmaps = _layer("relu_backward")(dout, relu_cache)
    dx, dw, db = _layer("conv_backward_fast")(dmaps, conv_cache)
    return dx, dw, db


def conv_bn_relu_forward(  # noqa: PLR0917
    x: _Array,
    w: _Array,
    b: _Array,
    gamma: _Array,
    beta: _Array,
    conv_param: _Settings,
    bn_param: _Settings,
) -> tuple[_Array, _Cache]:
    """Apply a convolution, then spatial batch normalisation, then ReLU.

    Parameters
    ----------
    x, w, b, conv_param
        As for :func:`conv_relu_forward`.
    gamma, beta : ndarray of shape (F,)
        Scale and shift after normalisation.
    bn_param : dict
        As the batch normalisation layer takes it; its running averages are changed.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
    cache : tuple
        For :func:`conv_bn_relu_backward`.
    """
    maps, conv_cache = _layer("conv_forward_fast")(x, w, b, conv_param)
    normal, bn_cache = _layer("spatial_batchnorm_forward")(maps, gamma, beta, bn_param)
    out, relu_cache = _layer("relu_forward")(normal)
    return out, (conv_cache, bn_cache, relu_cache)


def conv_bn_relu_backward(
    dout: _Array, cache: _Cache
) -> tuple[_Array, _Array, _Array, _Array, _Array]:
    """Return dx, dw, db, dgamma, dbeta of :func:`conv_bn_relu_forward`."""
    conv_cache, bn_cache, relu_cache = cache
    dnormal = _layer("relu_backward")(dout, relu_cache)
    dmaps, dgamma, dbeta = _layer("spatial_batchnorm_backward")(dnormal, bn_cache)
    dx, dw, db = _layer("conv_backward_fast")(dmaps, conv_cache)
    return dx, dw, db, dgamma, dbeta


def conv_relu_pool_forward(
    x: _Array, w: _Array, b: _Array, conv_param: _Settings, pool_param: _Settings
) -> tuple[_Array, _Cache]:
    """Apply a convolution, then ReLU, then max pooling.

    Parameters
    ----------
    x, w, b, conv_param
        As for :func:`conv_relu_forward`.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride``, in pixels.

    Returns
    -------
    out : ndarray of shape (N, F, H'', W'')
    cache : tuple
        For :func:`conv_relu_pool_backward`.
    """
    activations, conv_relu_cache = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = _layer("max_pool_forward_fast")(activations, pool_param)
    return out, (conv_relu_cache, pool_cache)


def conv_relu_pool_backward(dout: _Array, cache: _Cache) -> _Gradients:
    """Return dx, dw, db of :func:`conv_relu_pool_forward` for `dout` of shape (N, F, H'', W'')."""
    conv_relu_cache, pool_cache = cache
    dactivations = _layer("max_pool_backward_fast")(dout, pool_cache)
    return conv_relu_backward(dactivations, conv_relu_cache)


def _layer(name: str) -> Callable[..., Any]:
    """Find a layer in the first module that has it."""
    for module_name in _LAYER_MODULES:
        try:
            module = importlib.import_module(module_name, __package__)
        except ModuleNotFoundError as error:
            # A module that is there and lacks something else has a message of its own.
            wanted = importlib.util.resolve_name(module_name, __package__)
            if error.name is None or not (wanted + ".").startswith(error.name + "."):
                raise
        else:
            if hasattr(module, name):
                found: Callable[..., Any] = getattr(module, name)
                return found
    raise ImportError(f"no layer {name} in any of {', '.join(_LAYER_MODULES)}")
