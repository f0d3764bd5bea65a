"""Counts how often gradient checks evaluate a function, against the course's entry-wise loop.

Usage: python benchmarks/gradient_evaluations.py [--seeds N] [ASSIGNMENT ...]. Every gradient check
and every notebook cell with a numeric gradient runs on the reference, of every assignment by
default. The course's loop evaluates twice for each entry, `grad_check_sparse` twice for each of
ten. Calls that give the gradients themselves are in neither count.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from grader.candidate.base import Candidate
from grader.candidate.local import LocalCandidate
from grader.checks.base import Check
from grader.checks.cells import CellCheck, namespace
from grader.checks.cells import check as cells_at_work
from grader.checks.cells.numeric import GradientChecker, NumericGradient
from grader.checks.cells.observer import Observer
from grader.checks.experiments import Differentiable
from grader.checks.gradient import GradientCheck
from grader.course.assignment import Assignment
from grader.course.catalogue import assignment_names, load_assignment
from grader.course.conventions import apply
from grader.course.starter.reading import resolve_target
from grader.model import Status

LIMIT = 1 / 60
"""Largest promised ratio."""

SPARSE_ENTRIES = 10
"""Entries that the course's `grad_check_sparse` looks at."""


@dataclass(slots=True)
class Tally:
    """Evaluations, ours and those of the course."""

    ours: int = 0
    course: int = 0
    most_entries: int = sys.maxsize
    """Entries of an array that the course differentiates by."""

    def watch(self, x: Any) -> None:
        """Count what the course needs for an array."""
        self.course += 2 * min(np.size(x), self.most_entries)

    def count(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function, and count it."""
        self.ours += 1
        return function(*arguments)


TALLY = Tally()
"""What the stand-ins below count into; :func:`measure` empties it."""


class CountingChecker(GradientChecker):
    """The numeric gradients of cells, counted."""

    def eval_numerical_gradient(
        self, f: Callable[[Any], Any], x: Any, *rest: Any, **named: Any
    ) -> NumericGradient:
        """Differentiate a function with one number as its value."""
        TALLY.watch(x)
        return super().eval_numerical_gradient(partial(TALLY.count, f), x, *rest, **named)

    def eval_numerical_gradient_array(
        self, f: Callable[[Any], Any], x: Any, *rest: Any, **named: Any
    ) -> NumericGradient:
        """Differentiate an array function."""
        TALLY.watch(x)
        return super().eval_numerical_gradient_array(partial(TALLY.count, f), x, *rest, **named)

    def eval_numerical_gradient_blobs(
        self, f: Callable[..., Any], inputs: Sequence[Any], *rest: Any, **named: Any
    ) -> list[NumericGradient]:
        """Differentiate a function that writes into a blob."""
        for blob in inputs:
            TALLY.watch(blob.vals)
        return super().eval_numerical_gradient_blobs(
            partial(TALLY.count, f), inputs, *rest, **named
        )


class CountingObserver(Observer):
    """Observes cells, and knows that `grad_check_sparse` looks at few entries."""

    def sparse(self, *arguments: Any) -> None:
        """Compare a gradient with numeric derivatives."""
        TALLY.most_entries = SPARSE_ENTRIES
        try:
            super().sparse(*arguments)
        finally:
            TALLY.most_entries = sys.maxsize


@dataclass(frozen=True, slots=True)
class Counted(Differentiable):
    """An experiment whose evaluations are counted."""

    experiment: Differentiable
    parts: frozenset[str]

    @property
    def targets(self) -> tuple[str, ...]:
        """Return those of the experiment."""
        return self.experiment.targets

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return those of the experiment."""
        return self.experiment.inputs

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the gradients; whoever asks for them has the course differentiate each."""
        for part, name in self.experiment.variables().items():
            if part in self.parts:
                TALLY.watch(values[name])
        return self.experiment.observe(candidate, values)

    def place_of(self, part: str) -> int | str | None:
        """Return where a part lies."""
        return self.experiment.place_of(part)

    def variables(self) -> Mapping[str, str]:
        """Return the input of each gradient."""
        return self.experiment.variables()

    def evaluate(
        self, candidate: Candidate, points: Sequence[Mapping[str, Any]]
    ) -> NDArray[np.float64]:
        """Return the scalar at each point."""
        TALLY.ours += len(points)
        return self.experiment.evaluate(candidate, points)


def main() -> int:
    """Measure, print, and return 1 if more is evaluated than promised, or a check fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("assignments", nargs="*")
    options = parser.parse_args()
    print(f"{'assignment':26}{'checks':>8}{'here':>8}{'course':>10}{'one in':>8}")
    total, failed = Tally(), []
    for name in options.assignments or assignment_names():
        assignment = load_assignment(name).assignment
        checks = [one for one in assignment.checks if isinstance(one, GradientCheck | CellCheck)]
        tallies = [
            measure(assignment, one, seed, failed)
            for one in checks
            for seed in range(options.seeds)
        ]
        row = Tally(sum(one.ours for one in tallies), sum(one.course for one in tallies))
        total.ours, total.course = total.ours + row.ours, total.course + row.course
        if row.course:
            _print_row(name, sum(one.course > 0 for one in tallies) // options.seeds, row)
    _print_row("all", None, total)
    for row in failed:
        print(f"the reference fails {row}")
    kept = total.ours <= LIMIT * total.course
    print(f"promised: at most one in {1 / LIMIT:.0f}; {'kept' if kept else 'missed'}")
    return int(bool(failed) or not kept)


def measure(assignment: Assignment, check: Check, seed: int, failed: list[str]) -> Tally:
    """Return what a check evaluates on the reference; name what fails there."""
    resolve = apply(partial(resolve_target, assignment), assignment.conventions, {})
    expected = check.expect(LocalCandidate(resolve), seed)
    if isinstance(check, GradientCheck):
        check = replace(check, experiment=Counted(check.experiment, frozenset(check.parts)))
    with _counting():
        outcomes = check.run(LocalCandidate(resolve), expected, seed)
        tally = replace(TALLY)
    if tally.course:
        failed += [
            f"{check.id}.{part} of {assignment.name} on seed {seed}"
            for part, outcome in outcomes.items()
            if outcome.status is not Status.PASSED and check.is_gradient(part)
        ]
    return tally


@contextmanager
def _counting() -> Iterator[None]:
    TALLY.ours = TALLY.course = 0
    with (
        patch.object(namespace, "GradientChecker", CountingChecker),
        patch.object(cells_at_work, "Observer", CountingObserver),
    ):
        yield


def _print_row(name: str, checks: int | None, tally: Tally) -> None:
    count = "" if checks is None else checks
    ratio = tally.course / max(1, tally.ours)
    print(f"{name:26}{count:>8}{tally.ours:8}{tally.course:10}{ratio:8.0f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
