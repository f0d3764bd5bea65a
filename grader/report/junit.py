"""Renders a report as JUnit XML: a test suite for each question, a test case for each check."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from grader.model import CheckResult, QuestionScore, Report, Status
from grader.report.rows import assignment_of, by_question, explain, message_of, number, seconds_of
from grader.report.untrusted import printable, without_log_commands
from grader.report.visibility import STUDENT, Reader, shown
from grader.report.wording import count_points, points

_FAILURES = frozenset({Status.FAILED, Status.MISSING})
_SKIPPED = frozenset({Status.BLOCKED, Status.NEEDS_REVIEW})
_LENGTH = 1000


def render(report: Report, reader: Reader = STUDENT) -> str:
    r"""Return `report` as JUnit XML, ended by a newline.

    Wrong results and missing functions are failures. What raised, crashed, ran too long, or
    broke the grader is an error. What was not tried, or waits for a person, is skipped. The type
    of each says which of these it is. JUnit knows no points: they are properties of the suites,
    and in the text of what lost some. A check's seconds stand at the first of its parts.

    XML 1.0 has no place for control characters and lone surrogates: they are written out as
    Python would (``\x1b``). There is no time stamp and no name of a machine, so that the same
    report always gives the same file.
    """
    report = shown(report, reader)
    names = "+".join(assignment.name for assignment in report.assignments)
    root = ET.Element("testsuites", {"name": _text(names), **_count(report.checks)})
    for question, own in by_question(report):
        root.append(_suite(question, own, report))
    ET.indent(root)
    # The encoding is the one in which reports are written, whatever this machine's is.
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + ET.tostring(root, encoding="unicode") + "\n"


def _suite(question: QuestionScore, own: Sequence[CheckResult], report: Report) -> ET.Element:
    skipped = str(sum(check.outcome.status in _SKIPPED for check in own))
    name = _text(question.title or question.id)
    suite = ET.Element("testsuite", {"name": name, **_count(own), "skipped": skipped})
    properties = ET.SubElement(suite, "properties")
    for name, value in {
        "question": question.id,
        "score": str(number(question.score)),
        "max_score": str(number(question.max_score)),
        "pending": str(number(question.pending)),
    }.items():
        ET.SubElement(properties, "property", name=name, value=_text(value))
    for check, seconds in zip(own, seconds_of(own), strict=True):
        suite.append(_case(check, seconds, report))
    return suite


def _case(check: CheckResult, seconds: float, report: Report) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=_text(f"{assignment_of(check, report)}.{check.question.rpartition('/')[2]}"),
        name=_text(check.id.rpartition("/")[2]),
        time=_seconds(seconds),
    )
    status = check.outcome.status
    if status is not Status.PASSED:
        name = "failure" if status in _FAILURES else "skipped" if status in _SKIPPED else "error"
        told = ET.SubElement(case, name, type=str(status), message=_text(message_of(check)))
        place = check.outcome.location
        lines = [f"{points(check.score)} of {count_points(check.max_score)}"]
        if place:
            lines.append(_text(f"{place.file}:{place.line}"))
        told.text = "\n".join(["", *lines, explain(check, report)])
    return case


def _count(checks: Sequence[CheckResult]) -> dict[str, str]:
    statuses = [check.outcome.status for check in checks]
    failures = sum(status in _FAILURES for status in statuses)
    settled = _FAILURES | _SKIPPED | {Status.PASSED}
    return {
        "tests": str(len(statuses)),
        "failures": str(failures),
        "errors": str(sum(status not in settled for status in statuses)),
        "time": _seconds(sum(seconds_of(checks))),
    }


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _text(text: str) -> str:
    return without_log_commands(printable(text, limit=_LENGTH))
