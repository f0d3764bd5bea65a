"""Whatever a worker makes of call-backs ends that worker, and costs the grader next to nothing."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import numpy as np
import pytest

from grader.candidate import standing_in
from grader.candidate.base import CallFailed
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.standing_in import StandIn, StandIns
from grader.model import Status
from grader.settings import Limits

Submit = Callable[..., SandboxedCandidate]

# A worker that writes frames of its own: on every descriptor, since it knows none by name.
SOURCE = """
    import json, os, select, struct
    import numpy as np
    STATE = {"t": ["MT19937", {"a": ["<u4", [624]]}, 624, 0, 0.0]}
    EMPTY = {"t": []}
    WORDS = bytes(2496)
    def send(header, body=WORDS, announced=None):
        text = json.dumps(header).encode()
        length = len(body) if announced is None else announced
        for n in range(3, 40):
            try:
                os.write(n, struct.pack("<4sIQ", b"GRW1", len(text), length) + text + body)
            except OSError:
                pass
    def read(n):
        try:
            return os.read(n, 1 << 20) if select.select([n], [], [], 0.01)[0] else b""
        except (OSError, ValueError):
            return b""
    def frame(**changes):
        return {"call": 0, "args": EMPTY, "kwargs": {"d": []}, "random": STATE, **changes}
    def f(x=0.0):
        return None
    def h(dout, cache):
        return None
    def g():
        BODY
        return 7
"""

FORGED = {
    "another function": "send(frame(call=2))",
    "one before the first": "send(frame(call=-1))",
    "true": "send(frame(call=True))",
    "a name": "send(frame(call='layers:affine_forward'))",
    "a key too many": "send(frame(score=100))",
    "a key too few": "send({'call': 0})",
    "arguments in a list": "send(frame(args={'l': []}))",
    "arguments of no tag": "send(frame(args={'z': 1}))",
    "numbers as keywords": "send(frame(kwargs={'d': [[1, 2]]}))",
    "a hundred arguments": "send(frame(args={'t': [0] * 100}))",
    "bytes left over": "send(frame(), WORDS + bytes(8))",
    "bytes that lack": "send(frame(), WORDS[:-8])",
    "more bytes than allowed": "send(frame(), announced=1 << 40)",
    "a generator past its words": (
        "send(frame(random={'t': ['MT19937', {'a': ['<u4', [624]]}, 10 ** 9, 0, 0.0]}))"
    ),
    "no generator": "send(frame(random=None), b'')",
    "a generator of what draws nothing": "send(frame(call=1))",
    "a token of nobody's": "send(frame(args={'t': [{'h': [5, 'cache']}]}))",
    "a token inside": "send(frame(args={'t': [{'l': [{'t': [{'h': [1, 'cache']}]}]}]}))",
    "no object": "send('call')",
}


RIGHT = """
    def f(x=0.0):
        return x, {"x": x}
    def h(dout, cache):
        return cache["x"]
"""


def prepare(
    submit: Submit, body: str, right: str = RIGHT, limits: Limits | None = None
) -> SandboxedCandidate:
    """Return a submission whose g has this body, with f and h stood in for."""
    candidate = submit(SOURCE.replace("BODY", body))
    reference = submit(right, "layers:f", "layers:h", limits=limits)
    candidate.stand_in(
        StandIns(
            [
                StandIn(
                    target="layers:f",
                    files=("layers.py",),
                    parameters=("x",),
                    keeps_cache=True,
                    draws=True,
                ),
                StandIn(target="layers:h", files=("layers.py",), parameters=("dout", "cache")),
            ],
            reference,
            candidate.naming,
        )
    )
    candidate.begin_check()
    return candidate


def fail(candidate: SandboxedCandidate) -> Status:
    """Make the call that must fail, check that the next one works, and return how it failed."""
    with pytest.raises(CallFailed) as caught:
        candidate.call("layers:g")
    candidate.begin_check()
    assert not candidate.reused
    assert candidate.call("layers:f", 3.0, keep=(1,))[0] == 3.0
    return caught.value.failure.status


@pytest.mark.parametrize("body", FORGED.values(), ids=FORGED)
def test_a_forged_call_back_ends_its_worker(submit: Submit, body: str) -> None:
    """Only the functions that are stood in for can be called, and only by the rules."""
    assert fail(prepare(submit, body)) is Status.CRASHED


def test_a_frame_by_the_rules_is_answered(submit: Submit) -> None:
    """The frame that the forgeries vary is a call-back like any other."""
    body = (
        "send(frame())\n        got = b''\n"
        "        while not got: got = b''.join(map(read, range(3, 40)))\n"
        "        return got[:200]"
    )
    assert b'{"ok":' in prepare(submit, body).call("layers:g")


def test_without_stand_ins_a_call_back_is_garbage(submit: Submit) -> None:
    """Nobody answers a worker that was not asked to call back."""
    candidate = submit(SOURCE.replace("BODY", "send(frame())"))
    with pytest.raises(CallFailed) as caught:
        candidate.call("layers:g")
    assert caught.value.failure.status is Status.CRASHED
    assert "unreadable" in caught.value.failure.message


def test_calls_without_end_are_stopped(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    """More calls than any check needs end the worker."""
    monkeypatch.setattr(standing_in, "MOST_CALLS", 40)
    candidate = prepare(submit, "for _ in range(41): f(1.0)")
    assert fail(candidate) is Status.CRASHED


def test_as_many_calls_as_are_allowed_are_answered(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound counts anew for each check."""
    monkeypatch.setattr(standing_in, "MOST_CALLS", 40)
    candidate = prepare(submit, "for _ in range(40): f(1.0)")
    assert candidate.call("layers:g") == 7
    candidate.begin_check()
    assert candidate.call("layers:g") == 7


