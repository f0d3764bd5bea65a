"""The reference answers as a submission does: by value, with handles for what it keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.candidate.base import KEEP_ALL, Call, Method, Read, Shapes
from grader.candidate.local import LocalCandidate
from grader.candidate.wire import Earlier, Handle

X = np.arange(3.0)


class Model:
    """Keeps an array that its own methods change."""

    def __init__(self, size: int = 2) -> None:
        self.params = {"W": np.zeros(size), "name": "model"}

    def weights(self) -> Any:
        """Return the array itself."""
        return self.params["W"]

    def step(self) -> None:
        """Change it in place."""
        self.params["W"] += 1


def change(x: Any) -> Any:
    """Change an argument in place."""
    x += 1
    return x, [x]


@pytest.fixture
def candidate() -> LocalCandidate:
    """Give a reference of one class and one function."""
    return LocalCandidate({"m:Model": Model, "m:change": change}.__getitem__)


def test_arguments_are_not_changed(candidate: LocalCandidate) -> None:
    """A function that changes its argument changes a copy."""
    changed, cache = candidate.call("m:change", X, keep=(1,))
    assert changed.tolist() == [1.0, 2.0, 3.0]
    assert X.tolist() == [0.0, 1.0, 2.0]
    assert isinstance(cache, Handle)


def test_results_are_values_at_the_time_of_the_call(candidate: LocalCandidate) -> None:
    """What was returned or read does not change with the object later."""
    model = candidate.create("m:Model", size=2)
    path = (("attr", "params"), ("item", "W"))
    read, returned = candidate.read(model, *path), candidate.method(model, "weights")
    candidate.method(model, "step")
    assert read.tolist() == returned.tolist() == [0.0, 0.0]
    candidate.write(model, path, X)
    candidate.method(model, "step")
    assert candidate.read(model, *path).tolist() == [1.0, 2.0, 3.0]
    assert X.tolist() == [0.0, 1.0, 2.0]
    assert candidate.shapes(model, ("attr", "params")) == {"W": (3,), "name": None}


def test_objects_are_forgotten_between_checks(candidate: LocalCandidate) -> None:
    """A handle of one check is nothing in the next."""
    model = candidate.create("m:Model")
    candidate.begin_check()
    with pytest.raises(KeyError):
        candidate.method(model, "step")


def test_later_operations_use_what_earlier_ones_made(candidate: LocalCandidate) -> None:
    """An object is made, told to do something and read in one go."""
    kept = frozenset({KEEP_ALL})
    replies = candidate.run(
        [
            Call("m:Model", (3,), {}, kept),
            Shapes(Earlier(1), (("attr", "params"),)),
            Method(Earlier(2), "step"),
            Read(Earlier(3), (("attr", "params"), ("item", "W"))),
        ]
    )
    assert isinstance(replies[0].value, Handle)
    assert replies[1].value == {"W": (3,), "name": None}
    assert replies[3].value.tolist() == [1.0, 1.0, 1.0]
