"""The command that says what this machine offers: isolation, NumPy, kernels, a compiler."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from grader import __version__
from grader.cli.destinations import print_text
from grader.cli.exit_codes import ExitCode
from grader.report.untrusted import printable

if TYPE_CHECKING:
    from grader.isolation.levels import LevelReport


@click.command(name="doctor")
@click.option("-v", "--verbose", is_flag=True, help="Show each layer of the isolation.")
def examine(verbose: bool) -> int:
    """Say what this machine offers: isolation, NumPy, compiler.

    Ends with code 5 if student code could not be graded here without asking for --isolation weak.
    """
    from grader.isolation.confinement import Level
    from grader.isolation.self_test import probe

    levels = [probe(level) for level in Level]
    chosen = next((each for each in levels if each.available and each.level.value != "weak"), None)
    lines = [
        _fact("grade", __version__),
        _fact("Python", f"{platform.python_version()} ({sys.executable})"),
        _fact("NumPy", _numpy_version()),
        _fact("machine", platform.platform()),
        _fact("compiler", _compiler()),
        _fact("kernels", _kernels()),
        *_describe_levels(levels, verbose=verbose),
    ]
    if chosen is None:
        lines.append("auto: refuses to grade here; weak has to be asked for: --isolation weak")
    else:
        lines.append(f"auto: grades with {chosen.level.value} isolation")
    print_text("\n".join(lines) + "\n")
    return ExitCode.GRADED if chosen else ExitCode.SANDBOX


def _fact(name: str, value: str) -> str:
    return f"{name:<10} {printable(value)}"


def _describe_levels(levels: list[LevelReport], *, verbose: bool) -> list[str]:
    lines = [_fact(each.level.value, _describe_level(each)) for each in levels]
    lines += ["", *_tabulate(levels), ""]
    if verbose:
        for each in levels:
            lines += [
                printable(f"{each.level.value}, {layer.name}: {layer.detail}", limit=300)
                for layer in each.layers
            ]
    return lines


def _describe_level(report: LevelReport) -> str:
    if not report.available:
        return f"not here: {report.reason}"
    if report.level.value == "weak":
        what = "nothing but excess" if sys.platform == "linux" else "nothing"
        return f"works, and protects from {what}: it has to be asked for by name"
    return "works: every layer refused what a worker tried"


def _tabulate(levels: list[LevelReport]) -> list[str]:
    """Return a row for each thing that is kept from student code, a column for each level."""
    names = dict.fromkeys(layer.name for each in levels for layer in each.layers)
    if not names:
        return []
    refused = [{layer.name: layer.works for layer in each.layers} for each in levels]
    words = {True: "yes", False: "NO", None: "-"}
    rows = [("kept from student code", *(each.level.value for each in levels))]
    rows += [(name, *(words[column.get(name)] for column in refused)) for name in names]
    return [
        "".join([f"{row[0]:<24}", *(f"{cell:<10}" for cell in row[1:])]).rstrip() for row in rows
    ]


def _numpy_version() -> str:
    import numpy as np

    return np.__version__


def _compiler() -> str:
    found = next(filter(None, map(shutil.which, ("cc", "gcc", "clang", "cl"))), None)
    return found or "none found; only needed to compile the fast kernels"


def _kernels() -> str:
    # By name, because the grader works without the reference.
    if find_spec("reference") is None or find_spec("reference.fast") is None:
        return "the reference is not installed; grading does not need it"
    status = getattr(import_module("reference.fast"), "kernel_status", None)
    return str(status()) if status is not None else "unknown"
