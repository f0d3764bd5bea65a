"""Groups the checks of a report by what is wrong, so that one cause is told once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from grader.model import CheckResult, Kind, Location, Status
from grader.records import record
from grader.report.check_ids import name_parts, split_id
from grader.report.reasons import absent_name, is_absent, reasons_of, says_little, what_is_left
from grader.report.wording import count
from grader.settings import Detail

# What a student cannot mend: our own failures, what waits for a person, and what waits for that.
_NOT_TO_MEND = frozenset({Status.GRADER_ERROR, Status.NEEDS_REVIEW, Status.BLOCKED})
_TITLE_LENGTH = 44
_TELL_LESS = frozenset({Kind.PROPERTY, Kind.NOTEBOOK_CELL})


@record
class Cause:
    """Checks that lost points for one and the same reason, in the report's order."""

    checks: tuple[CheckResult, ...]
    followers: tuple[CheckResult, ...] = ()
    """Checks that fail only because this one does, as far as can be told."""

    @property
    def first(self) -> CheckResult:
        """The check that speaks for all: one that may be shown whole, if there is one."""
        whole = (check for check in self.checks if check.told is Detail.FULL)
        return next(whole, self.checks[0])

    @property
    def status(self) -> Status:
        """How all of its checks ended."""
        return self.first.outcome.status

    @property
    def location(self) -> Location | None:
        """The student's line its checks point to, or the first of several."""
        if len(self.functions) > 1 and is_absent(self.first):
            return None
        return self.first.outcome.location

    @property
    def score(self) -> float:
        """Points earned in spite of it."""
        return sum(check.score for check in self.checks)

    @property
    def max_score(self) -> float:
        """Points its checks carry."""
        return sum(check.max_score for check in self.checks)

    @property
    def lost(self) -> float:
        """Points to be won by mending it."""
        return self.max_score - self.score

    @property
    def lost_by_followers(self) -> float:
        """Points of the checks that fail only because of it."""
        return sum(check.max_score - check.score for check in self.followers)

    @property
    def functions(self) -> tuple[str, ...]:
        """Functions and classes concerned, each once."""
        if is_absent(self.first):
            return tuple(dict.fromkeys(map(absent_name, self.checks)))
        names = tuple(dict.fromkeys(split_id(check.id)[0] for check in self.checks))
        blamed = {check.targets[-1:] for check in self.checks}
        if len(names) > 1 and len(blamed) == 1:
            # Checks of several names about one function: its loss, and the loss's gradient.
            return tuple(target.rpartition(":")[2] for target in blamed.pop()) or names
        return names

    @property
    def title(self) -> str:
        """Names what is concerned, as far as that is short: ``affine_backward · dx, dw``."""
        if len(self.functions) > 1:
            names = ", ".join(self.functions)
            return names if len(names) <= _TITLE_LENGTH else f"{len(self.functions)} functions"
        names = name_parts(self.checks)
        if len(self.checks) > 1 and len(self.functions[0]) + len(names) > _TITLE_LENGTH:
            names = count(len(self.checks), "check")
        return f"{self.functions[0]} · {names}" if names else self.functions[0]


def group_causes(checks: Iterable[CheckResult]) -> tuple[Cause, ...]:
    """Return one cause for all checks that failed for the same reason, in order of appearance.

    Consequences are no causes; each one is a follower of the cause it builds on, if there is
    just one. What earns nothing because its own function fails is told with that failure.
    """
    settled = (Status.PASSED, Status.NEEDS_REVIEW)
    failed = [check for check in checks if check.outcome.status not in settled]
    causes = group_failures(check for check in failed if not check.outcome.evidence.builds_on)
    own: dict[int, list[CheckResult]] = {}
    followers: dict[int, list[CheckResult]] = {}
    for check in failed:
        names = check.outcome.evidence.builds_on
        numbers = {_find(name, causes) for name in names}
        if len(numbers) == 1 and (number := numbers.pop()) is not None:
            joined = own if names == split_id(check.id)[:1] else followers
            joined.setdefault(number, []).append(check)
    return tuple(
        Cause((*cause.checks, *own.get(number, ())), tuple(followers.get(number, ())))
        for number, cause in enumerate(causes)
    )


