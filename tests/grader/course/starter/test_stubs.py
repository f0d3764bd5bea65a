from __future__ import annotations

import ast

import pytest

from grader.course.starter.stubs import write_class, write_function
from grader.errors import AssignmentError
from grader.submission.stub import is_stub

SOURCE = '''\
def forward(x: Array, config: dict | None = None, *, generator=None) -> tuple[Array, Cache]:
    """Go forward.

    Parameters
    ----------
    x : ndarray
    generator : Generator
        Ours.

    Returns
    -------
    out : ndarray
    config : dict
    """
    secret = x * 2
    return secret, config


def vectorized(x):
    """Do what `forward` does."""
    return _helper(x)


def unnamed(x):
    result_of_ours = x + 1
    return result_of_ours


def bad(x, layers=NAIVE):
    return x


class Model:
    """A model.

    Parameters
    ----------
    reg : float
    generator : Generator

    Attributes
    ----------
    params : dict of str to ndarray
    layers : list of int
    reg, W : float
    """

    secret = 3

    def __init__(self, reg=0.0, *, generator=None) -> None:
        self.params = {"W1": draw(reg)}

    @overload
    def loss(self, X: Array) -> float: ...

    def loss(self, X, y=None):
        """Compute.

        Returns
        -------
        scores : ndarray
        loss, grads : float, dict
        """
        scores = self._private(X)
        if y is None:
            return scores
        return add(scores), {}

    def refuse(self):
        raise NotImplementedError("no loss")

    def _private(self, X):
        return X @ self.params["W1"]
'''
MODULE = ast.parse(SOURCE)


def node(name: str) -> ast.stmt:
    """Return the definition of that name."""
    return next(one for one in MODULE.body if getattr(one, "name", "") == name)


def stub(name: str) -> str:
    """Return what students get of a function or class."""
    found = node(name)
    if isinstance(found, ast.ClassDef):
        return "\n".join(write_class(found, name, MODULE))
    assert isinstance(found, ast.FunctionDef)
    return "\n".join(write_function(found, name, MODULE))


@pytest.mark.parametrize("name", ["forward", "vectorized", "unnamed", "Model"])
def test_what_is_written_is_taken_for_a_stub(name: str) -> None:
    """Grading says of it that it is not written yet."""
    written = ast.parse(stub(name)).body[0]
    assert isinstance(written, ast.FunctionDef | ast.ClassDef)
    assert is_stub(written, "fc_net" if name == "Model" else "layers")


def test_signature_is_kept_without_annotations_and_our_own_keywords() -> None:
    """Students see what the course calls, not what the reference takes besides."""
    text = stub("forward")
    assert text.startswith("def forward(x, config=None):\n")
    assert "generator" not in text


def test_returned_names_that_are_parameters_are_not_emptied() -> None:
    """An update rule gives back the settings that it got."""
    text = stub("forward")
    assert "    out = None\n" in text
    assert text.endswith("    return out, config")


def test_a_docstring_that_points_at_a_neighbour_borrows_its_results() -> None:
    """Two versions of a function return the same."""
    assert stub("vectorized").endswith("return out, config")


def test_without_a_docstring_the_returned_name_is_taken() -> None:
    """A function with one result names it."""
    assert stub("unnamed").endswith("return result_of_ours")


def test_nothing_of_the_body_is_copied() -> None:
    """Formulas, private methods and settings of the class stay with the reference."""
    text = "\n".join(stub(name) for name in ("forward", "unnamed", "Model"))
    for secret in ("x * 2", "x + 1", "draw", "_private", "secret", "@overload"):
        assert secret not in text


def test_constructors_hold_what_the_attributes_say() -> None:
    """Settings are kept, containers are empty."""
    text = stub("Model")
    assert "        self.params = {}\n        self.layers = []\n        self.reg = reg\n" in text
    assert "        self.W = None\n" in text


def test_early_returns_are_kept() -> None:
    """Without labels a model gives scores, and the stub has a place for both."""
    text = stub("Model")
    assert "        if y is None:\n            return scores\n" in text
    assert "        return loss, grads" in text


def test_what_the_reference_leaves_to_subclasses_is_left() -> None:
    """A method that only refuses still refuses."""
    assert "    def refuse(self):\n        raise NotImplementedError" in stub("Model")


def test_a_default_that_students_cannot_have_is_refused() -> None:
    """The message names the function and the value."""
    with pytest.raises(
        AssignmentError, match="bad has a default that a starter cannot hold, NAIVE"
    ):
        stub("bad")
