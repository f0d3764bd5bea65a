"""Laws of convolution, pooling, normalisation, dropout and their networks: what breaks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.checks.properties import PropertyCheck
from grader.course.catalogue import load_assignment
from grader.course.trial import TrialCandidate
from grader.model import Outcome, Status
from grader.provided.fast_layers import conv_backward_fast, conv_forward_fast
from reference.layers.combined_convolution import conv_relu_forward, conv_relu_pool_forward
from reference.layers.convolution import conv_backward_naive, conv_forward_naive
from reference.layers.dropout import dropout_backward, dropout_forward
from reference.layers.normalization import (
    batchnorm_backward,
    batchnorm_forward,
)
from reference.layers.pooling import max_pool_backward_naive, max_pool_forward_naive
from reference.layers.spatial_normalization import (
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from reference.mistakes import make_wrong, mistakes_of
from reference.models.convolutional import ThreeLayerConvNet
from reference.models.fully_connected import FullyConnectedNet
from reference.targets import resolve

CHECKS = {
    check.id.removesuffix(".properties"): check
    for assignment in ("convolutional_networks", "nndl_cnn", "batch_normalization", "dropout")
    for check in load_assignment(assignment).assignment.checks
    if isinstance(check, PropertyCheck) and check.id.endswith(".properties")
}
SEEDS = range(4)
CPU_SECONDS = 10.0

Function = Callable[..., Any]


def run(check: PropertyCheck, changed: dict[str, Any], seed: int) -> dict[str, Outcome]:
    """Run a check on the reference with some functions replaced."""
    candidate = TrialCandidate(lambda name: changed.get(name) or resolve(name), CPU_SECONDS)
    with np.errstate(all="ignore"):
        return check.run(candidate, {}, seed)


# --- wrong --------------------------------------------------------------------------------------


def newest_cache(forward: Function, backward: Function) -> tuple[Function, Function]:
    """Return a layer whose backward pass goes by the newest cache, whichever it is given."""
    newest: list[Any] = []

    def remember(*arguments: Any) -> Any:
        out, cache = forward(*arguments)
        newest[:] = [cache]
        return out, cache

    return remember, lambda dout, _: backward(dout, newest[0])


def forgetful(name: str, backward: str = "") -> dict[str, Function]:
    """Return such a layer, by target."""
    places = (f"layers:{name}", f"layers:{backward or name.replace('forward', 'backward')}")
    return dict(zip(places, newest_cache(*map(resolve, places)), strict=True))


def on_centred_batch(forward: Function) -> Function:
    """Return a layer that takes the mean over the examples off its input."""
    return lambda x, *others: forward(x - x.mean(axis=0), *others)


def clipped_upstream(backward: Function) -> Function:
    """Return a backward pass that clips what comes from above."""
    return lambda dout, cache: backward(np.clip(dout, -0.5, 0.5), cache)


def averaged(dout: Any, cache: Any) -> Any:
    """Take the mean over the examples where the sum is right."""
    dx, dw, db = resolve("layer_utils:conv_relu_backward")(dout, cache)
    return dx, dw / len(dout), db


def averaged_and_pooled(dout: Any, cache: Any) -> Any:
    """Take the mean over the examples where the sum is right."""
    dx, dw, db = resolve("layer_utils:conv_relu_pool_backward")(dout, cache)
    return dx, dw / len(dout), db


def sliding_averages(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Move the averages in test mode, too, after using them."""
    out, cache = batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        bn_param["running_mean"] = 0.9 * bn_param["running_mean"] + 0.1 * x.mean(axis=0)
    return out, cache


