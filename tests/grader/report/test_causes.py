from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader.model import Certainty, CheckResult, Evidence, Kind, Location, Outcome, Status
from grader.report.causes import group_causes, group_consequences, most_costly
from grader.report.visibility import shown_check
from grader.settings import Detail, Visibility

if TYPE_CHECKING:
    from grader.model import Report


def make_check(check_id: str, outcome: Outcome, max_score: float = 2.0) -> CheckResult:
    """Return a row that earned nothing."""
    return CheckResult(check_id, "affine", Kind.VALUE, ("layers:f",), outcome, 0.0, max_score)


def test_a_module_that_cannot_be_imported_is_one_cause() -> None:
    """Checks of many functions with the same message and line are told once."""
    outcome = Outcome(
        Status.MISSING, "layers.py cannot be imported.", location=Location("layers.py", 3)
    )
    (cause,) = group_causes(
        replace(make_check(f"f{number}.out", outcome), targets=(f"layers:f{number}",))
        for number in range(20)
    )
    assert cause.lost == 40.0
    assert cause.title == "20 functions"


def test_a_line_that_raises_is_one_cause_whatever_its_message() -> None:
    """The same line raising about different shapes is one mistake."""
    outcomes = [
        Outcome(Status.ERRORED, f"shapes (2,) and ({size},)", location=Location("layers.py", 7))
        for size in (3, 4)
    ]
    (cause,) = group_causes(make_check(f"f.{outcome.message[-3]}", outcome) for outcome in outcomes)
    assert len(cause.checks) == 2


def make_wrong(line: int | None = None) -> Outcome:
    """Return the outcome of a wrong value, blamed on a line."""
    location = Location("layers.py", line) if line else None
    return Outcome(Status.FAILED, "It is wrong.", None, None, "", "", False, location, WRONG)


WRONG = Evidence(got="1", expected="2")


def test_wrong_parts_of_one_check_are_one_cause() -> None:
    """The parts dx and dw of one result are told together, wherever they are made."""
    (cause,) = group_causes([make_check("f.dx", make_wrong(3)), make_check("f.dw", make_wrong(4))])
    assert cause.title == "f · dx, dw"


def test_wrong_values_of_two_lines_are_two_causes() -> None:
    """Two checks of a class that point to different lines are two things to look at."""
    checks = [make_check("Net.a.loss", make_wrong(3)), make_check("Net.b.loss", make_wrong(4))]
    assert len(group_causes(checks)) == 2
    assert len(group_causes([make_check("f.out", make_wrong()), checks[0]])) == 2


def test_wrong_values_of_one_line_are_one_cause() -> None:
    """The loss with and without regularisation, made by one line, is one thing to look at."""
    (cause,) = group_causes(
        [make_check("Net.loss.loss", make_wrong(3)), make_check("Net.reg_loss.loss", make_wrong(3))]
    )
    assert cause.title == "Net · loss, reg_loss"


def test_a_gradient_is_not_told_with_a_value() -> None:
    """Loss and gradients blamed on one line keep their own blocks: their hints differ."""
    gradient = replace(make_check("Net.grads.W1", make_wrong(3)), kind=Kind.GRADIENT)
    assert len(group_causes([make_check("Net.loss.loss", make_wrong(3)), gradient])) == 2


def test_a_law_is_told_with_the_wrong_result_whose_error_has_the_same_shape() -> None:
    """A law has no line of its own; with another diagnosis, or none, it keeps its block."""
    shape = replace(WRONG, certainty=Certainty.SHAPE)
    wrong = make_check("f.db", replace(make_wrong(3), diagnosis="factor", evidence=shape))
    law = replace(make_check("f.properties.adds_up", replace(wrong.outcome, location=None)))
    law = replace(law, kind=Kind.PROPERTY)
    (cause,) = group_causes([law, wrong])
    assert cause.checks == (wrong, law)
    for diagnosis in ("transposed", ""):
        other = replace(law, outcome=replace(law.outcome, diagnosis=diagnosis))
        assert len(group_causes([wrong, other])) == 2
    assert len(group_causes([wrong, replace(law, id="g.properties.adds_up")])) == 2
    raising = replace(law.outcome, status=Status.ERRORED, location=Location("layers.py", 3))
    assert len(group_causes([wrong, replace(law, outcome=raising)])) == 2
    stopped = replace(wrong, outcome=replace(raising, diagnosis=""))
    assert len(group_causes([stopped, replace(law, outcome=wrong.outcome)])) == 2
    of_line = replace(law, outcome=replace(make_wrong(3), message="It does not add up."))
    assert len(group_causes([wrong, of_line])) == 1
    assert len(group_causes([wrong, replace(of_line, outcome=make_wrong(4))])) == 2


