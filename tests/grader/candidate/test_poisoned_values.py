"""A result is copied once, checked, then judged: neither what it is nor what becomes of it lies."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from grader.candidate.base import Call, CallFailed
from grader.candidate.sandboxed import SandboxedCandidate
from grader.checks.base import judge_value
from grader.model import Status

Submit = Callable[..., SandboxedCandidate]
RIGHT = np.arange(6.0).reshape(2, 3)

SOURCE = """
import mmap
import numpy as np
from numpy.lib.stride_tricks import as_strided
right = np.arange(6.0).reshape(2, 3)
wrong = right + 1

class Agreeing(np.ndarray):
    def __eq__(self, other): return True
    def __array_ufunc__(self, *args, **kwargs): return np.zeros((2, 3))
    def __array_function__(self, *args, **kwargs): return True
    def __sub__(self, other): return np.zeros((2, 3))
    def tobytes(self, *args): return right.tobytes()

class Shapeless(np.ndarray):
    shape = property(lambda self: (2, 3))
    dtype = property(lambda self: np.dtype("f8"))

class Other:
    reads = 0
    def __array__(self, dtype=None, copy=None):
        Other.reads += 1
        return right if Other.reads % 2 else wrong
    def __eq__(self, other): return True
    def __float__(self): return 1.5
    def __len__(self): return 2
    def __iter__(self): return iter(right)
    __array_interface__ = right.__array_interface__

class Real(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __hash__ = float.__hash__

class Whole(int):
    def __index__(self): return 2
    def __float__(self): return 1.5

class Rows(list):
    reads = 0
    def __iter__(self):
        Rows.reads += 1
        return iter([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0 if Rows.reads == 1 else 99.0]])

class Name(type):
    __name__ = property(lambda cls: "ndarray")

class Array(metaclass=Name):
    pass

def shared():
    memory = np.frombuffer(mmap.mmap(-1, 48)).reshape(2, 3)
    memory[:] = right
    return memory

def masked():
    return np.ma.array(wrong, mask=np.ones((2, 3), bool))

def counted():
    yield from right

def f(x=None):
    return RESULT