def sliding_averages_of_images(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Move the averages in test mode, too, after using them."""
    out, cache = spatial_batchnorm_forward(x, gamma, beta, bn_param)
    if bn_param["mode"] == "test":
        bn_param["running_mean"] = bn_param["running_mean"] + 0.1 * x.mean(axis=(0, 2, 3))
    return out, cache


def negative_kept(x: Any, dropout_param: Any) -> Any:
    """Drop positive entries only."""
    out, (param, mask) = dropout_forward(x, dropout_param)
    if mask is None:
        return out, (param, mask)
    mask = np.where(x < 0, 1.0, mask)
    return x * mask, (param, mask)


def every_tie_and_the_smallest(dout: Any, cache: Any) -> Any:
    """Give the smallest entry of an image some of the gradient."""
    dx = max_pool_backward_naive(dout, cache)
    x, _ = cache
    return dx + np.where(x == x.min(), 0.1, 0.0)


def moving(cls: type) -> type:
    """Return a network whose loss takes a step of its own."""

    class Moving(cls):  # type: ignore[misc]  # whichever network it is
        def loss(self, X: Any, y: Any = None) -> Any:
            result = super().loss(X, y)
            if y is not None:
                self.params["W1"] -= 0.1 * result[1]["W1"]
            return result

    return Moving


class ScoresSorted(ThreeLayerConvNet):
    """A network that returns its rows in another order than they came."""

    def loss(self, X: Any, y: Any = None) -> Any:
        """Sort the scores by the first class."""
        result = super().loss(X, y)
        return result if y is not None else np.sort(result, axis=0)


class KeepsDropping(FullyConnectedNet):
    """A network that drops units when it is tested, too."""

    def _set_mode(self, mode: str) -> None:
        super()._set_mode("train")


def unregularised(cls: type) -> type:
    """Return a network whose gradients leave the penalty out."""

    class Unregularised(cls):  # type: ignore[misc]  # whichever network it is
        def loss(self, X: Any, y: Any = None) -> Any:
            result = super().loss(X, y)
            if y is None:
                return result
            loss, grads = result
            share = {k: self.reg * v for k, v in self.params.items() if k.startswith("W")}
            return loss, {k: v - share.get(k, 0) for k, v in grads.items()}

    return Unregularised


# What breaks each law: the name of a known mistake of the target, or a wrong function.
WRONG: dict[tuple[str, str], dict[str, str | Any]] = {
    ("conv_forward_naive", "one_by_one"): {"layers:conv_forward_naive": "first_image_only"},
    ("conv_forward_naive", "sums"): {
        "layers:conv_forward_naive": lambda *given: (
            np.maximum(conv_forward_naive(*given)[0], 0),
            None,
        )
    },
    ("conv_forward_naive", "translation"): {"layers:conv_forward_naive": "stride_ignored"},
    ("conv_forward_naive", "padding"): {"layers:conv_forward_naive": "padded_with_border"},
    ("conv_forward_naive", "pixel_filters"): {"layers:conv_forward_naive": "first_channel_only"},
    ("conv_forward_naive", "transposed"): {"layers:conv_forward_naive": "stride_along_rows_only"},
    ("conv_backward_naive", "examples_add_up"): {"layers:conv_backward_naive": "divided_by_n"},
    ("conv_backward_naive", "caches_apart"): forgetful("conv_forward_naive"),
    ("conv_backward_naive", "follows_forward"): {"layers:conv_backward_naive": "filters_flipped"},
    ("conv_backward_naive", "padding"): {"layers:conv_backward_naive": "cropped_on_one_side"},
    ("conv_backward_naive", "oblong"): {"layers:conv_backward_naive": "last_position_forgotten"},
    ("max_pool_forward_naive", "grows"): {
        "layers:max_pool_forward_naive": lambda x, pool_param: (
            max_pool_forward_naive(np.abs(x), pool_param)[0],
            None,
        )
    },
    ("max_pool_forward_naive", "moves"): {"layers:max_pool_forward_naive": "never_below_zero"},
    ("max_pool_forward_naive", "single_pixels"): {
        "layers:max_pool_forward_naive": "stride_ignored"
    },
    ("max_pool_forward_naive", "whole_images"): {"layers:max_pool_forward_naive": "averaged"},
    ("max_pool_forward_naive", "overlapping"): {"layers:max_pool_forward_naive": "averaged"},
    ("max_pool_forward_naive", "transposed"): {"layers:max_pool_forward_naive": "square_window"},
    ("max_pool_backward_naive", "caches_apart"): forgetful("max_pool_forward_naive"),
    ("max_pool_backward_naive", "nothing_lost"): {
        "layers:max_pool_backward_naive": "upstream_forgotten"
    },
    ("max_pool_backward_naive", "overlapping"): {
        "layers:max_pool_backward_naive": "gradients_overwritten"
    },
    ("max_pool_backward_naive", "oblong"): {"layers:max_pool_backward_naive": "spread_evenly"},
    ("max_pool_backward_naive", "ties"): {
        "layers:max_pool_backward_naive": every_tie_and_the_smallest
    },
    ("conv_relu", "one_by_one"): {
        "layer_utils:conv_relu_forward": on_centred_batch(conv_relu_forward)
    },
    ("conv_relu", "grows_with_filters"): {
        "layer_utils:conv_relu_forward": lambda *given: (
            np.minimum(conv_relu_forward(*given)[0], 1),
            None,
        )
    },
    ("conv_relu", "examples_add_up"): {"layer_utils:conv_relu_backward": averaged},
    ("conv_relu_pool", "one_by_one"): {
        "layer_utils:conv_relu_pool_forward": on_centred_batch(conv_relu_pool_forward)
    },
    ("conv_relu_pool", "grows_with_filters"): {
        "layer_utils:conv_relu_pool_forward": lambda *given: (
            conv_relu_pool_forward(*given)[0] - 1,
            None,
        )
    },
    ("conv_relu_pool", "examples_add_up"): {
        "layer_utils:conv_relu_pool_backward": averaged_and_pooled
    },
    ("ThreeLayerConvNet", "scores"): {"cnn:ThreeLayerConvNet": ScoresSorted},
    ("ThreeLayerConvNet", "order"): {"cnn:ThreeLayerConvNet": ScoresSorted},
    ("ThreeLayerConvNet", "parameters_kept"): {"cnn:ThreeLayerConvNet": moving(ThreeLayerConvNet)},
    ("ThreeLayerConvNet", "mean"): {"cnn:ThreeLayerConvNet": "averaged_once_more"},
    ("ThreeLayerConvNet", "shift"): {"cnn:ThreeLayerConvNet": "scores_rectified"},
    ("ThreeLayerConvNet", "penalty"): {"cnn:ThreeLayerConvNet": "filters_not_penalised"},
    **{
        (f"{name}_{part}", law): {f"layers:{name}_{function}": wrong}
        for name, mistakes in {
            "batchnorm": {
                ("forward", "mean_and_spread"): "gamma_forgotten",
                ("forward", "units"): "one_mean_for_all",
                ("forward", "scale_and_shift"): "gamma_forgotten",
                ("forward", "all_equal"): "eps_forgotten",
                ("test", "averages_move"): "momentum_swapped",
                ("test", "averages_stay"): sliding_averages,
                ("test", "modes_agree"): "test_root_forgotten",
                ("test", "one_by_one"): "test_by_batch",
                ("backward", "shift"): lambda dout, cache: (
                    dout,
                    *batchnorm_backward(dout, cache)[1:],
                ),
                ("backward", "scale"): "root_without_half",
                ("backward", "gamma_and_beta"): "dbeta_averaged",
                ("backward", "upstreams"): clipped_upstream(batchnorm_backward),
            },
            "spatial_batchnorm": {
                ("forward", "mean_and_spread"): "per_image",
                ("forward", "units"): "reshaped_without_transpose",
                ("forward", "scale_and_shift"): "not_moved_back",
                ("forward", "all_equal"): "reshaped_without_transpose",
                ("test", "averages_move"): "averages_lost",
                ("test", "averages_stay"): sliding_averages_of_images,
                ("test", "modes_agree"): "averages_lost",
                ("test", "one_by_one"): "always_training",
                ("backward", "shift"): "statistics_held_constant",
                ("backward", "scale"): "reshaped_without_transpose",
                ("backward", "gamma_and_beta"): "averaged_over_pixels",
                ("backward", "upstreams"): clipped_upstream(spatial_batchnorm_backward),
            },
        }.items()
        for (part, law), wrong in mistakes.items()
        for function in ["forward" if part == "test" else part]
    },
    ("batchnorm_backward", "caches_apart"): forgetful("batchnorm_forward"),
    ("spatial_batchnorm_backward", "caches_apart"): forgetful("spatial_batchnorm_forward"),
    ("batchnorm_backward_alt", "both_ways_agree"): {"layers:batchnorm_backward_alt": "n_forgotten"},
    ("batchnorm_backward_alt", "shift"): {"layers:batchnorm_backward_alt": "mean_dropped"},
    ("batchnorm_backward_alt", "scale"): {"layers:batchnorm_backward_alt": "component_dropped"},
    ("batchnorm_backward_alt", "caches_apart"): forgetful(
        "batchnorm_forward", "batchnorm_backward_alt"
    ),
    ("layernorm_forward", "mean_and_spread"): {"layers:layernorm_forward": "unbiased_variance"},
    ("layernorm_forward", "units"): {"layers:layernorm_forward": "over_batch"},
    ("layernorm_forward", "scale_and_shift"): {
        "layers:layernorm_forward": "gamma_and_beta_forgotten"
    },
    ("layernorm_forward", "all_equal"): {"layers:layernorm_forward": "eps_forgotten"},
    ("layernorm_forward", "one_by_one"): {"layers:layernorm_forward": "mean_over_batch"},
    ("layernorm_backward", "shift"): {"layers:layernorm_backward": "mean_dropped"},
    ("layernorm_backward", "scale"): {"layers:layernorm_backward": "component_dropped"},
    ("layernorm_backward", "gamma_and_beta"): {"layers:layernorm_backward": "summed_over_features"},
    ("layernorm_backward", "examples_add_up"): {"layers:layernorm_backward": "batch_formula"},
    ("dropout_forward", "mask_ignores_input"): {"layers:dropout_forward": negative_kept},
    ("dropout_forward", "test_mode"): {"layers:dropout_forward": "rescaled_in_test_mode"},
    ("dropout_backward", "same_mask"): {"layers:dropout_backward": "mask_forgotten"},
    ("dropout_backward", "upstreams"): {
        "layers:dropout_backward": clipped_upstream(dropout_backward)
    },
    **{
        (f"FullyConnectedNet.{kind}", part): {"fc_net:FullyConnectedNet": wrong}
        for kind in ("batchnorm", "dropout")
        for part, wrong in {
            "parameters_kept": moving(FullyConnectedNet),
            "penalty": unregularised(FullyConnectedNet),
        }.items()
    },
    ("FullyConnectedNet.dropout", "scores"): {"fc_net:FullyConnectedNet": KeepsDropping},
}


def make(target: str, wrong: str | Function) -> Function:
    """Return a wrong function, or the known mistake of that name."""
    if not isinstance(wrong, str):
        return wrong
    return make_wrong([next(one for one in mistakes_of(target) if one.name == wrong)])


def test_every_law_has_a_wrong_version() -> None:
    """No law is there that nothing is known to break."""
    assert {(name, part) for name, check in CHECKS.items() for part in check.parts} == WRONG.keys()


@pytest.mark.parametrize("law", WRONG, ids="/".join)
def test_wrong_function_breaks_the_law(law: tuple[str, str]) -> None:
    """A named wrong version fails, and what is shown of it says how to see it."""
    name, part = law
    changed = {target: make(target, wrong) for target, wrong in WRONG[law].items()}
    outcomes = [run(CHECKS[name], changed, seed)[part] for seed in SEEDS]
    broken = [outcome for outcome in outcomes if outcome.status is not Status.PASSED]
    assert len(broken) >= len(SEEDS) - 1
    for outcome in broken:
        assert outcome.status is Status.FAILED
        assert outcome.message.endswith(".")
        assert outcome.hint.endswith("?")
        assert "print(" in outcome.evidence.counterexample


@pytest.mark.parametrize("name", CHECKS)
def test_lines_that_are_shown_run_as_they_are(name: str) -> None:
    """Every example can be pasted into a notebook that has the functions."""
    check = CHECKS[name]
    functions = {target.partition(":")[2]: resolve(target) for target in check.targets}
    for part in check.parts:
        for example, _ in check.draw_examples(part, 5):
            printed: list[Any] = []
            names = {**functions, "np": np, "print": lambda *values, to=printed: to.append(values)}
            exec(check.property_of(part).show(example), names)  # noqa: S102 - lines of our own
            assert printed


@pytest.mark.parametrize("name", CHECKS)
def test_the_reference_obeys_its_laws(name: str) -> None:
    """No draw of an example breaks a law."""
    for seed in range(8):
        for part, outcome in run(CHECKS[name], {}, seed).items():
            assert outcome.status is Status.PASSED, f"{part}, seed {seed}: {outcome.message}"


# --- written differently, and right ------------------------------------------------------------


def in_single_precision(function: Function) -> Function:
    """Return a function that computes in float32."""

    def narrow(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype == np.float64:
            return value.astype(np.float32)
        return {k: narrow(v) for k, v in value.items()} if isinstance(value, dict) else value

    def compute(*arguments: Any) -> Any:
        narrowed = [narrow(argument) for argument in arguments]
        result = function(*narrowed)
        for argument, own in zip(arguments, narrowed, strict=True):
            if isinstance(argument, dict):
                argument.update(own)
        return result

    return compute


def singly(*names: str) -> dict[str, Function]:
    """Return functions in single precision by target."""
    return {f"layers:{name}": in_single_precision(resolve(f"layers:{name}")) for name in names}


def normalise_by_squares(x: Any, gamma: Any, beta: Any, bn_param: Any) -> Any:
    """Take the variance as the mean of squares less the square of the mean; averages are rows."""
    mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    var = bn_param.get("running_var", np.zeros(x.shape[1]))
    if bn_param["mode"] == "train":
        own, own_var = x.mean(0, keepdims=True), (x * x).mean(0, keepdims=True)
        own_var = own_var - own * own
        m = bn_param.get("momentum", 0.9)
        bn_param["running_mean"] = m * mean + (1 - m) * own
        bn_param["running_var"] = m * var + (1 - m) * own_var
        mean, var = own, own_var
    x_hat = (x - mean) / np.sqrt(var + 1e-5)
    return gamma * x_hat + beta, {"x_hat": x_hat, "gamma": gamma, "std": np.sqrt(var + 1e-5)}


def back_by_one_formula(dout: Any, cache: Any) -> Any:
    """Write into the upstream gradient and empty the cache, which nobody needs any more."""
    x_hat, gamma, count = cache["x_hat"], cache["gamma"], len(dout)
    dgamma, dbeta = (dout * x_hat).sum(0), dout.sum(0)
    dout *= gamma
    dx = (count * dout - dout.sum(0) - x_hat * (dout * x_hat).sum(0)) / count / cache["std"]
    cache.clear()
    return dx, dgamma, dbeta


def pool_with_all_ties(dout: Any, cache: Any) -> Any:
    """Give the gradient to each of several largest entries."""
    x, param = cache
    dx = np.zeros_like(x)
    high, wide, stride = param["pool_height"], param["pool_width"], param["stride"]
    for n, c, i, j in np.ndindex(dout.shape):
        rows = slice(i * stride, i * stride + high)
        columns = slice(j * stride, j * stride + wide)
        window = x[n, c, rows, columns]
        dx[n, c, rows, columns] += (window == window.max()) * dout[n, c, i, j]
    return dx


def pool_with_shared_ties(dout: Any, cache: Any) -> Any:
    """Share the gradient among several largest entries."""
    ones = pool_with_all_ties(np.ones_like(dout), cache)
    x, param = cache
    if param["stride"] < max(param["pool_height"], param["pool_width"]):
        return max_pool_backward_naive(dout, cache)
    shares = np.zeros_like(x)
    high, wide, stride = param["pool_height"], param["pool_width"], param["stride"]
    for n, c, i, j in np.ndindex(dout.shape):
        rows = slice(i * stride, i * stride + high)
        columns = slice(j * stride, j * stride + wide)
        block = ones[n, c, rows, columns]
        shares[n, c, rows, columns] = dout[n, c, i, j] * block / block.sum()
    return shares


def drop_in_place(x: Any, dropout_param: Any) -> Any:
    """Draw by the legacy seed, keep a mask of truth values, and rescale on both ways."""
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])  # noqa: NPY002 - as the course's starter does
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    mask = np.random.rand(*x.shape) < dropout_param["p"]  # noqa: NPY002 - likewise
    return x * mask / dropout_param["p"], (dropout_param, mask)


def drop_back_in_place(dout: Any, cache: Any) -> Any:
    """Write into the upstream gradient."""
    param, mask = cache
    dout[~mask] = 0
    dout /= param["p"]
    return dout


RIGHT: dict[str, tuple[tuple[str, ...], dict[str, Function]]] = {
    "convolution in float32": (
        ("conv_forward_naive", "conv_backward_naive"),
        singly("conv_forward_naive", "conv_backward_naive"),
    ),
    "convolution by matrix products, another cache": (
        ("conv_forward_naive", "conv_backward_naive"),
        {
            "layers:conv_forward_naive": conv_forward_fast,
            "layers:conv_backward_naive": conv_backward_fast,
        },
    ),
    "biases' gradients as a column": (
        ("conv_backward_naive",),
        {
            "layers:conv_backward_naive": lambda dout, cache: (
                *conv_backward_naive(dout, cache)[:2],
                dout.sum(axis=(0, 2, 3)).reshape(-1, 1),
            )
        },
    ),
    "pooling in float32": (
        ("max_pool_forward_naive", "max_pool_backward_naive"),
        singly("max_pool_forward_naive", "max_pool_backward_naive"),
    ),
    "gradients to all ties": (
        ("max_pool_backward_naive",),
        {"layers:max_pool_backward_naive": pool_with_all_ties},
    ),
    "gradients shared by ties": (
        ("max_pool_backward_naive",),
        {"layers:max_pool_backward_naive": pool_with_shared_ties},
    ),
    "normalisation in float32": (
        ("batchnorm_forward", "batchnorm_test", "batchnorm_backward", "batchnorm_backward_alt"),
        singly("batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt"),
    ),
    "normalisation of images in float32": (
        (
            "spatial_batchnorm_forward",
            "spatial_batchnorm_test",
            "spatial_batchnorm_backward",
        ),
        singly("spatial_batchnorm_forward", "spatial_batchnorm_backward"),
    ),
    "layer normalisation in float32": (
        ("layernorm_forward", "layernorm_backward"),
        singly("layernorm_forward", "layernorm_backward"),
    ),
    "normalisation by squares": (
        ("batchnorm_forward", "batchnorm_test", "batchnorm_backward"),
        {
            "layers:batchnorm_forward": normalise_by_squares,
            "layers:batchnorm_backward": back_by_one_formula,
        },
    ),
    "dropout in place": (
        ("dropout_forward", "dropout_backward"),
        {
            "layers:dropout_forward": drop_in_place,
            "layers:dropout_backward": drop_back_in_place,
        },
    ),
    "p is the chance to drop": (
        ("dropout_forward", "dropout_backward"),
        {"layers:dropout_forward": lambda x, param: dropout_forward(x, param, convention="drop")},
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_functions_obey_whatever_they_look_like(name: str) -> None:
    """Dtypes, caches, rules for ties and writing into one's own arrays cost nothing."""
    functions, changed = RIGHT[name]
    for function in functions:
        for seed in range(10):
            for part, outcome in run(CHECKS[function], changed, seed).items():
                assert outcome.status is Status.PASSED, f"{part}, seed {seed}: {outcome.message}"


def unwritten(_x: Any, gamma: Any, _beta: Any, bn_param: Any) -> Any:
    """Keep the averages as the course's starter does, and compute nothing."""
    for name in ("running_mean", "running_var"):
        bn_param[name] = bn_param.get(name, np.zeros_like(gamma))
    return None, None


def test_what_computes_nothing_earns_nothing() -> None:
    """A stub that returns None obeys no law."""
    for name, check in CHECKS.items():
        targets = [target for target in check.targets if target.startswith("layer")]
        stubs = {target: lambda *_: (None, None) for target in targets}
        for part, outcome in run(check, stubs, 1).items() if targets else ():
            assert outcome.status is not Status.PASSED, f"{name}.{part}"
    changed = {"layers:batchnorm_forward": unwritten}
    for part, outcome in run(CHECKS["batchnorm_test"], changed, 1).items():
        assert outcome.status is not Status.PASSED, part
