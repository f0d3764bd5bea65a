"""Audits: which known mistakes cells let pass, and which declared checks find."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.audit import Audit, Audited, audit_assignment
from grader.course.audit_report import summarise, to_json, to_markdown
from grader.course.bundle import BUNDLE, write_declaration
from grader.course.catalogue import load_assignment
from grader.course.expected import FILE, expected_for, pack, regenerate
from grader.errors import AssignmentError
from reference.mistakes import mistakes_of

Declare = Callable[..., Path]

RELU = "layers:relu_forward"
POSITIVE_ONLY = """\
import numpy as np
from cs231n.layers import relu_forward
out, _ = relu_forward(np.array([1.0, 2.0]))
print(rel_error(out, np.array([1.0, 2.0])))
"""


def declare_with_cell(declare: Declare, source: str) -> Path:
    """Return the folder of an assignment with a declared check and a cell."""
    folder = declare(("questions=", 'masters=("relu.ipynb",), questions='))
    tag = {"id": "relu.cell", "question": "relu", "points": 1}
    cell = {"cell_type": "code", "source": source, "metadata": {"grader": tag}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    (folder / "relu.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    regenerate(load_assignment(folder))
    return folder


def test_each_mistake_is_held_against_cells_and_declared_checks(declare: Declare) -> None:
    """A cell that shows positive numbers alone cannot tell a ReLU that does nothing."""
    seen: list[tuple[str, int, int]] = []
    folder = declare_with_cell(declare, POSITIVE_ONLY)
    audit = audit_assignment(load_assignment(folder), lambda *step: seen.append(step))
    known = [mistake.name for mistake in mistakes_of(RELU)]
    assert [row.name for row in audit.rows] == known
    assert seen == [("relu_forward", done, len(known)) for done in range(len(known))]
    rows = {row.name: row for row in audit.rows}
    assert rows["leaky"].cells == ()
    assert rows["leaky"].declared == ("relu_forward.out",)
    assert 0 < audit.missed <= len(known)
    assert all(row.cells is not None and row.declared is not None for row in audit.rows)


def test_where_no_cell_calls_a_function_there_is_nothing_to_tell(declare: Declare) -> None:
    """That is told apart from a cell that lets a mistake pass."""
    folder = declare()
    regenerate(load_assignment(folder))
    audit = audit_assignment(load_assignment(folder))
    assert {row.cells for row in audit.rows} == {None}
    assert audit.missed == len(audit.rows) > 0


def test_rows_without_points_find_nothing(declare: Declare) -> None:
    """What costs nothing is no check that a student has to pass."""
    folder = declare(('points={"out": 4}', 'points={"out": 0}'))
    regenerate(load_assignment(folder))
    audit = audit_assignment(load_assignment(folder))
    assert {row.declared for row in audit.rows} == {None}
    assert audit.surviving == len(audit.rows)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title="Rectified', 'mistakes="", title="Rectified', "catalogue of mistakes '' is not"),
        ('"layers:relu_forward"', '"layers:fold"', "absent or unreadable"),
    ],
)
def test_an_audit_needs_values_and_a_catalogue(
    declare: Declare, old: str, new: str, said: str
) -> None:
    """The message says what is absent."""
    folder = declare((old, new))
    if "fold" not in new:
        regenerate(load_assignment(folder))
    with pytest.raises(AssignmentError, match=said):
        audit_assignment(load_assignment(folder))


def test_a_bundle_cannot_be_audited(declare: Declare, tmp_path: Path) -> None:
    """It holds no reference that a mistake could be made in."""
    folder = declare()
    loaded = load_assignment(folder)
    regenerate(loaded)
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    values = pack(expected_for(loaded, None))
    (bundle / BUNDLE).write_text(write_declaration(loaded.assignment, values))
    (bundle / FILE).write_bytes(values)
    with pytest.raises(AssignmentError, match="audit the assignment that it was released from"):
        audit_assignment(load_assignment(bundle))


FOUND = Audit(
    name="week4",
    title="Rectified | linear",
    rows=(
        Audited(RELU, "leaky", "slope | below zero", (), ("relu_forward.out", "relu.more.out")),
        Audited(RELU, "doubled", "twice too large", ("relu.cell.out",), ("relu_forward.out",)),
        Audited("layers:relu_backward", "all", "no mask", None, ()),
    ),
)


def test_the_table_names_what_passes_and_what_finds_it() -> None:
    """Mistakes that the cells find are left out, unless everything is asked for."""
    text = to_markdown(FOUND)
    assert "# Rectified \\| linear: known mistakes" in text
    assert "| slope \\| below zero | let it pass | out and 1 more |" in text
    assert "| no mask | no cell asks | let it pass |" in text
    assert "twice too large" not in text
    everything = to_markdown(FOUND, everything=True)
    assert "| twice too large | relu.cell.out | out |" in everything


def test_the_summary_counts() -> None:
    """How many there are, how many the cells let pass, and how many nothing finds."""
    assert " ".join(summarise(FOUND)) == (
        "3 known mistakes of 2 functions: the notebook's cells let 2 pass. "
        "Declared checks find all but 1 of these."
    )
    found = Audit("a", "A", FOUND.rows[:2], ("svm",))
    assert " ".join(summarise(found)).endswith("Declared checks of svm find all of these.")
    assert [*summarise(Audit("a", "A", FOUND.rows[1:2]))] == [
        "1 known mistake of 1 function: the notebook's cells let 0 pass."
    ]


def test_json_holds_everything() -> None:
    """Also the mistakes that the cells find, and all rows by their ids."""
    found = json.loads(to_json([FOUND]))
    assert found["schema_version"] == 1
    (audit,) = found["audits"]
    assert (audit["mistakes"], audit["missed_by_cells"], audit["surviving"]) == (3, 2, 1)
    assert audit["rows"][0]["declared"] == ["relu_forward.out", "relu.more.out"]
    assert audit["rows"][2]["cells"] is None
