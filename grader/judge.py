"""Runs an assignment's checks on one submission; whatever happens becomes an outcome."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace

from grader.blame import find_caller, find_right_functions
from grader.candidate.sandboxed import SandboxedCandidate
from grader.carrying import Carrier, Stage
from grader.checks.base import Check, Expected
from grader.consequences import MENDABLE, JudgedPart, block_consequences, mark_consequences
from grader.course.assignment import Assignment, Question
from grader.course.conventions import Settled
from grader.course.expected import Values, values_of
from grader.course.secret import Seeds
from grader.course.trial import settle
from grader.dependence import may_stand_in, name_of
from grader.errors import SandboxError
from grader.holding_back import hold_back
from grader.model import CheckResult, Kind, Outcome, Progress, Status
from grader.pointing import point_at_line
from grader.reach import NameGraph
from grader.records import record
from grader.settings import Visibility
from grader.submission.definition import Definition
from grader.submission.overlay import ModuleSource, Programme

_PATIENCE = 6
"""Checks that may use up their whole time before those after them get a tenth of it each."""
_SETTLED = frozenset({Status.PASSED, Status.MISSING, Status.NEEDS_REVIEW})
"""Outcomes that a fresh worker would not change."""

logger = logging.getLogger("grader")
logger.addHandler(logging.NullHandler())  # silent unless the program that grades wants to know


@record
class Judged:
    """What came of an assignment's checks."""

    results: list[CheckResult]
    """A row per part."""
    assignment: Assignment
    """Whose checks these are: with functions of earlier homework, if these were looked at."""
    blamed: frozenset[str]
    """Names of the functions without whose errors other rows are right, or may be."""


