"""Whatever student code does, its check gets an outcome and the next one a working worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import Call, CallFailed, Failure
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.wire import Handle
from grader.model import Location, Status
from grader.settings import Limits

Submit = Callable[..., SandboxedCandidate]
SHORT = Limits(cpu_seconds=0.4, wall_factor=1.0)
HEADER = "import ctypes, os, struct, sys, time\nimport numpy as np\ndef g(): return 'fine'\n"


def fail(candidate: SandboxedCandidate, target: str = "layers:f", *args: Any) -> Failure:
    """Make a call that must fail, and return why it did."""
    with pytest.raises(CallFailed) as caught:
        candidate.call(target, *args)
    return caught.value.failure


def source(body: str) -> str:
    """Return a module whose f has this body, from line 5 on."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{HEADER}def f(*args):\n{lines}\n"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("raise ValueError('two words')", Status.ERRORED, "ValueError: two words"),
        ("raise GeneratorExit", Status.ERRORED, "GeneratorExit"),
        ("raise SystemExit(0)", Status.CRASHED, "SystemExit: 0"),
        ("raise KeyboardInterrupt", Status.CRASHED, "KeyboardInterrupt"),
        ("class E(BaseException): pass\nraise E('own')", Status.ERRORED, "E: own"),
        ("def deep(n): return deep(n + 1)\ndeep(0)", Status.ERRORED, "RecursionError"),
        ("raise ValueError('\\ud800')", Status.ERRORED, "ValueError: ?"),
        ("class E(Exception):\n  def __str__(self): raise self\nraise E", Status.ERRORED, "E"),
        (
            (
                "class M(type):\n  __name__ = property(lambda c: 1/0)\n"
                "class E(Exception, metaclass=M): __traceback__ = 3\nraise E"
            ),
            Status.ERRORED,
            "E",
        ),
        ("return np.zeros((1 << 34,)) + 1", Status.ERRORED, "MemoryError"),
        ("return [bytearray(1 << 28) for _ in range(99)]", Status.ERRORED, "MemoryError"),
        ("return [[1, 'a']] * 40_000", Status.ERRORED, "too large, or has too many parts"),
        ("return np.zeros(9 << 20)", Status.ERRORED, "too large"),
    ],
)
def test_what_is_raised_is_an_outcome(submit: Submit, body: str, status: Status, said: str) -> None:
    """Any exception at all names itself and a line, and the same worker goes on."""
    candidate = submit(source(body), limits=Limits(memory_bytes=1 << 30))
    failure = fail(candidate)
    assert failure.status is status
    assert said in failure.message
    assert failure.message.isprintable()
    if "too large" not in said:
        assert failure.location is not None
        assert failure.location.file == "layers.py"
    assert candidate.call("layers:g") == "fine"


def test_a_traceback_holds_the_students_lines_only(submit: Submit) -> None:
    """NumPy's, Python's and the worker's own frames are left out."""
    candidate = submit(source("return np.apply_along_axis(h, 0, np.ones(3))") + "def h(x): 1 / 0\n")
    failure = fail(candidate)
    assert failure.traceback == (
        "layers.py:5 in f",
        "layers.py:6 in h",
        "ZeroDivisionError: division by zero",
    )
    assert failure.location == Location("layers.py", 6)


def test_deep_recursion_is_told_in_a_few_lines(submit: Submit) -> None:
    """Of a thousand frames the first and the last few are told."""
    failure = fail(submit(source("def deep(n): return deep(n + 1)\ndeep(0)")))
    assert 8 <= len(failure.traceback) <= 14


@pytest.mark.parametrize(
    "body",
    [
        "os._exit(0)",
        "os.abort()",
        "os.closerange(0, 21)",
        "os.closerange(0, 21)\nwhile True: pass",
        "for n in range(64):\n  try: os.write(n, b'\\xde\\xad' * 4000)\n  except OSError: pass",
        (
            "for n in range(64):\n  try: os.write(n, struct.pack('<4sIQ', b'GRW1', 9, 1 << 62))\n"
            "  except OSError: pass"
        ),
        (
            "for n in range(64):\n"
            '  h = b\'{"id":%d,"replies":[{"ok":null,"score":100}]}\' % n\n'
            "  for m in range(64):\n"
            "    try: os.write(m, struct.pack('<4sIQ', b'GRW1', len(h), 0) + h)\n"
            "    except OSError: pass"
        ),
    ],
    ids=["exit", "abort", "close", "close and spin", "garbage", "lengths", "forged"],
)
def test_the_end_of_the_process_costs_one_call(submit: Submit, body: str) -> None:
    """Crashes and broken frames are told as such; the next check gets a fresh worker."""
    candidate = submit(source(body))
    failure = fail(candidate)
    assert failure.status is Status.CRASHED
    candidate.begin_check()
    assert not candidate.reused
    assert candidate.call("layers:g") == "fine"


