"""What ``grade`` ends with; errors of :mod:`grader.errors` carry their own codes (3 to 5)."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes that no :class:`grader.errors.GraderError` stands for."""

    GRADED = 0
    """Graded, whatever the score."""
    BELOW = 1
    """Graded, and below ``--fail-under``."""
    USAGE = 2
    """Asked for something that is no command, no option or no place to write to."""
    ASSIGNMENT = 4
    """An assignment is wrong or out of date."""
    SANDBOX = 5
    """Student code cannot be run safely here."""
    INTERNAL = 70
    """The grader broke."""
    INTERRUPTED = 130
    """Stopped from the keyboard."""
    CLOSED_PIPE = 141
    """Whoever read the output stopped reading."""
