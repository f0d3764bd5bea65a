"""Says how each model is trained on each source of images, and trains it.

On CIFAR-10 the settings are those of the course's notebooks, where they name them. On the
digits and on generated patterns, which are easier and far fewer, they are shorter.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.fast import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from reference.layers.combined_convolution import WindowLayers
from reference.linear_classifiers import LinearSVM, Softmax
from reference.models.convolutional import ThreeLayerConvNet
from reference.models.deep_convolutional import DeepConvNet
from reference.models.fully_connected import FullyConnectedNet
from reference.models.two_layer import TwoLayerNet
from reference.training import (
    CLASSES,
    Data,
    Progress,
    Schedule,
    Train,
    train_linear,
    train_toy,
    train_with_solver,
)
from reference.validation import require_choice, require_integer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_FAST = WindowLayers(
    conv_forward_fast, conv_backward_fast, max_pool_forward_fast, max_pool_backward_fast
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model and how it is trained on each source of images."""

    summary: str
    """The model in a few words."""
    published: str
    """What the course's notebooks report on CIFAR-10; empty if they report nothing."""
    train: Train
    """Trains a new model and returns the function that predicts labels."""
    schedules: Mapping[str, Schedule]
    """By source."""


@dataclass(frozen=True, slots=True)
class Training:
    """What one training came to."""

    recipe: str
    """Its name in `RECIPES`."""
    seed: int
    """Of weights, minibatches and dropout masks."""
    train_accuracy: float
    """From 0 to 1, on at most 1000 training images."""
    validation_accuracy: float
    """From 0 to 1; the Solver keeps the parameters for which it was highest."""
    test_accuracy: float
    """From 0 to 1, on images that had no say in anything."""
    seconds: float
    """Wall time of the training."""


def run_recipe(
    name: str,
    source: str,
    data: Data,
    *,
    seed: int = 0,
    duration: int | None = None,
    progress: Progress | None = None,
) -> Training:
    """Train a new model by a recipe and measure it.

    Parameters
    ----------
    name : str
        A name in `RECIPES`.
    source : {'cifar10', 'digits', 'synthetic'}
        Whose schedule is followed.
    data : mapping of str to ndarray
        Images from `reference.data.load_data`, not flattened.
    seed : int
        Of weights, minibatches and dropout masks. Equal arguments give equal results on one
        machine.
    duration : int, optional
        Replaces the schedule's.
    progress : callable, optional
        Given to the Solver.

    Returns
    -------
    Training
        Accuracies and time.

    Raises
    ------
    ValueError
        If the recipe or the source is unknown, or the duration is no whole number of at
        least 1.
    """
    recipe = RECIPES[require_choice("name", name, tuple(RECIPES))]
    schedule = recipe.schedules[require_choice("source", source, tuple(recipe.schedules))]
    if duration is not None:
        schedule = replace(schedule, duration=require_integer("duration", duration, 1))
    with _seed_global_generator(seed):
        begin = perf_counter()
        predict = recipe.train(data, schedule, np.random.default_rng(seed), progress)
        seconds = perf_counter() - begin

    def measure(part: str, count: int | None = None) -> float:
        labels = data[f"y_{part}"][:count]
        return float((predict(data[f"X_{part}"][:count]) == labels).mean())

    return Training(name, seed, measure("train", 1000), measure("val"), measure("test"), seconds)


@contextmanager
def _seed_global_generator(seed: int) -> Iterator[None]:
    # Dropout draws its masks from NumPy's global generator, as in the course.
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _build_two_layer(image: tuple[int, ...], **options: Any) -> TwoLayerNet:
    return TwoLayerNet(int(np.prod(image)), 100, CLASSES, **options)


def _build_fully_connected(dropout_keep_ratio: float) -> Callable[..., FullyConnectedNet]:
    def build(image: tuple[int, ...], **options: Any) -> FullyConnectedNet:
        return FullyConnectedNet(
            [100, 100, 100, 100],
            int(np.prod(image)),
            CLASSES,
            dropout_keep_ratio,
            "batchnorm",
            weight_scale=5e-2,
            **options,
        )

    return build