def test_recursion_without_a_limit_costs_one_call(submit: Submit) -> None:
    """Some Pythons raise, others run over their stack: either way the next check goes on."""
    body = "sys.setrecursionlimit(10 ** 9)\n"
    body += "class Deep:\n  def __repr__(self): return repr([self, 1])\nrepr(Deep())"
    candidate = submit(source(body))
    assert fail(candidate).status in (Status.CRASHED, Status.ERRORED)
    candidate.begin_check()
    assert candidate.call("layers:g") == "fine"


def test_a_segmentation_fault_names_its_line(submit: Submit) -> None:
    """The fault handler's last words lead to the student's line."""
    failure = fail(submit(source("x = 1\nctypes.string_at(0)")))
    assert failure.status is Status.CRASHED
    assert failure.location == Location("layers.py", 6)


def test_a_file_with_letters_of_any_language_is_found_again(submit: Submit) -> None:
    """The fault handler writes ASCII; the path of the line is still known."""
    files = {"übung/модель.py": source("ctypes.string_at(0)")}
    failure = fail(submit(files, "модель:f"), "модель:f")
    assert failure.location == Location("übung/модель.py", 5)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("while True:\n  x = 1", None),
        ("return np.convolve(np.ones(3_000_000), np.ones(3_000_000))", 5),
        ("time.sleep(1000)", 5),
        (
            (
                "import signal\n"
                "for s in {signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU}:\n"
                "  signal.signal(s, signal.SIG_IGN)\n"
                "while True: pass"
            ),
            8,
        ),
        ("while True:\n  try: print('x' * 9999)\n  except BaseException: pass", None),
    ],
    ids=["loop", "in C", "sleep", "signals ignored", "printing"],
)
def test_what_never_ends_is_stopped(submit: Submit, body: str, line: int | None) -> None:
    """A loop, a call into C and a sleep end with the budget, and the line is known."""
    candidate = submit(source(body), limits=SHORT)
    started = time.monotonic()
    failure = fail(candidate)
    assert time.monotonic() - started < 8
    assert failure.status is Status.TIMED_OUT
    assert failure.location is not None
    assert failure.location.line >= 5
    assert line in (None, failure.location.line)
    assert "calling f" in failure.message
    candidate.begin_check()
    assert candidate.call("layers:g") == "fine"


def test_a_trickle_of_bytes_does_not_outlive_the_budget(submit: Submit) -> None:
    """A reply announced in full and sent byte by byte is stopped like any other call."""
    body = (
        "h = b'{}'\n"
        "for n in range(3, 30):\n"
        "  try: os.write(n, struct.pack('<4sIQ', b'GRW1', 2, 60 << 20) + h)\n"
        "  except OSError: continue\n"
        "  while True: os.write(n, b'x')"
    )
    failure = fail(submit(source(body), limits=SHORT))
    assert failure.status in (Status.TIMED_OUT, Status.CRASHED)


def test_a_flood_of_output_blocks_nobody(submit: Submit) -> None:
    """100 MB on standard output are read and dropped; the value still comes."""
    body = "block = 'x' * (1 << 20)\nfor _ in range(100): print(block)\nreturn 7"
    assert submit(source(body)).call("layers:f") == 7


def test_a_poisoned_library_costs_nothing_after_a_restart(submit: Submit) -> None:
    """What one call patched is whole again in a fresh worker, imports included."""
    files = {
        "layers.py": "import numpy as np\ndef f():\n    np.dot = np.zeros = None\n    return 1",
        "optim.py": "import numpy as np\nZ = np.zeros(3)\ndef g(): return np.dot(Z, Z)",
    }
    candidate = submit(files, "layers:f", "optim:g")
    assert candidate.call("layers:f") == 1
    candidate.begin_check()
    assert candidate.reused
    assert candidate.call("optim:g") == 0.0
    candidate.begin_check()
    assert candidate.call("layers:f") == 1
    candidate.restart()
    candidate.begin_check()
    assert candidate.call("optim:g") == 0.0


def test_a_module_that_cannot_be_imported_costs_its_own_targets(submit: Submit) -> None:
    """The reason and the line are told; other modules answer."""
    files = {"layers.py": "\n1 / 0\ndef f(): pass", "optim.py": "def g(): return 2"}
    candidate = submit(files, "layers:f", "optim:g")
    for _ in range(2):
        candidate.begin_check()
        failure = fail(candidate)
        assert failure.status is Status.ERRORED
        assert "ZeroDivisionError" in failure.message
        assert failure.location == Location("layers.py", 2)
        assert candidate.call("optim:g") == 2


