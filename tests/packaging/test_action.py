"""The action for GitHub, run step by step on repositories of students."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
PROGRAM = Path(__file__).with_name("run_action.py")
INSTALL, GRADE = "Install grade", "Grade"

RunAction = Callable[..., dict[str, Any]]

HOSTILE = """\
import os
import sys

TEXT = "::error file=a.py::all is well\\n::set-output name=score::1000\\n##[error]1000"
print(TEXT)
sys.stderr.write(TEXT)
for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
    if name in os.environ:
        open(os.environ[name], "a").write("score=1000")


def softmax_loss_naive(W, X, y, reg):
    print(TEXT)
    raise ValueError(TEXT)


def softmax_loss_vectorized(W, X, y, reg):
    return TEXT
"""
SHADOW = 'print("a module of the repository was imported"); raise SystemExit(1)\n'
"""What stands in modules that are called like some that venv and pip import."""
STRANGE = "a\n::error title=x::y\n%0A::set-output name=score::1000.py"


@pytest.fixture(scope="module")
def run_program(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> RunAction:
    """Return what runs a checkout's action, but for one step, always with the same runner's folder.

    Nothing is fetched: pip finds that what is required is installed in this environment.
    """
    temp = tmp_path_factory.mktemp("runner")
    shutil.copy(ROOT / "action.yml", checkout)
    own = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's word for: use the setuptools that is there
        "PIP_NO_INDEX": "1",
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }

    def run(workspace: Path, left_out: str, **inputs: str) -> dict[str, Any]:
        given = {"python_version": "", "bundle": "bundle", **inputs}
        words = [f"{name.replace('_', '-')}={value}" for name, value in given.items()]
        command = [sys.executable, PROGRAM, checkout / "action.yml", workspace, temp, *words]
        done = subprocess.run(
            [*command, "--leave-out", left_out],
            capture_output=True,
            text=True,
            check=True,
            env=own,
            timeout=300,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


@pytest.fixture(scope="module")
def installed(run_program: RunAction, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Install grade, from within a repository whose modules shadow Python's and pip's."""
    work = tmp_path_factory.mktemp("shadows")
    for name in ("types", "logging", "venv", "pip", "sitecustomize", "grader"):
        (work / f"{name}.py").write_text(SHADOW)
    return run_program(work, left_out=GRADE)


@pytest.fixture
def run_action(run_program: RunAction, installed: dict[str, Any]) -> RunAction:
    """Return what runs the action in a repository, with grade installed once for all tests."""
    assert installed["code"] == 0, installed["log"]

    def run(workspace: Path, **inputs: str) -> dict[str, Any]:
        return run_program(workspace, left_out=INSTALL, **inputs)

    return run


