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
    from grader.isolation.levels import probe

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
    lines = []
    for each in levels:
        state = "works" if each.available else f"not here: {each.reason}"
        lines.append(_fact(each.level.value, state))
        for layer in each.layers if verbose else ():
            works = "kept apart" if layer.works else "NOT KEPT APART"
            detail = f" ({layer.detail})" if layer.detail else ""
            lines.append(printable(f"  {layer.name} {works}{detail}"))
    return lines


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
