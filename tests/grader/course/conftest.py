"""Assignment folders made for one test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

TINY = '''\
"""Rectified linear units only."""

from grader import Assignment, FunctionCall, Question, ValueCheck, normal

relu = ValueCheck(
    id="relu_forward",
    experiment=FunctionCall(
        target="layers:relu_forward",
        arguments={"x": normal(3, 4)},
        results={"out": (0,)},
    ),
    points={"out": 4},
)

assignment = Assignment(
    name="tiny",
    title="Rectified linear units",
    notebooks=("OnlyReLU",),
    questions=(Question(id="relu", title="ReLU", checks=(relu,)),),
)
'''


@pytest.fixture
def declare(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a declaration, with replacements, and gives its folder."""

    def write(*replacements: tuple[str, str], text: str = TINY) -> Path:
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        folder = tmp_path / "tiny"
        folder.mkdir(exist_ok=True)
        (folder / "assignment.py").write_text(text, encoding="utf-8")
        return folder

    return write
