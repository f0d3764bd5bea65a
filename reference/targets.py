"""Finds the reference for a target by the course's name for it, such as ``optim:adam``.

Importing this module imports nothing that computes; `resolve` imports one module.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DENSE = "reference.layers.dense"
_ACTIVATIONS = "reference.layers.activations"
_NORMALIZATION = "reference.layers.normalization"
_SPATIAL = "reference.layers.spatial_normalization"
_COMBINED = "reference.layers.combined"
_COMBINED_CONVOLUTION = "reference.layers.combined_convolution"

_NAMES_BY_PLACE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("layers", _DENSE): ("affine_forward", "affine_backward"),
    ("layers", _ACTIVATIONS): (
        "relu_forward",
        "relu_backward",
        "leaky_relu_forward",
        "leaky_relu_backward",
        "sigmoid_forward",
        "sigmoid_backward",
        "tanh_forward",
        "tanh_backward",
    ),
    ("layers", _NORMALIZATION): (
        "batchnorm_forward",
        "batchnorm_backward",
        "batchnorm_backward_alt",
        "layernorm_forward",
        "layernorm_backward",
    ),
    ("layers", _SPATIAL): (
        "spatial_batchnorm_forward",
        "spatial_batchnorm_backward",
        "spatial_groupnorm_forward",
        "spatial_groupnorm_backward",
    ),
    ("layers", "reference.layers.dropout"): ("dropout_forward", "dropout_backward"),
    ("layers", "reference.layers.convolution"): ("conv_forward_naive", "conv_backward_naive"),
    ("layers", "reference.layers.pooling"): (
        "max_pool_forward_naive",
        "max_pool_backward_naive",
    ),
    ("layers", "reference.losses"): ("svm_loss", "softmax_loss"),
    ("layer_utils", _COMBINED): (
        "affine_relu_forward",
        "affine_relu_backward",
        "affine_bn_relu_forward",
        "affine_bn_relu_backward",
        "affine_bn_relu_dropout_forward",
        "affine_bn_relu_dropout_backward",
    ),
    ("layer_utils", _COMBINED_CONVOLUTION): (
        "conv_relu_forward",
        "conv_relu_backward",
        "conv_bn_relu_forward",
        "conv_bn_relu_backward",
        "conv_relu_pool_forward",
        "conv_relu_pool_backward",
        "conv_bn_relu_pool_forward",
        "conv_bn_relu_pool_backward",
    ),
    ("optim", "reference.optim"): (
        "sgd",
        "sgd_momentum",
        "nesterov",
        "adagrad",
        "rmsprop",
        "adam",
    ),
    ("softmax", "reference.linear_classifiers"): (
        "softmax_loss_naive",
        "softmax_loss_vectorized",
    ),
    ("linear_svm", "reference.linear_classifiers"): (
        "svm_loss_naive",
        "svm_loss_vectorized",
    ),
    ("linear_classifier", "reference.linear_classifiers"): (
        "LinearClassifier",
        "LinearSVM",
        "Softmax",
    ),
    ("fc_net", "reference.models.two_layer"): ("TwoLayerNet",),
    ("fc_net", "reference.models.fully_connected"): ("FullyConnectedNet",),
    ("cnn", "reference.models.convolutional"): ("ThreeLayerConvNet",),
    # The second has the first's name in courses that keep weights of shape (H, D).
    ("neural_net", "reference.models.toy"): ("TwoLayerNet", "OutputFirstTwoLayerNet"),
}

# Where a course has another name for what the reference holds.
_RENAMED = {"optim:sgd_nesterov_momentum": "reference.optim:nesterov"}

TARGETS: Mapping[str, str] = MappingProxyType(
    {
        f"{course_module}:{name}": f"{module}:{name}"
        for (course_module, module), names in _NAMES_BY_PLACE.items()
        for name in names
    }
    | _RENAMED
)
"""Dotted name (``module:attribute``) of the reference for each canonical target."""


def resolve(name: str) -> Callable[..., Any]:
    """Return the reference function or class for a target.

    Parameters
    ----------
    name : str
        Canonical name of the target, ``module:name``, such as ``layers:affine_forward``.

    Returns
    -------
    callable
        The function or class.

    Raises
    ------
    KeyError
        If the reference has no such target; the message lists names that are near.
    """
    try:
        module, attribute = TARGETS[name].split(":")
    except KeyError:
        raise KeyError(f"no reference for target {name!r}: {_suggest(name)}") from None
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


def _suggest(name: str) -> str:
    # Imported here: only this error needs it, and grading imports this module at each start.
    from difflib import get_close_matches  # noqa: PLC0415

    near = get_close_matches(name, TARGETS, n=5)
    if near:
        return "did you mean " + " or ".join(near) + "?"
    return "reference.targets.TARGETS lists all"
