from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.catalogue import LoadedAssignment, load_assignment
from grader.course.expected import FILE, expected_for, pack, regenerate
from grader.course.release import writing
from grader.course.release.contents import Release, check_of, make_release
from grader.course.release.leaks import find_leaks
from grader.course.release.proof import prove_starter
from grader.errors import AssignmentError
from grader.pipeline import grade

DECLARED = '''\
"""Rectified linear units, some of it covert."""

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
    masters=("OnlyReLU.ipynb",),
    questions=(
        Question(id="relu", title="ReLU", checks=(
            relu("relu_forward"),
            relu("covert", visibility=Visibility.HIDDEN, tolerance=0.00012345),
        )),
    ),
)
'''


def code(source: str, **tag: Any) -> dict[str, Any]:
    """Return a code cell with our metadata."""
    metadata = {"grader": tag} if tag else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"c{abs(hash(source)) % 10**6}",
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


CELLS = (
    code(
        "import numpy as np\nfrom cs231n.layers import *\n"
        "def rel_error(x, y):\n    return np.max(np.abs(x - y))",
        setup=True,
    ),
    code(
        "out, _ = relu_forward(np.array([[-1.5, 2.5]]))\n"
        "correct_out = np.array([[0.0, 2.5]])\nprint(rel_error(out, correct_out))",
        id="relu.cell",
        question="relu",
        points=1,
        tolerance=1e-8,
    ),
    code(
        "out, _ = relu_forward(np.array([[-1.5, 2.718281]]))\n"
        "correct_out = np.array([[0.0, 2.718281]])\nprint(rel_error(out, correct_out))",
        id="undercover.cell",
        question="relu",
        points=1,
        tolerance=1e-8,
        visibility="hidden",
    ),
    code("best_rate = choose_rate(1e-3, 1e-4)", solution=True),
)


@pytest.fixture
def loaded(declare: Callable[..., Path]) -> LoadedAssignment:
    """Return an assignment with public and hidden checks, declared and in a notebook."""
    folder = declare(text=DECLARED)
    notebook = {"cells": CELLS, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "OnlyReLU.ipynb").write_text(json.dumps(notebook))
    found = load_assignment(folder)
    regenerate(found)
    return found


def with_file(release: Release, path: str, old: str, new: str) -> Release:
    """Return a release in whose starter one text is replaced."""
    text = release.starter[path].decode()
    assert old in text
    return replace(release, starter={**release.starter, path: text.replace(old, new).encode()})


def leaks(loaded: LoadedAssignment, release: Release) -> str:
    """Return what a release gives away."""
    return "; ".join(find_leaks(loaded, release, expected_for(loaded, None)))


def test_release_is_written_whole(loaded: LoadedAssignment, tmp_path: Path) -> None:
    """Folders and zips hold the same, and nothing else is left there."""
    folder = tmp_path / "handed/out"
    release = writing.write_release(loaded, folder)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["bundle", "bundle.zip", "starter", "starter.zip"]
    assert [path.name for path in folder.parent.iterdir()] == ["out"]
    with zipfile.ZipFile(folder / "starter.zip") as archive:
        assert set(archive.namelist()) == {f"tiny/{path}" for path in release.starter}
        assert archive.read("tiny/cs231n/layers.py") == release.starter["cs231n/layers.py"]
    for path, content in release.starter.items():
        assert (folder / "starter" / path).read_bytes() == content


def test_released_bytes_do_not_depend_on_the_day(loaded: LoadedAssignment, tmp_path: Path) -> None:
    """Two releases of one assignment are the same."""
    for name in ("one", "two"):
        writing.write_release(loaded, tmp_path / name)
    for part in ("starter.zip", "bundle.zip"):
        assert (tmp_path / "one" / part).read_bytes() == (tmp_path / "two" / part).read_bytes()


