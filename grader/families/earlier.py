"""Checks, worth nothing, of functions of earlier homework that networks and layers are made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from grader.checks.base import Check
from grader.checks.properties.normalization import EPS_IS_SMALL
from grader.families.dense import layer_checks, loss_checks
from grader.families.normalization import (
    given_averages_check,
    gradient_check,
    test_mode_check,
    train_checks,
)
from grader.settings import Visibility

_LAYERS = ("affine_forward", "affine_backward", "relu_forward", "relu_backward", "affine_relu")
_LOSSES = ("svm_loss", "softmax_loss")
_BATCH_NORMALIZATION = ("", ".small_variance", ".test_mode", ".given_averages")
_NOTHING = {
    **{f"{name}{group}": 0.0 for name in _LAYERS for group in ("", ".properties", ".hidden")},
    **{
        f"{name}{group}": 0.0
        for name in _LOSSES
        for group in ("", "_gradient", ".large_scores", ".properties", ".hidden")
    },
    **{f"batchnorm_forward{group}": 0.0 for group in _BATCH_NORMALIZATION},
}
_BATCH = (6, 5)


def earlier_layers() -> tuple[Check, ...]:
    """Return the public checks of affine and ReLU layers and of the softmax loss."""
    checks = {**layer_checks(_NOTHING), "softmax_loss": loss_checks(_NOTHING)["softmax_loss"]}
    return tuple(check for group in checks.values() for check in _only_public(group))


def earlier_batch_normalization() -> tuple[Check, ...]:
    """Return the checks of the batch normalisation of rows, which that of images is made of."""
    forward = "layers:batchnorm_forward"
    forwards = (
        *train_checks(forward, "batchnorm_forward", _BATCH, _NOTHING),
        test_mode_check(forward, "batchnorm_forward.test_mode", _BATCH, _NOTHING),
        given_averages_check(forward, "batchnorm_forward.given_averages", _BATCH[1], _NOTHING),
    )
    backwards = (
        gradient_check(forward, f"layers:{name}", name, _BATCH, {name: 0.0})
        for name in ("batchnorm_backward", "batchnorm_backward_alt")
    )
    return tuple(replace(check, tolerance=EPS_IS_SMALL) for check in (*forwards, *backwards))


def earlier_for(targets: Collection[str]) -> tuple[str, ...]:
    """Return the names of those functions of this module that suit what an assignment asks for.

    Parameters
    ----------
    targets : collection of str
        Canonical names of all that it asks for.
    """
    return tuple(
        name
        for name, (make, beginnings) in _GROUPS.items()
        if any(target.startswith(beginnings) for target in targets)
        and not any(set(check.targets).intersection(targets) for check in make())
    )


_GROUPS: Mapping[str, tuple[Callable[[], tuple[Check, ...]], tuple[str, ...]]] = {
    "earlier_layers": (earlier_layers, ("fc_net:", "cnn:")),
    "earlier_batch_normalization": (earlier_batch_normalization, ("layers:spatial_batchnorm",)),
}
"""What makes the checks, and how the canonical names begin of what is made of their functions."""


def _only_public(checks: Iterable[Check]) -> list[Check]:
    return [check for check in checks if check.visibility is Visibility.PUBLIC]
