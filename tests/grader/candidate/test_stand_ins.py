"""Functions that are stood in for: under which names, with which arguments, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import Call, CallFailed, Seed
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.standing_in import StandIn, StandIns
from grader.candidate.wire import Handle
from grader.model import Status

Submit = Callable[..., SandboxedCandidate]
StandInFor = Callable[..., None]

LAYERS = """
    import numpy as np
    def f(x, scale=1.0):
        raise KeyError("broken")
    def g():
        return f(2.0)
"""


RIGHT = "def f(x, scale=1.0): return 10 * x * scale"


@pytest.fixture
def stand_in(submit: Submit) -> StandInFor:
    """Give what has functions of a candidate stood in for by those of another source."""

    def prepare(
        candidate: SandboxedCandidate,
        source: str = RIGHT,
        parameters: Mapping[str, tuple[str, ...]] | None = None,
        *files: str,
        **settings: Any,
    ) -> None:
        known = parameters or {"layers:f": ("x", "scale")}
        stand_ins = [
            StandIn(target=target, files=files or ("layers.py",), parameters=names, **settings)
            for target, names in known.items()
        ]
        reference = submit({"layers.py": source, "optim.py": source}, *known)
        candidate.stand_in(StandIns(stand_ins, reference, candidate.naming))
        candidate.begin_check()

    return prepare


def test_a_caller_gets_what_the_stand_in_gives(submit: Submit, stand_in: StandInFor) -> None:
    """Who calls a broken function gets the right result instead of its exception."""
    candidate = submit(LAYERS)
    stand_in(candidate)
    assert candidate.call("layers:g") == 20.0


def test_a_stand_in_is_gone_with_its_worker(submit: Submit, stand_in: StandInFor) -> None:
    """Afterwards the function is the student's, in a worker that knows nothing of the other."""
    counting = "    def h(kept=[]):\n        kept.append(1)\n        return len(kept)"
    candidate = submit(LAYERS + counting, "layers:f", "layers:g", "layers:h")
    assert candidate.call("layers:h") == 1
    stand_in(candidate)
    assert candidate.call("layers:h") == 1
    candidate.stand_in(None)
    candidate.begin_check()
    assert candidate.call("layers:h") == 1
    with pytest.raises(CallFailed, match="broken"):
        candidate.call("layers:g")


@pytest.mark.parametrize(
    "body",
    [
        "from layers import *\ndef g(): return f(2.0)",
        "from layers import f as layer\ndef g(): return layer(2.0)",
        "import layers\ndef g(): return layers.f(2.0)",
        "import layers as l\nlayer = l.f\ndef g(): return layer(2.0)",
        "from layers import f\ndef g(layer=f): return layer(2.0)",
        "from layers import f\nTABLE = {'f': [f]}\ndef g(): return TABLE['f'][0](2.0)",
        "from layers import f\nclass N:\n  layer = staticmethod(f)\ndef g(): return N.layer(2.0)",
        "import functools, layers\nh = functools.partial(layers.f, 2.0)\ndef g(): return h()",
        "def g():\n  from layers import f\n  return f(2.0)",
        "from layers import f\nVALUE = f(2.0)\ndef g(): return VALUE",
    ],
    ids=[
        "star",
        "as",
        "module",
        "alias",
        "default",
        "table",
        "class",
        "partial",
        "late",
        "at once",
    ],
)
def test_every_name_of_a_function_leads_to_its_stand_in(
    submit: Submit, stand_in: StandInFor, body: str
) -> None:
    """Names that other modules have bound to it are the stand-in, too, whatever holds them."""
    candidate = submit({"layers.py": LAYERS, "net.py": body}, "layers:f", "net:g")
    stand_in(candidate)
    assert candidate.call("net:g") == 20.0


def test_a_decorated_function_is_replaced_in_all_modules(
    submit: Submit, stand_in: StandInFor
) -> None:
    """What is no plain function gives way under each name that a module has for it."""
    layers = """
        import functools
        def logged(function):
            @functools.wraps(function)
            def wrapper(*args):
                return function(*args)
            return wrapper
        @logged
        def f(x):
            return -1.0
        other = f
        def h():
            return other(2.0)
    """
    files = {
        "layers.py": layers,
        "net.py": "from layers import f as layer\ndef g(): return layer(2.0)",
    }
    candidate = submit(files, "layers:f", "layers:h", "net:g")
    stand_in(candidate)
    assert candidate.call("net:g") == 20.0
    assert candidate.call("layers:h") == 20.0


def test_a_function_that_is_not_there_is_there(submit: Submit, stand_in: StandInFor) -> None:
    """A star import brings what a module lacks; a named one does not fail any more."""
    files = {
        "layers.py": "def h(): return 1",
        "net.py": "from layers import *\nfrom layers import f\ndef g(): return f(2.0)",
    }
    candidate = submit(files, "layers:f", "layers:h", "net:g")
    with pytest.raises(CallFailed, match="cannot import name 'f'"):
        candidate.call("net:g")
    stand_in(candidate)
    assert candidate.call("net:g") == 20.0
    assert candidate.call("layers:f", 3.0) == 30.0
    candidate.stand_in(None)
    candidate.begin_check()
    with pytest.raises(CallFailed, match="No file defines f"):
        candidate.call("layers:f", 3.0)


def test_both_copies_of_a_function_are_stood_in_for(submit: Submit, stand_in: StandInFor) -> None:
    """A network that imports another copy of the layers gets the right one, too."""
    files = {"layers.py": LAYERS, "old/layers2.py": LAYERS, "net.py": "from old.layers2 import g"}
    candidate = submit(
        files | {"net.py": "import old.layers2 as l\ndef g(): return l.g()"}, "net:g"
    )
    stand_in(candidate, RIGHT, None, "layers.py", "old/layers2.py")
    assert candidate.call("net:g") == 20.0


