"""The commands, their exit codes, and the only code that prints or writes reports."""

from grader.cli.entry import main

__all__ = ["main"]
