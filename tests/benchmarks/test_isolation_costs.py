"""What isolation costs is measured with real workers, and told against what is promised."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.isolation.confinement import Level
from grader.isolation.levels import describe

ROOT = Path(__file__).parents[2]
PROMISED = {"what strict adds to weak", "the two as a ratio", "call with 100 kB, strict"}


@pytest.mark.skipif(not describe(Level.STRICT).available, reason="no strict isolation here")
def test_every_promise_has_a_row_and_a_missed_one_is_told() -> None:
    """A busy machine may miss a limit: the row then says so, and the program ends with 1."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "isolation.py"), "--rounds", "2"],
        cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    row = re.compile(r"(.+?) +wall(?: ms)? +[-\d.]+ +([-\d.]+) +([\d.]+)( +missed)?")
    found = [row.fullmatch(line) for line in done.stdout.splitlines()]
    promises = {match[1]: match for match in found if match}
    assert set(promises) == PROMISED
    for match in promises.values():
        median, limit = float(match[2]), float(match[3])
        assert median >= limit if match[4] else median <= limit
    assert done.returncode == int(any(match[4] for match in promises.values()))
