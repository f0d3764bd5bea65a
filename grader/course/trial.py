"""Runs an assignment's checks in this process, on a reference in which something may be wrong."""

from __future__ import annotations

import copy
import signal
import threading
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn, TypeAlias

from grader.candidate.base import CallFailed, Failure, Operation, Reply
from grader.candidate.local import LocalCandidate
from grader.checks.base import Check
from grader.course.assignment import Assignment
from grader.course.conventions import Settled, apply
from grader.course.expected import Values, compute, values_of
from grader.errors import GraderError
from grader.model import Kind, Outcome, Status
from grader.settings import Limits
from grader.worker.snapshot import has_changed, take_snapshot

Resolve: TypeAlias = "Callable[[str], Callable[..., Any]]"
"""Returns the function or class of a canonical target name."""

_LEAST = 1e-3
"""CPU seconds that a call gets when its check has none left: none at all would be no bound."""

_AGAIN = 0.05
"""CPU seconds between signals once time is used up: one may go astray. The kernel gives it to the
thread that runs at that moment. If that is one of NumPy's own, Python need not look at it for as
long as nothing else happens; and functions may catch whatever is raised."""


def run_trial(
    assignment: Assignment,
    resolve: Resolve,
    *,
    seed: int | None = None,
    expected: Values | None = None,
    settled: Settled | None = None,
    training: bool = False,
    kinds: Collection[Kind] | None = None,
    targets: Collection[str] | None = None,
    limits: Limits | None = None,
) -> dict[str, Outcome]:
    """Return what an assignment's checks find, by row.

    Nothing is isolated: only the instructor's own functions, and versions of them made wrong on
    purpose, may be tried. What these raise is an outcome, and one that does not end is stopped.

    Parameters
    ----------
    assignment : Assignment
        With its notebooks' checks.
    resolve : callable
        Returns the function for a canonical target name.
    seed : int, optional
        The assignment's default seed if absent.
    expected : mapping, optional
        What :func:`grader.course.expected.compute` gives for that seed; computed if absent.
    settled : mapping, optional
        The choice of each convention that the functions follow and are held to. If absent, they
        follow the defaults, and are held to what their results tell, as a submission is.
    training : bool
        Whether trainings run, which take longest.
    kinds : collection of Kind, optional
        Of the checks to run; by default all.
    targets : collection of str, optional
        Only checks that call one of these; by default all.
    limits : Limits, optional
        Their ``cpu_seconds`` bound each check that sets no time of its own. Time is taken in
        the main thread alone, which is where the system tells it.

    Returns
    -------
    dict of str to Outcome
        By the row's id, ``affine_backward.dw``. Checks that need others are judged alone.

    Raises
    ------
    AssignmentError
        If no expected values are given and the reference is not installed.
    """
    rows = go_through_trial(
        assignment,
        resolve,
        seed=seed,
        expected=expected,
        settled=settled,
        training=training,
        kinds=kinds,
        targets=targets,
        limits=limits,
    )
    return dict(rows)


def go_through_trial(
    assignment: Assignment,
    resolve: Resolve,
    *,
    seed: int | None = None,
    expected: Values | None = None,
    settled: Settled | None = None,
    training: bool = False,
    kinds: Collection[Kind] | None = None,
    targets: Collection[str] | None = None,
    limits: Limits | None = None,
) -> Iterator[tuple[str, Outcome]]:
    """Yield the rows of :func:`run_trial`, with its parameters; a check runs when it is asked for.

    Checks of cells come last, because they take longest.
    """
    seed = assignment.default_seed if seed is None else seed
    expected = compute(assignment, seed) if expected is None else expected
    budget = (limits or Limits()).cpu_seconds
    candidate = TrialCandidate(apply(resolve, assignment.conventions, settled or {}), budget)
    if settled is None:
        settled = settle(assignment, expected, partial(_run, candidate, seed))
    for check in sorted(assignment.checks, key=lambda check: check.kind is Kind.NOTEBOOK_CELL):
        if check.kind is Kind.TRAINING and not training:
            continue
        if kinds is not None and check.kind not in kinds:
            continue
        if targets is not None and not set(targets).intersection(check.targets):
            continue
        own = values_of(expected, assignment, check, settled)
        for part, outcome in _run(candidate, seed, check, own).items():
            yield f"{check.id}.{part}", outcome


