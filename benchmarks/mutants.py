"""Counts the generic mutants of the reference that the checks kill, and those that notebooks kill.

Usage: python benchmarks/mutants.py [--sample N] [--only PART] [--again] [--state FILE]

A mutant is the reference with one small change in one function (`mutation`). Each is tried on
every assignment whose targets are made of that function, in a process of its own. It is killed if
a row that carries points does not pass; trainings are asked only about what survives everything
else. Beside it stands how many the notebooks' own cells kill, on their own inputs and tolerances.
`mutants_explained.toml` says of each survivor why nothing can or may tell it. The exit code is 1
if a survivor is not in that list, if the list names what is no survivor, if a check raised, or if
fewer are killed than promised.

An interrupted run goes on where it was: the state file holds what became of each mutant, and
begins anew when anything in grader, reference or assignments has changed. ``--again`` keeps it
nevertheless and tries the survivors anew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import sys
import tomllib
from collections import Counter
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
from grader.course.trial import go_through_trial
from grader.model import Kind, Limits, Status
from reference.targets import resolve

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = Path(__file__).with_name("mutants_explained.toml")
GOAL = 0.98
SAVED_EVERY = 20
"""Mutants after which the state is written."""
LIMITS = Limits(cpu_seconds=2.0)
"""Of one check: what takes longer does not end."""
PROCESS_SECONDS = 60
"""CPU seconds of a trial, for what no signal of its own can stop."""
MEMORY = 4 << 30
"""Bytes that a trial may have."""

Key: TypeAlias = tuple[str, str, str]
Verdict: TypeAlias = list[str]
"""What killed a mutant among the declared checks, and among the notebook's cells."""

_SILENT = (Status.PASSED, Status.NEEDS_REVIEW)
_CELLS = frozenset({Kind.NOTEBOOK_CELL})
_TRAININGS = frozenset({Kind.TRAINING})
_DECLARED = frozenset(Kind) - _CELLS - _TRAININGS - {Kind.REVIEW}
_RAISED = "a check raised: "


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

    def find_kill(self, mutant: Mutant, kinds: frozenset[Kind]) -> str:
        """Return the first row that loses points, with what it found; nothing if none does."""
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


