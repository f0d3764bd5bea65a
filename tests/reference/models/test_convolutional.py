from __future__ import annotations

import numpy as np
import pytest

from reference.models.convolutional import ThreeLayerConvNet


def test_parameters_are_named_and_shaped_as_in_the_course() -> None:
    """Padding keeps the image's size and pooling halves it."""
    model = ThreeLayerConvNet()
    assert {name: array.shape for name, array in model.params.items()} == {
        "W1": (32, 3, 7, 7),
        "b1": (32,),
        "W2": (32 * 16 * 16, 100),
        "b2": (100,),
        "W3": (100, 10),
        "b3": (10,),
    }


@pytest.mark.parametrize(("image", "filter_size"), [((3, 7, 5), 3), ((1, 6, 6), 4), ((2, 5, 8), 1)])
def test_images_and_filters_of_any_size_fit(image: tuple[int, int, int], filter_size: int) -> None:
    """Odd images and even filters, which change the size, included."""
    model = ThreeLayerConvNet(image, 2, filter_size, 4, 3)
    assert model.loss(np.ones((2, *image))).shape == (2, 3)


@pytest.mark.parametrize(
    ("image", "filter_size", "message"),
    [
        ((3, 1, 8), 3, r"input_dim is \(3, 1, 8\): expected at least 2 by 2 pixels"),
        ((3, 2, 2), 4, r"input_dim is \(3, 2, 2\): expected at least 2 by 2 pixels"),
        ((3, 8, 8), 0, "filter_size is 0: expected a whole number of at least 1"),
    ],
)
def test_sizes_that_do_not_fit_are_named(
    image: tuple[int, int, int], filter_size: int, message: str
) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        ThreeLayerConvNet(image, filter_size=filter_size)
