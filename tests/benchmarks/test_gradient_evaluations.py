"""The count of evaluations is taken on the reference, and keeps its promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "benchmarks" / "gradient_evaluations.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program on some assignments."""
    words = [sys.executable, str(PROGRAM), *arguments]
    return subprocess.run(
        words,
        cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_networks_are_differentiated_with_a_sixtieth_of_the_evaluations() -> None:
    """A table tells both counts, and success that the promise was kept."""
    done = run("dropout")
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("dropout"))
    checks, ours, course, ratio = map(int, row.split()[1:])
    assert checks == 2
    assert ours * 60 <= course
    assert ratio == round(course / ours)


def test_too_many_evaluations_end_with_failure() -> None:
    """Where arrays are small, so is the gain: the program does not hide it."""
    done = run("svm")
    assert done.returncode == 1, done.stdout
    assert "missed" in done.stdout
