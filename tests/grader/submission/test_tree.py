from __future__ import annotations

import ast
from pathlib import Path

import pytest

import grader
from grader.submission.tree import children_of, walk

SOURCES = sorted(Path(grader.__file__).parent.glob("checks/cells/*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_nodes_come_as_python_goes_through_them(source: Path) -> None:
    """All nodes, in the same order, and the same below each of them."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    nodes = walk(tree)
    assert list(map(id, nodes)) == list(map(id, ast.walk(tree)))
    assert all(
        list(map(id, children_of(node))) == list(map(id, ast.iter_child_nodes(node)))
        for node in nodes
    )


def test_absent_fields_are_passed_over() -> None:
    """A node made by hand need not have all its fields."""
    assert children_of(ast.Return()) == []
    assert walk(ast.Constant(1))[1:] == []
