from __future__ import annotations

import math

import pytest

from grader.model import Status
from grader.report.wording import (
    DEFAULT_MESSAGES,
    STATUS_WORDS,
    as_sentence,
    count,
    count_points,
    enumerate_names,
    join_names,
    measured,
    percent,
    points,
)


@pytest.mark.parametrize(
    ("value", "expected"), [(2.0, "2"), (1.5, "1.5"), (0.666, "0.67"), (100.0, "100"), (-0.0, "0")]
)
def test_points_have_no_needless_digits(value: float, expected: str) -> None:
    """Whole points are written without decimals, others with at most two."""
    assert points(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0 %"), (1e-6, "0.1 %"), (50.0, "50 %"), (99.99999, "99.9 %"), (100.0, "100 %")],
)
def test_percent_says_all_or_nothing_only_when_it_is(value: float, expected: str) -> None:
    """99.999 % is not rounded up to full marks, nor a trace down to none."""
    assert percent(value) == expected


def test_nouns_agree_with_numbers() -> None:
    """One point and one check, several points and checks."""
    assert [count_points(1.0), count_points(1.5)] == ["1 point", "1.5 points"]
    assert [count(1, "check"), count(0, "check")] == ["1 check", "0 checks"]


def test_an_infinite_error_is_said_in_words() -> None:
    """NaN and infinity are both called infinite; nothing measured is nothing said."""
    assert measured(math.inf, 1e-9, "sum of errors") == "sum of errors infinite, allowed 1e-09"
    assert measured(math.nan, None) == "infinite"
    assert measured(None, 1e-9) == ""


def test_long_enumerations_are_counted() -> None:
    """Names beyond the first few are only counted."""
    assert enumerate_names(("a", "b", "c"), most=2) == "a, b and 1 more"


def test_every_status_has_words() -> None:
    """No status is left without a word and a sentence."""
    assert set(STATUS_WORDS) == set(DEFAULT_MESSAGES) == set(Status)


@pytest.mark.parametrize(
    ("names", "expected"),
    [([], ""), (["dx"], "dx"), (["dx", "dw"], "dx and dw"), (["a", "b", "c"], "a, b and c")],
)
def test_names_are_joined_as_one_says_them(names: list[str], expected: str) -> None:
    """The last of several names follows an "and"."""
    assert join_names(names) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("No", "No."), ("No.", "No."), ("Why?.", "Why?"), ("cut…", "cut…"), ("", "")],
)
def test_sentences_end_once(text: str, expected: str) -> None:
    """A period is added where nothing ends the sentence, and taken after a question mark."""
    assert as_sentence(text) == expected
