"""The students' wheel, built from the checkout and installed where nothing else of ours is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from grader.course.catalogue import load_assignment
from grader.course.release.contents import make_release

ROOT = Path(__file__).parent.parent.parent
NOT_SOURCE = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
CORRECT = ROOT / "tests" / "cases" / "softmax" / "cs231n_correct" / "submission"
RIGHT, WRONG = "X.T.dot(dscores) / num_train", "X.T.dot(dscores)"
"""What a correct solution holds, and what a broken one holds instead."""


RunGrade = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the students' wheel is built from: building leaves traces."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("grader", "packaging"):
        shutil.copytree(ROOT / name, folder / name, ignore=NOT_SOURCE, symlinks=True)
    shutil.copy(ROOT / "LICENSE", folder)
    left = folder / "packaging" / "student" / "build" / "lib" / "grader"
    left.mkdir(parents=True)
    (left / "left_by_an_earlier_build.py").touch()
    return folder


@pytest.fixture(scope="session")
def student_wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the students' wheel without a C compiler."""
    if int(metadata.version("setuptools").split(".")[0]) < 77:
        pytest.skip("setuptools cannot build this package: pip install '.[test]'")
    folder = tmp_path_factory.mktemp("student")
    program = f"import backend; backend.build_wheel({str(folder)!r})"
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=checkout / "packaging" / "student",
        env={**os.environ, "CC": "/bin/false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr[-2000:]
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def student_environment(student_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel; NumPy and what else it needs are those of this environment."""
    folder = tmp_path_factory.mktemp("environment") / "student"
    venv.create(folder, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder)]
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *options, str(student_wheel)], check=True)
    # Named in a file, a folder's own such files, by which an editable installation is found, are
    # not read.
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    command = [folder / "bin" / "python", "-I", "-c", "import reference"]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        pytest.skip("the reference is installed beside the packages: pip install -e .")
    return folder


@pytest.fixture(scope="session")
def run_student(student_environment: Path) -> RunGrade:
    """Return what runs ``grade`` as it is installed for students."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [student_environment / "bin" / "grade", *arguments],
            cwd=cwd,
            env=own,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course's bundle, as ``grade release`` writes it."""
    folder = tmp_path_factory.mktemp("course") / "bundle"
    folder.mkdir()
    for name, content in make_release(load_assignment("softmax")).bundle.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="session")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a correct submission, and one with a mistake."""
    folder = shutil.copytree(CORRECT, tmp_path_factory.mktemp("broken") / "submission")
    file = folder / "cs231n" / "classifiers" / "softmax.py"
    text = file.read_text()
    assert RIGHT in text
    file.write_text(text.replace(RIGHT, WRONG))
    return {"correct": CORRECT, "broken": folder}
