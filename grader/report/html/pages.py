"""Prepares everything that a page says, so that its template only has to set it."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import Audience, CheckResult, QuestionScore, Report, Status
from grader.records import record
from grader.report.causes import Cause, group_causes, most_costly
from grader.report.html.blocks import Block, CheckRow, build_block, build_rows
from grader.report.html.pictures import Chart, draw_curves
from grader.report.summing_up import (
    FunctionRow,
    tell_carried,
    tell_consequences,
    tell_missing,
    tell_passed,
    tell_pending,
    tell_regrade,
    tell_reviews,
    tell_versions,
    with_status,
)
from grader.report.telling import tell_cause, tell_place, tell_promise
from grader.report.untrusted import printable, printable_code
from grader.report.wording import count_points, percent, points

_DIGEST_LENGTH = 12
_SENTENCE_LENGTH = 160
_ANSWER_LINES = 200
_ANSWER_LENGTH = 4000
_MOST_WARNINGS = 100
_MOST_TRAININGS = 24


@record
class FirstStep:
    """One of the causes to mend first."""

    anchor: str
    title: str
    promise: str
    place: str
    sentence: str


@record
class QuestionRow:
    """Points of one question, with the lengths of its bar in percent."""

    title: str
    points: str
    pending: str
    earned: float
    waiting: float
    tone: str
    """``good``, ``part``, ``none``, or empty where nothing is settled yet."""


@record
class QuestionGroup:
    """The questions of one assignment."""

    title: str
    """Empty if there is only one assignment."""
    points: str
    pending: str
    rows: tuple[QuestionRow, ...]


@record
class Follower:
    """What fails because of something else."""

    sentence: str
    rows: tuple[tuple[str, str], ...]
    """Points and name of each function."""
    checks: tuple[CheckRow, ...]


@record
class Answer:
    """Something that a person has still to judge."""

    title: str
    pending: str
    message: str
    lines: tuple[str, ...]
    """What the student wrote."""
    notes: tuple[str, ...]


@record
class Training:
    """How one training went that did not fail."""

    anchor: str
    name: str
    charts: tuple[Chart, ...]


@record
class Page:
    """What a page says, from top to bottom."""

    title: str
    is_instructors: bool
    assignments: str
    score: str
    percent: str
    earned: float
    waiting: float
    pending: str
    regrade: str
    passed_sentence: str
    facts: tuple[tuple[str, str, str], ...]
    """Names, values, and values in full, of what was graded."""
    first_steps: tuple[FirstStep, ...]
    groups: tuple[QuestionGroup, ...]
    blocks: tuple[Block, ...]
    followers: tuple[Follower, ...]
    carried: tuple[str, ...]
    answers: tuple[Answer, ...]
    trainings: tuple[Training, ...]
    passed: tuple[CheckRow, ...]
    passed_count: int
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]


def build_page(report: Report, *, command: str) -> Page:
    """Return what a page says of a report that is already reduced to what its reader may see."""
    causes = group_causes(report.checks)
    anchors = {id(cause): f"failure-{number}" for number, cause in enumerate(causes, start=1)}
    titles = " + ".join(printable(each.title, limit=160) for each in report.assignments)
    score = f"{points(report.score)} of {count_points(report.max_score)}"
    name = printable(report.submission.name, limit=120)
    digest = printable(report.submission.digest)
    passed = with_status(report, Status.PASSED)
    earned, waiting = _lengths(report.score, report.pending, report.max_score)
    return Page(
        title=f"{score}: {name}",
        is_instructors=report.audience is Audience.INSTRUCTOR,
        assignments=titles,
        score=score,
        percent=percent(report.percent),
        earned=earned,
        waiting=waiting,
        pending=tell_pending(report),
        regrade=tell_regrade(report),
        passed_sentence=tell_passed(report),
        facts=(
            ("File", name, ""),
            ("Time", f"{report.seconds:.1f} s", ""),
            ("Digest", digest[:_DIGEST_LENGTH], digest),
        ),
        first_steps=tuple(_first_step(c, anchors[id(c)]) for c in most_costly(causes)),
        groups=_groups(report),
        blocks=tuple(
            build_block(cause, report, anchor=anchors[id(cause)], command=command)
            for cause in causes
        ),
        followers=tuple(
            Follower(each.sentence, tuple(map(_name_row, each.rows)), build_rows(each.checks))
            for each in tell_consequences(report.checks, causes)
        ),
        carried=tuple(row.name for row in tell_carried(report)),
        answers=_answers(report),
        trainings=_trainings(passed),
        passed=build_rows(passed),
        passed_count=len(passed),
        missing=tell_missing(report),
        warnings=tuple(map(printable, report.warnings[:_MOST_WARNINGS])),
        versions=tell_versions(report),
    )


def _trainings(checks: Sequence[CheckResult]) -> tuple[Training, ...]:
    found = ((check.id, draw_curves(check.outcome.evidence.curves)) for check in checks)
    drawn = [(name, charts) for name, charts in found if charts]
    return tuple(
        Training(f"training-{number}", printable(name), charts)
        for number, (name, charts) in enumerate(drawn[:_MOST_TRAININGS], start=1)
    )


def _first_step(cause: Cause, anchor: str) -> FirstStep:
    return FirstStep(
        anchor=anchor,
        title=printable(cause.title, limit=80),
        promise=tell_promise(cause),
        place=tell_place(cause.location),
        # The whole of a long one stands in the block that it links to.
        sentence=printable(tell_cause(cause), limit=_SENTENCE_LENGTH),
    )


def _name_row(row: FunctionRow) -> tuple[str, str]:
    return f"{points(row.score)}/{points(row.max_score)}", row.name


def _groups(report: Report) -> tuple[QuestionGroup, ...]:
    """Return the questions by assignment: graded together, its name precedes a question's id."""
    questions: dict[str, list[QuestionScore]] = {}
    for question in report.questions:
        questions.setdefault(question.id.rpartition("/")[0], []).append(question)
    assignments = {each.name: each for each in report.assignments}
    groups = []
    for name, rows in questions.items():
        assignment = assignments.get(name)
        total = assignment or (report if len(questions) == 1 else None)
        title = printable(assignment.title if assignment else name, limit=160)
        groups.append(
            QuestionGroup(
                title=title,
                points=f"{points(total.score)}/{points(total.max_score)}" if total else "",
                pending=_pending(total.pending) if total else "",
                rows=tuple(map(_question_row, rows)),
            )
        )
    return tuple(groups)