def test_a_hang_at_import_costs_its_time_once(submit: Submit) -> None:
    """The second check of such a module fails at once with the same words."""
    candidate = submit("def f(): pass\nwhile True: pass\n", limits=SHORT)
    first = fail(candidate)
    assert first.status is Status.TIMED_OUT
    assert "importing" in first.message
    candidate.begin_check()
    started = time.monotonic()
    assert fail(candidate) == first
    assert time.monotonic() - started < 0.2


def test_a_second_check_stuck_in_the_same_place_is_stopped_early(submit: Submit) -> None:
    """A tenth of the budget is enough where a whole one was used up before; not elsewhere."""
    body = "if not args: stick()\nend = time.process_time() + args[0]\n"
    body += "while time.process_time() < end: pass\nreturn 5"
    text = source(body) + "def stick():\n    while True: pass\n"
    candidate = submit(text, limits=Limits(cpu_seconds=1.5, wall_factor=4.0))
    assert fail(candidate).samples[0][0] == Location("layers.py", 10)
    candidate.begin_check()
    started = time.process_time()
    second = fail(candidate)
    assert second.status is Status.TIMED_OUT
    assert "stick had already used up its time" in second.message
    assert time.process_time() - started < 1.0
    candidate.begin_check()
    assert candidate.call("layers:f", 1.0) == 5


def test_what_is_slow_in_many_calls_has_its_whole_budget_in_the_next_check(submit: Submit) -> None:
    """Calls that are too slow together say nothing about one of them."""
    body = "end = time.process_time() + args[0]\nwhile time.process_time() < end: pass\nreturn 5"
    candidate = submit(source(body), limits=Limits(cpu_seconds=1.5, wall_factor=4.0))
    with pytest.raises(CallFailed) as caught:
        candidate.run([Call("layers:f", (0.4,))] * 8)
    assert caught.value.failure.status is Status.TIMED_OUT
    candidate.begin_check()
    assert candidate.call("layers:f", 1.0) == 5


def test_only_the_cpu_time_of_the_worker_counts(submit: Submit) -> None:
    """Half a second of sleep is none of a budget of 0.3 CPU seconds, nor is what runs beside it."""
    candidate = submit(source("time.sleep(0.6)\nreturn 1"), limits=Limits(cpu_seconds=0.3))
    assert candidate.call("layers:f") == 1
    end = time.process_time() + 0.4
    while time.process_time() < end:
        pass
    assert candidate.call("layers:f") == 1


@pytest.mark.parametrize(
    "expression",
    [
        "np.array([object()])",
        "np.array(['a'])",
        "f",
        "(x for x in (1, 2))",
        "open",
        "type('Sly', (), {'__eq__': lambda a, b: True, '__reduce__': lambda a: (print, ())})()",
        "type('Sly', (), {'__array__': lambda *a, **k: np.zeros(3)})()",
        "type('Sly', (float,), {})(1.0)",
    ],
)
def test_what_is_no_plain_value_stays_in_the_worker(submit: Submit, expression: str) -> None:
    """Objects, functions and arrays of objects are handles: there is nothing to be fooled by."""
    assert isinstance(submit(source(f"return {expression}")).call("layers:f"), Handle)


def test_a_class_of_arrays_gives_plain_arrays(submit: Submit) -> None:
    """A subclass with its own equality and ufuncs arrives as the numbers it holds."""
    body = (
        "class S(np.ndarray):\n"
        "  __eq__ = lambda a, b: np.ones(3, bool)\n"
        "  __array_ufunc__ = lambda *a, **k: np.ones(3)\n"
        "return np.zeros(3).view(S)"
    )
    value = submit(source(body)).call("layers:f")
    assert type(value) is np.ndarray
    assert value.tolist() == [0.0] * 3


def test_nests_of_lists_end_at_some_depth(submit: Submit) -> None:
    """A list within a list, a thousand deep, arrives with a handle at its bottom."""
    value = submit(source("x = []\nfor _ in range(1000): x = [x]\nreturn x")).call("layers:f")
    while type(value) is list:
        (value,) = value
    assert isinstance(value, Handle)


def test_keyboards_and_debuggers_do_not_wait(submit: Submit) -> None:
    """breakpoint() and pdb.set_trace() go on; input() finds the end of its input."""
    candidate = submit(source("import pdb\npdb.set_trace()\nbreakpoint()\nreturn input()"))
    assert "EOFError" in fail(candidate).message