def test_a_cell_is_told_with_the_check_that_fails_in_the_same_line() -> None:
    """It joins one group at most, and none of another function or line."""
    value = make_check("Net.loss.loss", make_wrong(3))
    gradient = replace(make_check("Net.grads.W1", make_wrong(3)), kind=Kind.GRADIENT)
    cell = replace(make_check("Net.cell.grads", make_wrong(3)), kind=Kind.NOTEBOOK_CELL)
    causes = group_causes([cell, value, gradient])
    assert [cause.checks for cause in causes] == [(value, cell), (gradient,)]
    elsewhere = replace(cell, outcome=make_wrong(4))
    assert len(group_causes([value, elsewhere])) == 2
    assert len(group_causes([value, replace(cell, id="Other.cell.grads")])) == 2


def test_a_hidden_check_is_told_with_a_public_one_of_the_same_line() -> None:
    """The public one speaks for both: its values may be shown, those of a hidden one never."""
    hidden = replace(make_check("f.dw", make_wrong(3)), told=Detail.LOCATION)
    public = make_check("f.dx", make_wrong(3))
    (cause,) = group_causes([hidden, public])
    assert cause.checks == (hidden, public)
    assert cause.first == public


def test_a_hidden_value_is_told_with_a_public_result_of_another_kind_on_its_line() -> None:
    """It says no more than the line; on another line, or with a diagnosis, it has its own block."""
    hidden = make_check("f.hidden.loss", make_wrong(3))
    hidden = shown_check(replace(hidden, kind=Kind.GRADIENT, visibility=Visibility.HIDDEN))
    public = make_check("f.dx", make_wrong(3))
    (cause,) = group_causes([hidden, public])
    assert cause.checks == (public, hidden)
    assert len(group_causes([hidden, make_check("f.dx", make_wrong(4))])) == 2
    named = replace(hidden, outcome=replace(hidden.outcome, diagnosis="sign"), told=Detail.MISTAKE)
    assert len(group_causes([named, public])) == 2


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (Status.ERRORED, "ValueError: x while calling f."),
        (Status.TIMED_OUT, "Stopped after 2.0 CPU s while calling f."),
        (Status.CRASHED, "The process ended while importing layers."),
    ],
)
def test_what_stopped_on_hidden_inputs_is_told_with_the_public_check_of_its_function(
    status: Status, message: str
) -> None:
    """One error does not cost twice in words: a hidden row shows neither line nor message."""
    public = make_check("f.dx", Outcome(status, message, location=Location("layers.py", 3)))
    rows = [
        replace(make_check(f"{name}.hidden.dx", public.outcome), told=Detail.LOCATION)
        for name in ("f", "g")
    ]
    of_f, of_g = map(shown_check, rows)
    causes = group_causes([of_f, of_g, public])
    assert {cause.first.id: cause.max_score for cause in causes} == {
        "f.dx": 4.0,
        "g.hidden.dx": 2.0,
    }


def test_what_stopped_on_hidden_inputs_alone_is_a_cause_of_its_function() -> None:
    """A public check that ended in another way, or of another function, does not speak for it."""
    raised = Outcome(Status.ERRORED, "ValueError: x")
    hidden = [
        shown_check(replace(make_check(name, raised), visibility=Visibility.HIDDEN))
        for name in ("f.hidden.dx", "f.hidden.dw", "g.hidden.dx")
    ]
    causes = group_causes([make_check("f.dx", make_wrong(3)), *hidden, make_check("h.dx", raised)])
    assert [cause.title for cause in causes] == [
        "f · dx",
        "f · hidden · dx, dw",
        "g · hidden · dx",
        "h · dx",
    ]


def test_a_check_that_belongs_to_two_groups_joins_them() -> None:
    """Groups that had nothing in common are one as soon as a check shares with both."""
    (cause,) = group_causes(
        [
            make_check("Net.a.W1", make_wrong(3)),
            make_check("Net.b.W2", make_wrong(4)),
            make_check("Net.a.W2", make_wrong(4)),
        ]
    )
    assert len(cause.checks) == 3


def test_consequences_are_no_causes() -> None:
    """A check that builds on another failing one follows that cause, and only that."""
    follows = replace(make_wrong(9), evidence=replace(WRONG, builds_on=("f",)))
    both = replace(make_wrong(9), evidence=replace(WRONG, builds_on=("f", "g")))
    checks = [
        make_check("Net.W1", follows, 3.0),
        make_check("Net.W2", both, 5.0),
        make_check("f.dx", make_wrong(3)),
        replace(make_check("g.dx", make_wrong(4)), targets=("layers:g",)),
    ]
    causes = group_causes(checks)
    assert [(cause.title, cause.lost_by_followers) for cause in causes] == [
        ("f · dx", 3.0),
        ("g · dx", 0.0),
    ]
    assert [cause.first.id for cause in most_costly(causes)] == ["f.dx", "g.dx"]
    groups = group_consequences(checks, causes)
    assert {names: [c.id for c in group] for names, group in groups.items()} == {
        ("f",): ["Net.W1"],
        ("f", "g"): ["Net.W2"],
    }