def _question_row(question: QuestionScore) -> QuestionRow:
    settled = question.max_score - question.pending
    tone = "good" if question.score >= settled else "part" if question.score else "none"
    earned, waiting = _lengths(question.score, question.pending, question.max_score)
    return QuestionRow(
        title=printable(question.title),
        points=f"{points(question.score)}/{points(question.max_score)}",
        pending=_pending(question.pending),
        earned=earned,
        waiting=waiting,
        tone=tone if settled > 0 else "",
    )


def _pending(value: float) -> str:
    return f"{points(value)} pending" if value else ""


def _lengths(score: float, pending: float, most: float) -> tuple[float, float]:
    """Return the shares of what is earned and of what waits for a person, in percent."""
    if not most > 0:
        return 0.0, 0.0
    earned = min(max(100 * score / most, 0.0), 100.0)
    return round(earned, 1), round(min(max(100 * pending / most, 0.0), 100.0 - earned), 1)


def _answers(report: Report) -> tuple[Answer, ...]:
    waiting = with_status(report, Status.NEEDS_REVIEW)
    told = []
    for check, review in zip(waiting, tell_reviews(report), strict=True):
        # On a page there is room for an answer in the lines in which it was written.
        text = check.outcome.evidence.answer.strip()[:_ANSWER_LENGTH]
        lines = tuple(map(printable_code, text.splitlines()[:_ANSWER_LINES]))
        is_cut = text != check.outcome.evidence.answer.strip() or len(lines) == _ANSWER_LINES
        told.append(
            Answer(
                title=review.title,
                pending=f"{count_points(review.pending)} pending",
                message=review.message,
                lines=(*lines, "…") if is_cut else lines,
                notes=review.notes,
            )
        )
    return tuple(told)
