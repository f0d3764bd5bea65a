"""The comparison that the gradient tests rest on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

X = np.array([0.5, -1.5, 2.0])


def test_a_right_gradient_agrees(agree_along_a_direction: Callable[..., bool]) -> None:
    """The slope of a cubic along any direction is its gradient's."""
    assert agree_along_a_direction(
        lambda moved: float((moved["x"] ** 3).sum()),
        {"x": X},
        {"x": 3 * X**2},
        np.random.default_rng(0),
    )


def test_a_gradient_that_is_slightly_wrong_fails(
    agree_along_a_direction: Callable[..., bool],
) -> None:
    """One entry off by a ten-thousandth of itself is enough."""
    wrong = 3 * X**2 * np.array([1, 1, 1 + 1e-4])
    with pytest.raises(AssertionError):
        agree_along_a_direction(
            lambda moved: float((moved["x"] ** 3).sum()),
            {"x": X},
            {"x": wrong},
            np.random.default_rng(0),
        )


@pytest.mark.parametrize("distance", [0.0, 1e-9, 1e-8, 5e-8, 1e-7, 2e-7])
def test_a_kink_within_the_step_is_seen(
    distance: float, agree_along_a_direction: Callable[..., bool]
) -> None:
    """Whether it is met exactly, nearly, or at a part of the step; no gradient is blamed."""
    x = np.array([distance, -1.0, 1.0])
    assert not agree_along_a_direction(
        lambda moved: float(np.abs(moved["x"]).sum()),
        {"x": x},
        {"x": np.full(3, 1e9)},
        np.random.default_rng(1),
    )
