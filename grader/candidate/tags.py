"""What both ends of the wire agree on: which dtypes travel, and how large anything may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.records import record

MAX_DEPTH = 16
"""Containers inside one another."""
MAX_DIMENSIONS = 32
MAX_EXTENT = 64 << 20
"""Bytes that an array with a zero in its shape would hold if each zero were a one. NumPy
allocates by such shapes too: the sum of an array of shape (0, 10**12) takes 8 TB."""
LIST_AS_BODY = 16
"""Numeric lists longer than this travel in the body."""
MAX_NUMBERS = 1 << 20
"""Numbers in all such lists of one frame: as Python objects they take five times their bytes."""
MAX_TEXT = 256
"""Characters, or bytes, of a text that is part of a value. NumPy makes an array of a list as wide
as its longest text: one of 32 kB among ten thousand letters would take a gigabyte."""
MAX_HANDLE = 1 << 52
MAX_NAME = 100

DTYPES: Mapping[str, np.dtype[Any]] = {
    text: np.dtype(text)
    for text in (
        *("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"),
        *("<f2", "<f4", "<f8", "<c8", "<c16"),
    )
}
"""Dtypes that travel, by their exact name; anything else stays in the worker."""

DTYPE_NAMES: Mapping[str, type] = {
    "float16": np.float16,
    "float32": np.float32,
    "float64": np.float64,
    "int32": np.int32,
    "int64": np.int64,
    "uint8": np.uint8,
    "bool": bool,
    "int": int,
    "float": float,
}
"""Classes that name a dtype, such as a model's ``dtype`` argument."""


class ProtocolError(Exception):
    """A frame breaks the rules of the wire; whoever sent it is not to be trusted any further."""


@record
class Handle:
    """An object that stayed where it was made: a cache, a model, anything odd."""

    id: int
    type_name: str
    """Name of its class as the worker reports it: for messages only."""


@record
class Earlier:
    """The object that an earlier operation of the same request leaves behind a handle.

    Only the grader names objects like this, so that making one and using it takes one request.
    """

    back: int
    """How many operations ago: 1 for the one before."""
    type_name: str = ""
    """Name of its class: for messages only."""


def is_int64(value: int) -> bool:
    """Return whether an integer fits 64 bits, sign included."""
    return -(1 << 63) <= value < 1 << 63


def is_short(text: str) -> bool:
    """Return whether a text travels: short, and as every file and terminal accepts it."""
    return len(text) <= MAX_TEXT and is_unicode(text)


def is_unicode(text: str) -> bool:
    """Return whether a text has no lone surrogates, which no file or terminal accepts."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def tidy_name(name: str) -> str:
    """Return the name of a class or function as a message may hold it."""
    return "".join(c if c.isprintable() else "?" for c in name[:MAX_NAME])


def extent_of(shape: tuple[int, ...] | list[int], itemsize: int) -> int:
    """Return the bytes of an array with every zero of its shape taken for a one."""
    extent = itemsize
    for length in shape:
        extent *= max(length, 1)
    return extent
