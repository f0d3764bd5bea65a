"""Derivatives along random directions tell right gradients from wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from grader.checks.second_look import differentiate_entries, find_entry, measure_distance
from grader.checks.slopes import (
    BLOCK,
    DOUBLE,
    MOST_BLOCKS,
    PRECISIONS,
    SINGLE,
    Slope,
    Surface,
    divide,
    draw_direction,
    look,
    precision_of,
)

Array = np.ndarray[Any, Any]
SEEDS = range(40)


class Counted(Surface):
    """A function of a flat array around a place, which counts its evaluations."""

    def __init__(self, function: Callable[[Array], Any], place: Array) -> None:
        super().__init__(place.size, precision_of(place))
        self.function = function
        self.place = place
        self.count = 0

    def values(self, shifts: Sequence[Array]) -> list[Array]:
        """Return the function at each shift."""
        self.count += len(shifts)
        return [np.asarray(self.function(self.place + shift)) for shift in shifts]


def look_at(surface: Surface, generator: np.random.Generator) -> list[Slope]:
    """Return a first look at every block."""
    return look(surface, [draw_direction(generator, part) for part in divide(surface.size)])


def find_largest(slopes: list[Slope], gradient: Array) -> float:
    """Return the largest distance of a gradient from slopes."""
    return max(slope.distance(gradient) for slope in slopes)


def make_smooth(generator: np.random.Generator, size: int) -> tuple[Counted, Array]:
    """Return a smooth function with its gradient."""
    place, weights = generator.standard_normal((2, size))
    return Counted(lambda x: np.sum(weights * np.sin(x)), place), weights * np.cos(place)


@pytest.mark.parametrize("size", [1, 2, 30, 900])
def test_a_right_gradient_agrees_after_two_values(size: int) -> None:
    """The size of an array does not matter up to a block."""
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        surface, gradient = make_smooth(generator, size)
        assert find_largest(look_at(surface, generator), gradient) <= DOUBLE.agreement
        assert surface.count == 2


@pytest.mark.parametrize("off", [0.01, 1e-4])
def test_one_wrong_entry_of_ten_thousand_shows(off: float) -> None:
    """An entry that is off by a small share of its size moves the slope of its block."""
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        surface, gradient = make_smooth(generator, 10_000)
        slopes = look_at(surface, generator)
        assert surface.count == 2 * len(divide(10_000)) <= 20
        wrong = gradient.copy()
        wrong[np.argmin(np.abs(np.abs(gradient) - np.median(np.abs(gradient))))] *= 1 + off
        assert find_largest(slopes, wrong) > DOUBLE.agreement
        assert find_largest(slopes, gradient) <= DOUBLE.agreement


def test_opposite_errors_do_not_cancel() -> None:
    """Two entries in each other's place are seen along every direction."""
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        surface, gradient = make_smooth(generator, 50)
        wrong = gradient.copy()
        wrong[[3, 7]] = gradient[[7, 3]]
        assert find_largest(look_at(surface, generator), wrong) > DOUBLE.agreement


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, 10_000, 10**6])
def test_blocks_cover_an_array_once(size: int) -> None:
    """Blocks follow one another; very large arrays get larger ones instead of more."""
    blocks = divide(size)
    assert [0, *(block.stop for block in blocks)] == [*(block.start for block in blocks), size]
    assert 1 <= len(blocks) <= MOST_BLOCKS


def test_every_entry_has_a_share_in_a_direction() -> None:
    """No entry is looked past, and directions have length one."""
    weights = draw_direction(np.random.default_rng(0), slice(5, 1005)).weights
    assert np.linalg.norm(weights) == pytest.approx(1.0)
    assert np.abs(weights).min() > 0.4 / np.sqrt(1000)
    assert np.abs(weights).max() < 1.6 / np.sqrt(1000)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ((np.zeros(2),), "f8"),
        ((1.5, 3, None), "f8"),
        ((np.zeros(2, dtype=np.int32),), "f8"),
        ((np.zeros(2), np.float32(1)), "f4"),
        ((np.zeros(2, dtype=np.float16), np.zeros(2, dtype=np.float32)), "f2"),
    ],
)
def test_the_coarsest_dtype_decides_the_steps(values: tuple[Any, ...], code: str) -> None:
    """Fewer digits need longer steps."""
    assert precision_of(*values) is PRECISIONS[code]


def test_steps_grow_with_epsilon() -> None:
    """The table is in order: a dtype of fewer digits gets longer steps and looser agreement."""
    rows = [PRECISIONS[code] for code in ("f8", "f4", "f2")]
    assert [row.epsilon for row in rows] == pytest.approx(
        [np.finfo(dtype).eps for dtype in (np.float64, np.float32, np.float16)], rel=0.05
    )
    for name in ("step", "agreement", "entry_step"):
        values = [getattr(row, name) for row in rows]
        assert values == sorted(values)


@pytest.mark.parametrize("extra", [0.0, 0.1234567890123])
def test_single_precision_inside_shows_in_the_values(extra: float) -> None:
    """A number that moves in steps of float32 has few digits, whatever its dtype."""
    generator = np.random.default_rng(0)
    place = generator.standard_normal(20)
    surface = Counted(lambda x: float(np.float32(np.sum(x.astype(np.float32) ** 2))) + extra, place)
    slopes = look_at(surface, generator)
    assert surface.precision is SINGLE
    assert find_largest(slopes, 2 * place) < 1e-2


