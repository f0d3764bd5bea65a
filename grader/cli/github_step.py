"""Writes what GitHub Actions reads of a step: outputs, its summary, and commands in its log."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import click

from grader.records import record
from grader.report.untrusted import log_command_data, log_command_property, printable

_OUTPUT = "GITHUB_OUTPUT"
_SUMMARY = "GITHUB_STEP_SUMMARY"

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
        return cls(_path(_OUTPUT), _path(_SUMMARY))

    def set_outputs(self, values: Mapping[str, str]) -> bool:
        """Set outputs of the step, each between delimiters that no value can hold.

        Returns
        -------
        bool
            Whether they could be written; what is wrong is said on standard error.
        """
        text = ""
        for name, value in values.items():
            delimiter = f"grade_{secrets.token_hex(16)}"
            text += f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
        return _append(self.output, text, _OUTPUT)

    def add_summary(self, text: str) -> bool:
        """Add Markdown to what the run's page shows.

        Returns
        -------
        bool
            As for outputs.
        """
        return _append(self.summary, text[:_LONGEST_SUMMARY], _SUMMARY)


def annotate(kind: str, title: str, message: str) -> str:
    """Return the log command that shows a message beside the run: ``notice`` or ``error``."""
    return f"::{kind} title={log_command_property(title)}::{log_command_data(message)}\n"


def _path(variable: str) -> Path | None:
    name = os.environ.get(variable)
    return Path(name) if name else None


def _append(file: Path | None, text: str, variable: str) -> bool:
    if file is None:
        return True
    try:
        with file.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except (OSError, ValueError) as error:  # the latter for a name that no file can have
        reason = getattr(error, "strerror", None) or type(error).__name__
        message = f"cannot write {file}, which {variable} names: {reason}"
        click.echo(f"grade: {printable(message)}", err=True)
        return False
    return True
