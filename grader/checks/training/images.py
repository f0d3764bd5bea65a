"""Labelled images that the grader draws: patterns under noise, for want of CIFAR-10."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Form(Enum):
    """What a model is given for an image."""

    IMAGES = "images"
    """Arrays of shape (N, C, H, W)."""
    ROWS = "rows"
    """Rows of shape (N, C * H * W)."""
    ROWS_AND_ONE = "rows with a one"
    """Rows with a 1 at the end, whose weights a linear classifier has for biases."""


@record
class Labelled:
    """Images, or rows, and the class of each."""

    X: NDArray[np.float64]
    y: NDArray[np.int64]


@record
class Sets:
    """What a model is trained on, what it may be watched on, and what it is judged by."""

    training: Labelled
    validation: Labelled
    held_out: Labelled
    """Its labels never leave the grader."""


@record(kw_only=True)
class Images:
    """Declares images in which each class has a coloured pattern of its own, under noise.

    Every class has as many images as any other, as nearly as the count allows.

    Raises
    ------
    ValueError
        At construction, if the grain does not divide the sides, or there are fewer images in a
        set than classes.
    """

    shape: tuple[int, int, int] = (3, 8, 8)
    """Channels, height and width."""
    classes: int = 10
    training: int = 500
    validation: int = 100
    held_out: int = 500
    """How many images there are in each set."""
    grain: int = 2
    """Side of the squares that patterns are made of, in pixels."""
    noise: float = 1.0
    """Standard deviation of the noise; that of the patterns is 1."""
    inverted: bool = True
    """Whether half of the images show their pattern inverted. The mean image of every class is
    grey then: what is linear in the pixels learns nothing, and neither does a last layer on
    hidden units that were not trained."""
    scale: float = 1.0
    """What all pixels are multiplied with."""
    unlike: bool = False
    """Whether patterns are orthogonal to each other: among few classes two random patterns may be
    so alike that hardly any training tells them apart."""
    form: Form = Form.IMAGES

    def __post_init__(self) -> None:
        if any(side % self.grain for side in self.shape[1:]):
            raise ValueError(f"grain is {self.grain}: expected a divisor of {self.shape[1:]}")
        for name in ("training", "validation", "held_out"):
            if getattr(self, name) < self.classes:
                raise ValueError(
                    f"{name} is {getattr(self, name)}: expected an image for each of "
                    f"{self.classes} classes"
                )
        squares = self.shape[0] * (self.shape[1] // self.grain) * (self.shape[2] // self.grain)
        if self.unlike and self.classes > squares:
            raise ValueError(f"unlike patterns: {squares} squares are too few for {self.classes}")

    def draw(self, generator: np.random.Generator) -> Sets:
        """Return the sets; an equal generator gives equal ones."""
        channels, height, width = self.shape
        coarse = (self.classes, channels, height // self.grain, width // self.grain)
        squares = np.ones((1, 1, self.grain, self.grain))
        drawn = generator.standard_normal(coarse)
        patterns = np.kron(_make_unlike(drawn) if self.unlike else drawn, squares)
        return Sets(
            *(
                self._draw_set(patterns, count, generator)
                for count in (self.training, self.validation, self.held_out)
            )
        )

    def _draw_set(
        self, patterns: NDArray[Any], count: int, generator: np.random.Generator
    ) -> Labelled:
        y = generator.permutation(np.arange(count) % self.classes)
        signs = generator.choice([-1.0, 1.0], size=(count, 1, 1, 1)) if self.inverted else 1.0
        noise = self.noise * generator.standard_normal((count, *self.shape))
        return self._shape(Labelled(self.scale * (signs * patterns[y] + noise), y))

    def _shape(self, drawn: Labelled) -> Labelled:
        if self.form is Form.IMAGES:
            return drawn
        rows = drawn.X.reshape(len(drawn.X), -1)
        if self.form is Form.ROWS_AND_ONE:
            rows = np.hstack([rows, np.ones((len(rows), 1))])
        return replace(drawn, X=rows)


def _make_unlike(patterns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return patterns that are orthogonal to each other, of standard deviation 1."""
    basis, _ = np.linalg.qr(patterns.reshape(len(patterns), -1).T)
    scaled: NDArray[np.float64] = basis.T * np.sqrt(len(basis))
    return scaled.reshape(patterns.shape)


def perturb(images: Labelled, generator: np.random.Generator) -> Labelled:
    """Return images in another order and hardly changed, so that no table of them holds one."""
    order = generator.permutation(len(images.y))
    small = 1e-3 * images.X.std() * generator.standard_normal(images.X.shape)
    return Labelled(images.X[order] + small, images.y[order])


def as_data(sets: Sets) -> dict[str, Any]:
    """Return what a Solver is given, by the names that the course has for it."""
    return {
        "X_train": sets.training.X,
        "y_train": sets.training.y,
        "X_val": sets.validation.X,
        "y_val": sets.validation.y,
    }
