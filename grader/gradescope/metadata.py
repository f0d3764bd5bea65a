"""Reads what Gradescope tells of a submission: who, when, how often, and until when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from grader.records import record
from grader.report.wording import count
from grader.settings import check_moment

FILE = "submission_metadata.json"
_LARGEST = 64 << 20


@record
class Metadata:
    """What is told of one submission, as far as it is needed."""

    submitted: datetime | None = None
    due: datetime | None = None
    """When it is due, extensions included: of a group, the latest that holds for a member."""
    closes: datetime | None = None
    """When the last of them cannot hand in any more, be it late."""
    attempt: int = 1
    people: int = 1
    total_points: float | None = None
    """What Gradescope counts the assignment, questions that people grade included."""

    @property
    def late(self) -> timedelta:
        """How long after it was due it was handed in; nothing if it was in time."""
        if self.submitted is None or self.due is None:
            return timedelta()
        return max(self.submitted - self.due, timedelta())


class DamagedMetadataError(Exception):
    """What Gradescope tells is there but cannot be read, so that no due date is known."""


def read_metadata(file: Path) -> Metadata:
    """Return what Gradescope's file tells; nothing but defaults if there is none.

    A group's members may have extensions of their own. Who may hand in longest decides for all of
    them when anything is shown that is shown once the assignment is due.

    Raises
    ------
    DamagedMetadataError
        If it is there and is not what Gradescope documents.

    References
    ----------
    https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/
    """
    try:
        with file.open("rb") as stream:
            data = json.loads(stream.read(_LARGEST))
    except FileNotFoundError:
        return Metadata()
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedMetadataError(f"{file} cannot be read: {error}") from error
    try:
        return _read(data)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DamagedMetadataError(f"{file} is not as Gradescope documents it: {error}") from error


def tell(metadata: Metadata) -> str:
    """Return a line for the student on attempts and lateness; empty if there is nothing to say."""
    told = [f"Submission {metadata.attempt}."] if metadata.attempt > 1 else []
    if metadata.late:
        told.append(
            f"Handed in {_tell_duration(metadata.late)} late; what that costs is not in this score."
        )
    return " ".join(told)


def _read(data: Any) -> Metadata:
    assignment = _mapping(data.get("assignment"))
    users = [_mapping(user) for user in data.get("users") or ()]
    # Dates of a user's own are there with extensions; without any, they are the assignment's.
    dates = [_mapping(user.get("assignment")) or assignment for user in users] or [assignment]
    due = _latest(_moment(each.get("due_date") or assignment.get("due_date")) for each in dates)
    late = _latest(_moment(each.get("late_due_date")) for each in dates)
    total = assignment.get("total_points")
    return Metadata(
        submitted=_moment(data.get("created_at")),
        due=due,
        closes=_latest((due, late)),
        attempt=len(data.get("previous_submissions") or ()) + 1,
        people=len(users),
        total_points=None if total is None else float(total),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is no object")
    return value


def _moment(value: Any) -> datetime | None:
    return None if value is None else check_moment(value)


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _tell_duration(duration: timedelta) -> str:
    minutes = max(1, round(duration.total_seconds() / 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "day"), (hours, "hour"), (minutes, "minute"))
    return " and ".join([count(number, unit) for number, unit in parts if number][:2])
