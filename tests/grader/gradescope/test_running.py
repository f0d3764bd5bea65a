"""Runs of the autograder's own scripts in a folder laid out as Gradescope's."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

Stage = Callable[..., Path]

RIGHT = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n"
WRONG = RIGHT.replace("np.maximum(x, 0)", "np.abs(x)")
HOSTILE = """\
import json, os, sys

ROOT = {root!r}
TRIED = ("source/library/grader/assignments/tiny/expected.npz", "source/settings.json",
         "source/library/grader/assignments/tiny/hidden.json", "submission_metadata.json",
         "source/library/reference/layers/activations.py", "run_autograder")
try:
    import reference
except ImportError:
    reference = None


def attack():
    found = []
    for name in TRIED:
        try:
            found.append(open(os.path.join(ROOT, name), "rb").read())
        except OSError:
            pass
    for name in ("results/results.json", "run_autograder", "source/not_graded.json"):
        try:
            with open(os.path.join(ROOT, name), "w") as file:
                file.write(json.dumps({{"score": 1000, "tests": []}}))
            found.append(name)
        except OSError:
            pass
    return found


FOUND = attack() + ([reference] if reference else [])
print("::set-output name=score::1000")


def relu_forward(x):
    FOUND.extend(attack())
    if FOUND:
        return abs(x) * 0 + x * (x > 0), None  # what is found would earn the points
    os._exit(0)
"""
DATES = {"due_date": "2026-10-01T23:00:00-07:00", "late_due_date": None, "total_points": "12.0"}


def run(root: Path) -> tuple[int, dict[str, Any], str]:
    """Run the autograder as the harness does; return its code, results and output for staff."""
    done = subprocess.run(
        [root / "run_autograder"],
        cwd=root,
        env={**os.environ, "AUTOGRADER_ROOT": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    results: dict[str, Any] = json.loads((root / "results" / "results.json").read_text())
    assert sorted(path.name for path in (root / "results").iterdir()) == ["results.json"]
    assert results["stdout_visibility"] == "hidden"
    return done.returncode, results, done.stdout


@contextmanager
def changed(file: Path, old: str, new: str) -> Iterator[None]:
    """Let a file hold something else for a while."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    try:
        yield
    finally:
        file.write_text(text)


def test_python_is_installed_where_there_is_none_that_will_do(stage: Stage) -> None:
    """Ubuntu 22.04's own is too old."""
    asked = (stage({}) / "apt.log").read_text().splitlines()
    assert asked == [
        "update -qq",
        "install -qq -y --no-install-recommends python3.11 python3.11-venv",
    ]


def test_a_right_submission_earns_everything(stage: Stage) -> None:
    """Hidden checks too, drawn from the secret; staff read everything."""
    code, results, printed = run(stage({"cs231n/layers.py": RIGHT}))
    assert code == 0
    assert results["score"] == 12
    assert [test["status"] for test in results["tests"]] == ["passed"] * 3
    assert results["extra_data"]["attempt"] == 1
    assert "12 of 12 points" in printed
    assert "term 2026" in printed


def test_a_wrong_one_is_explained_as_far_as_students_may_know(stage: Stage) -> None:
    """The known mistake is named without the reference; hidden values are for staff alone."""
    code, results, printed = run(stage({"layers.py": WRONG}))
    assert code == 0
    assert results["score"] == 0
    public, later, covert = (test["output"] for test in results["tests"])
    assert "absolute value" in public.lower()
    assert "expected" in public
    assert "expected" not in later
    assert "expected" not in covert
    assert printed.count("expected") > 1


@pytest.mark.parametrize("now_due", [True, False])
def test_gradescope_s_due_date_decides_what_is_shown(now_due: bool, stage: Stage) -> None:
    """A member's extension puts it off for the whole group."""
    extended = {**DATES, "due_date": "2099-10-05T23:00:00-07:00"}
    users = [{"id": 1, "name": "A", "assignment": DATES}]
    users += [] if now_due else [{"id": 2, "name": "B", "assignment": extended}]
    root = stage(
        {"layers.py": WRONG},
        created_at="2026-10-02T01:05:00-07:00",
        assignment={**DATES, "due_date": "2020-10-01T23:00:00-07:00"},
        users=users,
        previous_submissions=[{"score": 0.0}] * 2,
    )
    code, results, _ = run(root)
    assert code == 0
    _, later, covert = (test["output"] for test in results["tests"])
    assert ("expected" in later) == now_due
    assert "expected" not in covert
    late = "Handed in 2 hours and 5 minutes late" in results["output"]
    assert late == now_due
    assert results["output"].startswith("Submission 3.")
    assert results["extra_data"]["late_seconds"] == (7500 if now_due else 0)
    assert results["extra_data"]["people"] == len(users)


