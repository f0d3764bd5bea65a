"""Calls on a submission give values, handles and changed arguments, as if they were made here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import KEEP_ALL, Call, CallFailed, Method, Read, Seed, Shapes, Write
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.wire import Earlier, Handle
from grader.model import Status

Submit = Callable[..., SandboxedCandidate]
X = np.arange(6.0).reshape(2, 3)

MODEL = """
    import numpy as np
    class Model:
        def __init__(self, hidden_dim=4, scale=1.0):
            self.params = {"W1": scale * np.random.randn(3, hidden_dim), "note": "text"}
            self.reg = 0.5
        def loss(self, X, y=None):
            return X.dot(self.params["W1"])
        def step(self):
            self.params["W1"] += 1
"""


def test_values_come_back_as_they_were_returned(submit: Submit) -> None:
    """A tuple of an array, a number and a dict arrives with types, dtypes and shapes."""
    candidate = submit("def f(x): return x.astype('float32') * 2, x.sum(), {'k': [x > 2, None]}")
    doubled, total, rest = candidate.call("layers:f", X)
    assert doubled.dtype == np.float32
    np.testing.assert_array_equal(doubled, X * 2)
    assert type(total) is np.float64
    np.testing.assert_array_equal(rest["k"][0], X > 2)


def test_kept_positions_stay_in_the_worker(submit: Submit) -> None:
    """A kept cache is a handle, and the same object when it is passed on."""
    candidate = submit(
        """
        def f(x):
            cache = (x, lambda: "still here", {1, 2})
            return x.sum(), cache
        def g(dout, cache): return dout * cache[0], cache[1]()
        """
    )
    total, cache = candidate.call("layers:f", X, keep=(1,))
    assert total == 15.0
    assert isinstance(cache, Handle)
    dx, text = candidate.call("layers:g", 2.0, cache)
    np.testing.assert_array_equal(dx, 2 * X)
    assert text == "still here"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("x[0, 0] = 9.0", {0}),
        ("x[0, 0] = x[0, 0]", set()),
        ("x.shape = (3, 2)", {0}),
        ("config['velocity'] = x", {1}),
        ("config['rate'] = float('nan')", set()),
        ("config['state'][0][1] = 5", {1}),
        ("config.clear()", {1}),
        ("numbers.append(1)", {2}),
        ("x[:] = x; config = {}; numbers = []", set()),
    ],
)
def test_changed_arguments_are_reported(submit: Submit, change: str, expected: set[int]) -> None:
    """What a call changed in place comes back by position; what it left alone does not."""
    candidate = submit(f"def f(x, config, numbers):\n    {change}\n")
    config = {"rate": float("nan"), "state": ([1, 2], np.zeros(2))}
    (reply,) = candidate.run([Call("layers:f", (X, config, [1.0, 2.0]))])
    assert set(reply.after) == expected


def test_a_kept_object_is_not_reported_as_an_argument(submit: Submit) -> None:
    """Changes to what the candidate holds itself stay with it."""
    candidate = submit("def f(x): return [x]\ndef g(kept): kept[0][:] = 3; return kept[0]")
    kept = candidate.call("layers:f", X, keep=(-1,))
    (reply,) = candidate.run([Call("layers:g", (kept,))])
    assert reply.after == {}
    np.testing.assert_array_equal(reply.value, np.full((2, 3), 3.0))


def test_parameters_of_a_model_are_read_written_and_listed(submit: Submit) -> None:
    """Attributes and items behind a handle are reached by path."""
    candidate = submit(MODEL)
    model = candidate.create("layers:Model", hidden_dim=5)
    params = ("attr", "params")
    assert model.type_name == "Model"
    assert candidate.shapes(model, params) == {"W1": (3, 5), "note": None}
    candidate.write(model, [params, ("item", "W1")], np.ones((3, 2)))
    np.testing.assert_array_equal(candidate.method(model, "loss", X), X.dot(np.ones((3, 2))))
    assert candidate.read(model, ("attr", "reg")) == 0.5
    with pytest.raises(CallFailed, match="AttributeError") as caught:
        candidate.read(model, ("attr", "nothing"))
    assert "using nothing" in str(caught.value)


def test_a_value_read_is_the_value_at_that_time(submit: Submit) -> None:
    """A later operation of the same round trip does not change what an earlier one gave."""
    candidate = submit(MODEL)
    model = candidate.create("layers:Model")
    path = (("attr", "params"), ("item", "W1"))
    before, _, after = candidate.run([Read(model, path), Method(model, "step"), Read(model, path)])
    np.testing.assert_allclose(after.value - before.value, 1.0)


def test_the_same_seed_makes_the_same_model(submit: Submit) -> None:
    """Seeding comes after imports, so that a module which draws at import changes nothing."""
    files = {"layers.py": MODEL, "optim.py": "import numpy as np\nnp.random.rand(5)\ndef f(): pass"}
    candidate = submit(files, "layers:Model", "optim:f")

    def make(seed: int) -> Any:
        model = candidate.run([Seed(seed), Call("layers:Model", keep=frozenset({-1}))])[1].value
        return candidate.read(model, ("attr", "params"), ("item", "W1"))

    first = make(3)
    candidate.restart()
    candidate.begin_check()
    candidate.call("optim:f")
    np.testing.assert_array_equal(first, make(3))
    assert not np.array_equal(first, make(4))


def test_a_model_outlives_the_import_of_another_module(submit: Submit) -> None:
    """Calling a target whose module is not loaded yet does not drop the objects of a check."""
    candidate = submit(
        {"layers.py": MODEL, "optim.py": "def f(): return 1"}, "layers:Model", "optim:f"
    )
    model = candidate.create("layers:Model")
    assert candidate.call("optim:f") == 1
    assert candidate.read(model, ("attr", "reg")) == 0.5


def test_objects_are_forgotten_between_checks(submit: Submit) -> None:
    """A handle of one check is nothing in the next, and never another object."""
    candidate = submit(MODEL)
    model = candidate.create("layers:Model")
    candidate.begin_check()
    candidate.create("layers:Model")
    with pytest.raises(CallFailed, match="gone"):
        candidate.read(model, ("attr", "reg"))


def test_a_handle_of_a_dead_worker_is_never_another_object(submit: Submit) -> None:
    """After a crash within a check, its old handles find nothing in the new worker."""
    candidate = submit(MODEL + "\n    def f():\n        import os; os._exit(0)\n")
    model = candidate.create("layers:Model")
    with pytest.raises(CallFailed):
        candidate.call("layers:f")
    assert candidate.create("layers:Model") != model
    with pytest.raises(CallFailed, match="gone"):
        candidate.read(model, ("attr", "reg"))


def test_targets_in_two_roots_answer_together(submit: Submit) -> None:
    """Each package root has a worker of its own, and handles find the right one."""
    files = {
        "week1/cs231n/layers.py": "def f(x): return [x, 'one']\ndef g(k): return k[1]",
        "week2/cs231n/optim.py": "def h(x): return [x, 'two']\ndef i(k): return k[1]",
    }
    candidate = submit(files, "layers:f", "layers:g", "optim:h", "optim:i")
    one = candidate.call("layers:f", X, keep=(-1,))
    two = candidate.call("optim:h", X, keep=(-1,))
    assert (candidate.call("layers:g", one), candidate.call("optim:i", two)) == ("one", "two")


def test_keywords_are_given_under_the_submissions_own_names(submit: Submit) -> None:
    """A canonical keyword reaches a parameter of another name; one that is not there is missing."""
    candidate = submit(
        "class Model:\n    def __init__(self, hidden_dims=3): self.size = hidden_dims",
        keywords={"hidden_dim": ("hidden_dims",)},
    )
    model = candidate.create("layers:Model", hidden_dim=7)
    assert candidate.read(model, ("attr", "size")) == 7
    with pytest.raises(CallFailed, match="takes no parameter 'reg'") as caught:
        candidate.create("layers:Model", reg=1)
    assert caught.value.failure.status is Status.MISSING


def test_values_go_with_another_name_of_a_keyword(submit: Submit) -> None:
    """Years that take a flag for batch normalisation get one; they have no layer normalisation."""
    candidate = submit(
        "class Model:\n    def __init__(self, use_batchnorm=False): self.flag = use_batchnorm",
        keywords={"normalization": ("use_batchnorm",)},
    )
    for value, flag in (("batchnorm", True), (None, False)):
        model = candidate.create("layers:Model", normalization=value)
        assert candidate.read(model, ("attr", "flag")) is flag
    with pytest.raises(CallFailed, match="takes no parameter 'normalization'") as caught:
        candidate.create("layers:Model", normalization="layernorm")
    assert caught.value.failure.status is Status.MISSING


def test_state_of_optimizers_is_translated_both_ways(submit: Submit) -> None:
    """Adam's m and v are given and read as v and a where a submission calls them so."""
    source = """
        def adam(w, dw, config=None):
            config['v'] = config['v'] + dw
            config['a'] = config['a'] + dw ** 2
            return w - config['v'], config
    """
    candidate = submit({"optim.py": source}, "optim:adam")
    config = {"m": np.zeros(2), "v": np.zeros(2)}
    (reply,) = candidate.run([Call("optim:adam", (np.zeros(2), np.array([1.0, 2.0]), config))])
    for given in (reply.value[1], reply.after[2]):
        assert given["m"].tolist() == [1.0, 2.0]
        assert given["v"].tolist() == [1.0, 4.0]


