from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from grader.gradescope.metadata import DamagedMetadataError, Metadata, read_metadata, tell

DOCUMENTED = {
    "id": 123456,
    "created_at": "2026-10-01T22:32:00.365935-07:00",
    "assignment": {
        "due_date": "2026-10-01T23:00:00.000000-07:00",
        "group_size": 4,
        "group_submission": True,
        "id": 25828,
        "course_id": 1234,
        "late_due_date": None,
        "release_date": "2026-09-02T00:00:00.000000-07:00",
        "title": "Programming Assignment 1",
        "total_points": "20.0",
    },
    "submission_method": "upload",
    "users": [{"email": "student@example.com", "id": 1234, "name": "Student User"}],
    "previous_submissions": [
        {"submission_time": "2026-09-06T14:24:48.087023-07:00", "score": 0.0, "results": {}},
    ],
}


def read(tmp_path: Path, **changes: Any) -> Metadata:
    """Return what is read of the documented example with changes."""
    file = tmp_path / "submission_metadata.json"
    file.write_text(json.dumps(DOCUMENTED | changes))
    return read_metadata(file)


def user(**dates: str | None) -> dict[str, Any]:
    """Return a member of a group with dates of their own."""
    return {"email": "a@example.com", "id": 1, "name": "A", "assignment": dates}


def test_the_documented_example_is_read(tmp_path: Path) -> None:
    """In time, the second attempt of one student, without an extension."""
    metadata = read(tmp_path)
    assert metadata.due == metadata.closes == datetime(2026, 10, 2, 6, tzinfo=UTC)
    assert (metadata.attempt, metadata.people, metadata.total_points) == (2, 1, 20.0)
    assert metadata.late == timedelta()
    assert tell(metadata) == "Submission 2."


def test_late_is_told_and_what_it_costs_is_not_ours(tmp_path: Path) -> None:
    """Days, hours and minutes, the two largest that there are."""
    metadata = read(tmp_path, created_at="2026-10-03T00:05:00-07:00", previous_submissions=[])
    assert metadata.late == timedelta(days=1, hours=1, minutes=5)
    assert tell(metadata) == (
        "Handed in 1 day and 1 hour late; what that costs is not in this score."
    )


def test_an_extension_holds_instead_of_the_assignment_s_date(tmp_path: Path) -> None:
    """Whoever has one is not late before it, and is shown nothing before it."""
    extended = user(due_date="2026-10-05T23:00:00-07:00", late_due_date=None)
    metadata = read(tmp_path, users=[extended], created_at="2026-10-03T00:05:00-07:00")
    assert metadata.late == timedelta()
    assert metadata.closes == datetime(2026, 10, 6, 6, tzinfo=UTC)


def test_of_a_group_the_latest_date_holds(tmp_path: Path) -> None:
    """One member's extension is everybody's, wherever in the list they are."""
    extended = user(due_date="2026-10-05T23:00:00-07:00")
    usual = user(due_date="2026-10-01T23:00:00-07:00", late_due_date="2026-10-09T23:00:00-07:00")
    for users in ([extended, usual], [usual, extended], [*DOCUMENTED["users"], extended, usual]):
        metadata = read(tmp_path, users=users)
        assert metadata.due == datetime(2026, 10, 6, 6, tzinfo=UTC)
        assert metadata.closes == datetime(2026, 10, 10, 6, tzinfo=UTC)
        assert metadata.people == len(users)


def test_nothing_told_is_nothing_known(tmp_path: Path) -> None:
    """Without the file, and without dates in it, nothing is due by Gradescope."""
    assert read_metadata(tmp_path / "absent.json") == Metadata()
    assert read(tmp_path, assignment={"due_date": None}, users=[]).closes is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"users": [3]}',
        b'{"users": 3}',
        b'{"assignment": "x"}',
        b'{"assignment": {"due_date": "tomorrow"}}',
        b'{"assignment": {"due_date": "2026-10-01T23:00:00"}}',
        b'{"assignment": {"due_date": 7}}',
        b'{"assignment": {"total_points": "many"}}',
        b'{"assignment": {"total_points": 1%s}}' % (b"0" * 400),
    ],
)
def test_what_is_damaged_is_told_from_what_is_not_there(content: bytes, tmp_path: Path) -> None:
    """A date that cannot be read is no reason to show what is shown after it."""
    file = tmp_path / "submission_metadata.json"
    file.write_bytes(content)
    with pytest.raises(DamagedMetadataError, match=r"submission_metadata\.json"):
        read_metadata(file)
