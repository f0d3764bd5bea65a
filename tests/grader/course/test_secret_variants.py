"""Hidden checks: what a secret draws, who can see it, and that it draws the same every time."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import numpy as np
import pytest

from grader.cli import main
from grader.course.bundle import only_public
from grader.course.catalogue import LoadedAssignment, load_assignment
from grader.course.expected import regenerate
from grader.course.hidden_values import compute_hidden, values_for
from grader.course.secret import FILE, Secret, Seeds, read_secret
from grader.errors import AssignmentError
from grader.inputs import generator_for, make_inputs
from grader.model import Report, Status
from grader.pipeline import grade
from grader.report.json_report import render as render_json
from grader.report.terminal import Detail
from grader.report.terminal import render as render_terminal
from grader.settings import Visibility

DECLARATION = """
from grader import (
    Assignment, FunctionCall, Question, ValueCheck, Visibility, length, normal
)

N = length("N", 3, 9)


def check(name, shape, **settings):
    return ValueCheck(
        id=name,
        experiment=FunctionCall(
            target="layers:relu_forward",
            arguments={"x": normal(*shape)},
            results={"out": (0,)},
        ),
        points={"out": 5},
        **settings,
    )


assignment = Assignment(
    name="variants",
    title="Variants",
    notebooks=(),
    questions=(
        Question(
            id="relu",
            title="ReLU",
            checks=(
                check("relu", (4, 6)),
                check("relu.hidden", (N, N + 1), visibility=Visibility.HIDDEN),
            ),
        ),
    ),
)
"""
RIGHT = "import numpy as np\ndef relu_forward(x):\n    return np.maximum(0, x), x\n"
GREEDY = """
import numpy as np, sys
def relu_forward(x):
    digits = ' '.join('%.17g' % value for value in x.ravel())
    print(digits)
    if x.shape == (4, 6):
        return np.maximum(0, x), x
    {wish}
"""
WISHES = {
    "raises them": "raise ValueError(digits)",
    "returns them": "return x, x",
    "returns them in place of an array": "return digits, x",
    "returns them as keys": "return {digits: x}",
    "returns them as a list": "return [digits] * 3",
    "nothing": "return None",
    "another shape": "return x[:-1], x",
    "one entry": "out = np.maximum(0, x); out[0, 0] += x[0, 0]; return out, x",
    "a warning": "import warnings; warnings.warn(digits); return x, x",
    "writes to stderr": "sys.stderr.write(digits); return x, x",
    "exits": "raise SystemExit(digits)",
}


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedAssignment:
    """Return an assignment of a public check and a hidden one, with its expected values."""
    folder = tmp_path / "variants"
    folder.mkdir()
    (folder / "assignment.py").write_text(DECLARATION)
    regenerate(load_assignment(folder))
    return load_assignment(folder)


def draw(loaded: LoadedAssignment, *options: str) -> int:
    """Run ``grade secret`` and return its exit code."""
    return main(["secret", str(loaded.folder), *options])


def hand_in(folder: Path, code: str) -> Path:
    """Return a submission of one file."""
    path = folder / "layers.py"
    path.write_text(code)
    return path


def hidden_inputs(loaded: LoadedAssignment, seed: int) -> np.ndarray:
    """Return what the hidden check feeds to the function."""
    (check,) = [c for c in loaded.assignment.checks if c.visibility is Visibility.HIDDEN]
    experiment = check.experiment  # type: ignore[attr-defined]
    made = make_inputs(experiment.inputs, generator_for(seed, f"{check.id}/seeded"))
    found: np.ndarray = made["x"]
    return found


def verdicts(report: Report) -> dict[str, Status]:
    """Return the status of every row."""
    return {check.id: check.outcome.status for check in report.checks}


def test_secret_lies_beside_the_assignment_and_is_its_owners(loaded: LoadedAssignment) -> None:
    """The secret and its values can be read by nobody else, and git is told to leave them."""
    assert draw(loaded, "--term", "2026 autumn") == 0
    for name in (FILE, "hidden.npz"):
        assert stat.S_IMODE((loaded.folder / name).stat().st_mode) == 0o600
    assert (loaded.folder / ".gitignore").read_text().split() == [FILE, "hidden.npz"]
    secret = read_secret(loaded.folder / FILE)
    assert (secret.assignment, secret.term) == ("variants", "2026 autumn")
    assert len(secret.key) == 64


def test_a_secret_is_never_drawn_over(
    loaded: LoadedAssignment, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grades depend on it: a second one needs a place of its own."""
    assert draw(loaded) == 0
    before = (loaded.folder / FILE).read_bytes()
    assert draw(loaded) == 4
    assert "is there already" in capsys.readouterr().err
    assert (loaded.folder / FILE).read_bytes() == before
    assert draw(loaded, "--into", str(loaded.folder / "spring.json")) == 0


