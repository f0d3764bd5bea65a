"""Counts how often the reference fails a gradient or property check, over many seeds.

Usage: python tests/verdicts_on_seeds.py [--seeds 1000] [--state FILE] [ASSIGNMENT ...]. Every
check runs in this process, laws on one example a seed; trainings do not run. An interrupted run
goes on where it was: the state file holds how far each assignment came, and begins anew when a
check or the reference has changed. The exit code is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.candidate.local import LocalCandidate
from grader.checks.base import Check
from grader.checks.properties import PropertyCheck
from grader.course.assignment import Assignment
from grader.course.catalogue import LoadedAssignment, assignment_names, load_assignment
from grader.course.conventions import apply, combinations, label
from grader.course.provenance import describe_origin
from grader.model import Kind, Status
from reference.targets import resolve

KINDS = frozenset({Kind.GRADIENT, Kind.PROPERTY})
SAVED_EVERY = 10
"""Seeds after which the state is written."""
MOST_SHOWN = 20
"""Failures that are told of each assignment; all are counted."""
CHECKS = Path(__file__).parent.parent / "grader" / "checks"


def main(arguments: Sequence[str]) -> int:
    """Run what is left to run, and print how many rows failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", default=assignment_names())
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--state", type=Path, default=Path(".verdicts-state.json"))
    wanted = parser.parse_args(arguments)
    state = _read(wanted.state)
    for name in wanted.assignments:
        progress = _continue(state, load_assignment(name))
        for done in _run(load_assignment(name).assignment, progress, wanted.seeds):
            if done % SAVED_EVERY == 0 or done == wanted.seeds:
                wanted.state.write_text(json.dumps(state), encoding="utf-8")
        _tell(name, progress)
    own = [state[name] for name in wanted.assignments]
    failed = sum(len(progress["failures"]) for progress in own)
    rows = sum(progress["rows"] for progress in own)
    print(f"{failed} failed of {rows} rows, {wanted.seeds} seeds, {len(own)} assignments")
    return int(failed > 0)


def _continue(state: dict[str, Any], loaded: LoadedAssignment) -> dict[str, Any]:
    """Return how far an assignment came, from nothing if it has changed since."""
    sources = [path.read_bytes() for path in sorted(CHECKS.rglob("*.py"))]
    origin = hashlib.sha256(describe_origin(loaded).encode() + b"".join(sources)).hexdigest()
    name = loaded.assignment.name
    if state.get(name, {}).get("origin") != origin:
        state[name] = {"origin": origin, "seeds": 0, "rows": 0, "seconds": 0.0, "failures": []}
    progress: dict[str, Any] = state[name]
    return progress


def _run(assignment: Assignment, progress: dict[str, Any], seeds: int) -> Iterator[int]:
    """Run the seeds that are left, and yield how many are done."""
    checks = [_lighten(check) for check in assignment.checks if check.kind in KINDS]
    for seed in range(progress["seeds"], seeds):
        started = time.perf_counter()
        for row, message in _judge(assignment, checks, seed):
            progress["rows"] += 1
            if message:
                progress["failures"].append(f"seed {seed}: {row}: {message}")
        progress["seconds"] += time.perf_counter() - started
        progress["seeds"] = seed + 1
        yield seed + 1


def _lighten(check: Check) -> Check:
    """Return a check that looks at one example of each law."""
    return replace(check, examples=1) if isinstance(check, PropertyCheck) else check


def _judge(assignment: Assignment, checks: Sequence[Check], seed: int) -> Iterator[tuple[str, str]]:
    """Yield each row with what is wrong, under every choice of the conventions."""
    conventions = assignment.conventions
    for number, settled in enumerate(combinations(conventions)):
        candidate = LocalCandidate(apply(resolve, conventions, settled))
        for check in checks:
            mark = label(conventions, settled, check)
            if number and not mark:
                continue
            expected = check.expect(candidate, seed)
            for part, outcome in check.run(candidate, expected, seed).items():
                right = outcome.status is Status.PASSED and not outcome.carried_forward
                problem = "" if right else f"{outcome.status.value}: {outcome.message}"
                yield f"{mark}{check.id}.{part}", problem


def _tell(name: str, progress: dict[str, Any]) -> None:
    failures = progress["failures"]
    seconds = f"{progress['seconds']:.0f} s"
    print(f"{name}: {len(failures)} failed of {progress['rows']} rows, {seconds}", flush=True)
    for failure in failures[:MOST_SHOWN]:
        print(f"  {failure}")


def _read(path: Path) -> dict[str, Any]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
