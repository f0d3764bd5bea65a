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
============== ==================================================================
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"GRW1"
PREFIX = struct.Struct("<4sIQ")
MAX_HEADER = 64 << 10
"""Bytes of a header that a worker may send; the grader's own requests may be longer."""
MAX_REQUEST_HEADER = 8 << 20
MAX_DEPTH = 16
MAX_DIMENSIONS = 32
LIST_AS_BODY = 16
"""Numeric lists longer than this travel in the body."""

DTYPES: Mapping[str, np.dtype[Any]] = {
    text: np.dtype(text)
    for text in (
        *("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"),
        *("<f2", "<f4", "<f8", "<c8", "<c16"),
    )
}
"""Dtypes that travel, by their exact name; anything else stays in the worker."""


class ProtocolError(Exception):
    """A frame breaks the rules above; whoever sent it is not to be trusted any further."""


@dataclass(frozen=True, slots=True)
class Handle:
    """An object that stayed where it was made: a cache, a model, anything odd."""

    id: int
    type_name: str
    """Name of its class as the worker reports it: for messages only."""


class Encoder:
    """Turns values into tags and collects the bytes that belong to them.

    Parameters
    ----------
    hold : callable, optional
        Called with an object that cannot travel; returns the handle to send instead.
        Without it such an object raises ``TypeError``.
    """

    def __init__(self, hold: Callable[[object], Handle] | None = None) -> None:
        self.buffers: list[bytes | memoryview] = []
        self._hold = hold

    def encode(self, value: object, depth: int = 0) -> Any:
        """Return the JSON-able tag of ``value``; its bytes are appended to ``buffers``."""
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if -(1 << 63) <= value < 1 << 63 else self._keep(value)  # type: ignore[operator]
        if kind is float:
            return value if math.isfinite(value) else {"f": repr(value)}  # type: ignore[arg-type]
        if isinstance(value, np.ndarray):
            return self._encode_array(value)
        if isinstance(value, np.generic):
            return self._encode_scalar(value)
        if isinstance(value, Handle):
            return {"h": [value.id, value.type_name]}
        if depth >= MAX_DEPTH:
            return self._keep(value)
        return self._encode_container(value, depth)

    def _encode_container(self, value: object, depth: int) -> Any:
        kind = type(value)
        if kind is list:
            body = self._encode_numbers(value)  # type: ignore[arg-type]
            return body or {"l": [self.encode(item, depth + 1) for item in value]}  # type: ignore[attr-defined]
        if kind is tuple:
            return {"t": [self.encode(item, depth + 1) for item in value]}  # type: ignore[attr-defined]
        if kind is dict:
            pairs = value.items()  # type: ignore[attr-defined]
            return {
                "d": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in pairs]
            }
        if kind is complex:
            return {"c": [self.encode(value.real), self.encode(value.imag)]}  # type: ignore[attr-defined]
        if kind is bytes:
            return {"b": self._append(value)}  # type: ignore[arg-type]
        if kind is slice:
            parts = (value.start, value.stop, value.step)  # type: ignore[attr-defined]
            return {"s": [self.encode(item, depth + 1) for item in parts]}
        if isinstance(value, (np.dtype, type)) and (name := _dtype_name(value)):
            return {"y": name}
        return self._keep(value)

    def _encode_numbers(self, values: list[Any]) -> Any:
        """Return the body tag of a long, purely numeric list, or None."""
        if len(values) <= LIST_AS_BODY:
            return None
        for kind, code in ((float, "<f8"), (int, "<i8")):
            if all(type(item) is kind for item in values):
                try:
                    self._append(np.array(values, dtype=code).tobytes())
                except OverflowError:
                    return None
                return {"q": [code[1], len(values)]}
        return None

    def _encode_array(self, value: NDArray[Any]) -> Any:
        plain = np.asarray(value)
        code = plain.dtype.newbyteorder("<").str if plain.dtype.kind in "biufc" else ""
        if code not in DTYPES or plain.ndim > MAX_DIMENSIONS:
            return self._keep(value)
        body = np.ascontiguousarray(plain, dtype=DTYPES[code])
        self._append(memoryview(body.reshape(-1)).cast("B") if body.size else b"")
        return {"a": [code, list(plain.shape)]}

    def _encode_scalar(self, value: np.generic) -> Any:
        code = value.dtype.newbyteorder("<").str if value.dtype.kind in "biufc" else ""
        if code not in DTYPES:
            return self._keep(value)
        self._append(np.asarray(value, dtype=DTYPES[code]).tobytes())
        return {"n": code}

    def _append(self, data: bytes | memoryview) -> int:
        size = len(data)
        self.buffers.append(data)
        if size % 8:
            self.buffers.append(bytes(8 - size % 8))
        return size

    def _keep(self, value: object) -> Any:
        if self._hold is None:
            raise TypeError(f"a value of type {type(value).__name__} cannot travel to the worker")
        handle = self._hold(value)
        return {"h": [handle.id, handle.type_name]}


