"""Whatever a worker answers, honest or made up, is judged; nothing of it breaks the grader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import (
    Call,
    CallFailed,
    Drawn,
    Failure,
    Look,
    Method,
    Operation,
    Read,
    Reply,
    Shapes,
)
from grader.candidate.local import LocalCandidate
from grader.candidate.wire import Handle
from grader.checks.base import Check
from grader.course.catalogue import load_assignment
from grader.model import Kind, Status
from reference.targets import resolve

SEED = 7
CHECKS = {check.id: check for check in load_assignment("fully_connected").assignment.checks}
ODD_VALUES: Sequence[Any] = (
    *(None, True, 0, -(2**63), 1e308, float("nan"), float("inf"), 1j, "1.5", b"ab", float),
    *(slice(0, 1), Handle(9, "Odd"), np.float16(1), np.complex64(1j), np.bool_(True)),
    *([], (), {}, [1, [2, 3]], [None], ["1"], [1j], [[]], [{}], {"m": 1}, {1: 2}, (1, 2, 3, 4, 5)),
    *([np.ones(2), np.ones(3)], [np.ones(4) * 1j], [Handle(9, "Odd")]),
    *(np.zeros(0), np.zeros((0, 1000)), np.array(3.0), np.ones((1,) * 32)),
    *(np.full((5, 7), 1e308), np.full((10, 5), -1e308), np.full((4, 5), 2**64 - 1, np.uint64)),
)
ODD_SHAPES: Sequence[Any] = (None, (), (1,), (0,), (-1,), (1.5,), "ab", 3, [5, 50], ("x",))

_ASK_OFTEN = (Kind.NOTEBOOK_CELL, Kind.PROPERTY, Kind.TRAINING)
_GIVES_VALUES = (Call, Method, Look, Read, Drawn)


class Liar(LocalCandidate):
    """Gives the reference's answers, some of them replaced by what no function would return."""

    def __init__(self, draws: np.random.Generator) -> None:
        super().__init__(resolve)
        self._draws = draws

    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Return replies of which some parts are made up."""
        try:
            replies = super().run(operations)
        except Exception as error:  # whatever odd values make the reference do
            # It was given its own lies back, as laws do; in a worker the student's code raises.
            raise CallFailed(Failure(Status.ERRORED, str(error))) from error
        return [
            self._lie(operation, reply)
            for operation, reply in zip(operations, replies, strict=True)
        ]

    def _lie(self, operation: Operation, reply: Reply) -> Reply:
        if isinstance(operation, Shapes):
            return replace(reply, value=self._lie_about_shapes(reply.value))
        if isinstance(operation, _GIVES_VALUES) and not isinstance(reply.value, Handle):
            after = {0: self._draw(ODD_VALUES)} if self._draws.random() < 0.05 else {}
            return Reply(self._replace(reply.value), after)
        return reply

    def _lie_about_shapes(self, held: Mapping[Any, Any]) -> Any:
        if self._draws.random() < 0.2:
            return self._draw(ODD_VALUES)
        return {k: self._draw(ODD_SHAPES) if self._draws.random() < 0.1 else held[k] for k in held}

    def _replace(self, value: Any) -> Any:
        if isinstance(value, Handle):  # a cache that another function will be given
            return value
        if self._draws.random() < 0.2:
            return self._draw(ODD_VALUES)
        if isinstance(value, tuple):
            return tuple(self._replace(item) for item in value)
        if isinstance(value, dict):
            return {key: self._replace(item) for key, item in value.items()}
        return value

    def _draw(self, choices: Sequence[Any]) -> Any:
        return choices[self._draws.integers(len(choices))]


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_every_part_of_any_answer_is_judged(check: Check) -> None:
    """A check gives an outcome per part, some of them wrong, whatever values came back.

    A cell, a law or a training asks so often that it may always meet a lie.
    """
    expected = check.expect(LocalCandidate(resolve), SEED)
    seen = set()
    for number in range(40):
        outcomes = check.run(Liar(np.random.default_rng(number)), expected, SEED)
        assert outcomes.keys() == set(check.parts)
        seen |= {outcome.status for outcome in outcomes.values()}
    assert seen <= {Status.PASSED, Status.FAILED, Status.ERRORED}
    assert Status.FAILED in seen
    assert Status.PASSED in seen or check.kind in _ASK_OFTEN
