"""The documented cell of nbgrader's tests, in a kernel, by nbgrader's documented rule.

A cell that ends in an error or writes to standard error has no points; one that ends with a number
has as many; any other has all (nbgrader's manual, "Autograded tests: partial credit"). The real
nbgrader is tried by ``tox run -e nbgrader``: it brings a whole Jupyter server along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

POINTS = 4.0


def credit(outputs: list[Any]) -> float:
    """Return the points that nbgrader gives a cell of tests."""
    for output in outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            return 0.0
        if output.output_type == "execute_result":
            return float(output.data["text/plain"])
    return POINTS


@pytest.fixture(scope="module")
def outputs(
    example: Callable[[str], str], run_after_answers: Callable[..., dict[str, list[Any]]]
) -> dict[str, list[Any]]:
    """Return what the cell put out, by student."""
    return run_after_answers(example("In nbgrader"), {})


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [("right", 4.0, 4.0), ("half", 2.0, 3.9), ("nothing", 0.0, 0.0), ("files", 4.0, 4.0)],
)
def test_the_cell_gives_its_share_of_the_points(
    name: str, lowest: float, highest: float, outputs: dict[str, list[Any]]
) -> None:
    """Between none and all, by what is right; with the report above it."""
    assert lowest <= credit(outputs[name]) <= highest
    assert "this is no grade" in outputs[name][0].text
