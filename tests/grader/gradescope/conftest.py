"""Gradescope's folder, laid out as they lay it out, for a small assignment."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.course.catalogue import load_assignment
from grader.course.expected import regenerate
from grader.course.hidden_values import regenerate_hidden
from grader.course.secret import FILE, write_secret
from grader.gradescope.autograder import make_autograder, zip_files

DECLARED = '''\
"""Rectified linear units, some of it for later and some of it covert."""

from grader import Assignment, FunctionCall, Question, ValueCheck, Visibility, normal


def relu(name, **settings):
    return ValueCheck(
        id=name,
        experiment=FunctionCall(
            target="layers:relu_forward",
            arguments={"x": normal(3, 4)},
            results={"out": (0,)},
        ),
        points={"out": 4},
        **settings,
    )


assignment = Assignment(
    name="tiny",
    title="Rectified linear units",
    notebooks=("OnlyReLU",),
    questions=(
        Question(id="relu", title="ReLU", checks=(
            relu("relu_forward"),
            relu("later", visibility=Visibility.AFTER_DUE),
            relu("covert", visibility=Visibility.HIDDEN),
        )),
    ),
)
'''

Stage = Callable[..., Path]
"""Puts a submission, and what is known of it, where Gradescope puts it."""


@pytest.fixture(scope="session")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an assignment with a secret and all expected values."""
    folder = tmp_path_factory.mktemp("course") / "tiny"
    folder.mkdir()
    (folder / "assignment.py").write_text(DECLARED)
    (folder / "notes.txt").write_text("for staff")
    loaded = load_assignment(folder)
    regenerate(loaded)
    regenerate_hidden(loaded, write_secret(folder / FILE, "tiny", "2026"))
    return folder


@pytest.fixture(scope="session")
def image(assignment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return Gradescope's folder once they have built an image from the autograder.

    ``setup.sh`` runs as it is, up to what needs a network. Packages are those of this environment,
    and ``pip`` finds that they are installed; the system's package manager is one that has this
    Python and writes down what it was asked for, because none works before.
    """
    root = tmp_path_factory.mktemp("autograder")
    with zipfile.ZipFile(io.BytesIO(zip_files(make_autograder(str(assignment)).files))) as packed:
        packed.extractall(root / "source")
    packages = sysconfig.get_path("purelib")
    tools = tmp_path_factory.mktemp("tools")
    python = tools / f"python3.{sys.version_info.minor}"
    install = shlex.join(["ln", "-sf", sys.executable, str(python)])
    manager = f"echo $* >> {shlex.quote(f'{root}/apt.log')}\n[ $1 = update ] || {install}\n"
    lacking = {f"python3.{minor}": "exit 1\n" for minor in (11, 12, 13)}
    for name, text in {**lacking, "apt-get": manager}.items():
        (tools / name).write_text(f"#!/bin/sh\n{text}")
        (tools / name).chmod(0o755)
    done = subprocess.run(
        ["/usr/bin/env", "bash", root / "source" / "setup.sh"],
        env={
            **os.environ,
            "AUTOGRADER_ROOT": str(root),
            "PATH": f"{tools}:/usr/bin:/bin",
            "PIP_NO_INDEX": "1",
            "PYTHONPATH": packages,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (own,) = root.glob("venv/lib/python*/site-packages")
    (own / "needed.pth").write_text(f"{packages}\n")
    shutil.copy(root / "source" / "run_autograder", root)
    (root / "run_autograder").chmod(0o755)
    return root


@pytest.fixture
def stage(image: Path) -> Stage:
    """Return what puts a submission in place, as Gradescope's harness does before every run."""

    def put(files: Mapping[str, str | bytes], **metadata: Any) -> Path:
        for name in ("submission", "results"):
            shutil.rmtree(image / name, ignore_errors=True)
            (image / name).mkdir()
        for name, content in files.items():
            place = image / "submission" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if isinstance(content, bytes) else content.encode())
        told = image / "submission_metadata.json"
        told.unlink(missing_ok=True)
        if metadata:
            told.write_text(json.dumps(metadata))
        return image

    return put
