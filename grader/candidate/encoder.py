"""Values into tags: what JSON cannot say is marked, and the bytes of arrays are put aside."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.tags import (
    DTYPE_NAMES,
    DTYPES,
    LIST_AS_BODY,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_EXTENT,
    MAX_NUMBERS,
    MAX_TEXT,
    Earlier,
    Handle,
    extent_of,
    is_int64,
    is_short,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Encoder:
    """Turns values into tags and collects the bytes that belong to them.

    Parameters
    ----------
    hold : callable, optional
        Called with an object that cannot travel; returns the handle to send instead.
        Without it such an object raises ``TypeError``.
    copy : bool
        Whether arrays may still change before the frame is written.
    """

    def __init__(
        self, hold: Callable[[object], Handle] | None = None, *, copy: bool = False
    ) -> None:
        self.buffers: list[bytes | memoryview] = []
        self._hold = hold
        self._copy = copy
        self._numbers = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return the JSON-able tag of ``value``; its bytes are appended to ``buffers``."""
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return value if is_short(value) else self._keep(value)
        if kind is int:
            return value if is_int64(value) else self._keep(value)
        if kind is float:
            return value if math.isfinite(value) else {"f": repr(value)}
        if isinstance(value, np.ndarray):
            return self._encode_array(value)
        if isinstance(value, np.generic):
            return self._encode_scalar(value)
        if kind is Handle:
            return {"h": [value.id, value.type_name]}
        if kind is Earlier:
            return {"e": value.back}
        if depth >= MAX_DEPTH:
            return self._keep(value)
        return self._encode_container(value, depth)

    def _encode_container(self, value: Any, depth: int) -> Any:
        value = _as_plain(value)
        kind = type(value)
        if kind is list:
            body = self._encode_numbers(value)
            return body or {"l": [self.encode(item, depth + 1) for item in value]}
        if kind is tuple:
            return {"t": [self.encode(item, depth + 1) for item in value]}
        if kind is dict:
            pairs = [
                (self.encode(k, depth + 1), self.encode(v, depth + 1)) for k, v in value.items()
            ]
            return {"d": pairs}
        if kind is complex:
            return {"c": [self.encode(value.real), self.encode(value.imag)]}
        if kind is bytes and (self._hold is None or len(value) <= MAX_TEXT):
            return {"b": self._append(value)}
        if kind is slice:
            parts = (value.start, value.stop, value.step)
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
                if self._numbers + len(values) > MAX_NUMBERS:
                    return self._keep(values)
                try:
                    data = np.array(values, dtype=code).tobytes()
                except OverflowError:
                    return None
                self._numbers += len(values)
                self._append(data)
                return {"q": [code[1], len(values)]}
        return None

    def _encode_array(self, value: NDArray[Any]) -> Any:
        plain = np.asarray(value)
        code = _code_of(plain.dtype)
        if code not in DTYPES or plain.ndim > MAX_DIMENSIONS:
            return self._keep(value)
        if plain.size == 0 and extent_of(plain.shape, plain.itemsize) > MAX_EXTENT:
            return self._keep(value)
        body = np.ascontiguousarray(plain, dtype=DTYPES[code])
        # A view of what student code may change before it is sent would carry the change.
        if self._copy and np.may_share_memory(body, plain):
            self._append(body.tobytes())
        else:
            self._append(body.reshape(-1).view(np.uint8).data if body.size else b"")
        return {"a": [code, list(plain.shape)]}

    def _encode_scalar(self, value: np.generic) -> Any:
        code = _code_of(value.dtype)
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


def _as_plain(value: Any) -> Any:
    """Return an ``OrderedDict``, a named tuple and the like as what they are subclasses of."""
    for base in (dict, tuple, list):
        if isinstance(value, base):
            return value if type(value) is base else base(value)
    return value


def _code_of(dtype: np.dtype[Any]) -> str:
    return dtype.newbyteorder("<").str if dtype.kind in "biufc" else ""


def _dtype_name(value: np.dtype[Any] | type) -> str | None:
    for name, kind in DTYPE_NAMES.items():
        if value is kind or (isinstance(value, np.dtype) and value.type is kind):
            return name
    return None
