"""Long notebooks without what makes them long: images and endless prints among their outputs."""

import json
from typing import Any

from grader.submission.json_text import parse_json

_OUTPUTS = 200
_CHARACTERS = 1 << 14


def shorten_notebook(content: bytes) -> bytes | None:
    """Return a notebook whose outputs are cut to some text; None if it is no notebook.

    Sources, metadata and ids stay. Images, attachments and widgets' state go.

    Parameters
    ----------
    content : bytes
        The file.
    """
    try:
        notebook = parse_json(content)
    except ValueError:
        return None
    if not isinstance(notebook, dict):
        return None
    sheets = notebook.get("worksheets")
    for holder in (notebook, *(sheets if isinstance(sheets, list) else ())):
        cells = holder.get("cells") if isinstance(holder, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict):
                _shorten_cell(cell)
    metadata = notebook.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("widgets", None)
    return json.dumps(notebook).encode()


def _shorten_cell(cell: dict[str, Any]) -> None:
    cell.pop("attachments", None)
    outputs = cell.get("outputs")
    if isinstance(outputs, list):
        cell["outputs"] = [_shorten_output(o) for o in outputs[:_OUTPUTS] if isinstance(o, dict)]


def _shorten_output(output: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        key: output[key][:_CHARACTERS]
        for key in ("output_type", "name", "stream", "ename", "evalue")
        if isinstance(output.get(key), str)
    }
    data = output.get("data")
    if isinstance(data, dict) and "text/plain" in data:
        kept["data"] = {"text/plain": _shorten_text(data["text/plain"])}
    if "text" in output:
        kept["text"] = _shorten_text(output["text"])
    return kept


def _shorten_text(text: object) -> str:
    if isinstance(text, list):
        text = "".join(line for line in text if isinstance(line, str))
    return text[:_CHARACTERS] if isinstance(text, str) else ""