def test_consequences_of_one_cause_are_one_group() -> None:
    """Functions of one module that cannot be imported are one reason, however many are named."""
    ended = Outcome(Status.CRASHED, "The process ended while importing layers.")
    causes = group_causes(
        [
            make_check("f.out", ended),
            replace(make_check("g.out", ended), targets=("layers:g",)),
        ]
    )
    later = [
        make_check("Net.W1", replace(ended, evidence=Evidence(builds_on=("f",)))),
        make_check("Net.W2", replace(ended, evidence=Evidence(builds_on=("f", "g")))),
    ]
    assert list(group_consequences(later, causes)) == [("f", "g")]


def test_functions_that_are_not_there_are_one_cause() -> None:
    """Unwritten and undefined functions are listed together; other reasons are not."""
    said = ["f is not written yet.", "No file defines g.", "h has no parameter 'x'."]
    names = [text.partition(" ")[0] if text[0] != "N" else "g" for text in said]
    causes = group_causes(
        replace(
            make_check(f"{name}.out", Outcome(Status.MISSING, text)), targets=(f"layers:{name}",)
        )
        for name, text in zip(names, said, strict=True)
    )
    assert [cause.functions for cause in causes] == [("f", "g"), ("h",)]


def test_failures_without_values_fold_by_message() -> None:
    """Parts that fail with the same sentence and nothing else to show are told once."""
    outcome = Outcome(Status.FAILED, "It returns one value, expected three.")
    (cause,) = group_causes([make_check("f.dx", outcome), make_check("f.dw", outcome)])
    assert cause.title == "f · dx, dw"


def test_a_message_about_one_function_is_one_cause_on_any_line() -> None:
    """A parameter that is not there is told once, whichever gradients were to be looked at."""
    outcomes = [
        Outcome(Status.FAILED, "Net.params has no 'W3'.", location=Location("net.py", line))
        for line in (3, 7)
    ]
    checks = [make_check("Net.init.W3", outcomes[0]), make_check("Net.grads.W1", outcomes[1])]
    assert len(group_causes(checks)) == 1


def test_several_checks_of_one_function_are_called_by_its_name() -> None:
    """A function whose loss and gradient are checked under two ids is one function."""
    outcome = Outcome(Status.MISSING, "No file defines f.")
    (cause,) = group_causes([make_check("f.loss", outcome), make_check("f_gradient.dx", outcome)])
    assert cause.title == "f · loss, dx"


@pytest.mark.parametrize("status", [Status.TIMED_OUT, Status.CRASHED])
def test_a_function_that_never_returns_is_one_cause(status: Status) -> None:
    """Where a stopped function was seen differs from part to part, the cause does not."""
    outcome = Outcome(status, "It did not return.", location=Location("layers.py", 1))
    other = replace(outcome, location=Location("layers.py", 2))
    causes = group_causes(
        [make_check("f.dx", outcome), make_check("f.dw", other), make_check("g.out", outcome)]
    )
    assert [cause.functions for cause in causes] == [("f",), ("g",)]


def test_passed_checks_are_no_causes() -> None:
    """Only what lost its verdict is grouped."""
    assert group_causes([make_check("f.out", Outcome(Status.PASSED))]) == ()


def test_the_dearest_causes_come_first() -> None:
    """At most three are named, by points, ties in the report's order."""
    failed = Outcome(Status.FAILED)
    causes = group_causes(
        make_check(f"f{number}.out", failed, points)
        for number, points in enumerate([1.0, 5.0, 3.0, 5.0, 2.0])
    )
    assert [cause.first.id for cause in most_costly(causes)] == ["f1.out", "f3.out", "f2.out"]


def test_nobody_is_sent_to_mend_what_they_cannot(report: Report) -> None:
    """Our own failures, reviews and consequences are not among what to fix first."""
    statuses = {cause.status for cause in most_costly(group_causes(report.checks), most=99)}
    assert statuses.isdisjoint({Status.GRADER_ERROR, Status.NEEDS_REVIEW, Status.BLOCKED})
    assert Status.TIMED_OUT in statuses


def test_what_its_own_function_holds_back_is_told_with_it() -> None:
    """A law that holds and earns nothing, since no result is right, is no consequence."""
    held = replace(make_wrong(9), evidence=replace(WRONG, builds_on=("f",)))
    checks = [
        make_check("f.properties.law", held, 0.5),
        make_check("f.dx", make_wrong(3)),
        make_check("Net.W1", held, 3.0),
    ]
    (cause,) = causes = group_causes(checks)
    assert [check.id for check in cause.checks] == ["f.dx", "f.properties.law"]
    assert cause.lost_by_followers == 3.0
    groups = group_consequences(checks, causes)
    assert [check.id for check in groups["f",]] == ["Net.W1"]
