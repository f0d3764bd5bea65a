from __future__ import annotations

import io
import json
import shutil
import stat
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest

import grader
from grader.cli import main
from grader.course.bundle import BUNDLE, write_declaration
from grader.course.catalogue import load_assignment
from grader.course.expected import ORIGIN, expected_for, pack, regenerate
from grader.course.secret import FILE
from grader.errors import AssignmentError
from grader.gradescope.autograder import REQUIREMENTS, make_autograder, zip_files

ROOT = Path(grader.__file__).parent.parent
HAND_IN = """\
from grader import HandIn

hand_in = HandIn(name="homework", title="Homework", parts={"tiny": 60})
"""


def test_the_zip_is_what_gradescope_wants(assignment: Path) -> None:
    """Both scripts lie at its root and may be executed; two builds are the same bytes."""
    content = zip_files(make_autograder(str(assignment)).files)
    assert content == zip_files(make_autograder(str(assignment)).files)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in ("setup.sh", "run_autograder"):
            assert packed.getinfo(name).external_attr >> 16 & stat.S_IXUSR
        assert packed.read("run_autograder").startswith(b"#!/usr/bin/env bash\n")


@pytest.mark.parametrize("with_reference", [True, False])
def test_it_holds_what_grading_needs_and_no_more(with_reference: bool, assignment: Path) -> None:
    """Hidden checks, the secret and all values; nothing compiled, no other assignment.

    Instead of the reference's catalogue there are the fingerprints of its mistakes.
    """
    files = make_autograder(str(assignment), with_reference=with_reference).files
    folder = "library/grader/assignments/"
    told = () if with_reference else ("fingerprints.json",)
    assert {name.removeprefix(folder) for name in files if name.startswith(folder)} == {
        f"tiny/{name}"
        for name in ("assignment.py", "expected.npz", "hidden.json", "hidden.npz", *told)
    }
    packages = {name.split("/")[1] for name in files if name.startswith("library/")}
    assert packages == ({"grader", "reference"} if with_reference else {"grader"})
    assert "library/grader/pipeline.py" in files
    assert not [name for name in files if name.endswith((".pyc", ".so", ".pyx"))]


def test_a_reference_may_be_one_module(
    assignment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that lies beside it is packed with it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "own_reference.py").write_text(
        "from reference.targets import resolve\n\n__all__ = ['resolve']\n"
    )
    (tmp_path / "beside.py").touch()
    copy = shutil.copytree(assignment, tmp_path / "tiny", ignore=shutil.ignore_patterns("hidden*"))
    declared = copy / "assignment.py"
    own = 'notebooks=("OnlyReLU",), reference="own_reference:resolve",'
    declared.write_text(declared.read_text().replace('notebooks=("OnlyReLU",),', own))
    regenerate(load_assignment(copy))
    files = make_autograder(str(copy)).files
    assert "library/own_reference.py" in files
    assert "library/reference/targets.py" in files  # the catalogue's package
    assert "library/beside.py" not in files


def test_mistakes_are_named_without_the_reference(assignment: Path, tmp_path: Path) -> None:
    """By fingerprints that lie beside the assignment."""
    files = make_autograder(str(assignment), with_reference=False).files
    name = "library/grader/assignments/tiny/fingerprints.json"
    copy = shutil.copytree(assignment, tmp_path / "tiny")
    assert load_assignment(copy).read_fingerprints() is None
    (copy / "fingerprints.json").write_bytes(files[name])
    found = load_assignment(copy).read_fingerprints()
    assert found is not None
    (known,) = found["targets"]["layers:relu_forward"]
    assert "absolute_value" in {one["name"] for one in known["mistakes"]}


