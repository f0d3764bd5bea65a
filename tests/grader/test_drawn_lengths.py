"""Lengths that are drawn: one number a name, in range, and nothing else changed by them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.inputs import describe_inputs, generator_for, integers, linspace, make_inputs, normal
from grader.lengths import length

seeds = st.integers(0, 2**64 - 1)
N, C, S = length("N", 2, 6), length("C", 3, 5), length("stride", 1, 3)


@given(seeds)
def test_a_name_stands_for_one_number_throughout_a_check(seed: int) -> None:
    """Shapes, labels and settings that name a length agree on it, and it is in range."""
    declared = {
        "x": normal(N, C, 4),
        "y": integers(C, N),
        "param": {"stride": S},
        "w": linspace(0.0, 1.0, (N - 1) * S + 3, C + N),
    }
    made = make_inputs(declared, generator_for(seed, "some.check"))
    n, c, stride = *made["x"].shape[:2], made["param"]["stride"]
    assert 2 <= n <= 6
    assert 3 <= c <= 5
    assert 1 <= stride <= 3
    assert made["y"].shape == (n,)
    assert made["y"].max() < c
    assert made["w"].shape == ((n - 1) * stride + 3, c + n)
    assert describe_inputs(made).startswith(f"x ({n},{c},4), y ({n})")


def test_both_ends_are_drawn() -> None:
    """Over a few seeds every length of a range occurs, and no other."""
    found = {
        make_inputs({"x": normal(N)}, generator_for(seed, "check"))["x"].size for seed in range(60)
    }
    assert found == set(range(2, 7))


def test_declarations_without_lengths_are_drawn_as_ever() -> None:
    """Nothing is taken from the generator for lengths that are not there."""
    made = make_inputs({"x": normal(3, 4)}, generator_for(5, "check"))["x"]
    assert np.array_equal(made, generator_for(5, "check").standard_normal((3, 4)))


def test_the_same_seed_draws_the_same() -> None:
    """Shapes and values depend on seed and check alone."""
    first, second = (
        make_inputs({"x": normal(N, C)}, generator_for(11, "check"))["x"] for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_a_range_without_numbers_is_refused() -> None:
    """The message names the length and its range."""
    with pytest.raises(ValueError, match="length N is to be from 5 to 4"):
        length("N", 5, 4)


def test_an_input_by_itself_needs_its_lengths() -> None:
    """What has not been drawn cannot be made."""
    with pytest.raises(ValueError, match="is not drawn yet"):
        normal(N).make(np.random.default_rng(0))
