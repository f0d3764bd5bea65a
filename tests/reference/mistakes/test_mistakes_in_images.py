"""Mistakes in layers for images, normalisation, dropout and what is joined are mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import pytest

from reference.mistakes import all_mistakes
from reference.targets import TARGETS, resolve

Arguments: TypeAlias = tuple[Any, ...]
Example: TypeAlias = Callable[[], Arguments]
"""Makes fresh arguments, because some are changed by the call."""
Subject: TypeAlias = Callable[..., Any]
Calls: TypeAlias = Iterator[Callable[[], Any]]

FAMILIES = (
    *("convolution", "pooling", "normalization", "spatial_normalization", "dropout"),
    *("combined", "combined_convolution", "convolutional"),
)


def draw(*shape: int, seed: int = 0, scale: float = 1.0, offset: float = 0.0) -> np.ndarray:
    """Return numbers from a normal distribution."""
    return offset + scale * np.random.default_rng(seed).standard_normal(shape)


def filters(x: tuple[int, ...], w: tuple[int, ...], stride: int, pad: int) -> Arguments:
    """Return arguments of a convolution."""
    return draw(*x), draw(*w, seed=1), draw(w[0], seed=2), {"stride": stride, "pad": pad}


def window(height: int, width: int, stride: int) -> dict[str, int]:
    """Return the options of a pooling layer."""
    return {"pool_height": height, "pool_width": width, "stride": stride}


def scaled(x: np.ndarray, **options: Any) -> Arguments:
    """Return an input with a scale and a shift for each feature, and options."""
    features = x.shape[1]
    return x, draw(features, seed=4, offset=2.0), draw(features, seed=5), options


def in_test_mode(x: np.ndarray, **options: Any) -> Arguments:
    """Return arguments of batch normalisation in test mode."""
    averages = {
        "running_mean": draw(x.shape[1], seed=6),
        "running_var": np.abs(draw(x.shape[1], seed=7)) + 0.1,
    }
    return scaled(x, mode="test", **averages, **options)


def grouped(groups: int, **options: Any) -> Arguments:
    """Return arguments of group normalisation of six channels."""
    scale, shift = (draw(1, 6, 1, 1, seed=seed, offset=1.0) for seed in (4, 5))
    return draw(2, 6, 3, 4, scale=2.0, offset=3.0), scale, shift, groups, options


def affine() -> Arguments:
    """Return arguments of an affine layer."""
    return draw(5, 2, 3), draw(6, 4, seed=1), draw(4, seed=2)


def normalized(arguments: Arguments) -> Arguments:
    """Return arguments of a layer and of the batch normalisation behind it."""
    units = arguments[2].size
    scale, shift = draw(units, seed=4, offset=1.0), draw(units, seed=5)
    return *arguments[:3], scale, shift, *arguments[3:], {"mode": "train"}


CONVOLUTIONS: tuple[Example, ...] = (
    lambda: filters((2, 3, 6, 5), (4, 3, 3, 3), 1, 1),
    lambda: filters((2, 2, 7, 7), (3, 2, 3, 3), 2, 1),
    lambda: filters((2, 2, 6, 6), (3, 2, 2, 3), 1, 0),
)
POOLINGS: tuple[Example, ...] = (
    lambda: (draw(2, 3, 6, 6), window(2, 2, 2)),
    lambda: (draw(2, 2, 7, 7, offset=-5.0), window(3, 3, 2)),
    lambda: (draw(1, 2, 6, 8), window(2, 3, 1)),
    lambda: (np.round(draw(2, 2, 6, 6)), window(2, 2, 2)),
)
ROWS: tuple[Example, ...] = (
    lambda: scaled(draw(6, 4, scale=3.0, offset=5.0), mode="train"),
    lambda: scaled(draw(6, 4, scale=0.3), mode="train", eps=0.2, momentum=0.6),
)
IMAGES: tuple[Example, ...] = (
    lambda: scaled(draw(2, 3, 4, 5, scale=3.0, offset=5.0), mode="train"),
    lambda: scaled(draw(3, 2, 3, 3), mode="train", eps=0.2, momentum=0.6),
)
LAYERS: tuple[Example, ...] = (
    lambda: scaled(draw(4, 7, scale=3.0, offset=5.0)),
    lambda: scaled(draw(4, 7, scale=0.3), eps=0.2),
)
GROUPS: tuple[Example, ...] = (lambda: grouped(2), lambda: grouped(3, eps=0.2))
MASKS: tuple[Example, ...] = (
    lambda: (draw(6, 7), {"mode": "train", "p": 0.7, "seed": 3}),
    lambda: (draw(6, 7), {"mode": "train", "p": 0.3}),
    lambda: (draw(6, 7), {"mode": "test", "p": 0.7}),
)
POOLED: tuple[Example, ...] = (
    lambda: (*filters((2, 3, 8, 8), (3, 3, 3, 3), 1, 1), window(2, 2, 2)),
)
BLOCKS: Mapping[str, tuple[Example, ...]] = {
    "affine_relu": (affine,),
    "affine_bn_relu": (lambda: normalized(affine()),),
    "affine_bn_relu_dropout": (lambda: (*normalized(affine()), {"mode": "train", "p": 0.6}),),
    "conv_relu": CONVOLUTIONS,
    "conv_bn_relu": tuple(lambda make=make: normalized(make()) for make in CONVOLUTIONS),
    "conv_relu_pool": POOLED,
    "conv_bn_relu_pool": (lambda: (*normalized(POOLED[0]()[:4]), window(2, 2, 2)),),
}
PAIRS: Mapping[str, tuple[str, tuple[Example, ...]]] = {
    "layers:conv_forward_naive": ("layers:conv_backward_naive", CONVOLUTIONS),
    "layers:max_pool_forward_naive": ("layers:max_pool_backward_naive", POOLINGS),
    "layers:batchnorm_forward": ("layers:batchnorm_backward", ROWS),
    "layers:spatial_batchnorm_forward": ("layers:spatial_batchnorm_backward", IMAGES),
    "layers:layernorm_forward": ("layers:layernorm_backward", LAYERS),
    "layers:spatial_groupnorm_forward": ("layers:spatial_groupnorm_backward", GROUPS),
    "layers:dropout_forward": ("layers:dropout_backward", MASKS),
    **{
        f"layer_utils:{name}_forward": (f"layer_utils:{name}_backward", examples)
        for name, examples in BLOCKS.items()
    },
}
IN_TEST_MODE: Mapping[str, tuple[Example, ...]] = {
    "layers:batchnorm_forward": (
        lambda: in_test_mode(draw(5, 4)),
        lambda: in_test_mode(draw(5, 4), eps=0.2),
    ),
    "layers:spatial_batchnorm_forward": (lambda: in_test_mode(draw(2, 3, 4, 5)),),
}
BACKWARD: Mapping[str, tuple[str, tuple[Example, ...]]] = {
    **{backward: (forward, examples) for forward, (backward, examples) in PAIRS.items()},
    "layers:batchnorm_backward_alt": ("layers:batchnorm_forward", ROWS),
}


def look_forward(target: str, subject: Subject) -> Calls:
    """Yield calls of a forward function, which give outputs and arguments as they are then."""
    for make in (*PAIRS[target][1], *IN_TEST_MODE.get(target, ())):
        arguments = make()
        yield lambda given=arguments: (subject(*given)[0], given)


def look_back(target: str, subject: Subject) -> Calls:
    """Yield gradients, at upstream gradients drawn to fit what the right forward pass gives."""
    forward, examples = BACKWARD[target]
    for make in examples:
        out, cache = resolve(forward)(*make())
        upstream = draw(*out.shape, seed=9)
        yield lambda given=(upstream, cache): subject(*given)


def look_at_network(subject: Subject) -> Calls:
    """Yield how networks start, and their scores, losses and gradients at drawn parameters."""
    for image, size in (((2, 6, 4), 5), ((3, 8, 8), 3)):
        keywords = {"num_filters": 4, "filter_size": size, "hidden_dim": 7, "num_classes": 5}
        generator = np.random.default_rng(1)
        yield lambda given=(image, keywords, generator): look_at_model(
            subject(given[0], dtype=float, weight_scale=0.05, generator=given[2], **given[1]),
            given[0],
        )


def look_at_model(model: Any, image: tuple[int, ...]) -> Any:
    """Return how one network starts, and what it gives at drawn parameters."""
    seen: list[Any] = [(v.shape, v.mean(), v.std()) for v in model.params.values()]
    for number, (name, value) in enumerate(sorted(model.params.items())):
        model.params[name] = draw(*value.shape, seed=number, scale=0.5)
    X, y = draw(4, *image), np.array([0, 2, 1, 4])
    for reg in (0.0, 0.6):
        model.reg = reg
        seen.append((model.loss(X, y), model.loss(X[:2])))
    return seen


def look(target: str, subject: Subject) -> Calls:
    """Return calls that show what a version of a target does."""
    if target == "cnn:ThreeLayerConvNet":
        return look_at_network(subject)
    return (look_forward if target in PAIRS else look_back)(target, subject)


MINE = [
    target
    for target in dict.fromkeys(mistake.target for mistake in all_mistakes())
    if TARGETS[target].partition(":")[0].rpartition(".")[2] in FAMILIES
]


@pytest.mark.parametrize("target", MINE)
def test_mistakes_differ_from_what_is_right_and_from_each_other(
    target: str, find_alike: Callable[..., list[tuple[str, str]]]
) -> None:
    """Each shows on valid arguments; the reference agrees with itself."""
    assert find_alike(target, look) == []
