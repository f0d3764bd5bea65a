from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course.bundle import BUNDLE, write_declaration
from grader.course.catalogue import load_assignment
from grader.course.expected import FILE, expected_for, pack, regenerate
from grader.course.validate import validate
from grader.errors import AssignmentError

Declare = Callable[..., Path]

CONVENTION = '''\
"""Softmax losses with either factor."""

from grader import Assignment, FunctionCall, Question, ValueCheck, integers, normal
from grader.course.conventions import Choice, Convention

TARGET = "softmax:softmax_loss_vectorized"


def loss(name, reg, seeded=True):
    return ValueCheck(
        id=name,
        experiment=FunctionCall(
            target=TARGET,
            arguments={"W": normal(4, 3), "X": normal(5, 4), "y": integers(3, 5), "reg": reg},
            results={"loss": (0,)},
        ),
        points={"loss": 4},
    )


assignment = Assignment(
    name="tiny",
    title="Softmax",
    notebooks=("OnlySoftmax",),
    questions=(Question(id="loss", title="Loss", checks=(loss("loss", 0.5),)),),
    conventions=(
        Convention(
            name="regularization",
            title="Regularisation",
            choices={
                "whole": Choice(title="the factor one"),
                "half": Choice(
                    title="the factor one half",
                    keywords={TARGET: {"regularization_factor": 0.5}},
                ),
            },
            probe=loss("probe", 1.0),
        ),
    ),
)
'''

FLAKY = '''\
"""A check that its own reference fails now and then."""

from grader import Assignment, Question, ValueCheck
from grader.checks.base import Check
from grader.model import Kind, Outcome, Status


class Moody(Check):
    """Fails on even seeds."""

    kind = Kind.VALUE
    targets = ("layers:relu_forward",)

    def expect(self, reference, seed):
        return {}

    def examine(self, candidate, expected, seed):
        failed = Outcome(Status.FAILED, "Not today.", error=0.5, tolerance=1e-7)
        return {"out": Outcome(Status.PASSED) if seed % 2 else failed}


assignment = Assignment(
    name="tiny",
    title="Rectified linear units",
    notebooks=(),
    questions=(Question(id="relu", title="ReLU", checks=(Moody(id="m", points={"out": 1}),)),),
)
'''


def problems_of(folder: Path, *, seeds: int = 2) -> str:
    """Return what is wrong with an assignment whose values are current."""
    loaded = load_assignment(folder)
    regenerate(loaded)
    return "; ".join(validate(loaded, seeds=seeds))


def test_a_sound_assignment_has_no_problems(declare: Declare) -> None:
    """The reference earns everything, the starter nothing."""
    assert problems_of(declare()) == ""


def test_progress_tells_what_is_proved(declare: Declare) -> None:
    """Each seed, then the starter."""
    loaded = load_assignment(declare())
    regenerate(loaded)
    seen: list[tuple[str, int, int]] = []
    assert validate(loaded, seeds=2, progress=lambda *step: seen.append(step)) == []
    assert seen == [("reference, seed 231", 0, 3), ("reference, seed 232", 1, 3), ("starter", 2, 3)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('points={"out": 4}', 'points={"out": 0}', "question relu has no points"),
        (
            'points={"out": 4}',
            'needs=("nothing",), points={"out": 4}',
            "check relu_forward needs 'nothing', which is no other check",
        ),
        (
            'points={"out": 4}',
            'literals={"out": [[1.0]]}, points={"out": 4}',
            "the reference does not earn relu_forward.out: failed: out has shape (3, 4)",
        ),
        (
            "checks=(relu,)",
            'checks=(relu, ReviewCheck(id="why", points={"answer": 1}, prompt=" "))',
            "check why is read by a person and asks nothing",
        ),
    ],
)
def test_what_a_declaration_leaves_open_is_found(
    declare: Declare, old: str, new: str, said: str
) -> None:
    """The message names the check or the question."""
    imports = ("from grader import Assignment", "from grader.checks.review import ReviewCheck\n")
    with_review = (imports[0], f"{imports[1]}{imports[0]}")
    assert said in problems_of(declare(with_review, (old, new)))


def test_values_that_are_not_there_are_found(declare: Declare) -> None:
    """Grading would refuse them, too."""
    found = validate(load_assignment(declare()), seeds=1)
    assert len(found) == 1
    assert "absent or unreadable: run grade regenerate" in found[0]


def test_targets_that_the_reference_lacks_are_found(declare: Declare) -> None:
    """Also where values have not been made, because they cannot be."""
    loaded = load_assignment(declare(("layers:relu_forward", "layers:fold")))
    assert "tiny: the reference has no layers:fold" in "; ".join(validate(loaded, seeds=1))


def test_flaky_checks_are_found(declare: Declare) -> None:
    """A check that fails on some seeds costs correct work points by chance."""
    found = problems_of(declare(text=FLAKY), seeds=3)
    assert "m.out is flaky: the reference fails on seed 232: failed: Not today." in found
    assert "(error 5.0e-01, tolerance 1.0e-07)" in found


def test_every_choice_of_a_convention_is_proved(declare: Declare) -> None:
    """The reference earns everything under each, and the probe tells them apart."""
    assert problems_of(declare(text=CONVENTION)) == ""


def test_a_probe_that_cannot_tell_the_choices_apart_is_found(declare: Declare) -> None:
    """Without regularisation both are the same."""
    found = problems_of(declare(('loss("probe", 1.0)', 'loss("probe", 0.0)'), text=CONVENTION))
    assert "convention regularization: with half, its probe tells whole" in found


def test_bundles_cannot_be_validated(declare: Declare, tmp_path: Path) -> None:
    """There is nothing in one to hold it against."""
    loaded = load_assignment(declare())
    regenerate(loaded)
    values = pack(expected_for(loaded, None))
    (tmp_path / BUNDLE).write_text(write_declaration(loaded.assignment, values))
    (tmp_path / FILE).write_bytes(values)
    with pytest.raises(AssignmentError, match="a bundle has no reference to be held against"):
        validate(load_assignment(tmp_path))
