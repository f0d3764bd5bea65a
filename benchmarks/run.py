"""Measures `grade` as a whole process against what it replaces, and prints a table of ratios.

Usage: python benchmarks/run.py [--rounds N] [--submission PATH]. Run it with the Python that
`grade` is installed for. The submission is also run bare, unconfined: it must be trusted.
"""

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from whole_process import Usage, measure

from grader.provided.overlays import OVERLAYS, OverlayMode, provided_source

ROOT = Path(__file__).resolve().parent
EXAMPLE = ROOT.parent / "examples" / "submission.zip"
STAND_INS = {"past/builtins.py": "xrange = range\n", "matplotlib/pyplot.py": ""}
"""What students import and `grade` stands in for; the real ones would cost the bare run."""
GRADE = (sys.executable, "-m", "grader")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One ratio, and what it may be."""

    title: str
    ours: str
    """Name of the command above the line."""
    theirs: str
    """Name of the command below the line."""
    quantity: str
    """``cpu`` or ``wall``."""
    limit: float | None
    """Largest ratio that is promised; None where the ratio is for information."""


COMPARISONS = (
    Comparison("grade, every public check / nine checks bare", "grade", "bare", "cpu", 0.8),
    # Grading the nine alone costs no more than grading everything, which is what is measured.
    Comparison("the same, as a bound for the nine alone", "grade", "bare", "cpu", 0.6),
    Comparison("grade, every public check / nine checks bare", "grade", "bare", "wall", None),
    Comparison("grade --help / import numpy", "help", "numpy", "wall", 1.0),
    Comparison("grade --help / import numpy", "help", "numpy", "cpu", 1.0),
    Comparison("grade, every public check / nbgrader, nine", "grade", "nbgrader", "wall", 1 / 6),
    Comparison("grade, every public check / nbgrader, nine", "grade", "nbgrader", "cpu", None),
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command line and the folder it runs in."""

    words: tuple[str, ...]
    folder: Path


def main() -> int:
    """Measure, print, and return 1 if a promised ratio was missed."""
    options = _read_options()
    with tempfile.TemporaryDirectory() as folder:
        commands = _prepare(Path(folder), options.submission)
        seen = _alternate(commands, options.rounds)
    print(_describe_machine(options.rounds))
    _print_usages(seen)
    return int(not _print_ratios(seen))


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--submission", type=Path, default=EXAMPLE)
    return parser.parse_args()


def _prepare(folder: Path, submission: Path) -> dict[str, Command]:
    """Return the commands to measure, with everything they need in a folder."""
    submission = submission.resolve(strict=True)
    package = _unpack(submission, folder / "unpacked")
    assignment = ("--assignment", "fully_connected")
    commands = {
        "grade": (*GRADE, str(submission), *assignment),
        "bare": (sys.executable, str(ROOT / "bare_checks.py"), str(package)),
        "help": (*GRADE, "--help"),
        "numpy": (sys.executable, "-c", "import numpy"),
    }
    for name in commands:
        (folder / name).mkdir()
    prepared = {name: Command(words, folder / name) for name, words in commands.items()}
    if find_spec("nbgrader") is not None:
        prepared["nbgrader"] = _prepare_nbgrader(folder / "nbgrader", package)
    return prepared


def _unpack(submission: Path, folder: Path) -> Path:
    """Unpack a trusted submission and return the folder that holds ``cs231n``, made complete."""
    if submission.is_dir():
        shutil.copytree(submission, folder)
    else:
        shutil.unpack_archive(submission, folder)
    package = next(path for path in sorted(folder.rglob("cs231n")) if path.is_dir()).parent
    for file in OVERLAYS["cs231n"]:
        for path in file.paths:
            place = package / path
            if file.mode is OverlayMode.REPLACE or (file.source and not place.exists()):
                place.write_text(provided_source(file.source), encoding="utf-8")
    for path, text in STAND_INS.items():
        place = package / path
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return package


def _prepare_nbgrader(course: Path, package: Path) -> Command:
    course.mkdir()
    # Made by another process: what this one imports would count as the memory of its children.
    maker = (sys.executable, str(ROOT / "nbgrader_course.py"), str(course), str(package))
    program = (sys.executable, "-m", "nbgrader")
    for words in (maker, (*program, "generate_assignment", "fully_connected")):
        measure(words, course, dict(os.environ))
    return Command((*program, "autograde", "fully_connected", "--force"), course)


def _alternate(commands: Mapping[str, Command], rounds: int) -> dict[str, list[Usage]]:
    """Run every command in every round, so that a busy spell meets all of them alike."""
    seen: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            usage = measure(command.words, command.folder, dict(os.environ))
            if number:  # the first round fills caches
                seen[name].append(usage)
    return seen


def _describe_machine(rounds: int) -> str:
    packages = [name for name in ("numpy", "nbgrader") if find_spec(name) is not None]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{os.cpu_count()} processors, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {versions}; medians of {rounds} rounds"
    )


def _print_usages(seen: Mapping[str, Sequence[Usage]]) -> None:
    print(f"\n{'command':10}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}")
    for name, usages in seen.items():
        cpu, wall, peak = (
            statistics.median(getattr(usage, quantity) for usage in usages)
            for quantity in ("cpu", "wall", "peak")
        )
        print(f"{name:10}{cpu:8.2f}{wall:8.2f}{peak / 1e6:9.0f}")


def _print_ratios(seen: Mapping[str, Sequence[Usage]]) -> bool:
    """Print a row per comparison and return whether all promises were kept."""
    kept = True
    print(f"\n{'ratio':46}{'of':>5}{'median':>8}{'at most':>9}")
    for row in COMPARISONS:
        if row.ours not in seen or row.theirs not in seen:
            continue
        ratio = statistics.median(
            getattr(ours, row.quantity) / getattr(theirs, row.quantity)
            for ours, theirs in zip(seen[row.ours], seen[row.theirs], strict=True)
        )
        missed = row.limit is not None and ratio > row.limit
        kept = kept and not missed
        limit = "" if row.limit is None else f"{row.limit:.2f}"
        print(f"{row.title:46}{row.quantity:>5}{ratio:8.2f}{limit:>9}{'  missed' * missed}")
    return kept


if __name__ == "__main__":
    sys.exit(main())