def test_a_reference_that_is_not_there_is_told(assignment: Path, tmp_path: Path) -> None:
    """Values were made elsewhere; the autograder is made without it, if that is asked for."""
    copy = shutil.copytree(assignment, tmp_path / "tiny", ignore=shutil.ignore_patterns("hidden*"))
    declared = copy / "assignment.py"
    lacking = 'notebooks=("OnlyReLU",), reference="not_installed:resolve", mistakes="",'
    declared.write_text(declared.read_text().replace('notebooks=("OnlyReLU",),', lacking))
    loaded = load_assignment(copy)
    origin = json.dumps({"declaration": loaded.digest, "reference": {}})
    values = expected_for(load_assignment(assignment), None)
    (copy / "expected.npz").write_bytes(pack({ORIGIN: np.array(origin), **values}))
    with pytest.raises(AssignmentError, match="not_installed is not installed"):
        make_autograder(str(copy))
    assert make_autograder(str(copy), with_reference=False).assignments == ("tiny",)


def test_it_requires_what_the_package_requires() -> None:
    """The list is written down twice, and does not differ."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert list(REQUIREMENTS) == tomllib.loads(text)["project"]["dependencies"]


def test_grading_stops_before_gradescope_does(assignment: Path) -> None:
    """There is time left to write down that it was stopped."""
    script = make_autograder(str(assignment), minutes=20).files["run_autograder"].decode()
    assert "timeout --kill-after=10 1170 " in script
    assert "@" not in script


def test_a_hand_in_is_packed_with_its_parts(assignment: Path) -> None:
    """Its points table is there, and it is what is graded."""
    folder = assignment.parent / "homework"
    folder.mkdir()
    (folder / "hand_in.py").write_text(HAND_IN)
    made = make_autograder(str(folder))
    assert made.assignments == ("tiny",)
    assert b'"assignment": "homework"' in made.files["settings.json"]
    assert "library/grader/assignments/homework/hand_in.py" in made.files


def test_stale_values_are_found_before_anyone_hands_in(assignment: Path, tmp_path: Path) -> None:
    """What would break every grading breaks the making of the zip."""
    copy = shutil.copytree(assignment, tmp_path / "tiny")
    declared = copy / "assignment.py"
    declared.write_text(declared.read_text().replace("normal(3, 4)", "normal(4, 3)"))
    with pytest.raises(AssignmentError, match=r"expected\.npz is stale"):
        make_autograder(str(copy))


def test_a_bundle_is_no_assignment(assignment: Path, tmp_path: Path) -> None:
    """It lacks what staff grade by."""
    declared = write_declaration(load_assignment(assignment).assignment, b"")
    (tmp_path / BUNDLE).write_text(declared)
    with pytest.raises(AssignmentError, match="is a bundle, which holds public checks alone"):
        make_autograder(str(tmp_path))


def test_wheels_are_packed_for_an_image_without_a_network(assignment: Path, tmp_path: Path) -> None:
    """A folder without any is an error that says how to fill it."""
    with pytest.raises(AssignmentError, match="pip download --dest"):
        make_autograder(str(assignment), wheels=tmp_path)
    (tmp_path / "numpy-2.4.6-py3-none-any.whl").write_bytes(b"wheel")
    files = make_autograder(str(assignment), wheels=tmp_path).files
    assert files["wheels/numpy-2.4.6-py3-none-any.whl"] == b"wheel"


def test_the_command_writes_a_file_that_is_its_owner_s_alone(
    assignment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what is in it; where hidden checks draw from the public seed, it says that too."""
    file = tmp_path / "autograder.zip"
    copy = shutil.copytree(assignment, tmp_path / "tiny", ignore=shutil.ignore_patterns("hidden*"))
    assert not (copy / FILE).exists()
    for folder, complaint in ((assignment, ""), (copy, "make a secret with grade secret tiny")):
        assert main(["gradescope", str(folder), "--into", str(file)]) == 0
        captured = capsys.readouterr()
        assert "for course staff alone" in captured.out
        assert complaint in captured.err
        assert bool(complaint) == bool(captured.err)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["autograder.zip", "tiny"]


def test_a_place_that_cannot_be_written_is_one_line(
    assignment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is left behind."""
    assert main(["gradescope", str(assignment), "--into", str(tmp_path / "no" / "a.zip")]) == 4
    assert "cannot write" in capsys.readouterr().err