def test_the_same_secret_gives_the_same_inputs_and_another_one_others(
    loaded: LoadedAssignment,
) -> None:
    """Shapes are drawn, too, and neither ``--seed`` nor handing in again changes them."""
    secrets = [Secret("variants", "", f"{number:064x}", Path()) for number in range(12)]
    drawn = [hidden_inputs(loaded, secret.seed) for secret in secrets]
    again = [hidden_inputs(loaded, secret.seed) for secret in secrets]
    assert all(np.array_equal(a, b) for a, b in zip(drawn, again, strict=True))
    assert len({array.shape for array in drawn}) > 1
    assert len({array[0, 0] for array in drawn}) == len(drawn)
    elsewhere = Secret("other", "", secrets[0].key, Path())
    assert elsewhere.seed != secrets[0].seed


def test_only_hidden_checks_draw_from_the_secret(loaded: LoadedAssignment) -> None:
    """Public checks keep the seed that students can use."""
    public, hidden = loaded.assignment.checks
    assert (Seeds(7, 8).of(public), Seeds(7, 8).of(hidden)) == (7, 8)
    assert Seeds(7).of(hidden) == 7


def test_right_code_passes_with_any_secret_and_a_table_of_the_public_one_does_not(
    loaded: LoadedAssignment, tmp_path: Path
) -> None:
    """What is known of the default seed helps nobody once a secret is there."""
    public = hidden_inputs(loaded, loaded.assignment.default_seed)
    table = (
        f"{RIGHT.replace('relu_forward', '_right')}\ndef relu_forward(x):\n    return (_right(x)\
 if x.shape in {{(4, 6), {public.shape}}} and abs(x[0, 0]) in {{}} else (x, x))\n"
    )
    known = hidden_inputs(loaded, loaded.assignment.default_seed)[0, 0]
    first = make_inputs(
        loaded.assignment.checks[0].experiment.inputs,  # type: ignore[attr-defined]
        generator_for(231, "relu/seeded"),
    )["x"][0, 0]
    table = table.replace("in {} else", f"in {{{abs(float(first))!r}, {abs(float(known))!r}}} else")
    memorised, right = hand_in(tmp_path, table), RIGHT
    assert grade(memorised, [loaded.folder]).percent == 100.0
    assert draw(loaded) == 0
    report = grade(memorised, [loaded.folder])
    assert verdicts(report) == {"relu.out": Status.PASSED, "relu.hidden.out": Status.FAILED}
    report = grade(hand_in(tmp_path, right), [loaded.folder])
    assert report.percent == 100.0
    assert report.grader.seed == 231


def test_identical_code_gets_identical_reports(loaded: LoadedAssignment, tmp_path: Path) -> None:
    """Handing in again draws nothing anew, whatever seed the public checks have."""
    assert draw(loaded, "--term", "spring") == 0
    submission = hand_in(tmp_path, RIGHT)
    first, second = (grade(submission, [loaded.folder], seed=5) for _ in range(2))
    assert [c.outcome for c in first.checks] == [c.outcome for c in second.checks]
    assert any("term spring" in warning for warning in first.warnings)


@pytest.mark.parametrize("wish", WISHES)
def test_reports_show_nothing_of_hidden_inputs(
    loaded: LoadedAssignment, tmp_path: Path, wish: str
) -> None:
    """Whatever code does with what it was given, no digit, size or line comes out."""
    assert draw(loaded) == 0
    secret = read_secret(loaded.folder / FILE)
    report = grade(hand_in(tmp_path, GREEDY.replace("{wish}", WISHES[wish])), [loaded.folder])
    assert verdicts(report)["relu.hidden.out"] is not Status.PASSED
    inputs = hidden_inputs(loaded, secret.seed)
    written = render_json(report)
    texts = (written, render_terminal(report, detail=Detail.EVERYTHING), str(report.warnings))
    sizes = {f"({rows},{rows + 1})" for rows in (len(inputs),)} | {f"of {inputs.size} entries"}
    for text in texts:
        assert not any(f"{abs(value):.6g}"[:7] in text for value in inputs.ravel())
        assert not any(size in text for size in sizes)
    (row,) = [c for c in json.loads(written)["checks"] if c["id"] == "relu.hidden.out"]
    assert row["error"] is None
    assert row["seconds"] == 0.0
    assert not any(row["evidence"][key] for key in ("got", "inputs", "notes", "traceback"))
    if row["status"] != "failed":
        assert row["location"] is None


