from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import grader
from grader.course.bundle import (
    BUNDLE,
    is_bundle,
    load_bundle,
    write_declaration,
)
from grader.course.catalogue import (
    FINGERPRINTS,
    is_declaration,
    load_assignment,
    load_declaration,
)
from grader.course.expected import FILE, expected_for, pack, regenerate
from grader.course.release.contents import only_public_values
from grader.diagnosis.fingerprints import make_fingerprints
from grader.errors import AssignmentError
from grader.model import Certainty, Status
from grader.pipeline import grade

Declare = Callable[..., Path]

TWO = '''\
"""One public check that needs a hidden one."""

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
            relu("relu_forward", needs=("covert",)),
            relu("covert", visibility=Visibility.HIDDEN),
        )),
        Question(id="more", title="Undisclosed", checks=(
            relu("later", visibility=Visibility.AFTER_DUE),
        )),
    ),
)
'''

RIGHT = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n"


@pytest.fixture
def bundle(declare: Declare, tmp_path: Path) -> Path:
    """Return a bundle of an assignment with hidden checks."""
    loaded = load_assignment(declare(text=TWO))
    regenerate(loaded)
    values = pack(only_public_values(loaded.assignment, expected_for(loaded, None)))
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / FILE).write_bytes(values)
    (folder / BUNDLE).write_text(write_declaration(loaded.assignment, values))
    return folder


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """Return a right submission."""
    package = tmp_path / "work/cs231n"
    package.mkdir(parents=True)
    (package / "layers.py").write_text(RIGHT)
    return tmp_path / "work"


def change(bundle: Path, **changes: Any) -> None:
    """Replace what a bundle's declaration says."""
    data = json.loads((bundle / BUNDLE).read_text())
    (bundle / BUNDLE).write_text(json.dumps(data | changes))


def test_bundles_hold_public_checks_alone(bundle: Path) -> None:
    """What is not public is not there, and nothing needs it."""
    assert is_bundle(bundle)
    assignment = load_bundle(bundle).assignment
    assert [check.id for check in assignment.checks] == ["relu_forward"]
    assert assignment.checks[0].needs == ()
    assert (assignment.reference, assignment.masters) == ("", ())
    text = (bundle / BUNDLE).read_text()
    assert "covert" not in text
    assert "Undisclosed" not in text
    assert list(np.load(bundle / FILE)) == ["relu_forward/seeded/out"]


def test_a_bundle_grades_the_public_checks(bundle: Path, submission: Path) -> None:
    """Points are those of what can be judged with it."""
    report = grade(submission, [bundle])
    assert (report.score, report.max_score) == (4, 4)
    assert report.assignments[0].digest == load_bundle(bundle).digest


def test_a_bundle_grades_where_the_reference_is_absent(
    bundle: Path, submission: Path, tmp_path: Path
) -> None:
    """Nothing but the grader is needed."""
    root = tmp_path / "tree"
    ignored = shutil.ignore_patterns("__pycache__", "assignments")
    shutil.copytree(Path(grader.__file__).parent, root / "grader", ignore=ignored)
    code = f"""
import sys
sys.path.insert(0, {str(root)!r})
from importlib.util import find_spec
from grader.cli import main
if find_spec("reference") is None:
    chosen = ["--assignment", {str(bundle)!r}, "-q", "--format", "terminal"]
    print("code", main([{str(submission)!r}, *chosen]))
else:
    print("reference is there")
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=tmp_path,
    )
    if "reference is there" in done.stdout:
        pytest.skip("the reference is installed beside the packages")
    assert "4 of 4 points" in done.stdout
    assert "code 0" in done.stdout


def test_other_seeds_are_refused(bundle: Path, submission: Path) -> None:
    """A bundle cannot compute what is right for another one."""
    with pytest.raises(AssignmentError, match="seed 231 alone: leave --seed out"):
        grade(submission, [bundle], seed=7)
    assert grade(submission, [bundle], seed=231).score == 4


def test_values_of_another_bundle_are_refused(bundle: Path, submission: Path) -> None:
    """The declaration knows its values by their digest."""
    (bundle / FILE).write_bytes(pack({"relu_forward/seeded/out": np.zeros((3, 4))}))
    with pytest.raises(AssignmentError, match=r"expected\.npz: it is not the bundle's own"):
        grade(submission, [bundle])
    (bundle / FILE).unlink()
    with pytest.raises(AssignmentError, match=r"expected\.npz: it cannot be read"):
        grade(submission, [bundle])


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "[" * 100_000, "\x00", '{"format": 1}'])
def test_damaged_bundles_are_one_clear_line(bundle: Path, content: str) -> None:
    """The message names the file and what to do."""
    (bundle / BUNDLE).write_text(content)
    with pytest.raises(AssignmentError, match=r"bundle\.json: .*fetch the bundle again"):
        load_assignment(bundle)


def test_other_versions_are_told(bundle: Path) -> None:
    """A bundle of a later program is not guessed at."""
    change(bundle, version=2)
    with pytest.raises(AssignmentError, match="version 2, expected version 1"):
        load_assignment(bundle)


def test_a_bundle_that_declares_something_else_is_refused(bundle: Path) -> None:
    """Only an assignment is one."""
    change(bundle, assignment={"$": "Fixed", "value": 3})
    with pytest.raises(AssignmentError, match="declares no assignment"):
        load_assignment(bundle)


def test_loading_executes_nothing(bundle: Path) -> None:
    """A file of Python beside it is of no interest."""
    (bundle / "evil.py").write_text("raise SystemExit(3)")
    change(bundle, extra={"$call": "os.system"})
    assert load_assignment(bundle).assignment.name == "tiny"


@pytest.fixture
def explaining(bundle: Path, declare: Declare) -> Path:
    """Return the bundle with fingerprints of known mistakes."""
    assignment = load_assignment(declare(text=TWO)).assignment
    fingerprints = json.dumps(make_fingerprints(assignment)).encode()
    values = (bundle / FILE).read_bytes()
    (bundle / FINGERPRINTS).write_bytes(fingerprints)
    (bundle / BUNDLE).write_text(write_declaration(assignment, values, fingerprints))
    return bundle


def spoil(submission: Path) -> None:
    """Let the ReLU of a submission pass its input through."""
    layers = submission / "cs231n/layers.py"
    layers.write_text(layers.read_text().replace("np.maximum(x, 0)", "np.abs(x)"))


def test_bundle_names_known_mistakes(explaining: Path, submission: Path) -> None:
    """By its fingerprints, with the mistake's own hint."""
    spoil(submission)
    (row,) = grade(submission, [explaining]).checks
    assert row.outcome.status is Status.FAILED
    assert row.outcome.diagnosis == "absolute_value"
    assert row.outcome.evidence.certainty is Certainty.EVERYWHERE


