"""A candidate's functions and objects behave here as they would in one process."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import CallFailed
from grader.candidate.proxy import ForeignArgument, RemoteDict, RemoteFunction, Session
from grader.candidate.proxy.randomness import CellRandom
from grader.candidate.proxy.write_back import write_back
from grader.candidate.sandboxed import SandboxedCandidate
from grader.model import Status

Submit = Callable[..., SandboxedCandidate]
X = np.arange(6.0).reshape(2, 3)

MODEL = """
    import numpy as np

    class Model:
        def __init__(self, size=3, scale=1.0):
            self.params = {"W1": scale * np.random.randn(3, size), "b1": np.zeros(size)}
            self.bn_params = [{"mode": "train"}, {"mode": "train"}]
            self.loss_history = [0.5, 0.25]
            self.reg = 0.0

        def loss(self, X, y=None):
            return X.dot(self.params["W1"]) + self.params["b1"] + self.reg

        def mode(self):
            return [one["mode"] for one in self.bn_params]
"""


def open_session(candidate: Any, seed: int = 0) -> tuple[Session, CellRandom]:
    """Return a session with a candidate and its generator."""
    random = CellRandom(seed)
    return Session(candidate, random), random


@pytest.fixture
def model(submit: Submit) -> Any:
    """Return a model that lives in a real worker."""
    session, _ = open_session(submit(MODEL))
    return RemoteFunction(session, "layers:Model")()


def test_arrays_of_a_model_are_leased(model: Any) -> None:
    """Changing an array of the model here changes what the model computes, and so does undoing."""
    W1 = model.params["W1"]
    before = model.loss(X)
    W1[0, 0] += 1.0
    np.testing.assert_allclose(model.loss(X) - before, X[:, :1] * np.eye(1, 3))
    W1[0, 0] -= 1.0
    np.testing.assert_array_equal(model.loss(X), before)


def test_a_leased_array_is_one_array(model: Any) -> None:
    """Reading a parameter twice gives the same array, as it does in Python."""
    assert model.params["W1"] is model.params["W1"]


def test_parameters_can_be_replaced_and_listed(model: Any) -> None:
    """``model.params`` is a live dictionary: set, listed, looked into."""
    model.params["b1"] = np.array([1.0, 2.0, 3.0])
    assert sorted(model.params) == ["W1", "b1"]
    assert "b1" in model.params
    assert "W9" not in model.params
    assert model.params.get("W9") is None
    assert {name: value.shape for name, value in model.params.items()} == {
        "W1": (3, 3),
        "b1": (3,),
    }
    np.testing.assert_array_equal(model.loss(np.zeros((1, 3))), [[1.0, 2.0, 3.0]])


def test_attributes_are_read_and_set_where_they_live(model: Any) -> None:
    """Numbers and lists come as values, and setting a number is seen by methods."""
    assert model.loss_history == [0.5, 0.25]
    model.reg = 2.0
    assert model.reg == 2.0
    assert model.loss(np.zeros((1, 3))).tolist() == [[2.0, 2.0, 2.0]]


def test_a_list_of_dictionaries_is_live(model: Any) -> None:
    """``for bn_param in model.bn_params: bn_param['mode'] = 'test'`` reaches the model."""
    for bn_param in model.bn_params:
        assert isinstance(bn_param, RemoteDict)
        bn_param["mode"] = "test"
    assert model.mode() == ["test", "test"]


def test_missing_attributes_are_the_students(model: Any) -> None:
    """An attribute that is not there fails in terms of the student's code."""
    with pytest.raises(CallFailed, match="no attribute 'weights'"):
        _ = model.weights


def test_changed_arguments_are_changed_here(submit: Submit) -> None:
    """A dictionary that a call fills is filled here; arrays inside it keep their identity."""
    candidate = submit(
        """
        import numpy as np
        def f(x, config=None):
            config["v"] += 1.0
            config["t"] = config.get("t", 0) + 1
            config["new"] = np.ones(2)
            del config["old"]
            x[0] = 9.0
            return x, config
        """
    )
    session, _ = open_session(candidate)
    v = np.zeros(2)
    config: dict[str, Any] = {"v": v, "old": 1}
    x = np.zeros(3)
    RemoteFunction(session, "layers:f")(x, config=config)
    assert config.keys() == {"v", "t", "new"}
    assert config["v"] is v
    assert v.tolist() == [1.0, 1.0]
    assert x.tolist() == [9.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "theirs", ["text", None, np.zeros(5), np.zeros((2, 3), dtype="f4"), {"a": 1}]
)
def test_what_does_not_fit_is_not_written_back(theirs: object) -> None:
    """A worker that says an array became something else changes nothing here."""
    ours = X.copy()
    write_back(ours, theirs)
    np.testing.assert_array_equal(ours, X)


