"""Grades one submission again and again beside hostile ones, and compares its reports.

A program: ``python tests/attacks/survival.py [--times 100] [--beside 10]``. It ends with 1 if two
reports differ, or if anything is left afterwards.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from attack import write_honest, write_hostile
from attacks import ATTACKS
from surroundings import Surroundings, list_processes

from grader.course.catalogue import load_assignment
from grader.course.expected import regenerate
from grader.model import Report
from grader.pipeline import Grader
from grader.settings import Limits

LIMITS = Limits(cpu_seconds=2.0, memory_bytes=1 << 30)
HOSTILE = (
    "loop",
    "fork_bomb",
    "fill_memory",
    "fill_disc",
    "segmentation_fault",
    "flood_output",
    "thread_bomb",
    "sleep",
    "flood_stand_ins",
    "forge_frames",
)


def without_times(report: Report) -> Report:
    """Return what has to be the same each time."""
    checks = tuple(replace(check, seconds=0.0) for check in report.checks)
    return replace(report, checks=checks, seconds=0.0)


def grade_for_ever(submission: Path, assignment: Path) -> None:
    """Grade a submission until whoever started this process has ended."""
    parent = os.getppid()
    with Grader([assignment], limits=LIMITS) as grader:
        while os.getppid() == parent:
            grader.grade(submission)
            print("graded", flush=True)


def compare(times: int, beside: int, folder: Path) -> Iterator[str]:
    """Yield what is wrong."""
    assignment = shutil.copytree(HERE / "assignment", folder / "assignment")
    regenerate(load_assignment(assignment))
    submission = write_honest(folder / "submission", "relu_backward")
    (folder / "secrets").mkdir()
    before = list_processes()
    with (
        Surroundings(folder / "secrets") as surroundings,
        Grader([assignment], limits=LIMITS) as one,
    ):
        alone = without_times(one.grade(submission))
        surroundings.settle()
        others = [start_beside(name, folder, surroundings) for name in HOSTILE[:beside]]
        try:
            for number in range(times):
                report = without_times(one.grade(submission))
                if report != alone:
                    yield f"report {number + 1} differs: {find_difference(report, alone)}"
            ended = [name for name, other in zip(HOSTILE, others, strict=False) if other.poll()]
            yield from (f"the grader of {name} has ended" for name in ended)
        finally:
            for other in others:
                other.kill()
                other.wait()
                if other.stdout is not None:
                    other.stdout.close()
        yield from surroundings.find_traces(one._starter._process.pid)
    left = list_processes(grace=5.0, known=before) - before
    yield from (f"a process is left: {process}" for process in sorted(left))


def start_beside(name: str, folder: Path, surroundings: Surroundings) -> subprocess.Popen[str]:
    """Start a process that grades an attack again and again, and wait for its first report."""
    facts = surroundings.facts() | {"assignment": "", "repository": "", "zygote": 1, "hidden": []}
    submission = write_hostile(ATTACKS[name], folder / name, facts)
    command = [sys.executable, "-B", str(HERE / "survival.py"), "--hostile", str(submission)]
    process = subprocess.Popen(
        [*command, str(folder / "assignment")], stdout=subprocess.PIPE, text=True
    )
    if process.stdout is None or process.stdout.readline() != "graded\n":
        raise RuntimeError(f"{name} is not graded")
    return process


def find_difference(report: Report, other: Report) -> str:
    """Return the first row in which two reports differ."""
    for one, two in zip(report.checks, other.checks, strict=True):
        if one != two:
            return f"{one.id}: {one.outcome} instead of {two.outcome}"
    return "besides rows"


def main() -> int:
    """Grade as often as asked for, and say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--beside", type=int, default=10)
    parser.add_argument("--hostile", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.hostile:
        grade_for_ever(*asked.hostile)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="grade-survival-"))
    folder.chmod(0o755)
    try:
        problems = list(compare(asked.times, asked.beside, folder))
    finally:
        shutil.rmtree(folder)
    said = f"{asked.times} reports beside {asked.beside} hostile submissions"
    print("\n".join([*problems, f"{said}: {'not ' if problems else ''}all the same"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
