"""Tries a mutant of the reference on assignments, each time in a process of its own."""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any, NoReturn, TypeAlias

import numpy as np
from mutation import Mutant, compile_mutant, make_mutants
from reached import reached_by

from grader.course.assignment import Assignment
from grader.course.catalogue import assignment_names, load_assignment
from grader.course.expected import Values, expected_for
from grader.course.trial import find_place, go_through_trial
from grader.model import Kind, Status
from grader.settings import Limits
from reference.targets import resolve

Verdict: TypeAlias = list[str]
"""What killed a mutant among the declared checks, and among the notebook's cells."""

LIMITS = Limits(cpu_seconds=2.0)
"""Of one check: what takes longer does not end."""
PROCESS_SECONDS = 60
"""CPU seconds of a trial, for what no signal of its own can stop."""
MEMORY = 4 << 30
"""Bytes that a trial may have."""
RAISED = "a check raised: "

_SILENT = (Status.PASSED, Status.NEEDS_REVIEW)
_NOTHING: frozenset[Kind] = frozenset()
_CELLS = frozenset({Kind.NOTEBOOK_CELL})
_TRAININGS = frozenset({Kind.TRAINING})
_DECLARED = frozenset(Kind) - _CELLS - _TRAININGS - {Kind.REVIEW}


@dataclass(frozen=True, slots=True)
class Bench:
    """An assignment on which mutants are tried."""

    assignment: Assignment
    expected: Values
    points: Mapping[str, float]
    """By row."""
    reached: Mapping[tuple[str, str], set[str]]
    """Its targets by what they are made of."""

    def targets(self, mutant: Mutant) -> list[str]:
        """Return the targets that a mutant is part of."""
        return sorted(self.reached.get((mutant.module, mutant.function), ()))

    def asks_for(self, mutant: Mutant) -> bool:
        """Return whether the mutant changes a target itself and not what one is made of."""
        name = mutant.function.partition(".")[0]
        roots = (resolve(find_place(self.assignment, one)) for one in self.targets(mutant))
        return any((root.__module__, root.__name__) == (mutant.module, name) for root in roots)

    def find_kill(self, mutant: Mutant, kinds: frozenset[Kind]) -> str:
        """Return the first row that loses points, with what it found; nothing if none does."""
        if not kinds:
            return ""
        rows = go_through_trial(
            self.assignment,
            resolve,
            expected=self.expected,
            targets=self.targets(mutant),
            kinds=kinds,
            training=kinds is _TRAININGS,
            limits=LIMITS if kinds is not _TRAININGS else None,
        )
        for row, outcome in rows:
            if self.points[row] > 0 and outcome.status not in _SILENT:
                return f"{row}: {outcome.status.value}"
        return ""


def load_benches() -> dict[str, Bench]:
    """Return all assignments, with the right expected values."""
    benches = {}
    for name in assignment_names():
        loaded = load_assignment(name)
        checks = loaded.assignment.checks
        points = {f"{one.id}.{part}": one.points[part] for one in checks for part in one.parts}
        expected = expected_for(loaded, None)
        reached = reached_by(loaded.assignment)
        benches[name] = Bench(loaded.assignment, expected, points, reached)
    gc.freeze()  # or each process would copy what its collector looks at
    return benches


def all_mutants(benches: Mapping[str, Bench]) -> Iterator[Mutant]:
    """Yield the mutants of everything that an assignment's targets are made of."""
    wanted: dict[str, set[str]] = {}
    for bench in benches.values():
        for module, function in bench.reached:
            wanted.setdefault(module, set()).add(function)
    for module in sorted(wanted):
        yield from make_mutants(read_source(module), module, wanted[module])


def read_source(module: str) -> str:
    """Return the text of a module of the reference."""
    return Path(import_module(module).__file__ or "").read_text(encoding="utf-8")


def put_in(mutant: Mutant) -> None:
    """Change the reference in this process: whoever holds the function has the mutant now."""
    module = import_module(mutant.module)
    names: dict[str, Any] = {"__name__": mutant.module}
    exec(compile_mutant(read_source(mutant.module), mutant), names)  # noqa: S102 - our own text
    old, new = find(vars(module), mutant.function), find(names, mutant.function)
    if isinstance(old, FunctionType):
        old.__code__ = new.__code__
    else:
        setattr(module, mutant.function, new)


def find(names: Mapping[str, Any], path: str) -> Any:
    """Return what a qualified name stands for."""
    first, *rest = path.split(".")
    found = names[first]
    for name in rest:
        found = vars(found)[name]
    return found


def try_apart(mutant: Mutant, bench: Bench, kinds: Sequence[frozenset[Kind]]) -> Verdict:
    """Return what kills a mutant among some kinds of checks, in a process of its own."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _try_here(mutant, bench, kinds, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read()
    _, ended = os.waitpid(child, 0)
    if said:
        verdict: Verdict = json.loads(said)
        return verdict
    return [f"process: ended with {os.waitstatus_to_exitcode(ended)}"] * len(kinds)


def _try_here(
    mutant: Mutant, bench: Bench, kinds: Sequence[frozenset[Kind]], writing: int
) -> NoReturn:
    """Put a mutant in, say what became of it and end this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESS_SECONDS, PROCESS_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    # What the course draws from NumPy's global generator has to be the same in every run.
    np.random.seed(0)  # noqa: NPY002
    try:
        put_in(mutant)
        verdict = [bench.find_kill(mutant, one) for one in kinds]
    except Exception as error:  # noqa: BLE001 - a fault of ours, and told as such
        verdict = [f"{RAISED}{type(error).__name__}: {error}"] * len(kinds)
    os.write(writing, json.dumps(verdict).encode())
    os._exit(0)


def judge(mutant: Mutant, benches: Mapping[str, Bench], *, training: bool) -> dict[str, Verdict]:
    """Return what kills a mutant, by assignment, up to the first where both sides kill it."""
    own = [bench for bench in benches.values() if bench.targets(mutant)]
    own.sort(key=lambda bench: not bench.asks_for(mutant))
    verdicts: dict[str, Verdict] = {}
    declared = by_cells = False
    for bench in own:
        kinds = [_NOTHING if declared else _DECLARED, _NOTHING if by_cells else _CELLS]
        verdict = try_apart(mutant, bench, kinds)
        verdicts[bench.assignment.name] = verdict
        declared, by_cells = declared or kills(verdict[0]), by_cells or kills(verdict[1])
        if declared and by_cells:
            break
    for bench in own if training and not declared and not by_cells else ():
        (kill,) = try_apart(mutant, bench, (_TRAININGS,))
        if kill:
            verdicts[bench.assignment.name] = [kill, ""]
            break
    return verdicts


def is_kill(verdict: Verdict) -> bool:
    """Return whether a row lost points."""
    return any(map(kills, verdict))


def kills(said: str) -> bool:
    """Return whether a row lost points: a check that raises does not count."""
    return bool(said) and not said.startswith(RAISED)