def test_caches_stay_where_they_are(submit: Submit) -> None:
    """A cache is opaque here and the very same object where it is handed back."""
    candidate = submit(
        """
        kept = []
        def f(x):
            cache = (x, [x, x], lambda: 1)
            kept.append(cache)
            return x + 1, cache
        def g(dout, cache):
            return cache is kept[-1]
        """
    )
    session, _ = open_session(candidate)
    out, cache = RemoteFunction(session, "layers:f")(X)
    np.testing.assert_array_equal(out, X + 1)
    assert RemoteFunction(session, "layers:g")(out, cache) is True
    np.testing.assert_array_equal(cache[0], X)


def test_dead_caches_are_let_go(submit: Submit) -> None:
    """A loop that makes a cache in each round does not pile them up in the worker."""
    candidate = submit(
        """
        import weakref
        class Cache:
            pass
        seen = []
        def f():
            cache = Cache()
            seen.append(weakref.ref(cache))
            return 1.0, cache
        def g():
            return sum(one() is not None for one in seen)
        """
    )
    session, _ = open_session(candidate)
    make = RemoteFunction(session, "layers:f")
    for _ in range(20):
        _, cache = make()
    del cache
    gc.collect()
    assert RemoteFunction(session, "layers:g")() <= 1


def test_both_sides_draw_from_one_generator(submit: Submit) -> None:
    """What a notebook draws after a constructor is what it draws in one process."""
    session, random = open_session(submit(MODEL))
    draw = random.methods()
    draw["seed"](3)
    first = draw["randn"](4)
    model = RemoteFunction(session, "layers:Model")()
    second = draw["randn"](4)
    again = np.random.RandomState(3)
    np.testing.assert_array_equal(first, again.randn(4))
    np.testing.assert_array_equal(model.params["W1"], again.randn(3, 3))
    np.testing.assert_array_equal(second, again.randn(4))


def test_a_seed_that_was_passed_is_followed(submit: Submit) -> None:
    """A function that seeds the generator with its argument does so for the cell, too."""
    session, random = open_session(
        submit("import numpy as np\ndef f(p): np.random.seed(p['seed']); return np.random.rand(3)")
    )
    drawn = RemoteFunction(session, "layers:f")({"seed": 123})
    again = np.random.RandomState(123)
    np.testing.assert_array_equal(drawn, again.rand(3))
    assert random.methods()["rand"]() == again.rand()


def test_a_made_up_state_is_not_believed(submit: Submit) -> None:
    """A submission cannot choose what the cell draws next."""
    session, random = open_session(
        submit(
            """
            import numpy as np
            def f():
                words = np.zeros(624, dtype=np.uint32)
                np.random.set_state(("MT19937", words, 624, 0, 0.0))
            """
        ),
        seed=5,
    )
    RemoteFunction(session, "layers:f")()
    assert random.methods()["randn"]() == np.random.RandomState(5).randn()


def test_functions_of_the_grader_do_not_travel(submit: Submit) -> None:
    """Passing a function is refused with the name of what it was passed to."""
    session, _ = open_session(submit("def f(x): return x"))
    with pytest.raises(ForeignArgument, match="function to f"):
        RemoteFunction(session, "layers:f")(lambda: 1)


def test_going_through_too_many_arrays_is_stopped(submit: Submit) -> None:
    """Every request looks at all arrays in use; a model made of thousands ends the cell."""
    session, _ = open_session(
        submit(
            """
            import numpy as np
            class Model:
                def __init__(self):
                    self.params = {f"W{n}": np.zeros(50_000) for n in range(1_000)}
            """
        )
    )
    model = RemoteFunction(session, "layers:Model")()
    with pytest.raises(CallFailed, match="too many and too large arrays") as stopped:
        for _ in model.params.items():
            pass
    assert stopped.value.failure.status is Status.TIMED_OUT
