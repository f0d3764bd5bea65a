"""Finds the student's copy of an instructor's cell, whatever became of it.

Cells are deleted, copied, moved, renamed and edited, and many notebooks give them no names.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from grader.records import record
from grader.submission.course_names import COURSE_NAMES, PROVIDED
from grader.submission.printed import find_sites
from grader.submission.stored import StoredCell

_CHARACTERS = 8_000
_CELLS = 1_000
_ALIKE = 0.75
"""Share of tokens in common from which two cells are copies of one."""
_IGNORED = re.compile(r"#[^\n]*|^[ \t]*[%!][^\n]*|\"[^\"\n]*\"|'[^'\n]*'", re.MULTILINE)
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+\.?\d*(?:[eE][-+]?\d+)?|[^\w\s]")
_CALL = re.compile(r"\b([A-Za-z_]\w*)[ \t]*\(")
_OPTION = re.compile(r"\b(use_batchnorm|normalization|dropout\w*)[ \t]*=(?!=)")
"""Keywords that make the same cell a check of something else."""
_WRITTEN = frozenset(
    name for module, names in COURSE_NAMES.items() if module not in PROVIDED for name in names
)
"""What students write."""


@record
class _Shape:
    """What a cell does, as far as it helps to recognise it."""

    tokens: Counter[str]
    calls: frozenset[str]
    """Functions of the course that it calls, and options that it sets."""

    @classmethod
    def of(cls, source: str) -> "_Shape":
        bare = _IGNORED.sub(" ", source[:_CHARACTERS])
        calls = _WRITTEN.intersection(_CALL.findall(bare))
        options = {"dropout" if "dropout" in o else "norm" for o in _OPTION.findall(bare)}
        return cls(Counter(_TOKEN.findall(bare)), calls | options)

    def likeness(self, other: "_Shape") -> float:
        """Return the share of tokens in common, 1 for equal code."""
        total = self.tokens.total() + other.tokens.total()
        return 2 * (self.tokens & other.tokens).total() / total if total else 0.0


class Copies:
    """The code cells of a submission's notebooks, to find copies of given cells among.

    Parameters
    ----------
    cells : iterable of StoredCell
        Of all notebooks.
    """

    def __init__(self, cells: Iterable[StoredCell]) -> None:
        shapes = (
            (cell, _Shape.of(cell.source))
            for cell in cells
            if cell.kind == "code" and cell.source.strip()
        )
        useful = ((cell, shape) for cell, shape in shapes if shape.calls or cell.ids)
        self._shapes = list(islice(useful, _CELLS))

    def find(self, name: str, source: str) -> StoredCell | None:
        """Return the best copy of a cell, if there is one.

        Its id decides, else equal or nearly equal code, else what it calls and compares; of
        several that are equally good one that was run, then the last.

        Parameters
        ----------
        name : str
            The cell's id.
        source : str
            The instructor's code.
        """
        wanted = _Shape.of(source)
        found: list[tuple[tuple[float, bool, bool, int], StoredCell]] = []
        for order, (cell, shape) in enumerate(self._shapes):
            is_named = name in cell.ids
            if not is_named and wanted.calls != shape.calls:
                continue
            likeness = wanted.likeness(shape) + is_named
            if likeness < _ALIKE and not _compares_the_same(source, cell.source):
                continue
            rank = (round(likeness, 2), bool(cell.output), cell.was_run, order)
            found.append((rank, cell))
        return max(found, key=lambda pair: pair[0])[1] if found else None


def _compares_the_same(source: str, other: str) -> bool:
    compared = {site.names for site in find_sites(source)}
    return bool(compared) and compared <= {site.names for site in find_sites(other)}