"""

PASSED, FAILED, ERRORED = Status.PASSED, Status.FAILED, Status.ERRORED
NO_NUMBERS = "an array of something else than numbers"
ARRAYS = [
    ("right", PASSED, ""),
    ("right.view(Agreeing)", PASSED, ""),
    ("wrong.view(Agreeing)", FAILED, "is "),
    ("np.matrix(right)", PASSED, ""),
    ("np.zeros(9).view(Shapeless)", FAILED, "has shape (9,), expected (2, 3)"),
    ("masked()", FAILED, ""),
    ("shared()", PASSED, ""),
    ("right[::-1, ::-1].copy()[::-1, ::-1]", PASSED, ""),
    ("np.asfortranarray(right)", PASSED, ""),
    ("right.astype('>f8')", PASSED, ""),
    ("right.astype('>i2')", PASSED, ""),
    ("np.broadcast_to(np.arange(3.0), (2, 3))", FAILED, ""),
    ("right[:1]", FAILED, "has shape (1, 3), expected (2, 3)"),
    ("right.sum()", FAILED, "expected (2, 3)"),
    ("right.astype(complex)", FAILED, "has dtype complex128, not a real number type"),
    ("right.astype(np.longdouble)", FAILED, NO_NUMBERS),
    ("right.astype(object)", FAILED, NO_NUMBERS),
    ("np.full((2, 3), Other(), object)", FAILED, NO_NUMBERS),
    ("right.astype([('a', 'f8')])", FAILED, NO_NUMBERS),
    ("right.astype('M8[s]')", FAILED, NO_NUMBERS),
    ("right.astype(str)", FAILED, NO_NUMBERS),
    ("np.rec.array(right)", PASSED, ""),
    ("right * np.nan", FAILED, ""),
    ("np.full((2, 3), 0x7ff8dead00000001).view('f8')", FAILED, ""),
    ("right + [[0, 0, 0], [0, 0, np.inf]]", FAILED, ""),
    ("right > 1", FAILED, ""),
    ("right.tolist()", PASSED, ""),
    ("right.astype(str).tolist()", FAILED, "is a list, not an array"),
    ("[[0, 1, 2], [3, 4, 10 ** 400]]", FAILED, "is a list, not an array"),
    ("[[0, 1, 2], [3, 4]]", FAILED, "is a list, not an array"),
    ("['x' * 30_000] + ['a'] * 9_000", FAILED, "is a list, not an array"),
    ("[b'x' * 30_000] + [b'a'] * 4_000", FAILED, "is a list, not an array"),
    ("Rows([1])", PASSED, ""),
    ("counted()", FAILED, "is of type generator"),
    ("map(float, right.flat)", FAILED, "is of type map"),
    ("Other()", FAILED, "is of type Other"),
    ("Array()", FAILED, "is of type Array"),
    ("type('ndarray', (), {})()", FAILED, NO_NUMBERS),
    ("memoryview(right)", FAILED, "is of type memoryview"),
    ("right.tobytes()", FAILED, "is of type bytes"),
    ("(right,)", PASSED, ""),
    ("None", FAILED, "is None"),
    ("as_strided(right, (1 << 40,), (0,))", ERRORED, ""),
    ("as_strided(right, (3_000, 3_000), (0, 0))", ERRORED, "too large"),
    ("np.zeros((0, 1 << 40))", FAILED, NO_NUMBERS),
]
NUMBERS = [
    ("1.5", PASSED, ""),
    ("np.float64(1.5)", PASSED, ""),
    ("np.array([[1.5]])", PASSED, ""),
    ("np.float32(1.5)", PASSED, ""),
    ("Real(9.0)", FAILED, "is of type Real"),
    ("Whole(7)", FAILED, "is of type Whole"),
    ("Other()", FAILED, "is of type Other"),
    ("'1.5'", FAILED, "is of type str"),
    ("b'1.5'", FAILED, "is of type bytes"),
    ("True", FAILED, ""),
    ("1.5 + 0j", FAILED, "is of type complex"),
    ("10 ** 400", FAILED, "is of type int"),
    ("__import__('fractions').Fraction(3, 2)", FAILED, "is of type Fraction"),
    ("__import__('decimal').Decimal('1.5')", FAILED, "is of type Decimal"),
    ("float('nan')", FAILED, ""),
    ("np.float64('inf')", FAILED, ""),
    ("np.longdouble(1.5)", FAILED, "is of type longdouble"),
    ("np.datetime64(1, 's')", FAILED, "is of type datetime64"),
    ("np.void(b'12345678')", FAILED, "is of type void"),
    ("float", FAILED, "is of type type"),
    ("{'value': 1.5}", FAILED, "is of type dict"),
]
ROWS = [(*row, RIGHT) for row in ARRAYS] + [(*row, 1.5) for row in NUMBERS]


@pytest.mark.parametrize(
    ("result", "status", "said", "expected"), ROWS, ids=[row[0][:40] for row in ROWS]
)
def test_a_result_is_judged_by_what_it_holds(
    submit: Submit, result: str, status: Status, said: str, expected: object
) -> None:
    """Classes, descriptors and operators that lie change neither the verdict nor the words."""
    candidate = submit(SOURCE.replace("RESULT", result))
    try:
        value = candidate.call("layers:f")
    except CallFailed as failed:
        found, message = failed.failure.status, failed.failure.message
    else:
        outcome = judge_value("out", value, expected, 1e-9, inputs="")
        found, message = outcome.status, outcome.message
    assert found is status, message
    assert said in message
    assert message.isprintable()


CHANGING = """
import threading
import numpy as np
kept = np.zeros(50_000)
given = []
turns = 0
def change(*_):
    global turns
    turns += 1
    kept[:] = turns
    for array in given:
        array[:] = turns
def go_on():
    while True:
        change()
def f(x):
    given.append(x)
    kept[:] = 1.0
    try:
        threading.Thread(target=go_on, daemon=True).start()
    except RuntimeError:  # refused: it can only wait until it is called again
        pass
    return kept, x
def g():
    change()
    return turns
"""


@pytest.mark.parametrize("level", ["auto", "weak"])
def test_what_a_worker_changes_afterwards_does_not_matter(submit: Submit, level: str) -> None:
    """Results are the grader's own, though the arrays they were made of go on changing.

    Confinement refuses threads; where there is next to none, one of them never stops.
    """
    candidate = submit(CHANGING, level=level)
    x = np.arange(6.0)
    first, second = candidate.run([Call("layers:f", (x,)), Call("layers:f", (x,))])
    before = [np.array(value) for value in (*first.value, *second.value)]
    turns = candidate.call("layers:g")
    time.sleep(0.02)
    assert candidate.call("layers:g") - turns >= (1 if level == "auto" else 3)
    for known, value in zip(before, (*first.value, *second.value), strict=True):
        assert np.array_equal(known, value)
        assert not np.shares_memory(value, x)
    np.testing.assert_array_equal(x, np.arange(6.0))


def test_results_of_one_request_are_apart(submit: Submit) -> None:
    """One array that is returned twice, and changed between, is two values."""
    source = "import numpy as np\nkept = np.zeros(4)\ndef f():\n    kept[:] += 1\n    return kept\n"
    replies = submit(source).run([Call("layers:f")] * 3)
    assert [reply.value[0] for reply in replies] == [1.0, 2.0, 3.0]
