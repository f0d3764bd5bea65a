"""A function is matched to the mistake that it agrees with, and to none if it is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from grader.diagnosis.matching import Match, Print, Seen, match
from grader.diagnosis.signature import TOLERANCE, Signature

RIGHT: dict[str, Any] = {
    "small/dx": np.array([1.0, 2.0]),
    "small/dw": np.array([3.0, 4.0]),
    "large/dx": np.array([5.0, 6.0, 7.0]),
    "large/dw": np.array([8.0, 9.0, 10.0]),
    "optional_ties/dx": np.array([1.0, 0.0]),
}


def sign(values: Mapping[str, Any]) -> dict[str, Signature]:
    """Return signatures of values by key."""
    return {key: Signature.of(value) for key, value in values.items() if value is not None}


def make_print(name: str, **changed: Any) -> Print:
    """Return the print of a mistake that changes some values, given as ``small__dx=...``."""
    values = {**RIGHT, **{key.replace("__", "/"): value for key, value in changed.items()}}
    return Print.of((name,), sign(values), sign(RIGHT))


def see(tolerance: float = TOLERANCE, blank: frozenset[str] = frozenset(), **changed: Any) -> Seen:
    """Return what a function gave that is right but for some values."""
    values = {**RIGHT, **{key.replace("__", "/"): value for key, value in changed.items()}}
    values = {key: value for key, value in values.items() if key not in blank}
    return Seen(sign(values), blank, tolerance, sign(RIGHT))


HALVED = {"small__dw": RIGHT["small/dw"] / 2, "large__dw": RIGHT["large/dw"] / 2}
NEGATED = {"small__dx": -RIGHT["small/dx"], "large__dx": -RIGHT["large/dx"]}
PRINTS = (
    make_print("halved", **HALVED),
    make_print("negated", **NEGATED),
    make_print("raises_when_large", large__dx=None, large__dw=None),
    make_print("every_tie", optional_ties__dx=np.array([1.0, 1.0])),
)


def name(found: Match | None) -> tuple[str, bool] | None:
    """Return what was matched, and whether exactly."""
    return None if found is None else ("+".join(found.found.names), found.exact)


def test_right_function_matches_nothing() -> None:
    """Where all values are right there is no mistake to be named."""
    assert match(see(), PRINTS) is None


def test_single_mistake_is_named() -> None:
    """A function that agrees everywhere with one mistake has it."""
    assert name(match(see(**HALVED), PRINTS)) == ("halved", True)


def test_pair_is_named_when_no_single_mistake_fits() -> None:
    """Two mistakes at once are told as both."""
    asked = []

    def make_pair(names: tuple[str, str]) -> Print:
        asked.append(names)
        return make_print("+".join(names), **HALVED, **NEGATED)

    assert name(match(see(**HALVED, **NEGATED), PRINTS, make_pair)) == ("halved+negated", True)
    assert asked == [("halved", "negated")]


def test_mistake_beside_something_else_is_likely() -> None:
    """A mistake that agrees wherever it shows is told, though another result is wrong as well."""
    found = match(see(**HALVED, small__dx=np.array([0.3, 9.0])), PRINTS)
    assert name(found) == ("halved", False)


def test_mistake_that_does_not_show_where_it_should_is_not_named() -> None:
    """Agreement at one size and not at the other is chance."""
    assert match(see(small__dw=RIGHT["small/dw"] / 2), PRINTS) is None


def test_unknown_error_is_not_named() -> None:
    """Values that agree with no mistake are left to the shape of the error."""
    assert match(see(small__dw=np.array([0.5, 0.1]), large__dw=np.ones(3)), PRINTS) is None


def test_results_that_are_not_there_do_not_count_against_a_mistake() -> None:
    """A function that raises at one size is matched by what it gives at the other."""
    blank = frozenset({"large/dx", "large/dw"})
    assert name(match(see(**NEGATED, blank=blank), PRINTS)) == ("negated", True)


def test_mistake_that_only_raises_is_told_by_where_it_raises() -> None:
    """All that comes back is right, and the same results are missing."""
    blank = frozenset({"large/dx", "large/dw"})
    assert name(match(see(blank=blank), PRINTS)) == ("raises_when_large", False)


def test_function_that_raises_everywhere_has_no_known_mistake() -> None:
    """Nothing can be told of a function that gives nothing."""
    everything = make_print("raises", **{key.replace("/", "__"): None for key in RIGHT})
    assert match(see(blank=frozenset(RIGHT)), (*PRINTS, everything)) is None


def test_what_a_course_leaves_open_only_counts_for_mistakes_in_it() -> None:
    """An optional result that differs does not hide a mistake in the others, nor make one."""
    own_rule = np.array([0.5, 0.5])
    assert name(match(see(**HALVED, optional_ties__dx=own_rule), PRINTS)) == ("halved", True)
    assert match(see(optional_ties__dx=own_rule), PRINTS) is None
    assert name(match(see(optional_ties__dx=np.ones(2)), PRINTS)) == ("every_tie", True)


def test_overflow_agrees_with_any_overflow() -> None:
    """A mistake that overflows gives zero in one notation and no number in another."""
    nan = np.full(3, np.nan)
    overflow = make_print("overflow", large__dw=np.zeros(3), large__dx=np.full(3, np.inf))
    prints = (overflow, *PRINTS)
    assert name(match(see(large__dw=nan, large__dx=nan), prints)) == ("overflow", True)
    assert match(see(small__dw=np.full(2, np.nan)), prints) is None
    assert match(see(large__dw=nan, small__dw=nan[:2]), (PRINTS[0],)) is None


def test_agreement_by_numbers_goes_first() -> None:
    """Of two mistakes that both overflow, the one that gives the same is it."""
    nan = np.full(3, np.nan)
    prints = (
        make_print("infinite", large__dw=np.full(3, np.inf), large__dx=np.zeros(3)),
        make_print("not_a_number", large__dw=nan, large__dx=nan),
    )
    assert name(match(see(large__dw=nan, large__dx=nan), prints)) == ("not_a_number", True)


@pytest.mark.parametrize(("tolerance", "expected"), [(1e-4, ("halved", True)), (1e-6, None)])
def test_digits_decide_what_agrees(tolerance: float, expected: tuple[str, bool] | None) -> None:
    """Results in single precision are held to fewer digits."""
    rough = {key: value * (1 + 3e-6) for key, value in HALVED.items()}
    assert name(match(see(tolerance, **rough), PRINTS)) == expected
