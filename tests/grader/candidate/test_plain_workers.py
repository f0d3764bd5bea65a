"""Workers as plain child processes: what macOS and Windows have, run for real here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.candidate import plain
from grader.candidate.base import CallFailed, Failure
from grader.candidate.plain import PlainStarter
from grader.candidate.sandboxed import SandboxedCandidate
from grader.errors import SandboxError
from grader.isolation.confinement import Confinement, Level
from grader.isolation.visible import default_read_only
from grader.model import Location, Status
from grader.settings import Limits

Submit = Callable[..., SandboxedCandidate]
HEADER = "import ctypes, os, sys, time\nimport numpy as np\ndef g(): return 'fine'\n"


@pytest.fixture(scope="module")
def zygote() -> Iterator[PlainStarter]:
    """Start the workers of this module without a warm parent."""
    with PlainStarter() as starter:
        yield starter


@pytest.fixture
def run(submit: Submit) -> Callable[..., SandboxedCandidate]:
    """Give what makes a candidate of the body of f, from line 5 on."""

    def make(body: str, limits: Limits | None = None) -> SandboxedCandidate:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        return submit(f"{HEADER}def f(*args):\n{lines}\n", level="weak", limits=limits)

    return make


def fail(candidate: SandboxedCandidate) -> Failure:
    """Make a call that must fail, and return why it did."""
    with pytest.raises(CallFailed) as caught:
        candidate.call("layers:f")
    return caught.value.failure


def confine(level: Level) -> Confinement:
    """Return what a worker of a level would be allowed."""
    return Confinement(level, default_read_only(), 1 << 31, 60, 1 << 20, 64, 1 << 20, 64, 61_500)


def test_large_arrays_travel_both_ways(run: Submit) -> None:
    """More than any pipe holds, and more than is read ahead."""
    x = np.arange(3_000_000.0)
    got = run("return args[0] * 2").call("layers:f", x)
    np.testing.assert_array_equal(got, 2 * x)


def test_what_is_raised_names_its_line(run: Submit) -> None:
    """The same worker goes on."""
    candidate = run("raise ValueError('two words')")
    failure = fail(candidate)
    assert failure.status is Status.ERRORED
    assert failure.location == Location("layers.py", 5)
    assert candidate.call("layers:g") == "fine"


@pytest.mark.parametrize("body", ["while True: pass", "time.sleep(60)"])
def test_a_hang_is_stopped_by_the_wall_clock(run: Submit, body: str) -> None:
    """The report says where it was seen, and does not call waiting CPU time."""
    candidate = run(body, Limits(cpu_seconds=0.3))
    failure = fail(candidate)
    assert failure.status is Status.TIMED_OUT
    assert failure.message.startswith("Stopped after 0.3 s while")
    assert failure.location == Location("layers.py", 5)
    candidate.begin_check()
    assert candidate.call("layers:g") == "fine"


@pytest.mark.parametrize("body", ["os._exit(0)", "os.abort()", "os.closerange(0, 21)"])
def test_the_end_of_the_process_costs_one_call(run: Submit, body: str) -> None:
    """The next check gets another process."""
    candidate = run(body)
    assert fail(candidate).status is Status.CRASHED
    candidate.begin_check()
    assert candidate.call("layers:g") == "fine"


def test_a_crash_names_its_line(run: Submit) -> None:
    """The fault handler writes to a pipe of its own."""
    assert fail(run("ctypes.string_at(0)")).location == Location("layers.py", 5)


def test_a_flood_of_output_is_dropped(run: Submit) -> None:
    """It neither blocks the call nor gets into its answer."""
    body = "print('x' * (8 << 20))\nsys.stdout.flush()\nreturn 3"
    assert run(body).call("layers:f") == 3


def test_what_holds_the_pipes_open_holds_nothing_up(run: Submit) -> None:
    """A process that student code has started may outlive the worker."""
    candidate = run("if os.fork() == 0:\n  time.sleep(4)\n  os._exit(0)\nwhile True: pass")
    candidate.begin_check(0.3)
    assert fail(candidate).status is Status.TIMED_OUT


@pytest.mark.parametrize("level", [Level.STRICT, Level.STANDARD])
def test_nothing_stronger_than_weak_is_pretended(level: Level) -> None:
    """Plain processes confine nothing."""
    with PlainStarter() as starter, pytest.raises(SandboxError, match="not made of plain"):
        starter.start_worker(confine(level), Limits())


def test_a_worker_that_does_not_start_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the last line of what it said."""
    script = tmp_path / "broken.py"
    script.write_text("raise SystemExit('first\\nno NumPy today')\n")
    monkeypatch.setattr(plain, "BOOTSTRAP", str(script))
    with PlainStarter() as starter, pytest.raises(SandboxError, match="start: no NumPy today"):
        starter.start_worker(confine(Level.WEAK), Limits())


def test_a_worker_without_a_fourth_pipe_works(
    submit: Submit, zygote: PlainStarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a hang has no line."""
    monkeypatch.setattr(
        plain,
        "_start_with_trace",
        lambda command, folder: plain._start_on_windows([*command, "-1", folder]),
    )
    zygote.close()
    text = f"{HEADER}def f():\n    while True: pass\n"
    candidate = submit(text, level="weak", limits=Limits(cpu_seconds=0.3))
    failure = fail(candidate)
    assert (failure.status, failure.location) == (Status.TIMED_OUT, None)
    zygote.close()