def test_a_target_that_is_nowhere_is_missing(submit: Submit) -> None:
    """No worker is needed to say that no file defines a function."""
    candidate = submit("def f(): pass")
    with pytest.raises(CallFailed, match="No file defines g") as caught:
        candidate.call("layers:g")
    assert caught.value.failure.status is Status.MISSING


def test_later_operations_use_what_earlier_ones_of_the_request_made(submit: Submit) -> None:
    """A model is made, asked for shapes, changed and called, seeds in between, in one request."""
    candidate = submit(MODEL)
    path = (("attr", "params"), ("item", "W1"))
    replies = candidate.run(
        [
            Seed(3),
            Call("layers:Model", kwargs={"hidden_dim": 2}, keep=frozenset({KEEP_ALL})),
            Shapes(Earlier(1, "Model"), (("attr", "params"),)),
            Seed(5),
            Write(Earlier(3, "Model"), path, np.ones((3, 2))),
            Method(Earlier(4, "Model"), "step"),
            Method(Earlier(5, "Model"), "loss", (X,)),
        ]
    )
    assert replies[2].value == {"W1": (3, 2), "note": None}
    np.testing.assert_array_equal(replies[6].value, X.dot(np.full((3, 2), 2.0)))
    assert candidate.method(replies[1].value, "loss", X).shape == (2, 2)


def test_objects_of_two_packages_are_used_as_they_are_made(submit: Submit) -> None:
    """Each request goes to where its object was made, also where two are made in turn."""
    files = {
        "one/layers.py": "class Model:\n    def loss(self, other=None): return 'one'",
        "two/optim.py": "class Rule:\n    def loss(self): return 'two'",
    }
    candidate = submit(files, "layers:Model", "optim:Rule")
    kept = frozenset({KEEP_ALL})
    replies = candidate.run(
        [
            Call("layers:Model", keep=kept),
            Call("optim:Rule", keep=kept),
            Method(Earlier(2), "loss"),
            Method(Earlier(2), "loss"),
        ]
    )
    assert [reply.value for reply in replies[2:]] == ["one", "two"]


def test_what_made_nothing_cannot_be_used(submit: Submit) -> None:
    """A value that travelled is no object of the worker."""
    candidate = submit("def f(): return 1.0")
    with pytest.raises(CallFailed):
        candidate.run([Call("layers:f"), Method(Earlier(1), "hex")])
