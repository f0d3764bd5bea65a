"""Measures what one more submission costs when everything is warm: CPU time of all processes.

The first submission pays for imports, the assignment and the workers' parent; it is left out.
Times are compared with the nine checks of the notebook, bare, in one process.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
from pathlib import Path

from grader.isolation.levels import choose
from grader.pipeline import Grader

_AT_MOST = 0.200
_ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Grade one submission again and again, and print the median of its CPU time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submission", type=Path, default=_ROOT / "examples" / "submission.zip")
    parser.add_argument("--assignment", default="fully_connected")
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    totals: list[float] = []
    own: list[float] = []
    with Grader((given.assignment,)) as grader:
        for _ in range(given.rounds + 1):
            before = _cpu(resource.RUSAGE_SELF), _workers_cpu()
            report = grader.grade(given.submission)
            after = _cpu(resource.RUSAGE_SELF), _workers_cpu()
            own.append(after[0] - before[0])
            totals.append(sum(after) - sum(before))
    median = statistics.median(totals[1:])
    print(f"{given.submission.name}, {given.assignment}: {report.score:g} of {report.max_score:g}")
    print(f"isolation {choose('auto').level.value}, median of {given.rounds} after the first")
    said = f"{median * 1000:6.0f}   at most {_AT_MOST * 1000:.0f}"
    print(f"CPU ms a submission, all processes  {said}")
    print(f"of it the grader's own process      {statistics.median(own[1:]) * 1000:6.0f}")
    return int(median > _AT_MOST)


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _workers_cpu() -> float:
    """Return CPU seconds of the workers' parent and of the workers it has waited for."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])
    return total / ticks


if __name__ == "__main__":
    sys.exit(main())