class Decoder:
    """Turns tags back into values, taking their bytes from one body in order.

    Parameters
    ----------
    body : bytearray
        The frame's body. Arrays are views into it and therefore writable.
    hold : callable, optional
        Called with a handle; returns what stands for it. By default the handle itself.
    """

    def __init__(
        self, body: bytearray, hold: Callable[[Handle], object] | None = None
    ) -> None:
        self._body = body
        self._offset = 0
        self._hold = hold

    def decode(self, tag: Any, depth: int = 0) -> Any:
        """Return the value of ``tag``.

        Raises
        ------
        ProtocolError
            If the tag is malformed or asks for more bytes than the body holds.
        """
        kind = type(tag)
        if tag is None or kind in (bool, int, float, str):
            return tag
        if kind is not dict or len(tag) != 1 or depth > MAX_DEPTH + 2:
            raise ProtocolError("malformed value")
        ((name, content),) = tag.items()
        reader = _READERS.get(name)
        if reader is None:
            raise ProtocolError(f"unknown tag {name[:20]!r}")
        try:
            return reader(self, content, depth)
        except (TypeError, ValueError, KeyError, OverflowError, MemoryError) as error:
            raise ProtocolError(f"malformed value: {type(error).__name__}") from error

    def finish(self) -> None:
        """Check that every byte of the body was used."""
        if self._offset != len(self._body):
            raise ProtocolError("body is longer than its values")

    def _take(self, size: int) -> memoryview:
        if type(size) is not int or size < 0 or size > len(self._body) - self._offset:
            raise ProtocolError("value is longer than the body")
        view = memoryview(self._body)[self._offset : self._offset + size]
        self._offset = min(self._offset + size + -size % 8, len(self._body))
        return view

    def _array(self, content: Any, depth: int) -> NDArray[Any]:
        code, shape = content
        dtype = _known_dtype(code)
        if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
            raise ProtocolError("malformed shape")
        if any(type(length) is not int or length < 0 for length in shape):
            raise ProtocolError("malformed shape")
        data = self._take(math.prod(shape) * dtype.itemsize)
        if dtype.kind == "b":  # any byte may arrive; only 0 and 1 are booleans
            return (np.frombuffer(data, dtype=np.uint8) != 0).reshape(shape)
        return np.frombuffer(data, dtype=dtype).reshape(shape)

    def _scalar(self, content: Any, depth: int) -> Any:
        dtype = _known_dtype(content)
        return np.frombuffer(self._take(dtype.itemsize), dtype=dtype)[0]

    def _numbers(self, content: Any, depth: int) -> list[Any]:
        code, length = content
        if code not in ("f", "i") or type(length) is not int:
            raise ProtocolError("malformed list")
        numbers: list[Any] = np.frombuffer(self._take(8 * length), f"<{code}8").tolist()
        return numbers

    def _items(self, content: Any, depth: int) -> list[Any]:
        if type(content) is not list:
            raise ProtocolError("malformed container")
        return [self.decode(item, depth + 1) for item in content]

    def _tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self._items(content, depth))

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        if type(content) is not list:
            raise ProtocolError("malformed container")
        return {self.decode(k, depth + 1): self.decode(v, depth + 1) for k, v in content}

    def _float(self, content: Any, depth: int) -> float:
        if content not in ("nan", "inf", "-inf"):
            raise ProtocolError("malformed float")
        return float(content)

    def _complex(self, content: Any, depth: int) -> complex:
        real, imaginary = content
        return complex(self.decode(real, depth + 1), self.decode(imaginary, depth + 1))

    def _slice(self, content: Any, depth: int) -> slice:
        start, stop, step = self._items(content, depth)
        return slice(start, stop, step)

    def _bytes(self, content: Any, depth: int) -> bytes:
        return bytes(self._take(content))

    def _dtype(self, content: Any, depth: int) -> Any:
        if type(content) is not str or content not in _DTYPE_NAMES:
            raise ProtocolError("unknown dtype")
        return _DTYPE_NAMES[content]

    def _handle(self, content: Any, depth: int) -> Any:
        number, type_name = content
        if type(number) is not int or type(type_name) is not str:
            raise ProtocolError("malformed handle")
        handle = Handle(number, type_name[:100])
        return handle if self._hold is None else self._hold(handle)


_READERS: Mapping[str, Callable[[Decoder, Any, int], Any]] = {
    "a": Decoder._array,
    "n": Decoder._scalar,
    "q": Decoder._numbers,
    "l": Decoder._items,
    "t": Decoder._tuple,
    "d": Decoder._dict,
    "f": Decoder._float,
    "c": Decoder._complex,
    "s": Decoder._slice,
    "b": Decoder._bytes,
    "y": Decoder._dtype,
    "h": Decoder._handle,
}

_DTYPE_NAMES: Mapping[str, type] = {
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


def _dtype_name(value: np.dtype[Any] | type) -> str | None:
    for name, kind in _DTYPE_NAMES.items():
        if value is kind or (isinstance(value, np.dtype) and value.type is kind):
            return name
    return None


def _known_dtype(code: object) -> np.dtype[Any]:
    if type(code) is not str or code not in DTYPES:
        raise ProtocolError("unknown dtype")
    return DTYPES[code]


def pack_frame(header: Mapping[str, Any], buffers: Sequence[bytes | memoryview]) -> list[Any]:
    """Return the pieces of a frame, to be written one after the other.

    Raises
    ------
    ProtocolError
        If the header is longer than any reader accepts.
    """
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    if len(text) > MAX_REQUEST_HEADER:
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
        If it is not one JSON object of finite numbers.
    """
    try:
        header = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"malformed header: {type(error).__name__}") from error
    if type(header) is not dict:
        raise ProtocolError("malformed header: not an object")
    return header


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
