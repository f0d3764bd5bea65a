"""Probes: experiments on fixed inputs on which all known mistakes of a function differ.

There is a module for each family of functions, with ``PROBES``: the probes of each target.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import import_module

from grader.diagnosis.probes.probe import OPTIONAL, Probe

__all__ = ["OPTIONAL", "Probe", "probed_targets", "probes_for"]

_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "dense": (
        "layers:affine_forward",
        "layers:affine_backward",
        "layers:relu_forward",
        "layers:relu_backward",
        "layer_utils:affine_relu_forward",
        "layer_utils:affine_relu_backward",
    ),
    "losses": (
        "layers:svm_loss",
        "layers:softmax_loss",
        "softmax:softmax_loss_naive",
        "softmax:softmax_loss_vectorized",
        "linear_svm:svm_loss_naive",
        "linear_svm:svm_loss_vectorized",
    ),
    "classifiers": (
        "linear_classifier:LinearSVM",
        "linear_classifier:Softmax",
        "neural_net:TwoLayerNet",
    ),
    "optimizers": (
        "optim:sgd",
        "optim:sgd_momentum",
        "optim:rmsprop",
        "optim:adam",
    ),
    "convolution": (
        "layers:conv_forward_naive",
        "layers:conv_backward_naive",
        "layers:max_pool_forward_naive",
        "layers:max_pool_backward_naive",
        "layer_utils:conv_relu_forward",
        "layer_utils:conv_relu_backward",
        "layer_utils:conv_relu_pool_forward",
        "layer_utils:conv_relu_pool_backward",
    ),
    "normalization": (
        "layers:batchnorm_forward",
        "layers:batchnorm_backward",
        "layers:batchnorm_backward_alt",
        "layers:layernorm_forward",
        "layers:layernorm_backward",
        "layers:spatial_batchnorm_forward",
        "layers:spatial_batchnorm_backward",
    ),
    "dropout": ("layers:dropout_forward", "layers:dropout_backward"),
    "networks": ("fc_net:TwoLayerNet", "fc_net:FullyConnectedNet", "cnn:ThreeLayerConvNet"),
}


def probed_targets() -> tuple[str, ...]:
    """Return all targets that there are probes for."""
    return tuple(target for targets in _FAMILIES.values() for target in targets)


def probes_for(target: str, covered: Collection[str] | None = None) -> tuple[Probe, ...]:
    """Return the probes of a target, none if it has none; one family's module is imported.

    Parameters
    ----------
    target : str
        Canonical name, such as ``layers:affine_backward``.
    covered : collection of str, optional
        Targets of the assignment: what needs another one is left out. By default all count.
    """
    for family, targets in _FAMILIES.items():
        if target in targets:
            probes: Mapping[str, tuple[Probe, ...]] = import_module(f"{__name__}.{family}").PROBES
            return tuple(
                probe
                for probe in probes[target]
                if covered is None or not probe.using or probe.using in covered
            )
    return ()