def test_bundle_without_fingerprints_names_nothing(bundle: Path, submission: Path) -> None:
    """It judges all the same."""
    spoil(submission)
    (row,) = grade(submission, [bundle]).checks
    assert row.outcome.status is Status.FAILED
    assert row.outcome.diagnosis == ""


def test_changed_fingerprints_are_refused(explaining: Path, submission: Path) -> None:
    """What a bundle says of mistakes is what was released."""
    spoil(submission)
    (explaining / FINGERPRINTS).write_text("{}")
    with pytest.raises(AssignmentError, match="fetch the bundle again"):
        grade(submission, [explaining])


def test_zipped_bundles_are_read_and_nothing_besides(bundle: Path, tmp_path: Path) -> None:
    """Whatever folder they lie in; other members, and where they point to, do not matter."""
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        for file in bundle.iterdir():
            archive.write(file, f"course_bundle/{file.name}")
        archive.writestr("../evil.py", "evil")
    there = set(tmp_path.parent.rglob("*"))
    assert load_bundle(tmp_path / "bundle.zip") == replace(
        load_bundle(bundle), folder=tmp_path / "bundle.zip"
    )
    assert set(tmp_path.parent.rglob("*")) == there
    assert is_declaration(tmp_path / "bundle.zip")


def test_a_zipped_bundle_grades_as_its_folder_does(
    explaining: Path, submission: Path, tmp_path: Path
) -> None:
    """Expected values and known mistakes are read from the zip, too."""
    spoil(submission)
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in explaining.iterdir():
            archive.write(file, f"bundle/{file.name}")
    (zipped,) = (report := grade(submission, [str(tmp_path / "bundle.zip")])).checks
    (unzipped,) = grade(submission, [explaining]).checks
    assert report.assignments[0].digest == load_bundle(explaining).digest
    assert zipped.outcome == unzipped.outcome
    assert zipped.outcome.diagnosis == "absolute_value"


def test_values_that_a_zip_lacks_or_has_of_another_bundle_are_told(
    bundle: Path, submission: Path, tmp_path: Path
) -> None:
    """As they are of a folder."""
    file = tmp_path / "bundle.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(bundle / BUNDLE, BUNDLE)
    with pytest.raises(AssignmentError, match=r"bundle\.zip: it holds no expected\.npz"):
        grade(submission, [file])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(FILE, pack({"relu_forward/seeded/out": np.zeros((3, 4))}))
    with pytest.raises(AssignmentError, match=r"expected\.npz: it is not the bundle's own"):
        grade(submission, [file])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"text"])
def test_what_is_no_zipped_bundle_is_told(content: bytes, tmp_path: Path) -> None:
    """One line that names the file."""
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(AssignmentError, match=r"a\.zip: it cannot be unpacked"):
        load_declaration(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("other.json", "{}")
    assert not is_declaration(tmp_path / "a.zip")
    with pytest.raises(AssignmentError, match=r"it holds no bundle\.json"):
        load_declaration(tmp_path / "a.zip")


def test_a_zip_that_lies_about_sizes_takes_no_memory(tmp_path: Path) -> None:
    """What it holds is taken by the piece, as far as it says that it goes."""
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(BUNDLE, bytes(80 << 20))
    content = bytearray(file.read_bytes())
    struct.pack_into("<L", content, content.rindex(b"PK\x01\x02") + 24, 1000)
    file.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(AssignmentError, match=r"a\.zip: it cannot be unpacked"):
            load_bundle(file)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zips_of_a_rare_kind_are_told(method: int, bundle: Path, tmp_path: Path) -> None:
    """Unpacking them cannot be bounded."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.write(bundle / BUNDLE, BUNDLE)
    with pytest.raises(AssignmentError, match=r"cannot be unpacked: 'bundle\.json' is compressed"):
        load_declaration(tmp_path / "a.zip")
