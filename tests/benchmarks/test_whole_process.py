"""The meter of the benchmarks counts every process of a command."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"

MEASURE = """
import os, sys
from pathlib import Path
from whole_process import measure
print(measure([sys.executable, "-c", sys.argv[1]], Path(sys.argv[2]), dict(os.environ)).cpu)
"""

# The middle process ends at once, so nobody of the command's own waits for the one that works.
WORK_BY_AN_ORPHAN = """
import os, time
if os.fork() == 0:
    if os.fork() == 0:
        while time.process_time() < 0.5:
            pass
    os._exit(0)
os.wait()
"""


def measure_cpu(program: str, folder: Path) -> float:
    """Return the CPU seconds of a Python program, measured in a process of its own."""
    command = [sys.executable, "-c", MEASURE, program, str(folder)]
    done = subprocess.run(command, cwd=BENCHMARKS, capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")
def test_work_of_an_orphan_is_counted(tmp_path: Path) -> None:
    """What a process does whose parent has ended is part of the command's CPU time."""
    assert measure_cpu(WORK_BY_AN_ORPHAN, tmp_path) >= 0.5


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    """A command that ends with an error raises instead of giving a time."""
    with pytest.raises(subprocess.CalledProcessError) as caught:
        measure_cpu("raise SystemExit('no such luck')", tmp_path)
    assert "no such luck" in caught.value.stderr
