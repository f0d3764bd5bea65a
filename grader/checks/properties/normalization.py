"""Normalisations as layers that laws can draw: of features, of channels, of examples."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.checks.properties.base import Example
from grader.checks.properties.draw import Draw
from grader.checks.properties.layers import Layer
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPS_IS_SMALL = 1e-4
"""Tolerance of what is right but for eps, which is 1e-5 beside variances near one.

Which eps is used is asked elsewhere, in checks of small variances."""


@record(kw_only=True)
class Normalization(Layer):
    """A layer that gives groups of entries mean zero and spread one, then scales and shifts.

    Half of each group is drawn near 2 and half near -2, so that no variance is small.
    """

    options: ClassVar[str]
    """What the dictionary of options is called."""

    gradients: Mapping[str, str] = field(
        default_factory=lambda: {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}
    )

    @property
    @abstractmethod
    def group(self) -> str:
        """What is normalised by itself: a feature, a channel, an example."""

    @property
    @abstractmethod
    def axes(self) -> str:
        """The axes over which mean and variance are taken, as code."""

    @abstractmethod
    def draw_shape(self, draw: Draw, examples: int) -> tuple[int, ...]:
        """Return the shape of an input of so many examples."""

    @abstractmethod
    def to_rows(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the groups of entries that are normalised, one a row."""

    @abstractmethod
    def from_rows(self, rows: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """Return rows of groups in the shape of an input."""

    def new_options(self) -> dict[str, Any]:
        """Return the dictionary of options."""
        return {}

    def draw(self, draw: Draw, examples: int) -> Example:
        """Return an input, scale, shift and options."""
        shape = self.draw_shape(draw, examples)
        features = shape[1]
        groups, members = self.to_rows(np.zeros(shape)).shape
        sign = np.array(draw.integers(0, 1, groups)).reshape(-1, 1)
        halves = 4.0 * ((np.arange(members) + sign) % 2) - 2.0
        rows = halves + draw.array(groups, members, low=-1.0, high=1.0) + draw.array(groups, 1)
        return {
            "x": self.from_rows(rows.round(2), shape),
            "gamma": draw.array(features, nonzero=True),
            "beta": draw.array(features),
            self.options: self.new_options(),
        }

    def out_shape(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the input's shape."""
        shape: tuple[int, ...] = arguments["x"].shape
        return shape

    def per_feature(self, vector: NDArray[Any], axes: int) -> NDArray[Any]:
        """Return one number a feature so that it broadcasts to an input of so many axes."""
        return vector.reshape(1, -1, *[1] * (axes - 2))


@record(kw_only=True)
class BatchNormalization(Normalization):
    """Batch normalisation of features, or of the channels of images."""

    arguments: ClassVar[tuple[str, ...]] = ("x", "gamma", "beta", "bn_param")
    options: ClassVar[str] = "bn_param"

    forward: str = "layers:batchnorm_forward"
    backward: str = "layers:batchnorm_backward"
    images: bool = False
    """Whether inputs have the shape (N, C, H, W)."""

    @property
    def group(self) -> str:
        """A feature, or a channel."""
        return "channel" if self.images else "feature"

    @property
    def axes(self) -> str:
        """All but that of the features."""
        return "(0, 2, 3)" if self.images else "0"

    def draw_shape(self, draw: Draw, examples: int) -> tuple[int, ...]:
        """Return ``(N, D)`` or ``(N, C, H, W)``, with features to be mixed up."""
        features = draw.size(2, 3)
        return (examples, features, *(draw.size(1, 2) for _ in range(2 if self.images else 0)))

    def new_options(self) -> dict[str, Any]:
        """Return the mode."""
        return {"mode": "train"}

    def to_rows(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the entries of each feature."""
        return np.moveaxis(values, 1, 0).reshape(values.shape[1], -1)

    def from_rows(self, rows: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """Return features as columns, or as channels."""
        examples, features, *image = shape
        return np.ascontiguousarray(np.moveaxis(rows.reshape(features, examples, *image), 0, 1))


@record(kw_only=True)
class LayerNormalization(Normalization):
    """Layer normalisation."""

    arguments: ClassVar[tuple[str, ...]] = ("x", "gamma", "beta", "ln_param")
    options: ClassVar[str] = "ln_param"

    forward: str = "layers:layernorm_forward"
    backward: str = "layers:layernorm_backward"

    @property
    def group(self) -> str:
        """An example."""
        return "example"

    @property
    def axes(self) -> str:
        """That of the features."""
        return "1"

    def draw_shape(self, draw: Draw, examples: int) -> tuple[int, ...]:
        """Return ``(N, D)``; of two features each is as far from the mean, whatever they are."""
        return examples, draw.size(3, 4)

    def to_rows(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the examples."""
        return values

    def from_rows(self, rows: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """Return the examples."""
        return rows.reshape(shape)
