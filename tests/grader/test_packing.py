"""The same work scores the same however it is packed, and the same twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.model import Report
from grader.pipeline import grade

CASES = Path(__file__).parent.parent / "cases" / "fully_connected"
ASSIGNMENT = ("fully_connected",)
EDITIONS = {
    "cs231n": CASES / "cs231n_correct/submission",
    "nndl": CASES / "nndl_correct/submission",
    "layers-utils": CASES / "layers_utils_correct/submission",
}


def as_zip(source: Path, work: Path) -> Path:
    """Pack the files at the top of a zip."""
    return Path(shutil.make_archive(str(work / "upload"), "zip", source))


def as_tar(source: Path, work: Path) -> Path:
    """Pack the files at the top of a tar.gz."""
    return Path(shutil.make_archive(str(work / "upload"), "gztar", source))


def as_folder(source: Path, work: Path) -> Path:
    """Copy the files to a folder."""
    return shutil.copytree(source, work / "upload")


def as_checkout(source: Path, work: Path) -> Path:
    """Commit the files to a git repository, with a change that is not committed."""
    folder = shutil.copytree(source, work / "upload")
    git = shutil.which("git")
    if git is None:
        pytest.skip("there is no git here")
    quiet = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ["-c", "user.name=A Student", "-c", "user.email=student@example.org"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "Done"]):
        subprocess.run([git, "-C", str(folder), *command], check=True, env=quiet, timeout=60)
    (folder / "notes.txt").write_text("still to do: nothing")
    return folder


def as_wrapped_zip(source: Path, work: Path) -> Path:
    """Pack one folder that holds another that holds the files."""
    path = work / "Surname_Forename_123456_assignsubmission_file_.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(source.rglob("*.py")):
            inside = file.relative_to(source).as_posix()
            archive.write(file, f"Forename Surname/assignment2 (final)/{inside}")
    return path


def as_wrapped_tar(source: Path, work: Path) -> Path:
    """Pack one wrapping folder, with names that begin with a dot and a slash."""
    path = work / "upload.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(source, "./assignment2")
    return path


PACKINGS = (as_zip, as_tar, as_folder, as_checkout, as_wrapped_zip, as_wrapped_tar)


@pytest.mark.parametrize("pack", PACKINGS, ids=lambda pack: pack.__name__)
@pytest.mark.parametrize("edition", EDITIONS)
def test_correct_work_scores_everything_however_it_is_packed(
    edition: str, pack: Callable[[Path, Path], Path], tmp_path: Path
) -> None:
    """Each edition is recognised in each packing, and nothing is lost."""
    report = grade(pack(EDITIONS[edition], tmp_path), ASSIGNMENT)
    assert [check.id for check in report.checks if check.score != check.max_score] == []
    assert report.percent == 100.0
    assert report.submission.edition == edition


def without_times(report: Report) -> Report:
    """Return the report without what may differ from run to run."""
    checks = tuple(replace(check, seconds=0.0) for check in report.checks)
    return replace(report, seconds=0.0, checks=checks)


@pytest.mark.parametrize("case", ["cs231n_correct", "nndl_starter", "tampered_provided"])
def test_same_submission_and_seed_give_the_same_report(case: str) -> None:
    """Two runs differ in nothing but times."""
    first, second = (grade(CASES / case / "submission", ASSIGNMENT, seed=8) for _ in range(2))
    assert without_times(first) == without_times(second)


def test_zip_and_folder_give_the_same_checks(tmp_path: Path) -> None:
    """Packing changes the name of a submission, not what is found out about it."""
    source = CASES / "half_way/submission"
    folder, archive = grade(source, ASSIGNMENT), grade(as_zip(source, tmp_path), ASSIGNMENT)
    assert without_times(folder).checks == without_times(archive).checks
    assert folder.submission.files == archive.submission.files


@pytest.mark.parametrize("seed", [0, 1, 7, 99, 2**31])
@pytest.mark.parametrize("case", ["cs231n_correct", "nndl_correct", "layers_utils_correct"])
def test_correct_work_scores_everything_whatever_the_seed(case: str, seed: int) -> None:
    """No draw of the inputs costs a correct submission a point."""
    report = grade(CASES / case / "submission", ASSIGNMENT, seed=seed)
    assert [check.id for check in report.checks if check.score != check.max_score] == []
    assert report.grader.seed == seed
