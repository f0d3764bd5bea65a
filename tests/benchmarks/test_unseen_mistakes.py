"""Unseen wrong versions fit the submissions that they are put into, and cost points there."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "benchmarks" / "unseen_mistakes.py"
FILES = sorted((ROOT / "tests" / "unseen_mistakes").glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_wrong_version_defines_what_its_submission_defines(file: Path) -> None:
    """The code is one definition, of a name that the file of the case has."""
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    submission = ROOT / "tests" / "cases" / told["assignment"] / told["case"] / "submission"
    body = ast.parse((submission / told["file"]).read_text(encoding="utf-8")).body
    names = told["function"].split(".")
    for name in names:
        body = next(
            node.body
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        )
    (definition,) = ast.parse(told["code"]).body
    assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
    assert definition.name == names[-1]


def test_a_wrong_version_loses_points() -> None:
    """What it lost and what was said of it is printed beside what is wrong."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "39_"],
        cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 of 1 lose points" in done.stdout, done.stderr
    assert "along the examples" in done.stdout
