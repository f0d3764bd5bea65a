"""Examples: small, the same for a seed, and made again from the choices that led to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.properties.draw import (
    ChosenDraw,
    Draw,
    GeneratorDraw,
    Sizes,
    Unsuitable,
    draw_example,
)


def make(draw: Draw) -> dict[str, Any]:
    """Draw something of every kind."""
    size = draw.size(1, 4)
    return {
        "x": draw.array(size, 2, step=0.1, nonzero=True),
        "y": draw.labels(3, size),
        "order": draw.order(size),
        "c": draw.choice((0.5, 2.0)),
        "shift": draw.number(low=-3, high=3),
        "fixed": draw.integer(2, 2),
    }


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two examples hold the same."""
    return all(np.array_equal(one[name], other[name]) for name in one)


@given(st.integers(0, 2**32), st.sampled_from(Sizes))
def test_choices_make_the_example_again(seed: int, sizes: Sizes) -> None:
    """What was drawn from a generator is drawn again by whoever makes the same choices."""
    example, choices = draw_example(make, np.random.default_rng(seed), sizes)
    left = iter(choices)

    def choose(low: int, high: int) -> int:
        chosen = next(left)
        assert low <= chosen <= high
        return chosen

    assert same(make(ChosenDraw(choose, lambda: None)), example)
    assert not list(left)


@given(st.integers(0, 2**32))
def test_arrays_hold_multiples_of_their_step(seed: int) -> None:
    """Entries have two decimals, lie within bounds, and are not zero where that is asked for."""
    draw = GeneratorDraw(np.random.default_rng(seed))
    drawn = draw.array(20, low=-0.9, high=0.9, step=0.03, nonzero=True)
    steps = np.round(drawn / 0.03)
    np.testing.assert_allclose(drawn, steps * 0.03, atol=1e-12)
    assert np.abs(steps).min() >= 1
    assert np.abs(drawn).max() <= 0.9 + 1e-12
    assert [float(f"{value:.2f}") for value in drawn] == drawn.tolist()


def test_both_signs_and_bounds_are_drawn() -> None:
    """No end of a range is left out when zero is."""
    draw = GeneratorDraw(np.random.default_rng(0))
    drawn = draw.array(400, low=-0.02, high=0.02, nonzero=True)
    assert sorted(set(drawn.tolist())) == [-0.02, -0.01, 0.01, 0.02]


def test_sizes_are_the_smallest_or_larger() -> None:
    """A property's first example has the smallest sizes, its second none of them."""
    generator = np.random.default_rng(0)
    smallest = [GeneratorDraw(generator, Sizes.SMALLEST).size(1, 3) for _ in range(50)]
    larger = [GeneratorDraw(generator, Sizes.LARGER).size(1, 3) for _ in range(50)]
    whatever = [GeneratorDraw(generator).size(1, 3) for _ in range(50)]
    assert set(smallest) == {1}
    assert set(larger) == {2, 3}
    assert set(whatever) == {1, 2, 3}
    assert GeneratorDraw(generator, Sizes.LARGER).size(2, 2) == 2


def test_orders_are_permutations() -> None:
    """Every place is drawn once."""
    draw = GeneratorDraw(np.random.default_rng(0))
    assert {tuple(draw.order(3).tolist()) for _ in range(100)} == set(_permutations())


def _permutations() -> Iterator[tuple[int, ...]]:
    for first in range(3):
        for second in {0, 1, 2} - {first}:
            yield first, second, 3 - first - second


def test_examples_of_no_use_are_drawn_again() -> None:
    """A condition is met by drawing again; one that never is met is an error."""

    def make_even(draw: Draw) -> dict[str, Any]:
        number = draw.integer(0, 9)
        draw.require(number % 2 == 0)
        return {"number": number}

    def make_none(draw: Draw) -> dict[str, Any]:
        draw.require(condition=False)
        return {}

    generator = np.random.default_rng(0)
    drawn = {draw_example(make_even, generator)[0]["number"] for _ in range(50)}
    assert drawn == {0, 2, 4, 6, 8}
    with pytest.raises(ValueError, match="accepts none of 100"):
        draw_example(make_none, generator)
    with pytest.raises(Unsuitable):
        ChosenDraw(lambda low, _: low, lambda: None).require(condition=False)
