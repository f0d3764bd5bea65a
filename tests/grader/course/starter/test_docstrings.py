from __future__ import annotations

from grader.course.starter.docstrings import drop_parameters, read_section, returned_names

DOCSTRING = """\
Do something.

Parameters
----------
x, w : ndarray
    Arrays.

    In two paragraphs.
factor, generator : float
    Ours.
seed : int
    Ours, too.

Returns
-------
dx, dw : ndarray
    Gradients.
list of float
    Losses.

Raises
------
ValueError
    Never."""


def test_dropped_parameters_leave_no_trace() -> None:
    """What the signature does not hold any more is not described either."""
    text = drop_parameters(DOCSTRING, {"seed", "generator"})
    assert "Ours, too." not in text
    assert "generator" not in text
    assert "factor : float\n    Ours." in text


def test_everything_else_is_kept_word_by_word() -> None:
    """Nothing is reworded where nothing is dropped."""
    assert drop_parameters(DOCSTRING, ()) == DOCSTRING


def test_a_section_that_holds_nothing_any_more_is_dropped() -> None:
    """No title stands above nothing."""
    text = drop_parameters(DOCSTRING, {"x", "w", "factor", "generator", "seed"})
    assert "Parameters" not in text
    assert text.startswith("Do something.\n\nReturns\n-------")


def test_returned_names_are_read_entry_by_entry() -> None:
    """An entry that only has a kind has no name."""
    assert returned_names(DOCSTRING) == (("dx", "dw"), ())


def test_absent_sections_hold_nothing() -> None:
    """A docstring of one line is fine."""
    assert read_section("Do something.", "Attributes") == ()
