from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from grader.cli.progress import show_progress

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_progress_is_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal, nothing is shown."""
    with show_progress(wanted=True) as progress:
        assert progress is None
    assert capsys.readouterr().err == ""


def test_progress_is_not_shown_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quiet is quiet on a terminal too."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with show_progress(wanted=False) as progress:
        assert progress is None
    assert terminal.getvalue() == ""


def test_progress_names_the_check_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal sees what is being checked; names are neither markup nor escapes."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with show_progress(wanted=True) as progress:
        assert progress is not None
        progress("[red]affine\x07_forward", 3, 40)
    shown = terminal.getvalue()
    assert "[red]affine\\x07_forward" in shown
    assert "3/40" in shown
