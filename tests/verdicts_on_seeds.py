"""Counts how often right code fails a gradient or property check, over many seeds.

Usage: python tests/verdicts_on_seeds.py [--variants] [--seeds 1000] [--state FILE]
[ASSIGNMENT ...]. Right code is the reference in this process or, with ``--variants``, every
submission of ``tests/cases`` that loses nothing, each in workers of its own. Laws are looked at on
one example a seed; trainings do not run. An interrupted run goes on where it was: the state file
holds how far each assignment came, and begins anew when a check or the reference has changed. The
exit code is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.candidate.local import LocalCandidate
from grader.candidate.naming import Naming
from grader.candidate.zygote import Zygote
from grader.checks.base import Check
from grader.checks.properties import PropertyCheck
from grader.course.assignment import Assignment
from grader.course.catalogue import LoadedAssignment, assignment_names, load_assignment
from grader.course.conventions import apply, combinations, label
from grader.course.expected import compute, values_of
from grader.course.provenance import describe_origin
from grader.judge import Judge
from grader.model import Kind, Outcome, Status
from grader.recognition import without_unasked
from grader.sandboxing import choose_level, collect_keywords, make_candidate
from grader.settings import Limits
from grader.submission.archive import open_submission
from grader.submission.locate import locate
from grader.submission.overlay import lay_out
from reference.targets import resolve

KINDS = frozenset({Kind.GRADIENT, Kind.PROPERTY})
SAVED_EVERY = 10
"""Seeds after which the state is written."""
MOST_SHOWN = 20
"""Failures that are told of each assignment; all are counted."""
CHECKS = Path(__file__).parent.parent / "grader" / "checks"
CASES = Path(__file__).parent / "cases"

Rows = Callable[[int], Iterator[tuple[str, str]]]
"""Takes a seed and gives each row with what is wrong with it, if anything."""


def main(arguments: Sequence[str]) -> int:
    """Run what is left to run, and print how many rows failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*", default=assignment_names())
    parser.add_argument("--variants", action="store_true")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--state", type=Path, default=Path(".verdicts-state.json"))
    wanted = parser.parse_args(arguments)
    state = _read(wanted.state)
    names = {name: f"{name} variants" if wanted.variants else name for name in wanted.assignments}
    for name, key in names.items():
        loaded = load_assignment(name)
        progress = _continue(state, key, loaded)
        with ExitStack() as stack:
            judge = _open_variants(loaded, stack) if wanted.variants else _open_reference(loaded)
            for done in _run(judge, progress, wanted.seeds):
                if done % SAVED_EVERY == 0 or done == wanted.seeds:
                    wanted.state.write_text(json.dumps(state), encoding="utf-8")
        _tell(key, progress)
    own = [state[key] for key in names.values()]
    failed = sum(len(progress["failures"]) for progress in own)
    rows = sum(progress["rows"] for progress in own)
    print(f"{failed} failed of {rows} rows, {wanted.seeds} seeds, {len(own)} assignments")
    return int(failed > 0)


def _continue(state: dict[str, Any], name: str, loaded: LoadedAssignment) -> dict[str, Any]:
    """Return how far an assignment came, from nothing if it has changed since."""
    sources = [path.read_bytes() for path in sorted(CHECKS.rglob("*.py"))]
    origin = hashlib.sha256(describe_origin(loaded).encode() + b"".join(sources)).hexdigest()
    if state.get(name, {}).get("origin") != origin:
        state[name] = {"origin": origin, "seeds": 0, "rows": 0, "seconds": 0.0, "failures": []}
    progress: dict[str, Any] = state[name]
    return progress


def _run(judge: Rows, progress: dict[str, Any], seeds: int) -> Iterator[int]:
    """Run the seeds that are left, and yield how many are done."""
    for seed in range(progress["seeds"], seeds):
        started = time.perf_counter()
        for row, problem in judge(seed):
            progress["rows"] += 1
            if problem:
                progress["failures"].append(f"seed {seed}: {row}: {problem}")
        progress["seconds"] += time.perf_counter() - started
        progress["seeds"] = seed + 1
        yield seed + 1


def _only_looked_at(assignment: Assignment) -> Assignment:
    """Return an assignment that has no checks but those this is about."""
    questions = (
        replace(question, checks=tuple(_lighten(c) for c in question.checks if c.kind in KINDS))
        for question in assignment.questions
    )
    return replace(assignment, questions=tuple(questions))


def _lighten(check: Check) -> Check:
    """Return a check that looks at one example of each law."""
    return replace(check, examples=1) if isinstance(check, PropertyCheck) else check


def _open_reference(loaded: LoadedAssignment) -> Rows:
    """Return what judges the reference, under every choice of the conventions."""
    assignment = _only_looked_at(loaded.assignment)
    conventions = assignment.conventions

    def judge(seed: int) -> Iterator[tuple[str, str]]:
        for number, settled in enumerate(combinations(conventions)):
            candidate = LocalCandidate(apply(resolve, conventions, settled))
            for check in assignment.checks:
                mark = label(conventions, settled, check)
                if number and not mark:
                    continue
                expected = check.expect(candidate, seed)
                for part, outcome in check.run(candidate, expected, seed).items():
                    yield f"{mark}{check.id}.{part}", _say(outcome)

    return judge


def _open_variants(loaded: LoadedAssignment, stack: ExitStack) -> Rows:
    """Return what judges each right submission by the conventions that it follows."""
    assignment = _only_looked_at(loaded.assignment)
    zygote = Zygote()
    stack.callback(zygote.close)
    opened = {
        folder.name: _open(folder / "submission", loaded, zygote, stack)
        for folder in sorted((CASES / assignment.name).iterdir())
        if _loses_nothing(folder)
    }

    def judge(seed: int) -> Iterator[tuple[str, str]]:
        expected = compute(assignment, seed)
        for name, (one, asked_for) in opened.items():
            settled = one.settle(asked_for, expected, seed)
            for check in asked_for.checks:
                own = values_of(expected, assignment, check, settled)
                for part, outcome in check.run(one.candidate, own, seed).items():
                    yield f"{name}: {check.id}.{part}", _say(outcome)

    return judge


def _open(
    folder: Path, loaded: LoadedAssignment, zygote: Zygote, stack: ExitStack
) -> tuple[Judge, Assignment]:
    """Return a judge of a submission, and what its year asks for."""
    handed_in = open_submission(folder)
    assignment = _only_looked_at(loaded.assignment)
    located = locate(handed_in, assignment.targets)
    programmes = lay_out(handed_in, located)
    naming = Naming(located.definitions, collect_keywords([loaded]))
    candidate = make_candidate(
        programmes,
        located,
        naming,
        zygote,
        level=choose_level("auto"),
        limits=Limits(),
        old_names=assignment.old_names,
    )
    stack.callback(candidate.restart)
    judge = Judge.of(candidate, located.definitions, programmes)
    return judge, without_unasked(assignment, handed_in, located)


def _loses_nothing(folder: Path) -> bool:
    """Return whether a case is a whole submission that earns all there is."""
    if not (folder / "submission").is_dir():
        return False
    expect = tomllib.loads((folder / "expect.toml").read_text(encoding="utf-8"))
    return bool(expect.get("percent") == 100.0 or expect.get("lost") == 0.0)


def _say(outcome: Outcome) -> str:
    """Return what is wrong with an outcome of right code."""
    if outcome.status is Status.PASSED and not outcome.carried_forward:
        return ""
    return f"{outcome.status.value}: {outcome.message}"


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
