"""Nothing of the diagnosis is loaded for a submission without failures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[2] / "cases"
GRADE = """
import sys
from pathlib import Path
from grader.pipeline import grade

report = grade(Path(sys.argv[1]), ["dropout"])
failed = sum(check.outcome.status in ("failed", "errored") for check in report.checks)
print(bool(failed), any(name.startswith("grader.diagnosis") for name in sys.modules))
"""


@pytest.mark.parametrize(
    ("case", "expected"), [("cs231n_correct", "False False"), ("not_rescaled", "True True")]
)
def test_diagnosis_is_loaded_only_for_failures(case: str, expected: str) -> None:
    """A correct submission pays nothing for it."""
    command = [sys.executable, "-c", GRADE, str(CASES / "dropout" / case / "submission")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
