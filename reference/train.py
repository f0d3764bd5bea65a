"""Trains the reference's models from the command line: ``python -m reference.train digits``."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pickle import UnpicklingError
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.progress import track

from reference.data import DEFAULT_SIZES, SOURCES, load_data
from reference.recipes import RECIPES, Training, run_recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reference.training import Progress

_EPILOG = "recipes: " + "; ".join(f"{name} ({recipe.summary})" for name, recipe in RECIPES.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line by default.

    Returns
    -------
    int
        Exit code 0. Wrong arguments and data that cannot be loaded exit with code 2 and one
        line on standard error.
    """
    parser = _build_parser()
    options = parser.parse_args(arguments)
    if (options.source == "cifar10") != (options.data is not None):
        parser.error("--data: expected the folder cifar-10-batches-py with cifar10, and only there")
    names = list(RECIPES) if options.recipe == "all" else [options.recipe]
    try:
        data = load_data(
            options.source,
            folder=options.data,
            num_training=options.num_training,
            num_validation=options.num_validation,
            num_test=options.num_test,
            # Single precision halves the gigabytes of CIFAR-10.
            dtype=np.float32,
        )
    except (ValueError, OSError, ImportError, UnpicklingError) as error:
        parser.exit(2, f"{parser.prog}: error: {error}\n")
    sizes = [len(data[f"y_{part}"]) for part in ("train", "val", "test")]
    print(f"{options.source}: {sizes[0]} training, {sizes[1]} validation, {sizes[2]} test images")
    print(f"{'recipe':24}{'seed':>6}{'training':>10}{'validation':>12}{'test':>9}{'seconds':>9}")
    for name in names:
        trainings = []
        for seed in range(options.seed, options.seed + options.seeds):
            training = run_recipe(
                name,
                options.source,
                data,
                seed=seed,
                duration=options.duration,
                progress=_choose_progress(name, seed),
            )
            trainings.append(training)
            print(_format_row(training), flush=True)
        if len(trainings) > 1:
            print(_format_summary(trainings))
        if options.source == "cifar10":
            print(f"  the course's notebooks report: {RECIPES[name].published or 'nothing'}")
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reference.train",
        description="Train the reference's models and print how often they are right.",
        epilog=_EPILOG,
    )
    parser.add_argument("source", choices=SOURCES, help="the images to train on")
    parser.add_argument(
        "--data", metavar="FOLDER", help="the folder cifar-10-batches-py; only for cifar10"
    )
    parser.add_argument(
        "--recipe",
        choices=[*RECIPES, "all"],
        default="all",
        metavar="NAME",
        help="a recipe's name (default: all)",
    )
    parser.add_argument("--seed", type=_parse_count(0), default=0, help="the first seed")
    parser.add_argument(
        "--seeds", type=_parse_count(1), default=1, help="how many seeds, each a new training"
    )
    parser.add_argument(
        "--duration",
        type=_parse_count(1),
        help="replaces the recipe's number of iterations (models that train themselves) or epochs",
    )
    for position, part in enumerate(("training", "validation", "test")):
        defaults = ", ".join(
            f"{source} {sizes[position]}" for source, sizes in DEFAULT_SIZES.items()
        )
        parser.add_argument(
            f"--num-{part}",
            type=_parse_count(1),
            metavar="N",
            help=f"{part} images (default: {defaults})",
        )
    return parser


def _parse_count(minimum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < minimum:
            raise argparse.ArgumentTypeError(
                f"{text!r}, expected a whole number of at least {minimum}"
            )
        return int(text)

    return parse


def _choose_progress(name: str, seed: int) -> Progress | None:
    if not sys.stderr.isatty():
        return None
    console = Console(stderr=True)
    return partial(track, description=f"{name}, seed {seed}", console=console, transient=True)


def _format_row(training: Training) -> str:
    return (
        f"{training.recipe:24}{training.seed:6}{training.train_accuracy:10.1%}"
        f"{training.validation_accuracy:12.1%}{training.test_accuracy:9.1%}{training.seconds:9.1f}"
    )


def _format_summary(trainings: list[Training]) -> str:
    measured = [
        [training.train_accuracy for training in trainings],
        [training.validation_accuracy for training in trainings],
        [training.test_accuracy for training in trainings],
    ]
    middle = [median(accuracies) for accuracies in measured]
    return f"{'':24}{'median':>6}{middle[0]:10.1%}{middle[1]:12.1%}{middle[2]:9.1%}"


if __name__ == "__main__":
    sys.exit(main())