def find(names: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - a function or a constant
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
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    # What the course draws from NumPy's global generator has to be the same in every run.
    np.random.seed(0)  # noqa: NPY002
    try:
        put_in(mutant)
        verdict = [bench.find_kill(mutant, one) for one in kinds]
    except Exception as error:  # noqa: BLE001 - a fault of ours, and told as such
        verdict = [f"{_RAISED}{type(error).__name__}: {error}"] * len(kinds)
    os.write(writing, json.dumps(verdict).encode())
    os._exit(0)


def judge(mutant: Mutant, benches: Mapping[str, Bench]) -> dict[str, Verdict]:
    """Return what kills a mutant in each assignment that its function has a part in."""
    own = {name: bench for name, bench in benches.items() if bench.targets(mutant)}
    verdicts = {name: try_apart(mutant, own[name], (_DECLARED, _CELLS)) for name in own}
    for name in own if not any(map(is_kill, verdicts.values())) else ():
        (kill,) = try_apart(mutant, own[name], (_TRAININGS,))
        if kill:
            verdicts[name] = [kill, ""]
            break
    return verdicts


def is_kill(verdict: Verdict) -> bool:
    """Return whether a row lost points."""
    return any(map(kills, verdict))


def kills(said: str) -> bool:
    """Return whether a row lost points: a check that raises does not count."""
    return bool(said) and not said.startswith(_RAISED)


def judge_all(
    mutants: Sequence[Mutant], benches: Mapping[str, Bench], path: Path, *, again: bool
) -> dict[str, dict[str, Verdict]]:
    """Return what became of each mutant, by name; write the state now and then."""
    origin = describe_origin()
    state = read_state(path)
    known = state["verdicts"] if again or state["origin"] == origin else {}
    state = {"origin": origin, "verdicts": known}
    for done, mutant in enumerate(mutants, start=1):
        name = name_of(mutant.key)
        if name not in known or (again and not any(map(is_kill, known[name].values()))):
            known[name] = judge(mutant, benches)
        if done % SAVED_EVERY == 0 or done == len(mutants):
            path.write_text(json.dumps(state), encoding="utf-8")
    return {name_of(mutant.key): known[name_of(mutant.key)] for mutant in mutants}


def name_of(key: Key) -> str:
    """Return a mutant's key as one text."""
    return "\n".join(key)


def describe_origin() -> str:
    """Return a digest of everything that a verdict depends on."""
    digest = hashlib.sha256()
    for folder in ("grader", "reference", "assignments", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".ipynb", ".npz"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def read_state(path: Path) -> dict[str, Any]:
    """Return what an earlier run found, nothing if there was none."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        state = {}
    return {"origin": state.get("origin", ""), "verdicts": state.get("verdicts", {})}


def read_explained() -> dict[Key, str]:
    """Return why each survivor that is known survives, by its key."""
    told = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    return {
        (one["function"], one["original"], one["mutated"]): told["reasons"][one["because"]]
        for one in told["mutants"]
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables and what is not explained."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="only every N-th mutant")
    parser.add_argument("--only", default="", help="only functions whose names contain this")
    parser.add_argument("--again", action="store_true", help="try what survived last time again")
    parser.add_argument("--state", type=Path, default=Path(".mutants-state.json"))
    given = parser.parse_args(arguments)
    benches = load_benches()
    mutants = [one for one in all_mutants(benches) if given.only in one.key[0]][:: given.sample]
    verdicts = judge_all(mutants, benches, given.state, again=given.again)
    print(*tell_by_assignment(verdicts, benches), sep="\n")
    explained = read_explained()
    survivors = {
        one.key: one
        for one in mutants
        if not any(map(is_kill, verdicts[name_of(one.key)].values()))
    }
    tried = {one.key for one in mutants}
    whole = given.sample == 1 and not given.only
    stale = [key for key in explained if key not in survivors and (whole or key in tried)]
    open_ones = [one for key, one in survivors.items() if key not in explained]
    raised = list(find_raised(verdicts))
    share = tell_totals(verdicts, len(survivors), len(survivors) - len(open_ones))
    for one in open_ones:
        print(f"  not explained: {one.place} {one.function}: {one.difference}")
    for key in stale:
        print("  no survivor:", *key)
    print(*(f"  {line}" for line in raised), sep="\n")
    return int(bool(open_ones or stale or raised or share < GOAL))


def find_raised(verdicts: Mapping[str, Mapping[str, Verdict]]) -> Iterator[str]:
    """Yield what checks raised, which no function of a student may make them do."""
    for name, own in verdicts.items():
        for assignment, verdict in own.items():
            for said in dict.fromkeys(verdict):
                if said.startswith(_RAISED):
                    yield f"{assignment}: {' | '.join(name.splitlines())}: {said}"


def tell_by_assignment(
    verdicts: Mapping[str, Mapping[str, Verdict]], benches: Mapping[str, Bench]
) -> Iterator[str]:
    """Yield a table: how many mutants an assignment is asked about, and who kills them."""
    yield f"{'assignment':24}{'mutants':>9}{'killed':>9}{'by cells':>10}"
    for name in benches:
        own = [one[name] for one in verdicts.values() if name in one]
        if own:
            killed, by_cells = sum(map(is_kill, own)), sum(kills(one[1]) for one in own)
            yield f"{name:24}{len(own):9}{killed:9}{by_cells:10}"


def tell_totals(
    verdicts: Mapping[str, Mapping[str, Verdict]], surviving: int, explained: int
) -> float:
    """Print the totals; return the share that is killed of what can be told."""
    count = len(verdicts)
    killed = count - surviving
    able = max(1, count - explained)
    by_cells = sum(any(kills(one[1]) for one in own.values()) for own in verdicts.values())
    ends = Counter(how_killed(own) for own in verdicts.values())
    print(f"{count} mutants, {killed} killed ({killed / max(1, count):.1%})")
    print("  by " + ", ".join(f"{ends[how]} {how}" for how in sorted(ends) if how))
    print(f"{explained} of {surviving} survivors are explained")
    print(f"{killed / able:.2%} killed of those that can be told (goal {GOAL:.0%})")
    print(
        f"the notebooks' own cells kill {by_cells}: {by_cells / max(1, count):.1%} of all, "
        f"{by_cells / able:.1%} of those that can be told"
    )
    return killed / able


def how_killed(own: Mapping[str, Verdict]) -> str:
    """Return the status of the first row that lost points."""
    found = (said for verdict in own.values() for said in verdict if kills(said))
    return next(found, "").rpartition(": ")[2]


if __name__ == "__main__":
    sys.exit(main())
