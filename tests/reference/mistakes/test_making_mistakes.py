"""Wrong versions are made of the reference's text, or not at all."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from reference.layers.dense import affine_backward, affine_forward
from reference.mistakes import Mistake, make_wrong, mistakes_of
from reference.targets import TARGETS


def mistake(old: str, new: str, *, name: str = "wrong", **fields: str) -> Mistake:
    """Return a mistake in the affine layer's gradients, unless told otherwise."""
    words = {"title": "a title", "explanation": "It is wrong.", "hint": "Why?"}
    return Mistake(
        **{"name": name, "target": "layers:affine_backward", **words, **fields},
        edits=((old, new),),
    )


@pytest.fixture
def cache() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the cache of a small affine layer."""
    return np.arange(6.0).reshape(3, 2), np.arange(8.0).reshape(2, 4), np.zeros(4)


def test_an_edit_changes_what_is_returned(cache: tuple) -> None:
    """The wrong version returns what its text says; the reference stays right."""
    dout = np.ones((3, 4))
    wrong = make_wrong([mistake("dout.sum(axis=0)", "dout.mean(axis=0)")])
    np.testing.assert_array_equal(wrong(dout, cache)[2], np.ones(4))
    np.testing.assert_array_equal(affine_backward(dout, cache)[2], np.full(4, 3.0))


def test_several_mistakes_are_made_together(cache: tuple) -> None:
    """Two mistakes of one target are both in the wrong version."""
    dout = np.ones((3, 4))
    together = make_wrong(
        [
            mistake("dout.sum(axis=0)", "dout.mean(axis=0)"),
            mistake("dout @ w.T", "2 * dout @ w.T", name="doubled"),
        ]
    )
    dx, dw, db = together(dout, cache)
    right = affine_backward(dout, cache)
    np.testing.assert_array_equal(dx, 2 * right[0])
    np.testing.assert_array_equal(dw, right[1])
    np.testing.assert_array_equal(db, right[2] / 3)


def test_text_that_is_not_there_exactly_once_is_refused() -> None:
    """An edit whose text has gone, or is ambiguous, makes no wrong version."""
    with pytest.raises(ValueError, match="is 0 times in affine_backward"):
        make_wrong([mistake("dout.mean", "dout.sum")])
    with pytest.raises(ValueError, match=r"is [2-9] times in affine_backward"):
        make_wrong([mistake("dout", "2 * dout")])


def test_docstrings_do_not_count() -> None:
    """A text that the docstring holds besides is found where it is code."""
    assert "(x, w, b)" in (affine_forward.__doc__ or "")
    wrong = make_wrong([mistake("(x, w, b)", "(w, x, b)", target="layers:affine_forward")])
    x, w, b = np.ones((1, 2)), np.ones((2, 3)), np.ones(3)
    assert wrong(x, w, b)[1][0] is w


def test_overlapping_edits_are_refused() -> None:
    """Two mistakes that change the same text cannot be made together."""
    with pytest.raises(ValueError, match=r"overlap at 'axis=0\)'"):
        make_wrong([mistake("sum(axis=0)", "sum()"), mistake("axis=0)", "axis=1)", name="other")])


def test_mistakes_are_of_one_target() -> None:
    """Neither none nor mistakes of two targets make a wrong version."""
    with pytest.raises(ValueError, match="expected one target"):
        make_wrong([])
    with pytest.raises(ValueError, match="expected one target"):
        make_wrong([mistake("a", "b"), mistake("a", "b", target="layers:affine_forward")])


def test_an_unknown_definition_is_refused() -> None:
    """What is edited has to be defined in the module."""
    with pytest.raises(ValueError, match="within is '_nothing'"):
        make_wrong([mistake("a", "b", within="_nothing")])


def test_a_method_of_a_class_is_edited_behind_its_overloads() -> None:
    """The body of an overloaded method is edited, not one of its declarations."""
    wrong = make_wrong(
        [
            mistake(
                "return scores",
                "return -scores",
                target="fc_net:TwoLayerNet",
                within="TwoLayerNet.loss",
            )
        ]
    )
    model = wrong(2, 3, 2, generator=np.random.default_rng(0))
    model.params["b2"] = np.array([1.0, 2.0])
    np.testing.assert_allclose(model.loss(np.zeros((1, 2))), [[-1.0, -2.0]])


def test_wrong_versions_are_modules_of_their_own() -> None:
    """Executing an edited module leaves no module behind."""
    before = set(sys.modules)
    wrong = make_wrong([mistake("dout.sum(axis=0)", "dout.mean(axis=0)")])
    assert wrong.__module__ not in sys.modules
    assert {name for name in set(sys.modules) - before if "mistake" in name} == set()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "two words"},
        {"target": "layers:nothing"},
        {"title": " "},
        {"explanation": ""},
        {"hint": ""},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_malformed_mistakes_are_refused(fields: dict[str, str]) -> None:
    """The constructor names the field that is wrong."""
    with pytest.raises(ValueError, match=next(iter(fields))):
        mistake("a", "b", **fields)


def test_an_edit_has_to_change_something() -> None:
    """No edits, or one that keeps its text, make no mistake."""
    with pytest.raises(ValueError, match="change nothing"):
        mistake("a", "a")


def test_no_mistakes_are_known_of_what_is_no_target() -> None:
    """A target that the reference does not have has no mistakes."""
    assert "layers:unheard_of" not in TARGETS
    assert mistakes_of("layers:unheard_of") == ()
