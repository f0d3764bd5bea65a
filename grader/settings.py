"""What instructors and operators set: limits, policies, and what students read of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from grader.records import record


class Visibility(StrEnum):
    """Who may see a check's details, and when."""

    PUBLIC = "public"
    AFTER_DUE = "after_due"
    HIDDEN = "hidden"


class Rule(StrEnum):
    """What is looked for in the text of a submission."""

    NUMERIC_BACKWARD = "numeric_backward"
    """A gradient that is worked out from differences of a forward pass."""
    NAIVE_CALLS_FAST = "naive_calls_fast"
    """A naive function that gets its result from the fast one."""
    FORBIDDEN_IMPORT = "forbidden_import"
    """A target that uses a package which differentiates or convolves by itself."""
    LOOPS = "loops"
    """A loop in a function that is to be vectorised."""
    MEMORISED = "memorised"
    """Right answers that a handout prints, written down in a target."""


class Policy(StrEnum):
    """What becomes of what a rule finds."""

    OFF = "off"
    """Nothing: it is not looked for."""
    ADVISORY = "advisory"
    """A note in the report; no points change."""
    SCORED = "scored"
    """The rows that it concerns earn nothing, and say so."""


@record
class Limits:
    """What one check may use."""

    cpu_seconds: float = 30.0
    """CPU seconds of student code per check; this decides ``timed_out``."""
    wall_factor: float = 4.0
    """Wall-clock backstop, as a multiple of ``cpu_seconds``, for code that sleeps."""
    memory_bytes: int = 2 << 30
    """Address space of the worker."""
    output_bytes: int = 64 << 10
    """How much of what student code prints is kept; the rest is read and dropped."""
    reply_bytes: int = 64 << 20
    """Largest body of one reply."""

    @property
    def wall_seconds(self) -> float:
        """Wall-clock seconds after which a check is stopped whatever its CPU time."""
        return max(2.0, self.cpu_seconds * self.wall_factor)


class Detail(StrEnum):
    """How much of a check its reader is told; each level adds to the one before."""

    STATUS = "status"
    """The verdict and the points."""
    LOCATION = "location"
    """Which lines make the result, as far as the text of the submission alone decides them."""
    MISTAKE = "mistake"
    """Which known mistake it is, and the question that leads on."""
    FULL = "full"
    """Everything: inputs, values, errors, messages, seconds."""

    @property
    def rank(self) -> int:
        """Return its place in the order of the levels."""
        return tuple(Detail).index(self)


@record
class Disclosure:
    """How much of a check students read: before its assignment is due, and after."""

    before: Detail
    after: Detail
    due: str = ""
    """When the assignment is due, in ISO 8601 with a time zone; empty for never."""

    def at(self, now: datetime) -> Detail:
        """Return what holds at a moment that has a time zone."""
        past = bool(self.due) and now >= datetime.fromisoformat(self.due)
        return self.after if past else self.before


_BEFORE: Mapping[Visibility, Detail] = {
    Visibility.PUBLIC: Detail.FULL,
    Visibility.AFTER_DUE: Detail.LOCATION,
    Visibility.HIDDEN: Detail.LOCATION,
}
_AFTER: Mapping[Visibility, Detail] = {**_BEFORE, Visibility.AFTER_DUE: Detail.FULL}


@record(kw_only=True)
class Feedback:
    """What students read of an assignment's checks, by their visibility and by time.

    Levels that are left out are the usual ones: public checks are told in full, checks of
    visibility ``after_due`` once the assignment is due, and of hidden ones only the place.

    Raises
    ------
    ValueError
        If a visibility or a level is none, or the time is no time or has no zone.
    """

    due: str = ""
    """When the assignment is due, in ISO 8601 with a time zone: ``2026-12-01T23:59-08:00``."""
    before: Mapping[Visibility, Detail] = field(default_factory=dict)
    """Levels until then."""
    after: Mapping[Visibility, Detail] = field(default_factory=dict)
    """Levels from then on."""

    def __post_init__(self) -> None:
        for level in (self.before, self.after):
            for visibility, detail in level.items():
                Visibility(visibility), Detail(detail)
        if self.due:
            check_moment(self.due)

    def of(self, visibility: Visibility) -> Disclosure:
        """Return what students read of a check of this visibility."""
        before = {**_BEFORE, **self.before}
        # Whoever shows more before shows no less after, unless asked to.
        after = {**_AFTER, **self.after}
        if visibility not in self.after and after[visibility].rank < before[visibility].rank:
            after[visibility] = before[visibility]
        return Disclosure(Detail(before[visibility]), Detail(after[visibility]), self.due)


def check_moment(text: str) -> datetime:
    """Return the moment that a text in ISO 8601 names.

    Raises
    ------
    ValueError
        If it names none, or lacks its time zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{text!r} is no time with a zone; write it as in 2026-12-01T23:59-08:00")
    return moment
