from __future__ import annotations

from typing import Any

import pytest

from grader.course.tags import read_tag
from grader.settings import Visibility


def test_own_metadata_are_read() -> None:
    """Each key of the metadata becomes a field of its kind."""
    tag = read_tag(
        {
            "grader": {
                "id": "relu.cell",
                "question": "relu",
                "points": {"out": 2, "dx": 1.5},
                "visibility": "hidden",
                "tolerance": 1e-8,
                "needs": ["relu"],
                "after": ["setup.cell"],
                "targets": ["layers:relu_forward"],
                "predicates": {"mean": "out.mean() < 1"},
                "hint": "Which entries?",
            }
        }
    )
    assert tag is not None
    assert tag.points == {"out": 2.0, "dx": 1.5}
    assert tag.visibility is Visibility.HIDDEN
    assert (tag.needs, tag.after) == (("relu",), ("setup.cell",))
    assert tag.is_judged


@pytest.mark.parametrize("metadata", [{}, {"tags": ["pdf-ignore"]}, {"grader": {}}, None, []])
def test_other_metadata_say_nothing(metadata: Any) -> None:
    """Cells of every other kind are left alone."""
    assert read_tag(metadata) is None


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"id": "a", "poinst": 1}, "unknown key 'poinst', expected some of id"),
        ({"id": ""}, "id is '', expected text"),
        ({"id": 3}, "id is 3, expected text"),
        ({"id": "a", "points": "2"}, "points is '2', expected a number"),
        ({"id": "a", "points": True}, "points is True"),
        ({"id": "a", "points": {"dx": -1}}, "points is -1, expected more than 0"),
        ({"id": "a", "tolerance": 0}, "tolerance is 0, expected more than 0"),
        ({"id": "a", "visibility": "secret"}, "expected one of public, after_due, hidden"),
        ({"id": "a", "needs": "relu"}, "needs is 'relu', expected a list"),
        ({"id": "a", "predicates": {"mean": 1}}, "expected expressions by part"),
        ({"setup": "yes"}, "setup is 'yes', expected true or false"),
        ({"points": 2}, "metadata without an id"),
        ("relu", "metadata 'grader' is 'relu', expected a mapping"),
    ],
)
def test_malformed_metadata_are_told(own: Any, said: str) -> None:
    """The message holds the value and what was expected."""
    with pytest.raises(ValueError, match=said):
        read_tag({"grader": own})


@pytest.mark.parametrize(
    ("nbgrader", "judged", "review", "solution"),
    [
        ({"grade": True, "solution": False, "grade_id": "t", "points": 2}, True, False, False),
        ({"grade": True, "solution": True, "grade_id": "q", "points": 2}, True, True, True),
        ({"grade": False, "solution": True, "grade_id": "s"}, False, False, True),
        (
            {"grade": False, "solution": False, "task": True, "grade_id": "t", "points": 1},
            True,
            True,
            False,
        ),
    ],
)
def test_metadata_of_nbgrader_mean_the_same(
    nbgrader: dict[str, Any], judged: bool, review: bool, solution: bool
) -> None:
    """Tests are checks, graded solutions and tasks are for a person, others are written."""
    tag = read_tag({"nbgrader": {"schema_version": 3, "locked": True, **nbgrader}})
    assert tag is not None
    assert (tag.is_judged, tag.review, tag.solution) == (judged, review, solution)


def test_locked_cell_of_nbgrader_says_nothing() -> None:
    """A cell that is only locked is neither a check nor a solution."""
    metadata = {"grade": False, "solution": False, "locked": True, "grade_id": "intro"}
    assert read_tag({"nbgrader": metadata}) is None


def test_own_metadata_replace_those_of_nbgrader() -> None:
    """What nbgrader cannot say is added beside it."""
    nbgrader = {"grade": True, "solution": False, "grade_id": "relu_test", "points": 2}
    tag = read_tag({"nbgrader": nbgrader, "grader": {"question": "relu", "points": 3}})
    assert tag is not None
    assert (tag.id, tag.question, tag.points) == ("relu_test", "relu", 3.0)
