"""What reads each format back, as strictly as its users' tools do or more so."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest
import xmlschema
from markdown_it import MarkdownIt

from grader.report import json_report
from grader.report.json_reading import report_from_json

FOLDER = Path(__file__).parent
COMMAND = re.compile(r"\s*::(?P<name>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<data>.*)", re.DOTALL)
VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "wbr"})


class BalancedPage(HTMLParser):
    """A page whose tags are closed in order, by their own names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and that none of its attributes is code."""
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag that closes itself."""

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost tag."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        self.text.append(data)


@cache
def schema(name: str) -> jsonschema.Draft202012Validator:
    """Return what validates a format's JSON."""
    return jsonschema.Draft202012Validator(json.loads((FOLDER / name).read_text("utf-8")))


@cache
def junit_schema() -> xmlschema.XMLSchema:
    """Return what validates JUnit XML."""
    return xmlschema.XMLSchema(str(FOLDER / "junit.xsd"))


def read_json(text: str) -> dict[str, Any]:
    """Read JSON in ASCII that holds nothing which only Python reads."""
    assert text.isascii()
    document = json.loads(text, parse_constant=pytest.fail)
    assert isinstance(document, dict)
    return document


def read_report(text: str) -> object:
    """Read the JSON report."""
    report = report_from_json(text)
    assert json_report.render(report) == text
    return report


def read_classroom50(text: str) -> dict[str, Any]:
    """Read a result whose scores add up; what its runner sets may be empty."""
    result = read_json(text)
    full = {name: "submit/x" if value == "" else value for name, value in result.items()}
    full |= {"assignment_type": "group", "datetime": "2026-06-01T14:32:01Z"}
    schema("classroom50.schema.json").validate(full)
    for field in ("score", "max-score"):
        assert result[field] == sum(test[field] for test in result["tests"])
    assert all(test["score"] <= test["max-score"] for test in result["tests"])
    return result


def read_gradescope(text: str) -> dict[str, Any]:
    """Read results whose scores add up, with all of their tests visible and plain text."""
    results = read_json(text)
    schema("gradescope.schema.json").validate(results)
    total = sum(test.get("score", 0) for test in results["tests"])
    assert total == pytest.approx(results["score"], abs=1e-4)
    assert {test["visibility"] for test in results["tests"]} <= {"visible"}
    formats = {test["output_format"] for test in results["tests"]} | {results["output_format"]}
    assert formats == {"text"}
    return results


def read_junit(text: str) -> junitparser.JUnitXml:
    """Read XML that its schema allows and whose counts are right."""
    junit_schema().validate(text)
    suites = junitparser.JUnitXml.fromstring(text.encode("utf-8"))
    counts = (suites.tests, suites.failures, suites.errors)
    recounted = junitparser.JUnitXml.fromstring(text.encode("utf-8"))
    for suite in recounted:
        before = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()
        assert before == (suite.tests, suite.failures, suite.errors, suite.skipped)
    recounted.update_statistics()
    assert counts == (recounted.tests, recounted.failures, recounted.errors)
    return suites


def read_csv(text: str) -> list[dict[str, str]]:
    """Read rows of one length that end as the standard says, without formulas."""
    assert text.count("\n") == text.count("\r\n") == text.count("\r")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    for row in rows:
        assert None not in row
        assert None not in row.values()
        assert not [v for v in row.values() if v.lstrip().startswith(("=", "+", "-", "@", "|"))]
    return rows


def read_github(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Return the commands that a runner finds in a log: names, properties and data."""
    commands: list[tuple[str, dict[str, str], str]] = []
    stopped = ""
    for line in text.split("\n"):
        found = COMMAND.fullmatch(line)
        if stopped:
            stopped = "" if line == f"::{stopped}::" else stopped
        elif found and found["name"] == "stop-commands":
            stopped = found["data"]
            assert len(stopped) == 32
            assert text.count(stopped) == 2
        elif found:
            pairs = (pair.partition("=") for pair in (found["properties"] or "").split(","))
            properties = {name: unescape(value) for name, _, value in pairs if name}
            commands.append((found["name"], properties, unescape(found["data"])))
        else:
            assert not line.strip()
    assert not stopped
    assert {name for name, *_ in commands} <= {"error", "warning", "notice"}
    assert sum(name == "error" for name, *_ in commands) <= 10
    return commands


def unescape(text: str) -> str:
    """Return a command's data as the runner reads it."""
    for code, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, meant)
    return text


def read_markdown(text: str) -> list[Any]:
    """Return the tokens of Markdown that makes no tag, link or image and fits a comment."""
    assert len(text) < 65_536
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in (*tokens, *inner)}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "code_inline", "hr"}
    assert not kinds & {"code_block", "blockquote_open", "s_open", "em_open"}
    return tokens


def read_terminal(text: str) -> list[str]:
    """Return the lines of plain text."""
    return text.split("\n")


@pytest.fixture(scope="session")
def read() -> Mapping[str, Callable[[str], Any]]:
    """Return a reader for each format, which fails on what is not right in its format."""
    return {
        "classroom50": read_classroom50,
        "csv": read_csv,
        "github": read_github,
        "gradescope": read_gradescope,
        "html": BalancedPage,
        "json": read_report,
        "junit": read_junit,
        "markdown": read_markdown,
        "terminal": read_terminal,
    }