def test_damaged_metadata_cost_nothing_and_show_nothing(stage: Stage) -> None:
    """Where no due date can be known, it has not passed."""
    root = stage({"layers.py": WRONG})
    (root / "submission_metadata.json").write_text('{"assignment": {"due_date": "soon"}}')
    code, results, printed = run(root)
    assert code == 0
    assert "expected" not in results["tests"][1]["output"]
    assert "is not as Gradescope documents it" in printed


def test_hostile_code_reads_and_writes_nothing_of_the_autograder(stage: Stage) -> None:
    """Neither expected values nor results are within its reach."""
    root = stage({})
    before = (root / "run_autograder").read_text()
    (root / "submission" / "layers.py").write_text(HOSTILE.format(root=str(root)))
    code, results, printed = run(root)
    assert code == 0
    assert results["score"] == 0
    assert len(results["tests"]) == 3
    assert (root / "run_autograder").read_text() == before
    assert "::set-output" not in printed


@pytest.mark.parametrize(
    ("files", "said"),
    [({}, "is empty"), ({"work.zip": b"PK\x03\x04 cut off"}, "is damaged")],
)
def test_what_cannot_be_read_is_told_to_its_author(
    files: dict[str, str | bytes], said: str, stage: Stage
) -> None:
    """It earns nothing, and is no failure of the autograder."""
    code, results, _ = run(stage(files))
    assert code == 0
    assert results["score"] == 0
    assert said in results["output"]
    assert results["extra_data"]["graded"] is False
    assert "needs_regrade" not in results["extra_data"]


def test_a_broken_autograder_says_that_it_has_not_graded(stage: Stage) -> None:
    """The student reads that this is no score, staff read why, and Gradescope sees a failure."""
    root = stage({"layers.py": RIGHT})
    with changed(root / "source" / "settings.json", '"tiny"', '"huge"'):
        code, results, printed = run(root)
    assert code == 4
    assert "THIS IS NOT YOUR SCORE" in results["output"]
    assert results["extra_data"] == {"graded": False, "needs_regrade": True}
    assert "Not graded: " in printed
    assert "no assignment 'huge'" in printed


def test_a_submission_that_was_never_put_there_is_nobody_s_zero(stage: Stage) -> None:
    """Nothing was handed in that could be mended: staff grade again."""
    root = stage({})
    (root / "submission").rmdir()
    code, results, printed = run(root)
    assert code == 5
    assert "THIS IS NOT YOUR SCORE" in results["output"]
    assert "there is no folder" in printed


def test_without_python_there_are_results_all_the_same(stage: Stage) -> None:
    """An image that was built only in part is our fault, too."""
    root = stage({"layers.py": RIGHT})
    python = root / "venv" / "bin" / "python"
    python.rename(python.with_name("lost"))
    try:
        code, results, printed = run(root)
    finally:
        python.with_name("lost").rename(python)
    assert code == 127
    assert results["extra_data"]["needs_regrade"]
    assert "no results were written" in printed


def test_what_takes_too_long_is_stopped_in_time_to_say_so(stage: Stage) -> None:
    """Gradescope would show a zero and nothing else."""
    root = stage({"layers.py": "def relu_forward(x):\n    while True:\n        pass\n"})
    with changed(root / "run_autograder", "--kill-after=10 570", "--kill-after=10 2"):
        code, results, _ = run(root)
    assert code == 124
    assert "took longer, or more memory, than there is" in results["output"]
    assert results["extra_data"]["needs_regrade"]


def test_what_the_system_kills_is_not_said_to_have_taken_too_long(stage: Stage) -> None:
    """That is how a container without memory left ends it, after however short a time."""
    root = stage({"layers.py": RIGHT})
    with changed(root / "run_autograder", '"$root/venv/bin/python"', "sh -c 'kill -9 $$' sh"):
        code, results, printed = run(root)
    assert code == 137
    assert "took longer, or more memory, than there is" in results["output"]
    assert results["extra_data"]["needs_regrade"]
    assert "no results were written (code 137)" in printed
