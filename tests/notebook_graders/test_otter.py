"""The documented test file in a notebook of the real otter: run by ``tox run -e otter``.

otter-grader brings pandas, a browser's driver and a client of Docker along, which is more than
the tests of every change should install.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("otter", reason="tox run -e otter has it")

CHECK = """\
import otter
grader = otter.Notebook(tests_dir="tests")
result = grader.check("affine")
print(result.score, result.possible)
print([case.message for case in result.test_case_results])
"""


@pytest.fixture(scope="module")
def outputs(
    example: Callable[[str], str], run_after_answers: Callable[..., dict[str, list[Any]]]
) -> dict[str, list[Any]]:
    """Return what the cell put out, by student."""
    return run_after_answers(CHECK, {"tests/affine.py": example("In otter")})


@pytest.mark.parametrize(
    ("name", "score"), [("right", 4), ("half", 1), ("nothing", 0), ("files", 4)]
)
def test_otter_gives_each_case_its_points(
    name: str, score: int, outputs: dict[str, list[Any]]
) -> None:
    """All of them or none, and a failure's message is the report."""
    text = "".join(output.get("text", "") for output in outputs[name])
    assert text.startswith(f"{score} 4\n")
    assert ("FAIL affine_backward" in text) == (name == "half")
