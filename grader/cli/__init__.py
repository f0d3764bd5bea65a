"""The commands, their exit codes, and the only code that prints or writes reports."""

import atexit
import gc
from collections.abc import Sequence

__all__ = ["main"]

_NEW_OBJECTS = 200_000
"""How many come before those that nobody refers to are looked for; Python's own number is 700."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Almost all that is loaded and made stays until the end. Looking for what does not, and at the
    end taking everything apart, would be a tenth of the processor time of grading.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the program's name; by default what it was called with.

    Returns
    -------
    int
        The exit code. Nothing is raised, whatever happens.
    """
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)
    from grader.cli.entry import main as run  # after the threshold, which makes loading cheaper

    return run(arguments)