@pytest.fixture
def repository(submissions: dict[str, Path], bundle: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return what makes a student's repository with the course's bundle in it."""

    def make(work: str, below: str = "") -> Path:
        shutil.copytree(submissions[work], tmp_path / "work" / below)
        shutil.copytree(bundle, tmp_path / "work" / "bundle")
        return tmp_path / "work"

    return make


def test_modules_of_the_repository_are_not_imported(installed: dict[str, Any]) -> None:
    """A student may call a file random.py or types.py: installing does not take it for Python's."""
    assert installed["code"] == 0, installed["log"]
    assert "was imported" not in installed["log"]


def test_correct_work_passes(repository: Callable[..., Path], run_action: RunAction) -> None:
    """The score is in outputs, summary and a notice; it is said to be advisory."""
    work = repository("correct")
    done = run_action(work, fail_under="80", formats="junit:report.xml\n\nhtml:a page.html\n")
    assert done["code"] == 0, done["log"]
    outputs = done["outputs"]
    assert (outputs["score"], outputs["max-score"], outputs["percent"]) == ("80.5", "98.5", "81.73")
    report = json.loads(Path(outputs["report"]).read_text())
    assert (report["score"], report["audience"]) == (80.5, "student")
    assert {path.name for path in work.iterdir()} >= {"report.xml", "a page.html"}
    assert "80.5" in done["summary"]
    assert "advisory" in done["summary"]
    assert [command["name"] for command in done["commands"]] == ["notice", "notice"]
    assert "Course staff grade again" in done["commands"][-1]["message"]


def test_mistakes_are_shown_where_they_are(
    repository: Callable[..., Path], run_action: RunAction
) -> None:
    """Annotations lie at lines of the repository, and the step fails with all reports kept."""
    done = run_action(repository("broken", "homework"), path="homework", fail_under="80")
    assert done["code"] == 1
    assert float(done["outputs"]["score"]) < 80
    assert Path(done["outputs"]["report"]).is_file()
    errors = [command for command in done["commands"] if command["name"] == "error"]
    assert errors[0]["properties"] == "title=Below what is asked for"
    assert "file=homework/cs231n/classifiers/softmax.py,line=" in errors[1]["properties"]
    assert "then run: grade check homework --assignment bundle" in " ".join(done["log"].split())
    assert "advisory" in done["summary"]


def test_one_file_may_be_graded(repository: Callable[..., Path], run_action: RunAction) -> None:
    """Its annotations name it from the root of the repository on, too."""
    done = run_action(repository("broken"), path="cs231n/classifiers/softmax.py")
    assert done["code"] == 0, done["log"]
    errors = [command for command in done["commands"] if command["name"] == "error"]
    places = [error["properties"] for error in errors if error["properties"].startswith("file=")]
    assert places
    assert all(place.startswith("file=cs231n/classifiers/softmax.py,") for place in places)


def test_hostile_repositories_command_nothing(
    repository: Callable[..., Path], run_action: RunAction
) -> None:
    """Neither names of files nor what code prints, raises or writes is taken for a command."""
    work = repository("correct")
    for name in (STRANGE, "score=1000", "cs231n/classifiers/softmax.py"):
        (work / name).write_text(HOSTILE)
    done = run_action(work, formats="markdown:report.md")
    assert done["code"] == 0, done["log"]
    assert float(done["outputs"]["score"]) < 10
    assert set(done["outputs"]) == {"score", "max-score", "percent", "report"}
    assert {command["name"] for command in done["commands"]} == {"error", "notice"}
    for command in done["commands"]:
        assert not command["properties"].startswith("file=a.py")
        assert "::set-output" not in command["message"].lstrip()[:12]
    assert "1000" not in {**done["outputs"], "report": ""}.values()


def test_what_cannot_be_graded_commands_nothing(
    repository: Callable[..., Path], run_action: RunAction
) -> None:
    """A name that is refused stands in the reason why."""
    done = run_action(repository("correct"), path="..\\##[error]forged::error::x")
    assert done["code"] == 3
    (said,) = done["commands"]
    assert said["properties"] == "title=Not graded"
    assert "forged" in said["message"]


def test_inputs_are_data_for_the_shell(
    repository: Callable[..., Path], run_action: RunAction, tmp_path: Path
) -> None:
    """What stands in an input is never run."""
    marker = tmp_path / "run"
    for attack in (f"$(touch {marker})", f'"; touch {marker}; "', f"`touch {marker}`", "--help"):
        work = tmp_path / "work"
        if not work.exists():
            repository("correct")
        done = run_action(work, bundle=attack)
        assert done["code"] in (2, 4)
        assert done["outputs"]["score"] == ""
    assert not marker.exists()


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"bundle": "nowhere"}, 4, "Not graded"),
        ({"path": "nowhere"}, 3, "Not graded"),
        ({"formats": "terminal"}, 2, "names no file"),
        ({"formats": "poem:x"}, 2, "there is no format"),
        ({"fail_under": "most"}, 2, "not a valid float"),
        ({"isolation": "none"}, 2, "is not one of"),
    ],
)
def test_wrong_inputs_are_told(
    inputs: dict[str, str],
    code: int,
    said: str,
    repository: Callable[..., Path],
    run_action: RunAction,
) -> None:
    """The step fails and says why; there is no score then."""
    done = run_action(repository("correct"), **inputs)
    assert done["code"] == code, done["log"]
    assert said in done["log"]
    assert done["outputs"]["score"] == ""


def test_a_zipped_bundle_will_do(repository: Callable[..., Path], run_action: RunAction) -> None:
    """As a course may hand it out; what else is in a zip is left there."""
    work = repository("correct")
    shutil.make_archive(str(work / "course"), "zip", work, "bundle")
    shutil.rmtree(work / "bundle")
    done = run_action(work, bundle="course.zip")
    assert done["code"] == 0, done["log"]
    assert done["outputs"]["score"] == "80.5"


def test_actions_are_pinned_and_scripts_hold_no_expressions() -> None:
    """A tag can be moved, and an expression in a script is run by the shell."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    workflow = yaml.safe_load((ROOT / "docs" / "examples" / "grade.yml").read_text())
    steps = [*action["runs"]["steps"], *workflow["jobs"]["grade"]["steps"]]
    for step in steps:
        assert len(step.get("uses", f"@{'0' * 40}").rpartition("@")[2]) == 40
        assert "${{" not in step.get("run", "")
    assert workflow["permissions"] == {"contents": "read"}
    given = next(step["with"] for step in steps if "grade@" in step.get("uses", ""))
    assert given.keys() <= action["inputs"].keys()
