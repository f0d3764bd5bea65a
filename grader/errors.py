"""The errors this library raises, in one tree.

::

    GraderError
    ├── SelectionError    no check is about what was asked for (exit code 2)
    ├── ReportError       a saved report cannot be read (exit code 3)
    ├── SubmissionError   what was handed in cannot be read (exit code 3)
    ├── AssignmentError   the instructor's files are wrong (exit code 4)
    └── SandboxError      student code cannot be run safely here (exit code 5)

What student code does while it runs is an :class:`grader.model.Outcome`, never an exception.
Every message says what is wrong, where, and what to do next, in one line.
"""

from __future__ import annotations


class GraderError(Exception):
    """Base of every error raised on purpose; ``exit_code`` is what ``grade`` ends with."""

    exit_code = 1


class SelectionError(GraderError):
    """No check is about what was asked for."""

    exit_code = 2


class SubmissionError(GraderError):
    """The submission cannot be read: a damaged archive, an empty folder, no known target."""

    exit_code = 3


class ReportError(GraderError):
    """A saved report cannot be read: not JSON, damaged, or of another version."""

    exit_code = 3


class AssignmentError(GraderError):
    """An assignment file, its notebooks or its expected values are wrong or out of date."""

    exit_code = 4


class SandboxError(GraderError):
    """The isolation asked for is not available here, or the worker could not be started."""

    exit_code = 5