def test_the_graders_own_time_is_bounded(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    """What answering costs the grader is counted, and ends a worker that costs too much."""
    monkeypatch.setattr(standing_in, "MOST_SECONDS", 0.05)
    assert fail(prepare(submit, "while True: f(np.ones(100_000))")) is Status.CRASHED


def test_a_worker_that_only_sends_is_ended(submit: Submit) -> None:
    """Answers that nobody reads do not pile up here."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    body = (
        "call = frame(args={'t': [{'a': ['<f8', [1_000_000]]}]})\n"
        "        while True: send(call, bytes(8_000_000) + WORDS)"
    )
    assert fail(prepare(submit, body)) is Status.CRASHED
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


def test_an_old_cache_is_dropped(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many caches the oldest go: whoever needs one gets an exception, not a wrong cache."""
    monkeypatch.setattr(standing_in, "MOST_TOKENS", 4)
    body = "caches = [f(float(n))[1] for n in range(9)]\n        return h(0.0, caches[WHICH])"
    assert prepare(submit, body.replace("WHICH", "8")).call("layers:g") == 8.0
    with pytest.raises(CallFailed, match="its cache is gone"):
        prepare(submit, body.replace("WHICH", "0")).call("layers:g")


def test_a_token_of_the_check_before_is_no_good(submit: Submit) -> None:
    """Nothing that one check has got hold of is of use to the next."""
    body = "f.kept = getattr(f, 'kept', None) or f(1.0)[1]\n        return h(0.0, f.kept)"
    candidate = prepare(submit, body)
    assert candidate.call("layers:g") == 1.0
    candidate.begin_check()
    with pytest.raises(CallFailed, match="its cache is gone"):
        candidate.call("layers:g")


ENDLESS = """
    import numpy as np
    def f(x):
        if x.size == 1:
            return x, 0
        if x.size == 2:
            return np.ones((10 ** 6, 10 ** 6)) + x[0], 0
        while True:
            pass
    def h(dout, cache):
        return 0
"""


def test_a_stand_in_that_runs_out_of_memory_raises(submit: Submit) -> None:
    """Arrays that no machine holds are an exception in a worker, where the reference runs."""
    candidate = prepare(submit, "f(np.ones(2))", ENDLESS)
    with pytest.raises(CallFailed, match="MemoryError") as caught:
        candidate.call("layers:g")
    assert caught.value.failure.status is Status.ERRORED
    candidate.begin_check()
    assert np.array_equal(candidate.call("layers:f", np.ones(1), keep=(1,))[0], np.ones(1))


def test_a_stand_in_that_runs_out_of_time_ends_the_worker(submit: Submit) -> None:
    """The reference's time in a check is bounded as the student's is."""
    limits = Limits(cpu_seconds=0.4, wall_factor=1.0)
    candidate = prepare(submit, "f(np.ones(3))", ENDLESS, limits)
    candidate.begin_check(0.4)
    started = time.monotonic()
    with pytest.raises(CallFailed) as caught:
        candidate.call("layers:g")
    assert time.monotonic() - started < 8
    assert caught.value.failure.status is Status.CRASHED
    candidate.begin_check()
    assert np.array_equal(candidate.call("layers:f", np.ones(1), keep=(1,))[0], np.ones(1))
