"""A handout's own cells, held against known mistakes and against our assignments."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cli import main
from grader.course.audit import audit_handout
from grader.errors import AssignmentError
from reference.mistakes import mistakes_of


def test_a_handout_is_held_against_the_assignment_that_fits(handout: Path) -> None:
    """Its cells find a mask that is forgotten; a forward pass that they only use is looked at."""
    audit = audit_handout(handout)
    known = [
        (target, mistake.name)
        for target in ("layers:relu_forward", "layers:relu_backward")
        for mistake in mistakes_of(target)
    ]
    assert sorted((row.target, row.name) for row in audit.rows) == sorted(known)
    assert len(audit.held_against) == 1
    rows = {(row.target, row.name): row for row in audit.rows}
    forgotten = rows["layers:relu_backward", "no_mask"]
    assert forgotten.cells
    assert forgotten.declared
    assert audit.surviving == 0


def test_a_handout_with_nothing_to_judge_is_refused(write_notebook: Callable[..., Path]) -> None:
    """There is nothing that a mistake could be held against."""
    path = write_notebook([("code", "x = 1")])
    with pytest.raises(AssignmentError, match="can be judged"):
        audit_handout(path)


def test_the_command_takes_a_handout(handout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON, with the path for a name; nothing is left beside the handout."""
    before = sorted(handout.rglob("*"))
    assert main(["audit", str(handout), "--json"]) == 0
    (audit,) = json.loads(capsys.readouterr().out)["audits"]
    assert audit["name"] == str(handout)
    assert audit["rows"]
    assert sorted(handout.rglob("*")) == before
