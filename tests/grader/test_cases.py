"""Whole submissions, graded as the command line does, against what each folder expects."""

from __future__ import annotations

import io
import tomllib
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.model import Report, Status
from grader.report.json_reading import report_from_json

CASES = Path(__file__).parent.parent / "cases"
NAMES = sorted(
    f"{path.parent.parent.name}/{path.parent.name}" for path in CASES.glob("*/*/expect.toml")
)
KNOWN = {
    *("about", "of", "pack", "score", "lost", "percent", "max_score", "edition", "exit_code"),
    *("statuses", "warnings", "missing", "message"),
}


def zip_bytes(files: dict[str, bytes]) -> bytes:
    """Return a zip archive of the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read_tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its relative path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


def hand_in(case: str, expect: dict[str, Any], work: Path) -> Path:
    """Return what the student uploads: the folder as it is, or packed as the case asks."""
    submission = (CASES / case).parent / expect.get("of", Path(case).name) / "submission"
    if "pack" not in expect:
        return submission
    assert expect["pack"] == "zip in zip"
    tree = read_tree(submission)
    shadows = {
        f"__MACOSX/{Path(name).parent}/._{Path(name).name}": b"\0\5\26\7Mac OS X" for name in tree
    }
    inner = zip_bytes({**{f"work/{name}": content for name, content in tree.items()}, **shadows})
    outer = work / "hand-in (1).zip"
    outer.write_bytes(zip_bytes({"hw4/solution.zip": inner, "__MACOSX/hw4/._solution.zip": b"\0"}))
    return outer


def expected_status(check_id: str, statuses: dict[str, str]) -> str:
    """Return the status of the last pattern that names the check."""
    matching = [status for pattern, status in statuses.items() if fnmatchcase(check_id, pattern)]
    assert matching, f"no pattern names {check_id}"
    return matching[-1]


@pytest.mark.parametrize("case", NAMES)
def test_submission_is_graded_as_its_folder_says(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Score, statuses, edition, warnings and exit code are those of ``expect.toml``."""
    expect = tomllib.loads((CASES / case / "expect.toml").read_text(encoding="utf-8"))
    assert expect.keys() <= KNOWN
    monkeypatch.chdir(tmp_path)
    upload = hand_in(case, expect, tmp_path)
    assignment = Path(case).parent.name
    code = main(
        [str(upload), "--assignment", assignment, "--quiet", "--format", "json:report.json"]
    )
    assert code == expect.get("exit_code", 0)
    report = report_from_json(Path("report.json").read_text(encoding="utf-8"))
    found = {check.id: check.outcome.status.value for check in report.checks}
    wanted = {check_id: expected_status(check_id, expect["statuses"]) for check_id in found}
    assert found == wanted
    assert report.submission.edition == expect["edition"]
    assert_points(report, expect)
    for pattern in expect.get("warnings", ()):
        assert any(fnmatchcase(warning, pattern) for warning in report.warnings)
    assert list(report.missing) == expect.get("missing", [])
    if "message" in expect:
        messages = [check.outcome.message for check in report.checks]
        assert any(fnmatchcase(message, expect["message"]) for message in messages)


def assert_points(report: Report, expect: dict[str, Any]) -> None:
    """Check the total, and that each status earns what it must.

    What is lost leaves out the points that wait for a person.
    """
    if "score" in expect:
        assert report.score == pytest.approx(expect["score"])
    if "lost" in expect:
        assert report.max_score - report.pending - report.score == pytest.approx(expect["lost"])
    if "percent" in expect:
        assert report.percent == pytest.approx(expect["percent"])
    assert report.max_score == expect.get("max_score", 100.0)
    assert not report.needs_regrade
    for check in report.checks:
        if check.outcome.status is not Status.PASSED:
            assert check.score == 0.0
            assert check.outcome.message