def settle(
    assignment: Assignment,
    expected: Values,
    run: Callable[[Check, Values], Mapping[str, Outcome]],
) -> dict[str, str]:
    """Return the choice of each convention that a candidate has made.

    The first choice under which the whole probe passes is taken, else the default.

    Parameters
    ----------
    assignment : Assignment
        With its conventions.
    expected : mapping
        Expected values of all checks.
    run : callable
        Runs a check against its own expected values.
    """
    settled: dict[str, str] = {}
    for convention in assignment.conventions:
        for name in convention.choices:
            settled[convention.name] = name
            own = values_of(expected, assignment, convention.probe, settled)
            outcomes = run(convention.probe, own)
            if all(outcome.status is Status.PASSED for outcome in outcomes.values()):
                break
        else:
            settled[convention.name] = convention.default
    return settled


def find_place(assignment: Assignment, target: str) -> str:
    """Return the reference's target that stands in the place of one by the default conventions."""
    for convention in assignment.conventions:
        target = convention.choices[convention.default].substitutes.get(target, target)
    return target


def resolve_with(resolve: Resolve, target: str, function: Callable[..., Any]) -> Resolve:
    """Return what finds a function in the place of one target, and all others as before."""
    return lambda name: function if name == target else resolve(name)


class TrialCandidate(LocalCandidate):
    """A local candidate whose functions may be wrong, as those of a submission may.

    They may raise, never end, or change the arrays that they are given.

    Parameters
    ----------
    resolve : callable
        Returns the function or class of a canonical target name.
    cpu_seconds : float
        CPU seconds for each check that sets no other time.
    """

    def __init__(self, resolve: Resolve, cpu_seconds: float = Limits().cpu_seconds) -> None:
        super().__init__(resolve)
        self._budget = cpu_seconds
        self._left = cpu_seconds

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Forget all handles and start a new budget of CPU time."""
        super().begin_check()
        self._left = self._budget if cpu_seconds is None else cpu_seconds

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations in order; what one of them raises is a failure of its own."""
        try:
            with self._bounded(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what wrong functions warn of is no failure
                return super().run(operations)
        except (CallFailed, GraderError):
            raise
        except _OutOfTime:
            raise CallFailed(Failure(Status.TIMED_OUT, "Stopped: its time is used up.")) from None
        except (Exception, SystemExit) as error:
            said = " ".join(str(error).split())
            message = f"{type(error).__name__}: {said}" if said else type(error).__name__
            raised = Failure(Status.ERRORED, message, exception=type(error).__name__)
            raise CallFailed(raised) from error

    def _remember(self, given: Sequence[Any]) -> dict[int, Any]:
        return {place: take_snapshot(value) for place, value in enumerate(given)}

    def _find_changes(self, given: Sequence[Any], before: Mapping[int, Any]) -> dict[int, Any]:
        return {
            place: copy.deepcopy(given[place])
            for place, snapshot in before.items()
            if has_changed(given[place], snapshot)
        }

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """Stop what runs inside when the check's time is used up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = signal.signal(signal.SIGVTALRM, _stop)
        expired = False
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, self._left, _AGAIN)
            yield
        except _OutOfTime:
            expired = True
            raise
        finally:
            left = signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)[0]
            signal.signal(signal.SIGVTALRM, previous)
            self._left = _LEAST if expired else max(left, _LEAST)


class _OutOfTime(BaseException):
    """Ends a call that has used up its time; no error, so that what catches errors lets it by."""


def _stop(*_: object) -> NoReturn:
    raise _OutOfTime


def _run(
    candidate: TrialCandidate, seed: int, check: Check, expected: Values
) -> dict[str, Outcome]:
    return check.run(candidate, expected, seed)
