"""Master notebooks as an instructor wrote them: their cells, and what their metadata say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grader.course.tags import Tag, read_tag
from grader.errors import AssignmentError
from grader.records import record


@record
class MasterCell:
    """One cell of a master notebook."""

    notebook: str
    """File name."""
    number: int
    """Position among all cells of the notebook, from 1."""
    kind: str
    """``code``, ``markdown`` or ``raw``."""
    source: str
    tag: Tag | None
    """What its metadata say; None if they say nothing to us."""

    @property
    def is_code(self) -> bool:
        """Whether it holds Python."""
        return self.kind == "code"

    def wrong(self, problem: str) -> AssignmentError:
        """Return the error that says, with notebook and cell, what is wrong with it."""
        return AssignmentError(f"{self.notebook}, cell {self.number}: {problem}")


def read_master(path: Path) -> tuple[MasterCell, ...]:
    """Read the cells of a master notebook.

    Raises
    ------
    AssignmentError
        If the file is absent or no notebook of format 4, or metadata of a cell are malformed.
    """
    cells = _read_json(path).get("cells")
    if not isinstance(cells, list):
        raise AssignmentError(
            f"{path}: it is no notebook of format 4: it has no cells; "
            "open it in Jupyter and save it again"
        )
    return tuple(_read_cell(path.name, number, cell) for number, cell in enumerate(cells, start=1))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise AssignmentError(
            f"{path}: there is no such notebook; correct the assignment's 'masters'"
        ) from None
    except OSError as error:
        raise AssignmentError(f"{path}: the notebook cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise AssignmentError(
            f"{path}: it is not the JSON of a notebook ({said}); save it again in Jupyter"
        ) from error
    return notebook if isinstance(notebook, dict) else {}


def _read_cell(notebook: str, number: int, cell: object) -> MasterCell:
    place = f"{notebook}, cell {number}"
    if not isinstance(cell, dict):
        raise AssignmentError(f"{place}: it is {cell!r}, expected a cell")
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(map(str, source))
    try:
        tag = read_tag(cell.get("metadata"))
    except ValueError as error:
        raise AssignmentError(f"{place}: {error}") from error
    return MasterCell(notebook, number, str(cell.get("cell_type")), str(source), tag)
