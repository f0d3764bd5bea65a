"""What a student's notebook holds besides code: prose, outputs of past runs, cell ids.

Nothing of it is believed, and all of it is bounded. It serves notes and answers, never points.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from grader.records import record
from grader.submission.notebook import all_cells, cell_source
from grader.submission.paths import is_skipped

_OUTPUTS = 500
_OUTPUT_CHARACTERS = 1 << 16
_NOTEBOOKS = 60
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@record
class StoredCell:
    """One cell of a notebook that was handed in."""

    notebook: str
    """Path in the submission."""
    index: int
    """Position among all cells of the notebook, from 1."""
    kind: str
    """``code``, ``markdown``, or whatever else the notebook says."""
    source: str
    ids: frozenset[str]
    """Names that its metadata give it: ours, and nbgrader's."""
    output: str
    """Text that its last run printed, as far as it is stored."""
    raised: str
    """Name and message of the exception that ended its last run."""
    was_run: bool
    """Whether it has outputs or a count of runs."""

    @property
    def stem(self) -> str:
        """Name of its notebook without folder and ending."""
        name = self.notebook.rpartition("/")[2].rstrip()
        return name[: -len(".ipynb")].rstrip() if name.lower().endswith(".ipynb") else name


def read_stored_cells(path: str, content: bytes) -> tuple[StoredCell, ...]:
    """Read all cells of a notebook; one that is no notebook has none."""
    try:
        cells = all_cells(content)
    except ValueError:
        return ()
    return tuple(_read(path, index, cell) for index, cell in enumerate(cells, start=1))


def stored_cells(files: Mapping[str, bytes], words: Iterable[str]) -> tuple[StoredCell, ...]:
    """Read the cells of those notebooks of a submission that hold one of several words.

    Parameters
    ----------
    files : mapping of str to bytes
        The submission's files by path.
    words : iterable of str
        Notebooks without any of these are not even parsed: some are tens of megabytes long.
    """
    wanted = [re.escape(word.encode()) for word in words]
    if not wanted:
        return ()
    mentions = re.compile(b"|".join(wanted))
    paths = [
        path
        for path, content in files.items()
        if path.rstrip().lower().endswith(".ipynb")
        and not is_skipped(path)
        and mentions.search(content)
    ]
    return tuple(
        cell for path in paths[:_NOTEBOOKS] for cell in read_stored_cells(path, files[path])
    )


def _read(path: str, index: int, cell: Mapping[str, Any]) -> StoredCell:
    kind = cell.get("cell_type")
    outputs = cell.get("outputs")
    outputs = outputs[:_OUTPUTS] if isinstance(outputs, list) else []
    count = cell.get("execution_count", cell.get("prompt_number"))
    return StoredCell(
        path,
        index,
        kind if isinstance(kind, str) else "",
        cell_source(cell) or "",
        frozenset(_ids(cell.get("metadata"))),
        _ESCAPES.sub("", "\n".join(_texts(outputs))[:_OUTPUT_CHARACTERS]),
        next(_exceptions(outputs), ""),
        bool(outputs) or isinstance(count, int),
    )


def _ids(metadata: object) -> Iterator[str]:
    if not isinstance(metadata, dict):
        return
    for tool, key in (("grader", "id"), ("nbgrader", "grade_id")):
        own = metadata.get(tool)
        name = own.get(key) if isinstance(own, dict) else None
        if isinstance(name, str):
            yield name


def _texts(outputs: Iterable[object]) -> Iterator[str]:
    for output in outputs:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        text = output.get("text", data.get("text/plain") if isinstance(data, dict) else None)
        if isinstance(text, list):
            text = "".join(line for line in text[:_OUTPUT_CHARACTERS] if isinstance(line, str))
        if isinstance(text, str):
            yield text[:_OUTPUT_CHARACTERS]


def _exceptions(outputs: Iterable[object]) -> Iterator[str]:
    for output in outputs:
        if isinstance(output, dict) and output.get("output_type") in ("error", "pyerr"):
            yield ": ".join(
                str(said)[:200]
                for said in (output.get("ename"), output.get("evalue"))
                if isinstance(said, str) and said
            )
