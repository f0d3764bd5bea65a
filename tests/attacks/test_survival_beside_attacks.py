"""A report does not depend on what is graded beside it, and nothing is left afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent / "survival.py"


def test_reports_are_the_same_beside_hostile_submissions() -> None:
    """Three reports beside a loop, a fork bomb and a memory bomb are what one alone is."""
    finished = subprocess.run(
        [sys.executable, "-B", str(PROGRAM), "--times", "3", "--beside", "3"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