def test_a_kink_within_the_step_is_no_mistake() -> None:
    """A right gradient next to a kink disagrees at first, and agrees when looked at again."""
    disagreed = 0
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        place = generator.standard_normal(20) * 1e-5
        surface = Counted(lambda x: np.sum(np.maximum(x, 0)), place)
        gradient = (place > 0).astype(float)
        disagreed += find_largest(look_at(surface, generator), gradient) > DOUBLE.agreement
        assert measure_distance(surface, gradient, slice(0, 20), generator) == 0.0
    assert disagreed


def make_waves(seed: int, dtype: Any) -> tuple[Counted, Array]:
    """Return a sum of sines that comes back in a dtype, with its gradient."""
    place, weights = np.random.default_rng(seed).standard_normal((2, 50))
    return Counted(lambda x: np.sum(weights * np.sin(x)).astype(dtype), place), weights * np.cos(
        place
    )


@pytest.mark.parametrize("factor", [-1.0, 0.5, 0.999, 2.0])
def test_a_wrong_gradient_stays_wrong(factor: float) -> None:
    """Looking again excuses no factor, however close to one."""
    for seed in SEEDS:
        surface, gradient = make_waves(seed, np.float64)
        distance = measure_distance(
            surface, factor * gradient, slice(0, 50), np.random.default_rng(seed)
        )
        assert 0.01 * abs(factor - 1) < distance <= 1.0


@pytest.mark.parametrize("size", [1e150, 1e154, 1e200, 1e307])
def test_numbers_whose_squares_overflow_agree_with_nothing(size: float) -> None:
    """Their scale is infinite, so that no gap would show on it."""
    generator = np.random.default_rng(3)
    surface, gradient = make_smooth(generator, 60)
    for huge in (np.full(60, size), size * gradient, size * generator.choice((-1.0, 1.0), 60)):
        with np.errstate(over="ignore", invalid="ignore"):
            assert find_largest(look_at(surface, generator), huge) > 0.1
            assert measure_distance(surface, huge, slice(0, 60), generator) > 0.1


@pytest.mark.parametrize("factor", [-1.0, 0.0, 0.5, 2.0])
def test_a_wrong_gradient_stays_wrong_in_single_precision(factor: float) -> None:
    """Fewer digits do not excuse what anybody would call a mistake."""
    for seed in SEEDS:
        surface, gradient = make_waves(seed, np.float32)
        surface.precision = SINGLE
        distance = measure_distance(
            surface, factor * gradient, slice(0, 50), np.random.default_rng(seed)
        )
        assert distance > 0.01


def test_few_digits_excuse_a_right_gradient() -> None:
    """Functions that compute in float32 and return float64 are right on every seed."""
    for seed in range(200):
        generator = np.random.default_rng(seed)
        x, w = generator.standard_normal((4, 6)), generator.standard_normal((6, 5))

        def loss(flat: Array, x: Array = x) -> float:
            scores = (x.astype(np.float32) @ flat.reshape(6, 5).astype(np.float32)).astype(float)
            return float(np.sum(scores**2) / 7)

        surface = Counted(loss, w.reshape(-1))
        gradient = (2 / 7 * x.T @ (x @ w)).reshape(-1)
        if find_largest(look_at(surface, generator), gradient) > surface.precision.agreement:
            assert measure_distance(surface, gradient, slice(0, 30), generator) == 0.0


def test_a_constant_has_no_gradient_but_zero() -> None:
    """What never moves is no sign of few digits when the gradient says that it should."""
    generator = np.random.default_rng(0)
    surface = Counted(lambda _: 3.0, np.ones(10))
    slopes = look_at(surface, generator)
    assert find_largest(slopes, np.zeros(10)) == 0.0
    assert measure_distance(surface, np.ones(10), slice(0, 10), generator) > 0.1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_infinitely_far(value: float) -> None:
    """A function that gives NaN has no derivative."""
    generator = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        slopes = look_at(Counted(lambda _: value, np.ones(3)), generator)
        assert find_largest(slopes, np.zeros(3)) == np.inf


@pytest.mark.parametrize("wrong", [0, 777, 1023, 5_000, 9_999])
def test_the_wrong_entry_is_found_by_halving(wrong: int) -> None:
    """Its index and derivative explain the mistake, for a few dozen evaluations."""
    generator = np.random.default_rng(wrong)
    surface, gradient = make_smooth(generator, 10_000)
    spoilt = gradient.copy()
    spoilt[wrong] += 0.01
    entry = find_entry(surface, spoilt, slice(0, 10_000), generator)
    assert entry is not None
    assert entry.index == wrong
    assert entry.derivative == pytest.approx(gradient[wrong], abs=1e-6)
    assert surface.count < 100


def test_single_entries_are_differentiated_on_demand() -> None:
    """Only the entries asked for are evaluated, twice each."""
    surface, gradient = make_smooth(np.random.default_rng(0), 100)
    entries = [3, 50, 99]
    np.testing.assert_allclose(
        differentiate_entries(surface, entries), gradient[entries], rtol=1e-6
    )
    assert surface.count == 6
