"""Runs a fuzz program: numbered cases, each the same by its seed, measured and resumable."""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import random
import resource
import signal
import time
import traceback
import tracemalloc
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

SAVED_EVERY = 30.0
"""Seconds after which the state is written."""
MOST_SHOWN = 20
"""Failures that are told; all are counted."""
ADDRESS_SPACE = 12 << 30
"""Bytes of address space for the whole program: what runs away ends it and not the machine."""
_STUCK_SECONDS = 60
_ROOT = Path(__file__).absolute().parents[2]

T = TypeVar("T")


class Stuck(BaseException):
    """A case has gone on for longer than any machine is slow."""


@dataclass(frozen=True, slots=True)
class Target(Generic[T]):
    """What is fuzzed."""

    make: Callable[[random.Random], T]
    """Draw a case; what this costs is not measured."""
    run: Callable[[T], str]
    """Do what the grader does with it, and name what became of it. Whatever it raises is a
    failure: what the grader expects has been caught."""
    allowed_bytes: Callable[[T], int]
    """How much may be allocated for a case at most."""
    allowed_seconds: float
    """Processor seconds for one case."""
    is_measured: Callable[[int], bool] = lambda _: True
    """Whether allocations are counted for the case of a number."""


@dataclass(slots=True)
class Progress:
    """How far a campaign has come."""

    done: int = 0
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    largest: int = 0
    """Bytes that the most expensive case allocated."""
    slowest: float = 0.0
    """Processor seconds of the slowest case."""


def draw(target: Target[T], seed: int, number: int) -> T:
    """Return the case of a number, always the same one."""
    return target.make(random.Random(f"{seed}:{number}"))


def run_case(target: Target[T], seed: int, number: int, progress: Progress) -> None:
    """Run one case, and note what became of it."""
    case = draw(target, seed, number)
    is_measured = target.is_measured(number)
    if is_measured:
        tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    started = time.process_time()
    problem = ""
    signal.alarm(_STUCK_SECONDS)
    try:
        progress.outcomes[target.run(case)] += 1
    except Exception:  # noqa: BLE001 - any exception is what the program looks for
        problem = traceback.format_exc()
    except Stuck:
        problem = "it is stuck: " + traceback.format_exc()
    finally:
        signal.alarm(0)
        used = time.process_time() - started
        size = tracemalloc.get_traced_memory()[1] - before if is_measured else 0
        tracemalloc.stop()
    progress.largest = max(progress.largest, size)
    progress.slowest = max(progress.slowest, used)
    if size > target.allowed_bytes(case):
        problem += f"\nit took {size} bytes, allowed {target.allowed_bytes(case)}"
    if used > target.allowed_seconds * (4 if is_measured else 1):
        problem += f"\nit took {used:.2f} s"
    if problem:
        progress.failures.append(f"case {number}: {problem.strip()}")
    progress.done = number + 1


def run_campaign(
    target: Target[Any], *, cases: int, seed: int, state: Path | None = None
) -> Progress:
    """Run what is left of a campaign.

    Parameters
    ----------
    target : Target
        What is fuzzed.
    cases : int
        How many cases there are in all.
    seed : int
        Of all of them.
    state : Path, optional
        File that holds how far an interrupted run came; it begins anew with another seed or
        when the grader or the programs here have changed.
    """
    origin = _describe_origin(seed)
    progress = _read(state, origin)
    known = signal.signal(signal.SIGALRM, _give_up)
    gc.collect()
    gc.freeze()  # what is loaded is not gone through again for each case
    try:
        saved = progress.seconds
        started = time.perf_counter() - saved
        for number in range(progress.done, cases):
            run_case(target, seed, number, progress)
            progress.seconds = time.perf_counter() - started
            if progress.seconds - saved > SAVED_EVERY or number == cases - 1:
                saved = progress.seconds
                _write(state, origin, progress)
    finally:
        signal.signal(signal.SIGALRM, known)
        gc.unfreeze()
    return progress


def main(
    target: Target[Any], noun: str, arguments: Sequence[str], *, cases: int, description: str
) -> int:
    """Run a fuzz program from its command line; return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(f"--{noun}", dest="cases", type=int, default=cases)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path, help="go on where an interrupted run was")
    parser.add_argument("--case", type=int, help="run this one alone, and show it")
    wanted = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    if wanted.case is not None:
        print(repr(draw(target, wanted.seed, wanted.case))[:20_000])
        progress = Progress()
        run_case(target, wanted.seed, wanted.case, progress)
    else:
        progress = run_campaign(target, cases=wanted.cases, seed=wanted.seed, state=wanted.state)
    _tell(progress, noun)
    return int(bool(progress.failures))


def _tell(progress: Progress, noun: str) -> None:
    for failure in progress.failures[:MOST_SHOWN]:
        print(failure, end="\n\n")
    for outcome, count in progress.outcomes.most_common():
        print(f"{count:>9}  {outcome}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{len(progress.failures)} failures in {progress.done} {noun}, "
        f"{progress.seconds:.0f} s; one took at most {progress.largest / (1 << 20):.1f} MiB and "
        f"{progress.slowest:.2f} CPU s; {peak} MiB in all"
    )


def _give_up(*_: object) -> None:
    raise Stuck


def _describe_origin(seed: int) -> str:
    digest = hashlib.sha256(str(seed).encode())
    for folder in ("grader", "tests/fuzz"):
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(state: Path | None, origin: str) -> Progress:
    if state is None or not state.exists():
        return Progress()
    known = json.loads(state.read_text(encoding="utf-8"))
    if known.pop("origin") != origin:
        return Progress()
    return Progress(**known | {"outcomes": Counter(known["outcomes"])})


def _write(state: Path | None, origin: str, progress: Progress) -> None:
    if state is None:
        return
    fields = {name: getattr(progress, name) for name in progress.__slots__}
    temporary = state.with_name(state.name + ".new")
    temporary.write_text(json.dumps({"origin": origin, **fields}), encoding="utf-8")
    os.replace(temporary, state)  # noqa: PTH105 - an interruption leaves one whole state