def test_released_starter_earns_nothing_and_done_work_everything(
    loaded: LoadedAssignment, tmp_path: Path
) -> None:
    """By the assignment and by the bundle."""
    writing.write_release(loaded, tmp_path / "out")
    starter, bundle = tmp_path / "out/starter", tmp_path / "out/bundle"
    assert [grade(starter, [one]).score for one in (loaded.folder, bundle)] == [0, 0]
    layers = starter / "cs231n/layers.py"
    layers.write_text(layers.read_text().replace("    pass\n", "    return np.maximum(x, 0), x\n"))
    assert grade(starter, [loaded.folder]).percent == 100
    report = grade(starter, [bundle])
    assert (report.score, report.max_score) == (5, 5)
    assert [check.id for check in report.checks] == ["relu_forward.out", "relu.cell.out"]


def test_nothing_hidden_is_in_a_release(loaded: LoadedAssignment) -> None:
    """Neither names nor values, nor the solution cell."""
    release = make_release(loaded)
    everything = b"".join((*release.starter.values(), *release.bundle.values()))
    for secret in (b"covert", b"2.718281", b"choose_rate", b"reference.targets"):
        assert secret not in everything
    assert leaks(loaded, release) == ""


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("cs231n/layers.py", "    pass\n", "    out = np.maximum( x, 0)\n", "line of the solution"),
        ("OnlyReLU.ipynb", "# TODO: write your code here.", "best_rate = choose_rate(1e-3, 1e-4)",
         "line of the solution"),
        ("OnlyReLU.ipynb", "relu.cell", "undercover.cell", "names the hidden check"),
        ("README.md", "# Rect", "best: 2.718281 # Rect", "value of a hidden check, 2.718281"),
        ("README.md", "# Rect", "at 0.00012345 # Rect", "value of a hidden check, 0.00012345"),
        ("README.md", "# Rect", "correct_out = np.array([[0.0,2.718281]])\n# Rect",
         "line of a hidden check"),
    ],
)  # fmt: skip
def test_what_slips_in_is_found(
    loaded: LoadedAssignment, path: str, old: str, new: str, said: str
) -> None:
    """However it is spaced."""
    assert said in leaks(loaded, with_file(make_release(loaded), path, old, new))


def test_hidden_values_in_the_bundle_are_found(loaded: LoadedAssignment) -> None:
    """By their name, and by their numbers under another name."""
    values = expected_for(loaded, None)
    release = make_release(loaded)
    secret = values["covert/seeded/out"]
    for name, said in (("covert/x", "is not public"), ("relu_forward/y", "of the hidden covert")):
        bundle = {**release.bundle, FILE: pack({name: secret})}
        assert said in leaks(loaded, replace(release, bundle=bundle))


def test_bundled_values_are_those_of_public_checks(loaded: LoadedAssignment) -> None:
    """The file of values holds nothing else."""
    stored = np.load(io.BytesIO(make_release(loaded).bundle[FILE]))
    assert {check_of(name) for name in stored} == {"relu_forward", "relu.cell"}


def test_a_failing_proof_leaves_nothing(
    loaded: LoadedAssignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the assignment and what slipped in; no file is written."""
    leaky = with_file(
        make_release(loaded), "cs231n/layers.py", "pass\n", "out = np.maximum(x, 0)\n"
    )
    monkeypatch.setattr(writing, "make_release", lambda *_, **__: leaky)
    with pytest.raises(AssignmentError, match=r"tiny: starter/cs231n/layers\.py holds a line"):
        writing.write_release(loaded, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_folder_that_holds_something_is_not_touched(
    loaded: LoadedAssignment, tmp_path: Path
) -> None:
    """An older release, or whatever else is there, is kept."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/notes.txt").write_text("mine")
    with pytest.raises(AssignmentError, match="is there and not empty"):
        writing.write_release(loaded, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    pass\n", "    return np.maximum(x, 0), x\n", "earns 4 points in relu_forward.out"),
        ("import numpy as np\n", "import numpy as np\nimport nowhere\n", "cannot be imported"),
        ("import numpy as np\n", "import numpy as np\n\nxrange(3)\n", "cannot be imported"),
        ("def relu_forward", "def relu_forwards", "does not define layers:relu_forward"),
    ],
)
def test_starters_that_do_too_much_or_too_little_are_found(
    loaded: LoadedAssignment, old: str, new: str, said: str
) -> None:
    """In a real worker, without the help that old submissions get."""
    release = with_file(make_release(loaded), "cs231n/layers.py", old, new)
    assert said in "; ".join(prove_starter(loaded, release.starter))
