"""Proves an assignment: the reference earns everything, the starter nothing, whatever the seed."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from grader.candidate.local import LocalCandidate
from grader.checks.review import ReviewCheck
from grader.course.assignment import Assignment
from grader.course.bundle import LoadedBundle
from grader.course.catalogue import LoadedAssignment
from grader.course.conventions import Convention, Settled, apply, combinations, label
from grader.course.expected import Values, compute, values_of
from grader.course.hidden_values import hidden_names, values_for
from grader.course.release.contents import make_starter_files
from grader.course.release.proof import prove_starter
from grader.course.secret import find_secret
from grader.course.starter.modules import Starter
from grader.course.starter.reading import resolve_target
from grader.course.trial import run_trial
from grader.dependence import may_stand_in
from grader.errors import AssignmentError
from grader.model import Outcome, Progress, Status
from grader.submission.course_names import PROVIDED

_SETTLED = frozenset({Status.PASSED, Status.NEEDS_REVIEW})
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def validate(
    loaded: LoadedAssignment,
    *,
    seeds: int = 3,
    isolation: str = "auto",
    progress: Progress | None = None,
) -> list[str]:
    """Return what is wrong with an assignment, in words; nothing if it is proved.

    Parameters
    ----------
    loaded : LoadedAssignment
        With its notebooks' checks.
    seeds : int
        How many seeds the reference has to earn everything on, the default seed first.
        Training runs on that one alone.
    isolation : str
        As for :func:`grader.pipeline.grade`.
    progress : callable, optional
        Called with what is being proved, how much is done, and how much there is.

    Raises
    ------
    AssignmentError
        If the reference is not installed.
    SandboxError
        If code cannot be isolated as asked.
    """
    assignment = loaded.assignment
    if isinstance(loaded, LoadedBundle):
        raise AssignmentError(
            f"{loaded.folder}: a bundle has no reference to be held against; validate the "
            "assignment that it was released from"
        )
    problems = [*_find_gaps(assignment), *_find_idle(assignment)]
    problems += [*_find_stale(loaded), *_find_lacking(assignment)]
    if problems:  # what follows would only repeat them
        return problems
    wanted = range(assignment.default_seed, assignment.default_seed + seeds)
    failures: dict[str, dict[int, str]] = {}
    for done, seed in enumerate(wanted):
        _tell(progress, f"reference, seed {seed}", done, seeds + 1)
        for row, message in _run_reference(assignment, seed, training=not done):
            failures.setdefault(row, {})[seed] = message
    _tell(progress, "starter", seeds, seeds + 1)
    problems += _describe_failures(failures, seeds)
    return [*problems, *_try_starter(loaded, isolation)]


def warn(loaded: LoadedAssignment) -> list[str]:
    """Return what is not wrong with an assignment and yet to be known before grading with it."""
    if not hidden_names(loaded.assignment) or find_secret(loaded.folder) is not None:
        return []
    where = "without a secret beside it, hidden checks draw from a seed that is public"
    return [f"{where}: before grading for marks, run grade secret"]


def _find_gaps(assignment: Assignment) -> Iterator[str]:
    """Yield what a declaration leaves open."""
    known = {check.id for check in assignment.checks}
    for question in assignment.questions:
        if not question.points:
            yield f"question {question.id} has no points"
        for check in question.checks:
            for name in check.needs:
                if name not in known or name == check.id:
                    yield f"check {check.id} needs {name!r}, which is no other check"
            if isinstance(check, ReviewCheck) and not check.prompt.strip():
                yield f"check {check.id} is read by a person and asks nothing: it has no text"


def _find_idle(assignment: Assignment) -> Iterator[str]:
    """Yield checks of earlier homework that nothing asked for here is made of."""
    for check in assignment.earlier:
        if not any(may_stand_in(t, owner) for t in check.targets for owner in assignment.targets):
            yield f"earlier check {check.id} is never run: nothing here is made of its functions"


def _find_stale(loaded: LoadedAssignment) -> Iterator[str]:
    try:
        values_for(loaded, None, find_secret(loaded.folder))
    except AssignmentError as error:
        yield str(error)


def _find_lacking(assignment: Assignment) -> Iterator[str]:
    """Yield targets, and what stands in for them under a convention, that are not there."""
    wanted = dict.fromkeys(assignment.known_targets)
    for convention in assignment.conventions:
        wanted |= dict.fromkeys(convention.probe.targets)
        for choice in convention.choices.values():
            wanted |= dict.fromkeys((*choice.keywords, *choice.substitutes.values()))
    for target in wanted:
        try:
            resolve_target(assignment, target)
        except AssignmentError as error:
            yield str(error)


def _run_reference(
    assignment: Assignment, seed: int, *, training: bool
) -> Iterator[tuple[str, str]]:
    """Yield the rows that the reference does not earn, under any choice of the conventions."""
    try:
        values = compute(assignment, seed)
    except AssignmentError as error:
        yield "expected values", str(error)
        return
    if assignment.earlier:
        assignment = assignment.with_earlier()
    conventions = assignment.conventions
    checks = {check.id: check for check in assignment.checks}
    resolve: Callable[[str], Any] = partial(resolve_target, assignment)
    for number, settled in enumerate(combinations(conventions)):
        outcomes = run_trial(
            assignment,
            resolve,
            seed=seed,
            expected=values,
            settled=settled,
            training=training,
            targets=_changed_targets(conventions, settled) if number else None,
        )
        for row, outcome in outcomes.items():
            if outcome.status not in _SETTLED:
                mark = label(conventions, settled, checks[row.rpartition(".")[0]])
                yield f"{mark}{row}", _say(outcome)
        candidate = LocalCandidate(apply(resolve, conventions, settled))
        yield from _misread(assignment, candidate, values, settled, seed)


def _changed_targets(conventions: Sequence[Convention], settled: Settled) -> frozenset[str]:
    """Return what behaves differently than by the defaults."""
    changed = (one.targets for one in conventions if settled[one.name] != one.default)
    return frozenset[str]().union(*changed)


def _misread(
    assignment: Assignment, candidate: LocalCandidate, values: Values, settled: Settled, seed: int
) -> Iterator[tuple[str, str]]:
    """Yield the conventions whose probe does not tell the choice that was made."""
    for convention in assignment.conventions:
        seen: dict[str, str] = {}
        for name in convention.choices:
            seen = {**settled, convention.name: name}
            own = values_of(values, assignment, convention.probe, seen)
            outcomes = convention.probe.run(candidate, own, seed)
            if all(outcome.status is Status.PASSED for outcome in outcomes.values()):
                break
        else:
            seen = {}
        told = seen.get(convention.name, "none of them")
        if told != settled[convention.name]:
            yield (
                f"convention {convention.name}",
                f"with {settled[convention.name]}, its probe tells {told}",
            )


def _describe_failures(failures: Mapping[str, Mapping[int, str]], seeds: int) -> Iterator[str]:
    for row, by_seed in failures.items():
        seed, message = next(iter(by_seed.items()))
        where = f"seed {seed}" if len(by_seed) == 1 else f"{len(by_seed)} seeds, first {seed}"
        if len(by_seed) == seeds:
            yield f"the reference does not earn {row}: {message}"
        else:
            yield f"{row} is flaky: the reference fails on {where}: {message}"


def _try_starter(loaded: LoadedAssignment, isolation: str) -> Iterator[str]:
    """Yield what is wrong with the starter: signatures, imports, points."""
    given = any(question.given for question in loaded.assignment.questions)
    for with_given in (False, True) if given else (False,):
        try:
            notebooks, modules = make_starter_files(loaded, with_given=with_given)
        except AssignmentError as error:
            yield str(error)
            return
        if not with_given:
            yield from _compare_signatures(loaded.assignment, modules)
        files = {**modules.files, **notebooks}
        encoded = {path: text.encode() for path, text in files.items()}
        note = " (with what is given)" if with_given else ""
        for problem in prove_starter(loaded, encoded, isolation=isolation):
            yield f"{problem}{note}"


def _compare_signatures(assignment: Assignment, modules: Starter) -> Iterator[str]:
    """Yield functions that the starter declares with other parameters than the reference has."""
    trees = {path: ast.parse(text) for path, text in modules.own.items()}
    for target in assignment.targets:
        module, _, name = target.partition(":")
        if module in PROVIDED:
            continue
        nodes = {
            node.name: node
            for node in trees[modules.stubs[target]].body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        found = resolve_target(assignment, target)
        for method, parameters in _parameters(nodes[name]).items():
            right = _positional(getattr(found, method) if method else found)
            if parameters != right:
                said = f"{target}.{method}" if method else target
                yield (
                    f"{said} takes {', '.join(parameters)} in the starter, "
                    f"{', '.join(right)} in the reference"
                )


def _parameters(node: ast.FunctionDef | ast.ClassDef) -> dict[str, tuple[str, ...]]:
    """Return the parameters of a function, under no name, or of each method of a class."""
    if isinstance(node, ast.FunctionDef):
        return {"": tuple(argument.arg for argument in node.args.args)}
    methods = (item for item in node.body if isinstance(item, ast.FunctionDef))
    return {method.name: _parameters(method)[""] for method in methods}


def _positional(function: Any) -> tuple[str, ...]:
    parameters = inspect.signature(function).parameters.values()
    return tuple(one.name for one in parameters if one.kind in _POSITIONAL)


def _say(outcome: Outcome) -> str:
    measured = ""
    if outcome.error is not None and outcome.tolerance is not None:
        measured = f" (error {outcome.error:.1e}, tolerance {outcome.tolerance:.1e})"
    return f"{outcome.status.value}: {outcome.message}{measured}"


def _tell(progress: Progress | None, what: str, done: int, total: int) -> None:
    if progress is not None:
        progress(what, done, total)