def test_values_of_another_secret_or_declaration_are_refused(
    loaded: LoadedAssignment, tmp_path: Path
) -> None:
    """The message names the command that renews them, and that command does."""
    assert draw(loaded) == 0
    other = tmp_path / "spring.json"
    assert draw(loaded, "--into", str(other)) == 0
    other.with_suffix(".npz").replace(loaded.folder / "hidden.npz")
    submission = hand_in(tmp_path, RIGHT)
    with pytest.raises(AssignmentError, match=r"hidden\.npz is absent or stale: run grade regen"):
        grade(submission, [loaded.folder])
    with pytest.raises(AssignmentError, match=r"stale: run .*--secret .*spring\.json"):
        grade(submission, [loaded.folder], secrets=[other])
    assert main(["regenerate", "--check", str(loaded.folder)]) == 4
    assert main(["regenerate", str(loaded.folder), "--secret", str(other)]) == 0
    assert main(["regenerate", "--check", str(loaded.folder), "--secret", str(other)]) == 0
    assert grade(submission, [loaded.folder]).percent == 100.0
    assert grade(submission, [loaded.folder], secrets=[other]).percent == 100.0


def test_secrets_that_do_not_fit_are_refused(loaded: LoadedAssignment, tmp_path: Path) -> None:
    """Another assignment's, a second one, and a file that is none."""
    file = tmp_path / "a.json"
    assert draw(loaded, "--into", str(file)) == 0
    submission = hand_in(tmp_path, RIGHT)
    with pytest.raises(AssignmentError, match="both secrets of variants"):
        grade(submission, [loaded.folder], secrets=[file, file])
    file.write_text(file.read_text().replace("variants", "svm"))
    with pytest.raises(AssignmentError, match="secret of svm, and graded is variants"):
        grade(submission, [loaded.folder], secrets=[file])
    file.write_text("{}")
    with pytest.raises(AssignmentError, match="is no secret"):
        grade(submission, [loaded.folder], secrets=[file])
    with pytest.raises(AssignmentError, match="cannot be read"):
        grade(submission, [loaded.folder], secrets=[tmp_path / "absent.json"])


def test_release_holds_neither_secret_nor_hidden_values(
    loaded: LoadedAssignment, tmp_path: Path
) -> None:
    """Starter and bundle are made without them, and nothing in them names the hidden check."""
    assert draw(loaded) == 0
    secret = read_secret(loaded.folder / FILE)
    assert main(["release", str(loaded.folder), "--into", str(tmp_path / "out")]) == 0
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) > 4
    for path in files:
        assert path.name not in (FILE, "hidden.npz")
        content = path.read_bytes()
        assert secret.key.encode() not in content
        assert b"relu.hidden" not in content
    assert all(c.id != "relu.hidden" for c in only_public(loaded.assignment).checks)


def test_validate_warns_without_a_secret(
    loaded: LoadedAssignment, capsys: pytest.CaptureFixture[str]
) -> None:
    """The assignment is proved all the same; the note says what is yet to be done."""
    assert main(["validate", str(loaded.folder), "--seeds", "1"]) == 0
    assert "run grade secret" in capsys.readouterr().out
    assert draw(loaded) == 0
    assert main(["validate", str(loaded.folder), "--seeds", "1"]) == 0
    assert "run grade secret" not in capsys.readouterr().out


def test_hidden_values_are_those_of_the_reference(loaded: LoadedAssignment) -> None:
    """What lies beside the secret is what the reference gives on its inputs."""
    assert draw(loaded) == 0
    secret = read_secret(loaded.folder / FILE)
    values = values_for(loaded, None, secret)
    assert values.keys() == {"relu/seeded/out", "relu.hidden/seeded/out"}
    right = np.maximum(0, hidden_inputs(loaded, secret.seed))
    assert np.array_equal(values["relu.hidden/seeded/out"], right)
    assert compute_hidden(loaded.assignment, secret.seed).keys() == {"relu.hidden/seeded/out"}
