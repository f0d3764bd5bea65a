from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.catalogue import assignments_folder
from grader.course.hand_in import (
    HandIn,
    expand,
    hand_in_names,
    is_hand_in,
    load_hand_in,
    refuse_other_names,
    scale,
)
from grader.errors import AssignmentError
from grader.model import (
    AssignmentInfo,
    CheckResult,
    GraderInfo,
    Kind,
    Outcome,
    QuestionScore,
    Report,
    Status,
    SubmissionInfo,
)

DECLARED = """\
from grader import HandIn

hand_in = HandIn(name="both", title="Both weeks", parts={"first": 30, "fully_connected": 10})
"""


def declare(folder: Path, text: str = DECLARED) -> Path:
    """Write a hand-in and give its folder."""
    folder.mkdir()
    (folder / "hand_in.py").write_text(text)
    return folder


def make_report(*parts: tuple[str, float, float]) -> Report:
    """Return a report of assignments with one check each, by name, score and maximum."""
    prefixed = len(parts) > 1
    infos = tuple(AssignmentInfo(n, n, "cs231n", "", s, m, pending=1.0) for n, s, m in parts)
    ids = [f"{name}/q" if prefixed else "q" for name, _, _ in parts]
    return Report(
        assignments=infos,
        submission=SubmissionInfo("work.zip", "", "cs231n", ()),
        grader=GraderInfo("0", "3", "2", "strict", 231),
        questions=tuple(
            QuestionScore(row, "Q", s, m, pending=1.0)
            for row, (_, s, m) in zip(ids, parts, strict=True)
        ),
        checks=tuple(
            CheckResult(f"{row}.out", row, Kind.VALUE, (), Outcome(Status.PASSED), s, m)
            for row, (_, s, m) in zip(ids, parts, strict=True)
        ),
        score=sum(info.score for info in infos),
        max_score=sum(info.max_score for info in infos),
        pending=float(len(parts)),
    )


def test_every_subtotal_is_scaled_to_the_table() -> None:
    """Half of 40 points counts half of what the hand-in gives for that part."""
    report = scale(make_report(("a", 20, 40), ("b", 50, 50)), {"a": 30, "b": 70})
    assert [(info.score, info.max_score) for info in report.assignments] == [(15, 30), (70, 70)]
    assert (report.score, report.max_score) == (85, 100)
    assert report.pending == pytest.approx(30 / 40 + 70 / 50)


def test_scaled_checks_add_up_to_the_subtotals() -> None:
    """Rows of questions and checks are in the hand-in's points, too."""
    report = scale(make_report(("a", 20, 40), ("b", 50, 50)), {"a": 30, "b": 70})
    assert sum(check.score for check in report.checks) == report.score
    assert sum(question.max_score for question in report.questions) == report.max_score


def test_a_single_part_is_scaled_though_its_rows_carry_no_prefix() -> None:
    """Reports on one assignment name their rows without it."""
    report = scale(make_report(("a", 20, 40)), {"a": 10})
    assert (report.checks[0].score, report.questions[0].max_score) == (5, 10)


def test_assignments_outside_of_the_table_keep_their_points() -> None:
    """What was asked for besides the hand-in is not touched."""
    report = scale(make_report(("a", 20, 40), ("b", 50, 50)), {"a": 30})
    assert report.assignments[1].score == 50
    assert report.max_score == 80


def test_a_part_without_points_stays_at_zero() -> None:
    """Where this year asked nothing of a part there is nothing to scale."""
    report = scale(make_report(("a", 0, 0), ("b", 50, 50)), {"a": 30, "b": 10})
    assert report.max_score == 10


def test_parts_are_found_by_name_or_beside_the_hand_in(tmp_path: Path) -> None:
    """A course's own assignments lie in folders beside its hand-in."""
    folder = declare(tmp_path / "both")
    assignments, points = expand([folder])
    assert assignments == (tmp_path.resolve() / "first", "fully_connected")
    assert points == {"first": 30.0, "fully_connected": 10.0}


def test_what_is_no_hand_in_is_passed_on() -> None:
    """Assignments keep their place and count what they count."""
    assert expand(["softmax", "svm"]) == (("softmax", "svm"), {})


def test_a_part_whose_folder_holds_another_name_is_refused() -> None:
    """It would keep its own points, and the total would silently be another."""
    refuse_other_names({"week4": 40}, ["dropout", "week4"])
    with pytest.raises(AssignmentError, match=r"called 'week4'.*but dropout, nndl3; let name="):
        refuse_other_names({"dropout": 60, "week4": 40}, ["dropout", "nndl3"])


def test_an_assignment_cannot_count_twice(tmp_path: Path) -> None:
    """A part that is asked for besides would be graded in two ways."""
    folder = declare(tmp_path / "both")
    with pytest.raises(AssignmentError, match="fully_connected is asked for twice"):
        expand(["fully_connected", folder])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hand_in = 3", "must define 'hand_in = HandIn"),
        (DECLARED.replace("30", "0"), "points of 'first' are 0"),
        (DECLARED.replace('"both"', '"two words"'), "must be an identifier"),
        (DECLARED.replace('{"first": 30, "fully_connected": 10}', "{}"), "assignment, not empty"),
        (DECLARED.replace('{"first": 30, "fully_connected": 10}', "3"), "must be points by"),
        (DECLARED.replace("30", "'x'"), "points of 'first' are 'x', expected a number"),
    ],
)
def test_wrong_declarations_are_told(tmp_path: Path, text: str, said: str) -> None:
    """The message names the file and what was expected."""
    folder = declare(tmp_path / "both", text)
    with pytest.raises(AssignmentError, match=said) as caught:
        load_hand_in(folder)
    assert str(folder) in str(caught.value)


def test_unknown_hand_ins_are_told() -> None:
    """A misspelt name lists those there are."""
    with pytest.raises(AssignmentError, match="no hand-in 'assignment9': give one of cs231n_"):
        load_hand_in("assignment9")
    assert not is_hand_in("assignment9")


@pytest.mark.parametrize("name", hand_in_names())
def test_hand_ins_that_came_with_the_program_name_assignments(name: str) -> None:
    """Every part is a folder beside it, and the folder is called like the hand-in."""
    loaded = load_hand_in(name)
    assert loaded.hand_in.name == name
    assert isinstance(loaded.hand_in, HandIn)
    for part in loaded.hand_in.parts:
        assert (assignments_folder() / part / "assignment.py").is_file()


def test_scaling_keeps_what_it_does_not_concern() -> None:
    """Status, warnings and the submission stay."""
    report = replace(make_report(("a", 1, 2)), warnings=("odd",), needs_regrade=True)
    scaled = scale(report, {"a": 4})
    assert (scaled.warnings, scaled.needs_regrade) == (("odd",), True)
    assert scaled.checks[0].outcome == report.checks[0].outcome
