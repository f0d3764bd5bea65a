"""Groups the checks of a report by what is wrong, so that one cause is told once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from grader.model import CheckResult, Location, Status
from grader.report.wording import count

# What a student cannot mend: our own failures, what waits for a person, and consequences.
_NOT_TO_MEND = frozenset({Status.GRADER_ERROR, Status.NEEDS_REVIEW, Status.BLOCKED})
_TITLE_LENGTH = 30


@dataclass(frozen=True, slots=True)
class Cause:
    """Checks that lost points for one and the same reason, in the report's order."""

    checks: tuple[CheckResult, ...]

    @property
    def first(self) -> CheckResult:
        """The check that speaks for all."""
        return self.checks[0]

    @property
    def status(self) -> Status:
        """How all of its checks ended."""
        return self.first.outcome.status

    @property
    def location(self) -> Location | None:
        """The student's line all of its checks point to."""
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
    def functions(self) -> tuple[str, ...]:
        """Functions and classes concerned, each once."""
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
        parts = [split_id(check.id)[1] for check in self.checks]
        names = ", ".join(dict.fromkeys(filter(None, parts)))
        if len(self.checks) > 1 and len(self.functions[0]) + len(names) > _TITLE_LENGTH:
            names = count(len(self.checks), "check")
        return f"{self.functions[0]} · {names}" if names else self.functions[0]


def split_id(check_id: str) -> tuple[str, str]:
    """Return a check id's function or class, and its part (empty if it has none)."""
    function, _, part = check_id.partition(".")
    return function, part.replace(".", " · ")


def group_causes(checks: Iterable[CheckResult]) -> tuple[Cause, ...]:
    """Return one cause for all checks that failed for the same reason, in order of appearance."""
    groups: dict[Hashable, list[CheckResult]] = {}
    for check in checks:
        if check.outcome.status is not Status.PASSED:
            groups.setdefault(_reason(check), []).append(check)
    return tuple(Cause(tuple(group)) for group in groups.values())


def most_costly(causes: Iterable[Cause], *, most: int = 3) -> tuple[Cause, ...]:
    """Return the causes a student wins most by mending, dearest first."""
    mendable = [cause for cause in causes if cause.status not in _NOT_TO_MEND and cause.lost > 0]
    return tuple(sorted(mendable, key=lambda cause: -cause.lost)[:most])


def _reason(check: CheckResult) -> Hashable:
    """Return what two checks share if and only if they failed for the same reason."""
    outcome = check.outcome
    function = split_id(check.id)[0]
    match outcome.status:
        case Status.FAILED if _shows_values(check) or not outcome.message:
            # Two wrong values are two things to look at, even in one function.
            return check.id
        case Status.ERRORED if outcome.location:
            # The same line raising on other inputs may word its message differently.
            return outcome.status, outcome.location
        case Status.TIMED_OUT | Status.CRASHED if "while importing" in outcome.message:
            # One module that ends the process takes all its functions with it.
            return outcome.status, outcome.message
        case Status.TIMED_OUT | Status.CRASHED:
            return outcome.status, function
        case _ if outcome.message:
            return outcome.status, outcome.message, outcome.location
        case _:
            return outcome.status, function


def _shows_values(check: CheckResult) -> bool:
    evidence = check.outcome.evidence
    return evidence.got is not None or evidence.index is not None