@record
class Judge:
    """Judges one submission, one assignment after the other.

    Parameters
    ----------
    candidate : SandboxedCandidate
        The submission.
    definitions : mapping
        Where each target is.
    modules : mapping
        Its sources by path, for the lines that reports show.
    """

    candidate: SandboxedCandidate
    definitions: Mapping[str, Definition]
    modules: Mapping[str, ModuleSource]
    graph: NameGraph = field(init=False)
    """What each definition in the sources uses."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "graph", NameGraph(self.modules.values()))

    @classmethod
    def of(
        cls,
        candidate: SandboxedCandidate,
        definitions: Mapping[str, Definition],
        programmes: Iterable[Programme],
    ) -> Judge:
        """Return a judge that knows the sources of all programmes by their path."""
        modules = {module.path: module for p in programmes for module in p.modules}
        return cls(candidate, definitions, modules)

    def settle(self, assignment: Assignment, expected: Values, seed: int) -> dict[str, str]:
        """Return which choice of each convention the submission made.

        The first choice under which the whole probe passes is taken, else the default.
        """
        return settle(assignment, expected, lambda check, own: self._run_check(check, own, seed))

    def run(
        self,
        assignment: Assignment,
        expected: Values,
        seeds: Seeds,
        progress: Progress | None,
        settled: Settled,
    ) -> Judged:
        """Run every check: a row per part, with points still to be given.

        Where something fails that may be made of functions of earlier homework, their checks are
        run, too.
        """

        def own(check: Check) -> Expected:
            return values_of(expected, assignment, check, settled)

        examined = self._examine_all(list(assignment.rows()), own, seeds, progress)
        if _may_be_earlier(assignment, examined):
            assignment = assignment.with_earlier()
            added = [row for row in assignment.rows() if row[0].earlier]
            examined |= self._examine_all(added, own, seeds, None)
        rows = list(assignment.rows())
        results = [result for _, check in rows for result in examined[check.id]]
        right = find_right_functions(results)
        results = [self._blame_caller(result, right) for result in results]
        parts = [(check, part) for _, check in rows for part in check.parts]
        judged = [
            JudgedPart(check, part, result)
            for (check, part), result in zip(parts, results, strict=True)
        ]
        carried = self.make_carrier(
            assignment,
            settled,
            lambda check: self._run_again(check, own(check), seeds.of(check)),
        ).carry(judged)
        marked = mark_consequences(carried.judged, self.definitions, self.graph, carried.own)
        if not carried.possible:
            marked = block_consequences(marked)
        results = hold_back(carried.judged, marked, carried.forgiven)
        blamed = {name for result in results for name in result.outcome.evidence.builds_on}
        blamed.update(name_of(target) for causes in carried.forgiven.values() for target in causes)
        return Judged(results, assignment, frozenset(blamed))

    def _examine_all(
        self,
        rows: Sequence[tuple[Question, Check]],
        own: Callable[[Check], Expected],
        seeds: Seeds,
        progress: Progress | None,
    ) -> dict[str, list[CheckResult]]:
        """Run every check against its `own` expected values; return its rows by its id."""
        examined: dict[str, list[CheckResult]] = {}
        patience = self.candidate.spent_budgets + _PATIENCE
        # Last, and in a worker that ends with them: code that remembers what it was given could
        # tell it in the messages and in the digits of checks whose details are shown.
        # Those shown once the assignment is due come before those that never are.
        for done, (question, check) in enumerate(sorted(rows, key=lambda row: _secrecy(row[1]))):
            if progress is not None:
                progress(check.id, done, len(rows))
            examined[check.id] = self._examine(question, check, own(check), seeds.of(check))
            if self.candidate.spent_budgets >= patience:
                self.candidate.shorten_budgets()  # one hand-in must not hold up all the others
                patience = sys.maxsize
        if any(_is_hidden(check) for _, check in rows):
            self.candidate.restart()
        return examined

    def make_carrier(
        self,
        assignment: Assignment,
        settled: Settled,
        run: Callable[[Check], Mapping[str, Outcome]] = lambda _: {},
    ) -> Carrier:
        """Return what judges without the errors of others; `run` runs a check once more."""
        stage = Stage(self.candidate, self.definitions, self.graph)
        return Carrier(stage, assignment, settled, run=run)

    def _run_again(self, check: Check, expected: Expected, seed: int) -> dict[str, Outcome]:
        outcomes = self._run_check(check, expected, seed)
        if _is_hidden(check):
            self.candidate.restart()
        return {part: self._explain(check, part, outcomes[part]) for part in check.parts}

    def _examine(
        self, question: Question, check: Check, expected: Expected, seed: int
    ) -> list[CheckResult]:
        started = time.perf_counter()
        outcomes = self._run_check(check, expected, seed)
        seconds = time.perf_counter() - started
        return [
            CheckResult(
                id=f"{check.id}.{part}",
                question=question.id,
                kind=check.kind,
                targets=check.targets,
                outcome=self._explain(check, part, outcomes[part]),
                score=0.0,
                max_score=float(check.points[part]),
                visibility=check.visibility,
                seconds=seconds,
            )
            for part in check.parts
        ]

    def _run_check(self, check: Check, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Run a check; what fails in a worker that others have used is run again in a new one."""
        try:
            outcomes = check.run(self.candidate, expected, seed)
            found = {outcome.status for outcome in outcomes.values()}
            # What ran out of time would cost it twice.
            if found - _SETTLED and Status.TIMED_OUT not in found and self.candidate.reused:
                self.candidate.restart()
                outcomes = check.run(self.candidate, expected, seed)
        except SandboxError:
            raise
        except Exception:  # ours: it must cost this student nothing
            logger.exception("check %s broke", check.id)
            message = "The grader itself failed here; this check will be graded again."
            return dict.fromkeys(check.parts, Outcome(Status.GRADER_ERROR, message))
        return outcomes

    def _explain(self, check: Check, part: str, outcome: Outcome) -> Outcome:
        """Add where to look, and say of stubs that they are not written yet."""
        if outcome.status in (Status.PASSED, Status.GRADER_ERROR, Status.NEEDS_REVIEW):
            return outcome
        unwritten = self._unwritten(check, part, outcome)
        if unwritten is not None:
            name = unwritten.target.partition(":")[2]
            message = f"{name} is not written yet."
            outcome = Outcome(Status.MISSING, message, location=unwritten.location)
        elif outcome.location is None and outcome.status is not Status.MISSING:
            outcome = point_at_line(check, part, outcome, self.definitions, self.modules)
        from grader.quoting import excerpt  # most submissions fail nothing

        shown = excerpt(outcome.location, self.modules)
        return replace(outcome, evidence=replace(outcome.evidence, excerpt=shown))

    def _unwritten(self, check: Check, part: str, outcome: Outcome) -> Definition | None:
        """Return a stub among what the check calls, directly or in one step."""
        # Of a gradient, the backward pass itself first.
        targets = check.targets[::-1] if check.is_gradient(part) else check.targets
        named = [self.definitions[target] for target in targets if target in self.definitions]
        for definition in named:
            if definition.stub:
                return definition
        judged = outcome.error is not None and check.kind is not Kind.TRAINING
        nothing_came = outcome.status is Status.FAILED and not judged
        if outcome.status is not Status.ERRORED and not nothing_came:
            return None
        called = frozenset[str]().union(*(definition.calls for definition in named))
        for target, definition in self.definitions.items():
            if definition.stub and target.partition(":")[2] in called:
                return definition
        return None

    def _blame_caller(self, result: CheckResult, right: frozenset[str]) -> CheckResult:
        """Point at who called a right function with something it cannot take."""
        outcome = result.outcome
        if outcome.status is not Status.ERRORED:
            return result
        caller = find_caller(outcome.evidence.traceback, right)
        if caller is None:
            return result
        from grader.quoting import excerpt

        shown = excerpt(caller, self.modules)
        evidence = replace(outcome.evidence, excerpt=shown)
        return replace(result, outcome=replace(outcome, location=caller, evidence=evidence))


def _may_be_earlier(assignment: Assignment, examined: Mapping[str, Sequence[CheckResult]]) -> bool:
    """Return whether something fails that functions of earlier homework may have spoilt."""
    earlier = {target for check in assignment.earlier for target in check.targets}
    failing = {
        check.targets[-1]
        for check in assignment.checks
        if check.targets and any(r.outcome.status in MENDABLE for r in examined[check.id])
    }
    return any(may_stand_in(target, owner) for target in earlier for owner in failing)


def _secrecy(check: Check) -> int:
    """Return the place of a check's visibility in the order from public to hidden."""
    return tuple(Visibility).index(check.visibility)


def _is_hidden(check: Check) -> bool:
    return check.visibility is not Visibility.PUBLIC
