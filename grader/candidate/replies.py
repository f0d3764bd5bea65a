"""Reads what a worker answered: a reply per operation, or the exception that ended them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.candidate.base import Reply
from grader.candidate.tags import ProtocolError, tidy_name
from grader.candidate.wire import Decoder
from grader.records import record

_MAX_FRAMES = 24
_MAX_TEXT = 600
_MAX_ARGUMENTS = 64


@record
class RemoteError:
    """An exception raised by student code, as the worker tells it."""

    position: int
    """Which operation raised it."""
    type_name: str
    """Empty if the operation gave a result that cannot be sent; the text says why."""
    text: str
    frames: tuple[tuple[str, int, str], ...]
    """File, line and function of the student's own frames, innermost last."""


def read_replies(
    header: Mapping[str, Any], body: bytearray, *, number: int, count: int
) -> tuple[list[Reply], RemoteError | None]:
    """Return the replies, and what was raised instead of the next one.

    Parameters
    ----------
    header, body
        The frame that came.
    number, count : int
        Of the request: its id, and how many operations it held.

    Raises
    ------
    ProtocolError
        If this is not the answer to that request.
    """
    rows = header.get("replies")
    if header.keys() != {"id", "replies"} or header["id"] != number or type(rows) is not list:
        raise ProtocolError("not the reply to this request")
    if len(rows) > count:
        raise ProtocolError("a reply too many")
    decoder = Decoder(body)
    replies: list[Reply] = []
    error = None
    for row in rows:
        if error is not None or type(row) is not dict or not row.keys() <= {"ok", "after", "error"}:
            raise ProtocolError("malformed reply")
        if "error" in row:
            error = _read_error(row, len(replies))
        else:
            value = decoder.decode(row.get("ok"))
            replies.append(Reply(value, _read_after(row.get("after", []), decoder)))
    decoder.finish()
    if error is None and len(replies) != count:
        raise ProtocolError("a reply is missing")
    return replies, error


def _read_after(rows: Any, decoder: Decoder) -> dict[int, Any]:
    """Return changed arguments by position, which must rise from row to row."""
    if type(rows) is not list or any(type(row) is not list or len(row) != 2 for row in rows):
        raise ProtocolError("malformed arguments")
    positions = [row[0] for row in rows]
    if any(type(place) is not int or not 0 <= place < _MAX_ARGUMENTS for place in positions):
        raise ProtocolError("malformed arguments")
    if positions != sorted(set(positions)):
        raise ProtocolError("malformed arguments")
    return {position: decoder.decode(tag) for position, tag in rows}


def _read_error(row: Mapping[str, Any], position: int) -> RemoteError:
    error = row["error"]
    if len(row) != 1 or type(error) is not dict or error.keys() != {"type", "message", "frames"}:
        raise ProtocolError("malformed error")
    kind, text, frames = error["type"], error["message"], error["frames"]
    if type(kind) is not str or type(text) is not str or type(frames) is not list:
        raise ProtocolError("malformed error")
    if len(frames) > _MAX_FRAMES or not all(_is_frame(frame) for frame in frames):
        raise ProtocolError("malformed error")
    return RemoteError(
        position,
        tidy_name(kind),
        text[:_MAX_TEXT].encode("utf-8", "replace").decode(),
        tuple((file, line, tidy_name(function)) for file, line, function in frames),
    )


def _is_frame(row: Any) -> bool:
    return type(row) is list and [type(item) for item in row] == [str, int, str]
