"""What is built from the checkout, and what can be done with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).parent.parent
PACKAGES = ("grader", "reference")
NOT_SOURCE = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "*.egg-info", "*.so", "*.c", "tox.ini"
)


@dataclass(frozen=True, slots=True)
class Distribution:
    """What one build gave, made on a machine that has no working C compiler."""

    source_names: frozenset[str]
    """Files of the source distribution, relative to its top folder."""
    wheel_names: frozenset[str]
    installed: Path
    """A folder that holds the wheel's content, as after an installation."""


def require_build_tools() -> None:
    """Skip where the package cannot be built without fetching something first."""
    for name, lowest in (("setuptools", 77), ("Cython", 3)):
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            pytest.skip(f"{name} is not installed: pip install '.[test]'")
        if int(version.split(".")[0]) < lowest:
            pytest.skip(f"{name} {version} cannot build this package: pip install '.[test]'")


def build(kind: str, source: Path, target: Path) -> Path:
    """Run the build backend in ``source`` without a C compiler; return the file it made."""
    target.mkdir()
    program = f"from setuptools import build_meta; build_meta.build_{kind}({str(target)!r})"
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=source,
        env={**os.environ, "CC": "/bin/false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr[-2000:]
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Distribution:
    """Build a source distribution from the checkout, and a wheel from that distribution."""
    require_build_tools()
    folder = tmp_path_factory.mktemp("packaging")
    # Building leaves traces, and old traces would find their way into what is built.
    shutil.copytree(ROOT, folder / "checkout", ignore=NOT_SOURCE)
    archive = build("sdist", folder / "checkout", folder / "sdist")
    shutil.unpack_archive(archive, folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    source_names = list_files(source)
    with zipfile.ZipFile(build("wheel", source, folder / "wheel")) as wheel:
        wheel.extractall(folder / "installed")
        wheel_names = frozenset(wheel.namelist())
    return Distribution(source_names, wheel_names, folder / "installed")


def list_files(folder: Path, pattern: str = "*") -> frozenset[str]:
    """Return the paths of the files below ``folder``, relative to it, but no bytecode."""
    return frozenset(
        path.relative_to(folder).as_posix()
        for path in folder.rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    )


def run_installed(distribution: Distribution, folder: Path, *arguments: str) -> str:
    """Run Python in ``folder`` with what the wheel holds; return what it printed."""
    finished = subprocess.run(
        [sys.executable, "-P", "-B", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(distribution.installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_holds_every_module(distribution: Distribution, package: str) -> None:
    """No package is forgotten in the list that pyproject.toml keeps."""
    modules = {f"{package}/{name}" for name in list_files(ROOT / package, "*.py")}
    assert modules - distribution.wheel_names == set()


def test_wheel_holds_what_is_no_module(distribution: Distribution) -> None:
    """Templates, schemas and scripts are installed beside the code that reads them."""
    package = ROOT / "grader"
    files = {f"grader/{name}" for name in list_files(package) - list_files(package, "*.py")}
    assert "grader/gradescope/setup.sh" in files
    assert {name for name in files - distribution.wheel_names if ".so" not in name} == set()


def test_wheel_holds_the_assignments(distribution: Distribution) -> None:
    """Assignment files, notebooks and expected values are installed inside the grader."""
    files = {
        f"grader/assignments/{name}"
        for pattern in ("*/*.py", "*/*.ipynb", "*/*.npz")
        for name in list_files(ROOT / "assignments", pattern)
    }
    assert "grader/assignments/fully_connected/assignment.py" in files
    assert files - distribution.wheel_names == set()


def test_wheel_holds_the_report_schema(distribution: Distribution) -> None:
    """The published JSON Schema of the report is installed beside the code that writes it."""
    schemas = {f"grader/report/{name}" for name in list_files(ROOT / "grader/report", "*.json")}
    assert schemas
    assert schemas <= distribution.wheel_names


def test_wheel_says_that_it_is_typed(distribution: Distribution) -> None:
    """Type checkers read the annotations of both packages."""
    assert {f"{package}/py.typed" for package in PACKAGES} <= distribution.wheel_names


def test_wheel_holds_nothing_else(distribution: Distribution) -> None:
    """Tests, benchmarks and sources of kernels stay out of the installed package."""
    tops = {name.split("/")[0] for name in distribution.wheel_names}
    assert tops == {*PACKAGES, f"grade-{grader.__version__}.dist-info"}
    suffixes = {Path(name).suffix for name in distribution.wheel_names}
    assert suffixes.isdisjoint({".pyx", ".c", ".pyc"})


def test_wheel_installs_the_command(distribution: Distribution) -> None:
    """``grade`` is a command once the wheel is installed."""
    (name,) = (name for name in distribution.wheel_names if name.endswith("entry_points.txt"))
    entry_points = (distribution.installed / name).read_text(encoding="utf-8")
    assert "grade = grader.cli:main" in entry_points.splitlines()


def test_source_distribution_can_be_built_anew(distribution: Distribution) -> None:
    """It holds the kernels as Cython, the assignments and the licence, and no generated C."""
    kernels = {f"reference/{name}" for name in list_files(ROOT / "reference", "*.pyx")}
    assert kernels
    assert kernels | {"LICENSE", "README.md", "setup.py"} <= distribution.source_names
    assert "assignments/fully_connected/assignment.py" in distribution.source_names
    assert not [name for name in distribution.source_names if name.endswith((".c", ".so"))]
    assert not [name for name in distribution.source_names if name.startswith("tests/")]


def test_no_compiler_is_needed(distribution: Distribution, tmp_path: Path) -> None:
    """Without kernels the package is built, and the fast layers import and say what is missing."""
    assert not [name for name in distribution.wheel_names if name.endswith((".so", ".pyd"))]
    program = "from reference.fast import kernel_status; print(kernel_status().available)"
    assert run_installed(distribution, tmp_path, "-c", program).strip() == "False"


def test_assignments_are_found_from_any_folder(distribution: Distribution, tmp_path: Path) -> None:
    """What is installed lists its assignments without the checkout."""
    listed = run_installed(distribution, tmp_path, "-m", "grader", "list")
    names = {path.parent.name for path in (ROOT / "assignments").glob("*/assignment.py")}
    assert names
    assert {name for name in names if name not in listed} == set()


def test_importing_grader_is_light() -> None:
    """``import grader`` loads neither NumPy nor anything else that takes long."""
    program = "import sys; import grader; print(*sorted(sys.modules))"
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"numpy", "rich", "click", "nbformat", "jsonschema", "reference"}
    assert heavy & set(finished.stdout.split()) == set()


def test_installed_version_is_the_code_s() -> None:
    """The version is written down once, in the package."""
    try:
        installed = metadata.version("grade")
    except metadata.PackageNotFoundError:
        pytest.skip("grade is not installed in this environment: pip install -e .")
    assert installed == grader.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", installed)


def test_readme_holds_the_commands_that_ci_runs() -> None:
    """Continuous integration reads two lines from the README; each sets itself up."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    grading, testing = re.findall(r"^python3 -m venv .*$", readme, flags=re.MULTILINE)
    assert grading.endswith("grade examples/submission.zip")
    assert "python -m pytest -n auto" in testing  # all of them, on every processor
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