def test_keywords_are_those_of_the_submission(submit: Submit, stand_in: StandInFor) -> None:
    """They are known by their order; what a student has added the reference does without."""
    source = """
        def f(inputs, factor=1.0, debug=False):
            return None
        def g():
            return f(factor=3.0, debug=True, inputs=2.0)
    """
    candidate = submit(source)
    stand_in(candidate, own_parameters=("inputs", "factor", "debug"))
    assert candidate.call("layers:g") == 60.0


def test_keys_of_a_configuration_are_those_of_the_submission(
    submit: Submit, stand_in: StandInFor
) -> None:
    """An update rule that keeps v and a works on as the course's m and v."""
    source = """
        def adam(w, dw, config=None):
            config["v"], config["a"] = 0, 0
        class Solver:
            def step(self):
                config = {"v": 1.0, "a": 2.0}
                w, new = adam(0.0, 1.0, config)
                return w, new, config
    """

    right = """
        def adam(w, dw, config):
            config["m"] += 10
            return config["v"], config
    """
    candidate = submit({"optim.py": source}, "optim:adam", "optim:Solver")
    stand_in(candidate, right, {"optim:adam": ("w", "dw", "config")}, "optim.py")
    solver = candidate.create("optim:Solver")
    result = candidate.method(solver, "step")
    assert result == (2.0, {"v": 11.0, "a": 2.0}, {"v": 11.0, "a": 2.0})


def test_a_dictionary_that_a_stand_in_changes_is_changed(
    submit: Submit, stand_in: StandInFor
) -> None:
    """Running averages are kept in the caller's own object; one that goes is gone."""
    source = """
        def f(x, bn_param):
            return None
        def g():
            bn_param = {"mode": "train", "old": 1}
            held = [bn_param]
            f(1.0, bn_param=bn_param)
            return held[0]
    """

    right = """
        import numpy as np
        def f(x, bn_param):
            bn_param["running_mean"] = np.array([x, 2.0])
            del bn_param["old"]
    """
    candidate = submit(source)
    names = ("x", "bn_param")
    stand_in(candidate, right, {"layers:f": names}, own_parameters=names)
    after = candidate.call("layers:g")
    assert after.keys() == {"mode", "running_mean"}
    assert after["running_mean"].tolist() == [1.0, 2.0]


def test_both_sides_draw_from_one_generator(submit: Submit, stand_in: StandInFor) -> None:
    """What a stand-in draws follows on what the student has drawn, and the next on that."""
    source = """
        import numpy as np
        def f(x):
            return None
        def g():
            return [np.random.rand(), f(1.0), np.random.rand()]
    """
    candidate = submit(source)
    stand_in(candidate, "import numpy as np\ndef f(x): return np.random.rand()", draws=True)
    drawn = candidate.run([Seed(5), Call("layers:g")])[1].value
    assert drawn == np.random.RandomState(5).rand(3).tolist()


CACHES = """
    def f(x):
        return None
    def h(dout, cache):
        return None
    def g(mode):
        out, cache = f(2.0)
        if mode == "unpack":
            a, b = cache
        if mode == "foreign":
            return h(out, object())
        caches = {"layer": (cache, 1)}
        return h(out, caches["layer"][0])
"""


PAIR = """
    def f(x):
        return x, {"deep": object()}
    def h(dout, cache):
        return type(cache["deep"]) is object
"""
PASSES = {"layers:f": ("x",), "layers:h": ("dout", "cache")}


def test_a_cache_stays_with_whoever_made_it(submit: Submit, stand_in: StandInFor) -> None:
    """The student's code hands it on as it is, and its partner finds what it has kept."""
    candidate = submit(CACHES, "layers:f", "layers:g", "layers:h")
    stand_in(candidate, PAIR, PASSES, keeps_cache=True)
    assert candidate.call("layers:g", "hand on") is True
    value = candidate.call("layers:f", 1.0, keep=(1,))
    assert isinstance(value[1], Handle)
    assert candidate.call("layers:h", 1.0, value[1]) is True


@pytest.mark.parametrize(
    ("mode", "said"), [("unpack", "cannot unpack"), ("foreign", "is no argument of a layer")]
)
def test_a_cache_is_good_for_its_partner_alone(
    submit: Submit, stand_in: StandInFor, mode: str, said: str
) -> None:
    """Looking into one raises in the student's code, and so does another object in its place."""
    candidate = submit(CACHES, "layers:f", "layers:g", "layers:h")
    stand_in(candidate, PAIR, PASSES, keeps_cache=True)
    with pytest.raises(CallFailed, match=said) as caught:
        candidate.call("layers:g", mode)
    assert caught.value.failure.status is Status.ERRORED


def test_what_a_stand_in_refuses_is_raised_where_it_was_called(
    submit: Submit, stand_in: StandInFor
) -> None:
    """The exception carries the student's line, and the same worker goes on."""
    candidate = submit(LAYERS + "    def h(): return f([1, 2], None)", "layers:f", "layers:h")
    stand_in(candidate, "def f(x, scale): return x * scale + 1")
    with pytest.raises(CallFailed, match="TypeError") as caught:
        candidate.call("layers:h")
    assert caught.value.failure.location is not None
    assert caught.value.failure.location.line == 7
    assert candidate.call("layers:f", 2.0, 3.0) == 7.0
