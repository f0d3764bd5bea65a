from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model import CheckResult, Kind, Outcome, Status
from grader.scoring import QuestionRule, score_checks

RULES = (QuestionRule("own", "Own"), QuestionRule("more", "More"), QuestionRule("given", "G", True))


def make_row(question: str, status: Status, points: float, name: str = "f.out") -> CheckResult:
    """Return one row with points still to be given, and a wrong score to be ignored."""
    return CheckResult(
        id=name,
        question=question,
        kind=Kind.VALUE,
        targets=("layers:f",),
        outcome=Outcome(status),
        score=99.0,
        max_score=points,
    )


rows = st.lists(
    st.builds(
        make_row,
        st.sampled_from([rule.id for rule in RULES]),
        st.sampled_from(Status),
        st.floats(0, 100).map(lambda points: round(points, 2)),
    ),
    max_size=12,
)


@given(rows)
def test_points_are_all_or_nothing(checks: list[CheckResult]) -> None:
    """A row earns its points or none, and only if it passed."""
    scored, _ = score_checks(checks, RULES)
    assert [replace(row, score=0.0) for row in scored] == [replace(c, score=0.0) for c in checks]
    for row in scored:
        assert row.score in (0.0, row.max_score)
        assert row.score == 0.0 or row.outcome.status is Status.PASSED


@given(rows)
def test_questions_add_up_their_rows(checks: list[CheckResult]) -> None:
    """Each question's score lies between nothing and its maximum, and all of them add up."""
    scored, questions = score_checks(checks, RULES)
    assert [question.id for question in questions] == [rule.id for rule in RULES]
    assert all(0.0 <= question.score <= question.max_score for question in questions)
    assert sum(q.score for q in questions) == pytest.approx(sum(row.score for row in scored))
    assert sum(q.max_score for q in questions) == pytest.approx(sum(c.max_score for c in checks))


@given(rows, st.integers(0, 11))
def test_passing_more_never_costs_points(checks: list[CheckResult], place: int) -> None:
    """Turning any row into a passed one does not lower any question."""
    if not checks:
        return
    place %= len(checks)
    passed = replace(checks[place], outcome=Outcome(Status.PASSED))
    _, before = score_checks(checks, RULES)
    _, after = score_checks([*checks[:place], passed, *checks[place + 1 :]], RULES)
    assert all(b.score <= a.score for b, a in zip(before, after, strict=True))


@given(rows)
def test_given_functions_count_only_beside_own_work(checks: list[CheckResult]) -> None:
    """What the starter holds complete earns nothing unless some other check passed."""
    scored, _ = score_checks(checks, RULES)
    passed = [row for row in scored if row.outcome.status is Status.PASSED]
    own_work = any(row.question != "given" for row in passed)
    given_rows = [row for row in passed if row.question == "given"]
    assert all(
        (row.score == row.max_score) == (own_work or not row.max_score) for row in given_rows
    )


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PASSED])
def test_own_work_means_something_passed(status: Status) -> None:
    """A failed check of one's own does not make the given ones count."""
    checks = [make_row("own", status, 5.0), make_row("given", Status.PASSED, 4.0, "g.out")]
    scored, _ = score_checks(checks, RULES)
    assert [row.score for row in scored] == [0.0, 0.0]


def test_rows_without_points_can_show_own_work() -> None:
    """A check that is worth nothing still tells an untouched starter from own work."""
    checks = [make_row("own", Status.PASSED, 0.0), make_row("given", Status.PASSED, 4.0, "g.out")]
    scored, _ = score_checks(checks, RULES)
    assert [row.score for row in scored] == [0.0, 4.0]


def test_nothing_to_grade_is_nothing_earned() -> None:
    """No rows make questions of no points."""
    scored, questions = score_checks([], RULES)
    assert scored == ()
    assert {(q.score, q.max_score) for q in questions} == {(0.0, 0.0)}


@pytest.mark.parametrize(
    ("status", "earned", "score"),
    [
        (Status.FAILED, 0.25, 2.0),
        (Status.FAILED, None, 0.0),
        (Status.FAILED, 1.5, 0.0),
        (Status.FAILED, float("nan"), 0.0),
        (Status.TIMED_OUT, 0.25, 0.0),
        (Status.GRADER_ERROR, 0.25, 0.0),
        (Status.PASSED, None, 8.0),
    ],
)
def test_a_share_of_the_points_is_earned_by_a_judged_value(
    status: Status, earned: float | None, score: float
) -> None:
    """Only an outcome that was judged earns a share, and only a share between none and all."""
    row = make_row("own", status, 8.0)
    row = replace(row, outcome=replace(row.outcome, earned=earned))
    scored, _ = score_checks([row], RULES)
    assert scored[0].score == score


def test_what_a_person_judges_is_in_the_maximum_and_pending() -> None:
    """Points under review are neither earned nor lost."""
    checks = [make_row("own", Status.NEEDS_REVIEW, 3.0), make_row("own", Status.PASSED, 2.0)]
    _, questions = score_checks(checks, RULES)
    assert (questions[0].score, questions[0].max_score, questions[0].pending) == (2.0, 5.0, 3.0)


@given(rows, st.floats(0, 1))
def test_what_a_stand_in_helped_to_judge_earns_its_share(
    checks: list[CheckResult], share: float
) -> None:
    """A row that passed so earns what the assignment says; by itself it earns everything."""
    for carried in (True, False):
        passed = Outcome(Status.PASSED, carried_forward=carried, earned=share)
        row = replace(make_row("own", Status.PASSED, 10.0), outcome=passed)
        scored, _ = score_checks([*checks, row], RULES)
        assert scored[-1].score == (share * 10.0 if carried else 10.0)
