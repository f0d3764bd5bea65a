"""Renders a report as GitHub's Markdown, for comments, summaries of CI steps, and chats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from grader.model import Report, SourceLine
from grader.report.causes import Cause, group_causes, most_costly
from grader.report.findings import Finding, tell_findings, tell_measurement
from grader.report.reasons import is_absent
from grader.report.reviews import tell_review
from grader.report.summing_up import (
    CARRIED_HEADING,
    CARRIED_SENTENCE,
    tell_carried,
    tell_consequences,
    tell_missing,
    tell_passed,
    tell_pending,
    tell_regrade,
    tell_reviews,
    tell_versions,
)
from grader.report.telling import (
    CELL_HEADING,
    TRACEBACK_HEADING,
    is_told_briefly,
    tell_absent,
    tell_cause,
    tell_cell,
    tell_concerned,
    tell_cost,
    tell_diagnoses,
    tell_place,
    tell_promise,
    tell_samples,
    tell_siblings,
)
from grader.report.untrusted import (
    markdown_text,
    printable,
    printable_code,
    without_log_commands,
)
from grader.report.visibility import STUDENT, Reader, shown, tell_veil
from grader.report.wording import STATUS_WORDS, count, count_points, percent, points

LONGEST = 65_000
"""Characters of a whole report: a comment on GitHub holds 65,536, a step's summary 1,024 kB."""
_ROOM = 500
"""Characters kept free for the sentence that says what was cut."""
_MOST_LINES = 30
_TITLE_LENGTH = 200


def render(report: Report, reader: Reader = STUDENT, *, limit: int = LONGEST) -> str:
    """Return `report` as Markdown, ended by a newline.

    Text that students wrote means nothing there: marks have a backslash before them, and code
    stands in fences that are longer than any row of backticks within.

    Parameters
    ----------
    report : Report
        What was graded.
    reader : Reader
        Who reads it, and when.
    limit : int
        Most characters; what does not fit is left out block by block, and counted at the end.

    References
    ----------
    GitHub Flavored Markdown Spec; GitHub Docs, "Adding a job summary".
    """
    report = shown(report, reader)
    causes = group_causes(report.checks)
    blocks = [
        _head(report),
        *_first_steps(causes),
        *_points(report),
        *_failures(causes, report),
        *_rest(report, causes),
    ]
    return without_commands(_fit(blocks, limit))


def without_commands(text: str) -> str:
    """Return `text` with nothing in it that a CI log would take for a command."""
    return "".join(without_log_commands(line) for line in text.splitlines(keepends=True))


def _fit(blocks: Iterable[str], limit: int) -> str:
    """Return as many blocks as fit, with a sentence that counts the others."""
    kept: list[str] = []
    room = limit - _ROOM
    left_out = 0
    for block in blocks:
        room -= len(block) + 2
        if left_out or room < 0:
            left_out += 1
        else:
            kept.append(block)
    if left_out:
        parts = count(left_out, "part")
        kept.append(
            f"**Cut here to fit:** {parts} of this report more. All of it is in the report's "
            "other formats, such as JSON."
        )
    return "\n\n".join(kept) + "\n"


def _head(report: Report) -> str:
    titles = " + ".join(assignment.title for assignment in report.assignments)
    score = f"{points(report.score)} of {count_points(report.max_score)}"
    lines = [f"## {score}, {percent(report.percent)}"]
    lines.append(f"{_text(report.submission.name)} · {_text(titles)}")
    if len(report.assignments) > 1:
        lines.append(
            "\n".join(
                f"- {_score(each.score, each.max_score)} {_text(each.title)}"
                for each in report.assignments
            )
        )
    lines += [_text(tell_regrade(report)), _text(tell_pending(report)), _text(tell_passed(report))]
    return "\n\n".join(filter(None, lines))


def _first_steps(causes: Iterable[Cause]) -> Iterator[str]:
    dearest = most_costly(causes)
    if len(dearest) < 2:
        return
    lines = ["### Fix these first", ""]
    for number, cause in enumerate(dearest, start=1):
        place = tell_place(cause.location)
        where = f" · {_text(place)}" if place else ""
        lines.append(f"{number}. **{_title(cause)}** {tell_promise(cause)}{where}  ")
        lines.append(f"   {_text(tell_cause(cause))}")
    yield "\n".join(lines)


def _points(report: Report) -> Iterator[str]:
    if not report.questions:
        return
    has_pending = any(row.pending for row in report.questions)
    lines = ["### Points", ""]
    lines.append("| Points | Question |" + (" Pending |" if has_pending else ""))
    lines.append("| ---: | :--- |" + (" ---: |" if has_pending else ""))
    for row in report.questions:
        pending = f" {points(row.pending) if row.pending else ''} |" if has_pending else ""
        lines.append(f"| {_score(row.score, row.max_score)} | {_text(row.title)} |{pending}")
    yield "\n".join(lines)


def _failures(causes: Iterable[Cause], report: Report) -> Iterator[str]:
    heading = "### What went wrong\n\n"
    for cause in causes:
        yield heading + "\n\n".join(_failure(cause, report))
        heading = ""


