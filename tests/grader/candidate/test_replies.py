"""A reply answers its request, or the worker that sent it is not listened to."""

from __future__ import annotations

from typing import Any

import pytest

from grader.candidate.base import Reply
from grader.candidate.replies import read_replies
from grader.candidate.tags import ProtocolError

ERROR = {"type": "ValueError", "message": "no", "frames": [["layers.py", 3, "f"]]}


def read(rows: Any, *, count: int = 1, **header: Any) -> Any:
    """Read a reply to request 7."""
    return read_replies({"id": 7, "replies": rows} | header, bytearray(), number=7, count=count)


def test_replies_come_in_order_with_what_changed() -> None:
    """Values and changed arguments are decoded."""
    replies, error = read([{"ok": 1}, {"ok": {"t": [2]}, "after": [[0, 5], [2, 6]]}], count=2)
    assert replies == [Reply(1), Reply((2,), {0: 5, 2: 6})]
    assert error is None


def test_an_exception_ends_the_operations() -> None:
    """The error carries its position; later operations have no reply."""
    replies, error = read([{"ok": 1}, {"error": ERROR}], count=3)
    assert replies == [Reply(1)]
    assert (error.position, error.type_name, error.text) == (1, "ValueError", "no")
    assert error.frames == (("layers.py", 3, "f"),)


def test_texts_of_exceptions_can_be_written_anywhere() -> None:
    """Lone surrogates are replaced, and long texts cut."""
    _, error = read([{"error": ERROR | {"type": "E\n", "message": "\ud800" + "x" * 999}}])
    assert error.type_name == "E?"
    assert error.text == "?" + "x" * 599


@pytest.mark.parametrize(
    "rows",
    [
        None,
        {},
        [],
        [None],
        [[]],
        [{"ok": 1}, {"ok": 1}],
        [{"ok": 1, "score": 100}],
        [{"ok": 1, "error": ERROR}],
        [{"error": ERROR}, {"ok": 1}],
        [{"ok": 1, "after": {}}],
        [{"ok": 1, "after": [["0", 1]]}],
        [{"ok": 1, "after": [[True, 1]]}],
        [{"ok": 1, "after": [[-1, 1]]}],
        [{"ok": 1, "after": [[1 << 40, 1]]}],
        [{"ok": 1, "after": [[0, 1], [0, 2]]}],
        [{"ok": 1, "after": [[1, 1], [0, 2]]}],
        [{"ok": 1, "after": [[0, 1, 2]]}],
        [{"error": None}],
        [{"error": {}}],
        [{"error": ERROR | {"verdict": "passed"}}],
        [{"error": ERROR | {"type": 1}}],
        [{"error": ERROR | {"message": None}}],
        [{"error": ERROR | {"frames": "x"}}],
        [{"error": ERROR | {"frames": [["f.py", "1", "f"]]}}],
        [{"error": ERROR | {"frames": [["f.py", True, "f"]]}}],
        [{"error": ERROR | {"frames": [["f.py", 1, "f"]] * 25}}],
    ],
    ids=lambda rows: repr(rows)[:50],
)
def test_malformed_rows_are_refused(rows: Any) -> None:
    """Extra rows and keys, wrong types and positions raise ProtocolError."""
    with pytest.raises(ProtocolError):
        read(rows)


@pytest.mark.parametrize("header", [{"id": 8}, {"id": "7"}, {"id": None}, {"verdict": "passed"}])
def test_headers_of_other_requests_are_refused(header: dict[str, Any]) -> None:
    """Another id, or a key nobody asked for, raises ProtocolError."""
    with pytest.raises(ProtocolError):
        read([{"ok": 1}], **header)


def test_bytes_nobody_mentions_are_refused() -> None:
    """The body belongs to the values to the last byte."""
    with pytest.raises(ProtocolError):
        read_replies({"id": 7, "replies": [{"ok": 1}]}, bytearray(8), number=7, count=1)
