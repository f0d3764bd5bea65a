"""Frames between grader and worker: a JSON header and raw array bytes, every size bounded.

A frame is a 16-byte prefix (magic, header length, body length), a JSON header and a body that
holds the bytes of all arrays, C-ordered, little-endian, each padded to eight bytes. Nothing is
ever unpickled, and no dtype or shape is believed before it has been checked against the length
of the body. The worker imports this module too; it therefore knows only NumPy and the standard
library.

Values are JSON where JSON can say them and tagged where it cannot:

============== ==================================================================
``{"a": [d, s]}``  array of dtype ``d`` and shape ``s``, bytes in the body
``{"n": d}``       NumPy scalar, bytes in the body
``{"q": [k, n]}``  list of ``n`` floats or ints (``k`` is ``f`` or ``i``), in the body
``{"l": [...]}``   list; ``{"t": [...]}`` tuple; ``{"d": [[k, v], ...]}`` dict
``{"f": "nan"}``   a float that JSON cannot hold; ``{"c": [re, im]}`` complex
``{"s": [...]}``   slice; ``{"b": n}`` bytes, in the body; ``{"y": "float64"}`` a dtype
``{"h": [i, t]}``  handle ``i`` on an object of type ``t`` that stays in the worker
``{"e": n}``       in requests: what the operation ``n`` places ago left behind a handle
============== ==================================================================
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from grader.candidate.decoder import Decoder
from grader.candidate.encoder import Encoder
from grader.candidate.tags import Earlier, Handle, ProtocolError

__all__ = [
    "MAGIC",
    "MAX_HEADER",
    "MAX_REQUEST_HEADER",
    "PREFIX",
    "Decoder",
    "Earlier",
    "Encoder",
    "Handle",
    "ProtocolError",
    "pack_frame",
    "parse_header",
    "unpack_prefix",
]

MAGIC = b"GRW1"
PREFIX = struct.Struct("<4sIQ")
MAX_HEADER = 64 << 10
"""Bytes of a header that a worker may send; the grader's own requests may be longer."""
MAX_REQUEST_HEADER = 8 << 20


def pack_frame(
    header: Mapping[str, Any],
    buffers: Sequence[bytes | memoryview],
    *,
    max_header: int = MAX_REQUEST_HEADER,
) -> list[bytes | memoryview]:
    """Return the pieces of a frame, to be written one after the other.

    Raises
    ------
    ProtocolError
        If the header is longer than its reader accepts.
    """
    text = _ENCODER.encode(header).encode()
    if len(text) > max_header:
        raise ProtocolError("header too long")
    size = sum(len(data) for data in buffers)
    return [PREFIX.pack(MAGIC, len(text), size) + text, *buffers]


def unpack_prefix(prefix: bytes, *, max_header: int, max_body: int) -> tuple[int, int]:
    """Return (header length, body length) of a frame whose first 16 bytes are ``prefix``.

    Raises
    ------
    ProtocolError
        If the magic is wrong or a length is over its bound; nothing has been allocated then.
    """
    magic, header_length, body_length = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise ProtocolError("not a frame")
    if header_length > max_header:
        raise ProtocolError("header too long")
    if body_length > max_body:
        raise ProtocolError(f"body of {body_length} bytes is over the limit of {max_body}")
    return header_length, body_length


def parse_header(text: bytes | bytearray) -> dict[str, Any]:
    """Return the header of a frame.

    Raises
    ------
    ProtocolError
        If it is not one JSON object of finite numbers and unique keys, in UTF-8.
    """
    try:
        header = _DECODER.decode(text.decode("utf-8"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProtocolError(f"malformed header: {type(error).__name__}") from error
    if type(header) is not dict:
        raise ProtocolError("malformed header: not an object")
    return header


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key appears twice")
    return made


# Made once: for a frame of a few arrays, making them takes as long as using them.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicates)