def _failure(cause: Cause, report: Report) -> Iterator[str]:
    place = tell_place(cause.location)
    where = f" · {_text(place)}" if place else ""
    score = _score(cause.score, cause.max_score)
    yield f"#### {STATUS_WORDS[cause.status]} {_title(cause)} · {score}{where}"
    if is_absent(cause.first):
        sentence, rows = tell_absent(cause)
        yield _text(sentence)
        yield from _list(
            f"{_score(row.score, row.max_score)} {_text(row.name)}, {_text(row.place)}"
            for row in rows
        )
        return
    for finding in tell_findings(cause):
        yield from _finding(finding)
    measurement = tell_measurement(cause)
    yield from _paragraph("; ".join(filter(None, (measurement.facts, measurement.inputs))))
    yield from _paragraph(*tell_concerned(cause, report, everything=False))
    yield from _paragraph(tell_veil(cause.first))
    if not is_told_briefly(cause):
        yield from _evidence(cause, report)
    hint = cause.first.outcome.hint
    if hint:
        yield f"**Think:** {_text(hint)}"
    if not is_told_briefly(cause):
        yield from _paragraph(tell_cost(cause, report))


def _finding(finding: Finding) -> Iterator[str]:
    yield _text(finding.sentence)
    yield from _list(
        f"{_text(values.name)}: yours **{_within(values.got)}**"
        + (f", expected **{_within(values.expected)}**" if values.expected else "")
        for values in finding.values
    )


def _evidence(cause: Cause, report: Report) -> Iterator[str]:
    evidence = cause.first.outcome.evidence
    yield from _paragraph(tell_siblings(cause, report))
    for headline, explanation in tell_diagnoses(cause):
        yield f"**{_text(headline)}** {_text(explanation)}".rstrip()
    yield from _list(map(_text, evidence.notes[:4]))
    cell = tell_cell(cause)
    if cell:
        yield CELL_HEADING
        yield fence(cell)
    if evidence.traceback:
        yield TRACEBACK_HEADING
        entries = [line for entry in evidence.traceback for line in entry.splitlines()]
        yield fence(map(printable_code, entries[-_MOST_LINES:]), language="text")
    if evidence.samples:
        yield tell_samples(evidence)
        yield from _list(f"{times} x {_text(tell_place(at))}" for at, times in evidence.samples[:4])
    if evidence.excerpt:
        yield fence(_numbered(evidence.excerpt), language="text")


def _numbered(excerpt: Iterable[SourceLine]) -> Iterator[str]:
    lines = tuple(excerpt)
    digits = max(len(str(line.number)) for line in lines)
    for line in lines:
        mark = ">" if line.marked else " "
        yield f"{mark} {line.number:>{digits}} | {printable_code(line.text)}".rstrip()


def fence(lines: Iterable[str], *, language: str = "python") -> str:
    """Return printable lines as a block of code that nothing in them can end."""
    code = "\n".join(lines)
    longest = max(map(len, re.findall(r"`+", code)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{code}\n{marks}"


def _rest(report: Report, causes: tuple[Cause, ...]) -> Iterator[str]:
    for told in tell_consequences(report.checks, causes):
        rows = (f"{_score(row.score, row.max_score)} {_text(row.name)}" for row in told.rows)
        yield "\n\n".join([f"#### FOLLOWS\n\n{_text(told.sentence)}", *_list(rows)])
    carried = [_text(row.name) for row in tell_carried(report)]
    yield from _section(CARRIED_HEADING, carried, before=CARRIED_SENTENCE)
    reviews = [
        f"{_text(review.title)}, {count_points(review.pending)} pending: "
        f"{_text(tell_review(review, everything=False))}"
        for review in tell_reviews(report)
    ]
    yield from _section("For a person to judge", reviews)
    yield from _section("Not found in your files", map(_text, tell_missing(report)))
    yield from _section("Please note", map(_text, report.warnings))
    versions = (_text(f"{name}: {value}") for name, value in tell_versions(report))
    yield from _section("How this was graded", versions)


def _section(heading: str, rows: Iterable[str], *, before: str = "") -> Iterator[str]:
    for told in _list(rows):
        yield "\n\n".join(filter(None, (f"### {heading}", _text(before), told)))


def _list(rows: Iterable[str]) -> Iterator[str]:
    """Yield a list of rows, or nothing if there are none."""
    lines = [f"- {row}" for row in rows]
    if lines:
        yield "\n".join(lines)


def _paragraph(*sentences: str) -> Iterator[str]:
    told = " ".join(map(_text, filter(None, sentences)))
    if told:
        yield told


def _title(cause: Cause) -> str:
    return _text(printable(cause.title, limit=_TITLE_LENGTH))


def _score(score: float, most: float) -> str:
    return f"{points(score)}/{points(most)}"


def _text(text: str) -> str:
    return markdown_text(text)


def _within(text: str) -> str:
    """Return text for the middle of a line, where no number begins a list."""
    return markdown_text(f".{text}").removeprefix("\\.")
