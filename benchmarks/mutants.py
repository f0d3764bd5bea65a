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
import sys
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from mutant_trials import RAISED, Bench, Verdict, all_mutants, is_kill, judge, kills, load_benches
from mutation import Mutant

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = Path(__file__).with_name("mutants_explained.toml")
GOAL = 0.98
SAVED_EVERY = 20
"""Mutants after which the state is written."""

Key: TypeAlias = tuple[str, str, str]
"""Function, original and mutated statement."""


def judge_all(
    mutants: Sequence[Mutant],
    benches: Mapping[str, Bench],
    path: Path,
    explained: Collection[Key],
    *,
    again: bool,
) -> dict[str, dict[str, Verdict]]:
    """Return what became of each mutant, by name; write the state now and then."""
    origin = describe_origin()
    state = read_state(path)
    known = state["verdicts"] if again or state["origin"] == origin else {}
    state = {"origin": origin, "verdicts": known}
    for done, mutant in enumerate(mutants, start=1):
        name = name_of(mutant.key)
        if name not in known or (again and not any(map(is_kill, known[name].values()))):
            known[name] = judge(mutant, benches, training=mutant.key not in explained)
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


def read_explained(path: Path) -> dict[Key, str]:
    """Return why each survivor that is known survives, by its key."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
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
    parser.add_argument("--explained", type=Path, default=EXPLAINED, help="another such list")
    given = parser.parse_args(arguments)
    benches = load_benches()
    mutants = [one for one in all_mutants(benches) if given.only in one.key[0]][:: given.sample]
    explained = read_explained(given.explained)
    verdicts = judge_all(mutants, benches, given.state, explained, again=given.again)
    print(*tell_by_assignment(verdicts, benches), sep="\n")
    survivors = {
        one.key: one
        for one in mutants
        if not any(map(is_kill, verdicts[name_of(one.key)].values()))
    }
    tried = {one.key for one in mutants}
    stale = [
        key
        for key in explained
        if key not in survivors and given.only in key[0] and (given.sample == 1 or key in tried)
    ]
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
                if said.startswith(RAISED):
                    yield f"{assignment}: {' | '.join(name.splitlines())}: {said}"


def tell_by_assignment(
    verdicts: Mapping[str, Mapping[str, Verdict]], benches: Mapping[str, Bench]
) -> Iterator[str]:
    """Yield a table: the mutants that were tried on an assignment first, and who kills them."""
    yield f"{'assignment':24}{'mutants':>9}{'killed':>9}{'by cells':>10}"
    for name in benches:
        own = [one.values() for one in verdicts.values() if next(iter(one), "") == name]
        if own:
            killed = sum(any(map(is_kill, one)) for one in own)
            by_cells = sum(any(kills(said[1]) for said in one) for one in own)
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
