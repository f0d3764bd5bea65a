from __future__ import annotations

import pytest

from grader.course.markers import has_markers, split_hidden, without_solution

HIDDEN = "a = 1\n### BEGIN HIDDEN TESTS\nassert a == 1\n### END HIDDEN TESTS\nb = 2"
SOLVED = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"


def test_hidden_tests_are_taken_apart() -> None:
    """Both halves keep their lines' numbers, and neither holds a marker."""
    visible, hidden = split_hidden(HIDDEN)
    assert visible.split("\n") == ["a = 1", "", "", "", "b = 2"]
    assert hidden.split("\n") == ["", "", "assert a == 1", "", ""]


def test_solution_is_taken_out() -> None:
    """What stands between the markers is gone, and so are they."""
    assert without_solution(SOLVED) == "def f():\n"
    assert has_markers(SOLVED)
    assert not has_markers("# BEGIN the solution here")


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN HIDDEN TESTS\nassert True",
        "assert True\n### END HIDDEN TESTS",
        "### BEGIN HIDDEN TESTS\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS",
    ],
)
def test_lonely_marker_is_an_error(source: str) -> None:
    """A marker without its counterpart would hide or show the wrong lines."""
    with pytest.raises(ValueError, match="HIDDEN TESTS"):
        split_hidden(source)