def _build_three_layer(image: tuple[int, int, int], **options: Any) -> ThreeLayerConvNet:
    return ThreeLayerConvNet(image, 64, 3, 500, CLASSES, 1e-3, layers=_FAST, **options)


def _build_deep(image: tuple[int, int, int], **options: Any) -> DeepConvNet:
    return DeepConvNet(image, (32, 64, 128), 3, (128,), CLASSES, layers=_FAST, **options)


RECIPES: Mapping[str, Recipe] = {
    "softmax": Recipe(
        "softmax classifier",
        "test 35.2 %",
        train_linear(Softmax),
        {
            "cifar10": Schedule(1000, 1e-6, 200, reg=1e4),
            "digits": Schedule(1000, 1e-5, 200, reg=1),
            "synthetic": Schedule(1000, 1e-6, 200, reg=1e4),
        },
    ),
    "linear_svm": Recipe(
        "linear support vector machine",
        "",
        train_linear(LinearSVM),
        {
            "cifar10": Schedule(1500, 1e-7, 200, reg=2.5e4),
            "digits": Schedule(1000, 1e-6, 200, reg=10),
            "synthetic": Schedule(1000, 1e-7, 200, reg=2.5e4),
        },
    ),
    "two_layer": Recipe(
        "two-layer network that trains itself, 50 hidden units",
        "validation 51.7 %, test 50.7 %",
        train_toy,
        {
            "cifar10": Schedule(5000, 1e-3, 200, decay=0.95, reg=0.35),
            "digits": Schedule(1000, 1e-3, 200, decay=0.99, reg=0.1),
            "synthetic": Schedule(1000, 1e-3, 200, decay=0.95, reg=0.35),
        },
    ),
    "modular_two_layer": Recipe(
        "two-layer network made of layers, 100 hidden units",
        "validation at least 50 %",
        train_with_solver(_build_two_layer),
        {
            "cifar10": Schedule(10, 1e-3, 100, decay=0.95, reg=0.25),
            "digits": Schedule(20, 5e-3, 100, decay=0.95),
            "synthetic": Schedule(10, 1e-3, 100, decay=0.95),
        },
    ),
    "fully_connected": Recipe(
        "five-layer network with batch normalisation",
        "validation at least 50 %",
        train_with_solver(_build_fully_connected(1.0)),
        {
            "cifar10": Schedule(20, 5e-4, 100, 0.9, 1e-2, "rmsprop"),
            "digits": Schedule(10, 1e-3, 100, 0.9, 1e-3, "rmsprop"),
            "synthetic": Schedule(5, 1e-3, 100, 0.9, 1e-3, "rmsprop"),
        },
    ),
    "fully_connected_dropout": Recipe(
        "five-layer network with batch normalisation and dropout",
        "validation at least 50 %",
        train_with_solver(_build_fully_connected(0.8)),
        {
            "cifar10": Schedule(20, 1e-3, 100, 0.9, 1e-3, "adam"),
            "digits": Schedule(15, 1e-3, 100, 0.95, 1e-3, "adam"),
            "synthetic": Schedule(5, 1e-3, 100, 0.9, 1e-3, "adam"),
        },
    ),
    "three_layer_convnet": Recipe(
        "three-layer convolutional network, 64 filters",
        "validation 67.8 %, test 66.1 %",
        train_with_solver(_build_three_layer),
        {
            "cifar10": Schedule(10, 1e-3, 500, 0.9, 1e-3, "adam"),
            "digits": Schedule(5, 1e-3, 50, 0.9, 1e-3, "adam"),
            "synthetic": Schedule(2, 1e-3, 50, 0.9, 1e-3, "adam"),
        },
    ),
    "deep_convnet": Recipe(
        "three convolutions and a hidden layer, all with batch normalisation",
        "validation over 65 %",
        train_with_solver(_build_deep),
        {
            "cifar10": Schedule(8, 1e-3, 100, 0.8, 1e-3, "adam"),
            "digits": Schedule(4, 1e-3, 50, 0.8, 1e-3, "adam"),
            "synthetic": Schedule(1, 1e-3, 50, 0.8, 1e-3, "adam"),
        },
    ),
}
"""The recipes by name, from the simplest model to the deepest."""
