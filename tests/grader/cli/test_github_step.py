from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli.github_step import Step, annotate

ATTACK = "1\nreport<<x\nevil\nx\n::set-output name=score::1000"


def test_outputs_hold_what_they_were_given(tmp_path: Path) -> None:
    """No value can end its own delimiter, and no two delimiters are the same."""
    file = tmp_path / "output"
    Step(file, None).set_outputs({"score": ATTACK, "report": "b"})
    lines = file.read_text().splitlines()
    score, first = lines[0].split("<<")
    end = lines.index(first, 1)
    assert (score, "\n".join(lines[1:end])) == ("score", ATTACK)
    report, second = lines[end + 1].split("<<")
    assert (report, lines[end + 2 :]) == ("report", ["b", second])
    assert first != second
    assert len(first) > 32


def test_the_summary_is_added_to(tmp_path: Path) -> None:
    """What is there stays, what is too long is cut, and lone surrogates harm nothing."""
    file = tmp_path / "summary"
    step = Step(None, file)
    step.add_summary("one\n\udc80")
    step.add_summary("x" * 2_000_000)
    assert file.read_text().startswith("one\n\\udc80x")
    assert len(file.read_text()) < 1_000_000


def test_outside_of_github_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command can be tried at home."""
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    step = Step.current()
    step.set_outputs({"score": "1"})
    step.add_summary("text")
    assert step == Step(None, None)


def test_annotations_are_one_command() -> None:
    """Whatever is in their title and message."""
    assert annotate("error", "a,b:c", "x\n::error::y%") == (
        "::error title=a%2Cb%3Ac::x\\n::error::y%25\n"
    )
