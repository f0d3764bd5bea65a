"""Renders a report as one HTML page that needs nothing beside itself."""

from __future__ import annotations

import base64
import hashlib
import shlex
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.model import Report
from grader.report.html.pages import build_page
from grader.report.html.pictures import FRAME
from grader.report.summing_up import (
    APPEAL,
    CARRIED_HEADING,
    CARRIED_SENTENCE,
    CONSEQUENCES_HEADING,
    CONSEQUENCES_SENTENCE,
    NO_ANSWER,
)
from grader.report.telling import CELL_HEADING, TRACEBACK_HEADING
from grader.report.untrusted import markup_text, printable
from grader.report.visibility import STUDENT, Reader, shown
from grader.report.wording import points

_FOLDER = Path(__file__).parent
_WORDS = {
    "appeal": APPEAL,
    "carried": CARRIED_SENTENCE,
    "carried_heading": CARRIED_HEADING,
    "cell": CELL_HEADING,
    "consequences": CONSEQUENCES_SENTENCE,
    "consequences_heading": CONSEQUENCES_HEADING,
    "no_answer": NO_ANSWER,
    "traceback": TRACEBACK_HEADING,
}


def render(report: Report, reader: Reader = STUDENT, *, command: str = "") -> str:
    """Return `report` as an HTML document: one file, without scripts, that loads nothing.

    Parameters
    ----------
    report : Report
        What was graded. Text in it that students wrote is made harmless here.
    reader : Reader
        Who reads it, and when: what is not for them is not in the document.
    command : str
        Shell command that graded this submission, for the suggestions of what to do next;
        without it one is made of the submission's name.
    """
    report = shown(report, reader)
    command = printable(command or f"grade {shlex.quote(report.submission.name)}")
    environment = _environment()
    style = environment.get_template("report.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = build_page(report, command=command)
    document = environment.get_template("report.html").render(page=page, style_digest=digest)
    return markup_text(document)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["points"] = points
    environment.globals["words"] = _WORDS
    environment.globals["frame"] = FRAME
    return environment