def group_failures(checks: Iterable[CheckResult]) -> tuple[Cause, ...]:
    """Return checks that failed for the same reason together, in order of appearance."""
    groups: list[tuple[set[Hashable], list[CheckResult]]] = []
    for check in checks:
        reasons = reasons_of(check)
        joined = [group for group in groups if group[0] & reasons]
        if not joined:
            groups.append((reasons, [check]))
            continue
        # A check may join groups that had nothing in common so far.
        first, *others = joined
        first[0].update(reasons, *(group[0] for group in others))
        first[1].extend([*(one for group in others for one in group[1]), check])
        groups = [group for group in groups if all(group is not other for other in others)]
    found = _join_less_telling([group for _, group in groups])
    return tuple(Cause(tuple(group)) for group in _join_hidden(found))


def _join_less_telling(groups: Sequence[list[CheckResult]]) -> list[list[CheckResult]]:
    """Return the groups, what other checks tell better joined to what these tell.

    A law often has no line of its own: the shape of an error that goes with it is that of a
    result. Of a line that makes a wrong result, cells and laws show the same mistake.
    """
    better: dict[Hashable, list[CheckResult]] = {}
    for group in groups:
        for check in group:
            for reason in () if check.kind in _TELL_LESS else _weak_reasons(check):
                better.setdefault(reason, group)
    left = []
    for group in groups:
        weak = [set(_weak_reasons(check)) for check in group if check.kind in _TELL_LESS]
        reasons = set[Hashable]().union(*weak) if len(weak) == len(group) else ()
        told = next((found for reason, found in better.items() if reason in reasons), None)
        if told is None:
            left.append(group)
        else:
            told.extend(group)
    return left


def _weak_reasons(check: CheckResult) -> Iterator[Hashable]:
    """Yield what joins a wrong result to others that tell more."""
    function, outcome = split_id(check.id)[0], check.outcome
    if outcome.status is not Status.FAILED:
        return
    if check.kind is not Kind.NOTEBOOK_CELL and outcome.diagnosis:
        yield function, outcome.diagnosis
    if outcome.location:
        yield function, outcome.location


def _join_hidden(groups: Sequence[list[CheckResult]]) -> list[list[CheckResult]]:
    """Return the groups, those with nothing to show joined to one of their function that shows it.

    All that may be said of code that stopped on hidden inputs is its function, so that it is told
    with the first failure of the kind there that is told in full; so is a wrong result of which
    no more is said than the line that makes it, with one of that line.
    """
    spoken: dict[Hashable, list[CheckResult]] = {}
    for group in groups:
        for check in group:
            if check.told is Detail.FULL:
                spoken.setdefault(what_is_left(check), group)
    left = []
    for group in groups:
        told = spoken.get(what_is_left(group[0])) if all(map(says_little, group)) else None
        if told is None:
            left.append(group)
        else:
            told.extend(group)
    return left


def group_consequences(
    checks: Iterable[CheckResult], causes: Sequence[Cause]
) -> dict[tuple[str, ...], tuple[CheckResult, ...]]:
    """Return the checks that build on the same causes together, by the functions to mend."""
    groups: dict[frozenset[int | None], list[CheckResult]] = {}
    told = {check.id for cause in causes for check in cause.checks}
    for check in checks:
        names = check.outcome.evidence.builds_on
        if names and check.id not in told and check.outcome.status is not Status.PASSED:
            numbers = frozenset(_find(name, causes) for name in names)
            groups.setdefault(numbers, []).append(check)
    return {
        tuple(dict.fromkeys(n for c in group for n in c.outcome.evidence.builds_on)): tuple(group)
        for group in groups.values()
    }


def most_costly(causes: Iterable[Cause], *, most: int = 3) -> tuple[Cause, ...]:
    """Return the causes a student wins most by mending, dearest first."""
    mendable = [cause for cause in causes if cause.status not in _NOT_TO_MEND and cause.lost > 0]
    dearest = sorted(mendable, key=lambda cause: -(cause.lost + cause.lost_by_followers))
    return tuple(dearest[:most])


def _find(name: str, causes: Sequence[Cause]) -> int | None:
    """Return the number of the cause that lies in a function: rather where it is blamed."""
    for blamed in (slice(-1, None), slice(None)):
        for number, cause in enumerate(causes):
            targets = [target for check in cause.checks for target in check.targets[blamed]]
            if name in (target.rpartition(":")[2] for target in targets):
                return number
    return None
