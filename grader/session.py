"""Reads the functions that a running IPython session has defined, for checks made from inside it.

What a name means in the session is what its owner believes to be checked. A function that a cell
defined is the session's own, whether the notebook is saved or not; one that was imported is its
file's, as it stands on disk.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.meaning import tell_unchecked
from grader.records import record
from grader.submission.archive import Submission, open_submission

CELLS = "session.ipynb"
"""Name under which reports tell of the session's cells, each by the number that Jupyter shows."""
_MOST_CELLS = 2_000
"""As many as are read of a notebook."""


@record
class Session:
    """What a session has defined."""

    cells: tuple[str, ...]
    """What was run, in order; the first has the number 1."""
    own: frozenset[str]
    """Functions and classes that a cell defined, as far as their names still mean these."""
    meanings: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """What the session's names mean, as far as it can be called."""

    def open(self, folder: Path) -> Submission:
        """Read a folder and the session's own functions.

        Raises
        ------
        SubmissionError
            If the folder cannot be read, or holds nothing and the session neither.
        """
        if not self.own:
            return open_submission(folder)
        submission = open_submission(folder, added={CELLS: self._notebook()})
        preferred: Mapping[str, str] = MappingProxyType(dict.fromkeys(self.own, CELLS))
        return replace(submission, preferred=preferred)

    def tell_unchecked(
        self, submission: Submission, folder: Path, targets: Iterable[str]
    ) -> tuple[str, ...]:
        """Return a sentence for each function that means another than was checked.

        Parameters
        ----------
        submission : Submission
            From :meth:`open`, with the same folder.
        folder : Path
            What else was checked.
        targets : iterable of str
            Canonical names of what was checked.
        """
        return tell_unchecked(self.meanings, submission, folder, targets)

    def _notebook(self) -> bytes:
        # Of a very long session the newest count, at the price of other numbers.
        cells = [{"cell_type": "code", "source": text} for text in self.cells[-_MOST_CELLS:]]
        return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}).encode()


def find_session() -> Session | None:
    """Return the session that this code runs in; None outside IPython."""
    program = sys.modules.get("IPython")
    shell = program.get_ipython() if program is not None else None
    return None if shell is None else read_session(shell)


def read_session(shell: Any) -> Session:
    """Return what a shell of IPython has run and defined.

    Parameters
    ----------
    shell : InteractiveShell
        Nothing in it is changed.
    """
    cells = tuple(shell.history_manager.input_hist_raw)[1:]  # it begins with an empty one
    home = shell.user_module.__name__
    meanings = {name: value for name, value in list(shell.user_ns.items()) if callable(value)}
    own = (name for name, value in meanings.items() if _module_of(value) == home)
    return Session(tuple(map(_align, cells)), frozenset(own), meanings)


def _module_of(value: object) -> str | None:
    """Return where what can be called was defined; a cache or the like says so of what it wraps.

    Values are the session's own, and do anything when they are asked.
    """
    try:
        module: object = value.__module__
    except Exception:  # noqa: BLE001 - then it is no function
        return None
    return module if isinstance(module, str) else None


def _align(cell: str) -> str:
    """Return a cell without an indentation of all of it, with which IPython runs what is pasted."""
    return textwrap.dedent(cell) if cell[:1].isspace() else cell
