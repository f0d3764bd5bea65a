"""Writes what GitHub Actions reads of a step: outputs, its summary, and commands in its log."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from grader.records import record
from grader.report.untrusted import log_command_data, log_command_property

_LONGEST_SUMMARY = 900_000
"""Characters; GitHub drops the summary of a step whole if it has more than a mebibyte."""


@record
class Step:
    """The files of the step that runs now; None outside of GitHub Actions."""

    output: Path | None
    summary: Path | None

    @classmethod
    def current(cls) -> Step:
        """Return the step that the environment tells of."""
        return cls(_path("GITHUB_OUTPUT"), _path("GITHUB_STEP_SUMMARY"))

    def set_outputs(self, values: Mapping[str, str]) -> None:
        """Set outputs of the step, each between delimiters that no value can hold.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        for name, value in values.items():
            delimiter = f"grade_{secrets.token_hex(16)}"
            _append(self.output, f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def add_summary(self, text: str) -> None:
        """Add Markdown to what the run's page shows.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        _append(self.summary, text[:_LONGEST_SUMMARY])


def annotate(kind: str, title: str, message: str) -> str:
    """Return the log command that shows a message beside the run: ``notice`` or ``error``."""
    return f"::{kind} title={log_command_property(title)}::{log_command_data(message)}\n"


def _path(variable: str) -> Path | None:
    name = os.environ.get(variable)
    return Path(name) if name else None


def _append(file: Path | None, text: str) -> None:
    if file is not None:
        with file.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
