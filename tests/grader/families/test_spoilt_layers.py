"""Each layer of a convolutional network is spoilt in turn: its checks fail, and no others."""

from __future__ import annotations

import sys
import types
import warnings
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from grader.candidate.local import LocalCandidate
from grader.checks.base import Check
from grader.checks.training.check import TrainingCheck
from grader.course.catalogue import load_declaration
from grader.model import Status
from reference.targets import TARGETS, resolve

SEED = 11
CONVOLUTION = "reference.layers.convolution"
POOLING = "reference.layers.pooling"
SPATIAL = "reference.layers.spatial_normalization"
NORMALIZATION = "reference.layers.normalization"
COMBINED = "reference.layers.combined_convolution"
NETWORK = "reference.models.convolutional"

CONV_FORWARD = "conv_forward_naive.properties"
CONV_BACKWARD = "conv_backward_naive.properties"
POOL_FORWARD = "max_pool_forward_naive.properties"
POOL_BACKWARD = "max_pool_backward_naive.properties"
NOT_ADJOINT = (f"{CONV_BACKWARD}.follows_forward", f"{CONV_BACKWARD}.oblong")
"""What tells that forward and backward pass do not fit, whichever of them is wrong."""

# Module, what stands there, what stands there instead, and the ids of parts that fail.
MISTAKES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "bias forgotten": (
        *(CONVOLUTION, "(window * w[f]).sum() + b[f]", "(window * w[f]).sum()"),
        ("conv_forward_naive*.out", f"{CONV_FORWARD}.pixel_filters", *NOT_ADJOINT),
    ),
    "stride taken for one": (
        *(CONVOLUTION, "top, left = i * stride, j * stride", "top, left = i, j"),
        (
            *("conv_forward_naive.out", "conv_forward_naive.oblong*"),
            *("conv_forward_naive.stride_3*", f"{CONV_FORWARD}.pixel_filters"),
            *(f"{CONV_FORWARD}.translation", *NOT_ADJOINT),
        ),
    ),
    "filters turned round": (
        *(CONVOLUTION, "(window * w[f]).sum()", "(window * w[f, :, ::-1, ::-1]).sum()"),
        ("conv_forward_naive*.out", *NOT_ADJOINT),
    ),
    "stride forgotten on the way back, in rows": (
        CONVOLUTION,
        "rows = slice(i * stride, i * stride + height)",
        "rows = slice(i, i + height)",
        ("conv_backward_naive.stride_2.d[xw]", *NOT_ADJOINT),
    ),
    "padding cut off by its negative": (
        CONVOLUTION,
        "pad : pad + x.shape[2], pad : pad + x.shape[3]",
        "pad:-pad, pad:-pad",
        (
            *("conv_backward_naive.no_padding.dx", "conv_backward_naive.hidden.dx"),
            f"{CONV_BACKWARD}.padding",
        ),
    ),
    "gradient of the bias averaged": (
        *(CONVOLUTION, "dout.sum(axis=(0, 2, 3))", "dout.mean(axis=(0, 2, 3))"),
        (
            *("conv_backward_naive.db", "conv_backward_naive.hidden.db"),
            *(f"{CONV_BACKWARD}.examples_add_up", *NOT_ADJOINT),
        ),
    ),
    "gradient of the filters by the last pixel": (
        *(CONVOLUTION, "dw[f] += ", "dw[f] = "),
        ("conv_backward_naive*.dw", f"{CONV_BACKWARD}.examples_add_up", *NOT_ADJOINT),
    ),
    "mean taken for maximum": (
        *(POOLING, "left : left + width].max()", "left : left + width].mean()"),
        (
            *("max_pool_forward_naive*.out", f"{POOL_FORWARD}.whole_images"),
            *(f"{POOL_FORWARD}.overlapping", f"{POOL_BACKWARD}.oblong"),
        ),
    ),
    "never below zero": (
        *(POOLING, "left : left + width].max()", "left : left + width].max(initial=0.0)"),
        (
            *("max_pool_forward_naive.out", "max_pool_forward_naive.o*", "max_pool_*.gaps.out"),
            *(f"{POOL_FORWARD}.moves", f"{POOL_FORWARD}.single_pixels"),
            f"{POOL_BACKWARD}.oblong",
        ),
    ),
    "square windows": (
        *(POOLING, "left : left + width].max()", "left : left + height].max()"),
        (
            *("max_pool_forward_naive.oblong*", f"{POOL_FORWARD}.overlapping"),
            *(f"{POOL_FORWARD}.transposed", f"{POOL_BACKWARD}.oblong"),
        ),
    ),
    "stride taken for the window": (
        POOLING,
        "top, left = i * stride, j * stride\n        out[n, c, i, j]",
        "top, left = min(i * height, x.shape[2] - 1), j * stride\n        out[n, c, i, j]",
        (
            *("max_pool_forward_naive.o*.out", "max_pool_forward_naive.gaps.out"),
            *(f"{POOL_FORWARD}.overlapping", f"{POOL_FORWARD}.single_pixels"),
            *(f"{POOL_FORWARD}.transposed", f"{POOL_BACKWARD}.oblong"),
        ),
    ),
    "overlapping windows do not add up": (
        *(POOLING, "left + column] += dout", "left + column] = dout"),
        ("max_pool_backward_naive.overlapping*", f"{POOL_BACKWARD}.overlapping"),
    ),
    "windows of two columns": (
        *(POOLING, "divmod(int(window.argmax()), width)", "divmod(int(window[:, :2].argmax()), 2)"),
        ("max_pool_backward_naive.o*", f"{POOL_BACKWARD}.oblong", f"{POOL_BACKWARD}.ties"),
    ),
    "channels and rows mixed up": (
        SPATIAL,
        "batchnorm_forward(_to_rows(x), gamma",
        "batchnorm_forward(x.reshape(-1, x.shape[1]), gamma",
        (
            *("spatial_batchnorm_forward*.out", "spatial_batchnorm_forward.properties.units"),
            "spatial_batchnorm_forward.properties.all_equal",
            *("spatial_batchnorm_test.r*", "spatial_batchnorm_test.out"),
            *("spatial_batchnorm_test.after_test", "spatial_batchnorm_backward.d[xg]*"),
            *("spatial_batchnorm_backward.h*.d[xg]*", "spatial_batchnorm_backward.*.scale"),
        ),
    ),
    "channels mixed up on the way back": (
        SPATIAL,
        "batchnorm_backward_alt(_to_rows(dout), cache)",
        "batchnorm_backward_alt(dout.reshape(-1, dout.shape[1]), cache)",
        (
            "spatial_batchnorm_backward*.d*",
            "spatial_batchnorm_backward.properties.gamma_and_beta",
        ),
    ),
    "unbiased variance": (
        *(NORMALIZATION, "x.var(axis=0)\n", "x.var(axis=0, ddof=1)\n"),
        (
            *("batchnorm_forward*.out", "batchnorm_forward.properties.mean_and_spread"),
            *("batchnorm_test.running_var", "batchnorm_test.out", "batchnorm_test.after_test"),
            *("batchnorm_backward.d[xg]*", "batchnorm_backward.hidden.dx"),
            "batchnorm_backward.properties.scale",
        ),
    ),
    "momentum turned round": (
        NORMALIZATION,
        "running_mean = momentum * running_mean + (1 - momentum) * mean",
        "running_mean = (1 - momentum) * running_mean + momentum * mean",
        (
            *("batchnorm_test.running_mean", "batchnorm_test.out", "batchnorm_test.after_test"),
            *("batchnorm_test.properties.averages_move", "batchnorm_test.properties.modes_agree"),
        ),
    ),
    "eps outside the root": (
        NORMALIZATION,
        'np.sqrt(var + float(bn_param.get("eps", 1e-5)))',
        'np.sqrt(var) + float(bn_param.get("eps", 1e-5))',
        ("batchnorm_forward*.out", "batchnorm_test.out", "batchnorm_backward.d[xg]*"),
    ),
    "eps of its own": (
        *(NORMALIZATION, 'float(bn_param.get("eps", 1e-5)))\n    centred', "1e-5)\n    centred"),
        ("batchnorm_forward.small*",),
    ),
    "the batch's own statistics in test mode": (
        *(
            NORMALIZATION,
            "mean, var = running_mean, running_var",
            "mean, var = x.mean(0), x.var(0)",
        ),
        ("batchnorm_test.out", "batchnorm_test.properties.one_by_one"),
    ),
    "mean held constant on the way back": (
        *(NORMALIZATION, "dx = dcentred + dmean / examples", "dx = dcentred"),
        (
            *("batchnorm_backward.dx", "batchnorm_backward.hidden.dx"),
            "batchnorm_backward.properties.shift",
        ),
    ),
    "ReLU forgotten on the way back": (
        COMBINED,
        "return layers.conv_backward(relu_backward(dout, relu_cache), conv_cache)",
        "return layers.conv_backward(dout, conv_cache)",
        ("conv_relu.d*", "conv_relu.h*.d*", "conv_relu_pool.d*", "conv_relu_pool.h*.d*"),
    ),
    "a bias too large in the network's middle": (
        NETWORK,
        'hidden, hidden_cache = affine_relu_forward(pooled, params["W2"], params["b2"])',
        'hidden, hidden_cache = affine_relu_forward(pooled, params["W2"], params["b2"] + 0.1)',
        (
            *("ThreeLayerConvNet.scores*", "ThreeLayerConvNet.other_sizes*"),
            *("ThreeLayerConvNet.loss*", "ThreeLayerConvNet.regularised_loss*"),
            *("ThreeLayerConvNet.gradients*", "ThreeLayerConvNet.regularised_gradients*"),
            "ThreeLayerConvNet.hidden*",
        ),
    ),
    "padding for filters of three pixels": (
        *(NETWORK, '(require_integer("filter_size", filter_size, 1) - 1) // 2', "1"),
        ("ThreeLayerConvNet.init.W2", "ThreeLayerConvNet.other_sizes*"),
    ),
    "scale of the weights squared": (
        NETWORK,
        '"W1": draw_weights(filters, weight_scale, generator)',
        '"W1": draw_weights(filters, weight_scale**2, generator)',
        ("ThreeLayerConvNet.init.W1",),
    ),
    "regularisation without one half": (
        *(NETWORK, "params, self.reg), grads", "params, 2 * self.reg), grads"),
        ("ThreeLayerConvNet.regularised_loss*", "ThreeLayerConvNet.hidden.loss"),
    ),
    "regularisation left out of the gradients": (
        *(NETWORK, "add_l2_penalty(loss, grads,", "add_l2_penalty(loss, dict(grads),"),
        (
            *("ThreeLayerConvNet.regularised_gradients.W?", "ThreeLayerConvNet.hidden.W?"),
            "ThreeLayerConvNet.properties.penalty",
        ),
    ),
}


