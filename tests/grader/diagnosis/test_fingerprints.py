"""Fingerprints in bundles name what the catalogue would, and give nothing away."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from grader.course.assignment import Assignment
from grader.course.catalogue import load_assignment
from grader.course.conventions import combinations
from grader.diagnosis.fingerprints import make_fingerprints, read_fingerprints
from grader.diagnosis.known import know
from grader.errors import AssignmentError

NAMES = ("dropout", "softmax")


def load(name: str) -> tuple[Assignment, dict[str, Any]]:
    """Return an assignment and its fingerprints as they come out of a file."""
    assignment = load_assignment(name).assignment
    return assignment, json.loads(json.dumps(make_fingerprints(assignment), allow_nan=False))


@pytest.mark.parametrize("name", NAMES)
def test_fingerprints_tell_what_the_catalogue_tells(name: str) -> None:
    """Under every choice of conventions the same mistakes show in the same results."""
    assignment, data = load(name)
    for settled in combinations(assignment.conventions):
        for target in data["targets"]:
            known = know(assignment, target, settled)
            read = read_fingerprints(data, assignment, target, settled)
            assert known is not None
            assert read is not None
            assert read.texts == known.texts
            assert {one.names: one.affected for one in read.prints} == {
                one.names: one.affected for one in known.prints
            }
            for ours, theirs in zip(known.prints, read.prints, strict=True):
                for key, signature in ours.signatures.items():
                    assert signature.distance(theirs.signatures[key]) <= 1e-7


def test_no_array_is_in_the_fingerprints() -> None:
    """Of each result there are its shape and a handful of numbers, whatever its size."""
    _, data = load("softmax")
    for rows in data["targets"].values():
        for row in rows:
            for results in (row["right"], *(one["results"] for one in row["mistakes"])):
                for signature in results.values():
                    assert signature is None or len(signature) == 6


def test_fingerprints_are_small_and_quickly_made() -> None:
    """A bundle grows by less than half a megabyte."""
    started = time.process_time()
    _, data = load("softmax")
    assert time.process_time() - started < 30
    assert len(json.dumps(data)) < 500_000


def test_pairs_that_show_apart_are_joined() -> None:
    """Two mistakes in different results make a pair without any computation."""
    assignment, data = load("dropout")
    settled = {"dropout": "keep"}
    read = read_fingerprints(data, assignment, "layers:dropout_forward", settled)
    assert read is not None
    assert read.make_pair is not None
    apart = [
        (first, second)
        for first in read.prints
        for second in read.prints
        if first.affected and second.affected and not first.affected & second.affected
    ]
    assert apart
    for first, second in apart:
        pair = read.make_pair((first.names[0], second.names[0]))
        assert pair is not None
        assert pair.affected == first.affected | second.affected


@pytest.mark.parametrize(
    "damaged",
    [
        {"version": 1},
        {"version": 1, "targets": {"layers:dropout_forward": [{"under": []}]}},
        {"version": 1, "targets": {"layers:dropout_forward": 3}},
    ],
)
def test_damaged_fingerprints_are_refused(damaged: dict[str, Any]) -> None:
    """The message says what to do."""
    assignment = load_assignment("dropout").assignment
    with pytest.raises(AssignmentError, match="fetch the bundle again"):
        read_fingerprints(damaged, assignment, "layers:dropout_forward", {"dropout": "keep"})


def test_fingerprints_of_another_version_tell_nothing() -> None:
    """An older program grades a newer bundle without naming mistakes."""
    assignment = load_assignment("dropout").assignment
    assert read_fingerprints({}, assignment, "layers:dropout_forward", {}) is None