def typed_checks() -> dict[str, Check]:
    """Return the checks that both assignments declare, but for trainings, by id."""
    names = ("convolutional_networks", "nndl_cnn")
    checks = [check for name in names for check in load_declaration(name).assignment.checks]
    return {check.id: check for check in checks if not isinstance(check, TrainingCheck)}


CHECKS = typed_checks()


def spoil(module: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the module's targets as they are with one place of its text changed."""
    path = import_module(module).__file__
    assert path is not None
    source = Path(path).read_text(encoding="utf-8")
    assert source.count(old) == 1
    spoilt = types.ModuleType("spoilt_module")
    monkeypatch.setitem(sys.modules, "spoilt_module", spoilt)
    exec(compile(source.replace(old, new), path, "exec"), vars(spoilt))  # noqa: S102 - our own text
    own = {name: place.split(":") for name, place in TARGETS.items()}
    return {name: getattr(spoilt, what) for name, (where, what) in own.items() if where == module}


def failing(changed: dict[str, Any]) -> set[str]:
    """Return the parts that do not pass with some targets replaced."""
    reference = LocalCandidate(resolve)
    candidate = LocalCandidate(lambda name: changed.get(name) or resolve(name))
    touched = [check for check in CHECKS.values() if changed.keys() & set(check.targets)]
    # A wrong function may warn of what it does; only its values count.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return {
            f"{check.id}.{part}"
            for check in touched
            for part, outcome in check.run(candidate, check.expect(reference, SEED), SEED).items()
            if outcome.status is not Status.PASSED
        }


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_fails_where_it_shows(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong layer fails the parts whose values it changes, and those only."""
    module, old, new, patterns = MISTAKES[mistake]
    parts = {f"{check.id}.{part}" for check in CHECKS.values() for part in check.parts}
    lost = {part for part in parts if any(fnmatchcase(part, pattern) for pattern in patterns)}
    assert failing(spoil(module, old, new, monkeypatch)) == lost


@pytest.mark.parametrize(
    "module", [CONVOLUTION, POOLING, SPATIAL, NORMALIZATION, COMBINED, NETWORK]
)
def test_what_is_right_passes(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same text without a mistake loses nothing: it is the mistake that is seen."""
    line = "from __future__ import annotations\n"
    assert not failing(spoil(module, line, line, monkeypatch))


def test_every_function_is_spoilt() -> None:
    """Each target of both assignments is in a module that is spoilt above, or is given."""
    places = {TARGETS[target].partition(":")[0] for c in CHECKS.values() for target in c.targets}
    spoilt = {module for module, *_ in MISTAKES.values()}
    assert places - {"reference.layers.dropout"} == spoilt
