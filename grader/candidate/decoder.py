"""Tags back into values; whatever a hostile worker writes raises ``ProtocolError``, no more."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.tags import (
    DTYPE_NAMES,
    DTYPES,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_EXTENT,
    MAX_HANDLE,
    MAX_NUMBERS,
    MAX_TEXT,
    Handle,
    ProtocolError,
    extent_of,
    is_int64,
    is_short,
    tidy_name,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Decoder:
    """Turns tags back into values, taking their bytes from one body in order.

    Parameters
    ----------
    body : bytearray
        The frame's body. Arrays are views into it and therefore writable.
    hold : callable, optional
        Called with a handle; returns what stands for it. By default the handle itself.
    find_earlier : callable, optional
        Called with a number; returns what the operation that many places ago has made. Without it
        nobody may name that.
    """

    def __init__(
        self,
        body: bytearray,
        hold: Callable[[Handle], object] | None = None,
        find_earlier: Callable[[int], object] | None = None,
    ) -> None:
        self._body = memoryview(body)
        self._offset = 0
        self._numbers = 0
        self._hold = hold
        self._find_earlier = find_earlier

    def decode(self, tag: Any, depth: int = 0) -> Any:
        """Return the value of ``tag``.

        Raises
        ------
        ProtocolError
            If the tag is malformed or asks for more bytes than the body holds.
        """
        kind = type(tag)
        if kind is not dict:
            return _plain(tag, kind)
        if len(tag) != 1 or depth > MAX_DEPTH + 2:
            raise ProtocolError("malformed value")
        ((name, content),) = tag.items()
        reader = self._READERS.get(name)
        if reader is None:
            raise ProtocolError("unknown tag")
        try:
            return reader(self, content, depth)
        except (TypeError, ValueError, KeyError, OverflowError, MemoryError) as error:
            raise ProtocolError(f"malformed value: {type(error).__name__}") from error

    def finish(self) -> None:
        """Check that every byte of the body was used."""
        if self._offset != len(self._body):
            raise ProtocolError("body is longer than its values")

    def _take(self, size: int) -> memoryview:
        """Return the next bytes of the body; what pads them to eight must be there and zero."""
        end = self._offset + size if type(size) is int and size >= 0 else -1
        padded = end + -size % 8
        if end < 0 or padded > len(self._body):
            raise ProtocolError("value is longer than the body")
        view = self._body[self._offset : end]
        if padded > end and any(self._body[end:padded]):
            raise ProtocolError("malformed padding")
        self._offset = padded
        return view

    def _array(self, content: Any, depth: int) -> NDArray[Any]:
        code, shape = content
        dtype = _known_dtype(code)
        if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
            raise ProtocolError("malformed shape")
        if any(type(length) is not int or not 0 <= length < 1 << 48 for length in shape):
            raise ProtocolError("malformed shape")
        size = math.prod(shape) * dtype.itemsize
        if size == 0 and extent_of(shape, dtype.itemsize) > MAX_EXTENT:
            raise ProtocolError("shape of an empty array is too large")
        return _view(self._take(size), dtype).reshape(shape)

    def _scalar(self, content: Any, depth: int) -> Any:
        dtype = _known_dtype(content)
        return _view(self._take(dtype.itemsize), dtype)[0]

    def _number_list(self, content: Any, depth: int) -> list[Any]:
        code, length = content
        if code not in ("f", "i") or type(length) is not int:
            raise ProtocolError("malformed list")
        self._numbers += length
        if not 0 <= length <= self._numbers <= MAX_NUMBERS:
            raise ProtocolError("too many numbers in lists")
        numbers: list[Any] = np.frombuffer(self._take(8 * length), f"<{code}8").tolist()
        return numbers

    def _items(self, content: Any, depth: int) -> list[Any]:
        if type(content) is not list:
            raise ProtocolError("malformed container")
        return [self.decode(item, depth + 1) for item in content]

    def _tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self._items(content, depth))

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        if type(content) is not list or any(type(pair) is not list for pair in content):
            raise ProtocolError("malformed container")
        decoded = {self.decode(k, depth + 1): self.decode(v, depth + 1) for k, v in content}
        if len(decoded) != len(content):
            raise ProtocolError("a key appears twice")
        return decoded

    def _float(self, content: Any, depth: int) -> float:
        if content not in ("nan", "inf", "-inf"):
            raise ProtocolError("malformed float")
        return float(content)

    def _complex(self, content: Any, depth: int) -> complex:
        real, imaginary = (self.decode(part, depth + 1) for part in content)
        if type(real) is not float or type(imaginary) is not float:
            raise ProtocolError("malformed complex number")
        return complex(real, imaginary)

    def _slice(self, content: Any, depth: int) -> slice:
        start, stop, step = self._items(content, depth)
        return slice(start, stop, step)

    def _bytes(self, content: Any, depth: int) -> bytes:
        # Workers, which hold objects, are sent their sources like this.
        if self._hold is None and type(content) is int and content > MAX_TEXT:
            raise ProtocolError("text too long")
        return bytes(self._take(content))

    def _dtype(self, content: Any, depth: int) -> Any:
        if type(content) is not str or content not in DTYPE_NAMES:
            raise ProtocolError("unknown dtype")
        return DTYPE_NAMES[content]

    def _handle(self, content: Any, depth: int) -> Any:
        number, type_name = content
        if type(number) is not int or type(type_name) is not str:
            raise ProtocolError("malformed handle")
        if not 0 <= number <= MAX_HANDLE:
            raise ProtocolError("malformed handle")
        handle = Handle(number, tidy_name(type_name))
        return handle if self._hold is None else self._hold(handle)

    def _earlier(self, content: Any, depth: int) -> Any:
        if self._find_earlier is None or type(content) is not int:
            raise ProtocolError("an object that cannot be named")
        return self._find_earlier(content)

    _READERS: ClassVar[Mapping[str, Callable[[Any, Any, int], Any]]] = {
        "a": _array,
        "n": _scalar,
        "q": _number_list,
        "l": _items,
        "t": _tuple,
        "d": _dict,
        "f": _float,
        "c": _complex,
        "s": _slice,
        "b": _bytes,
        "y": _dtype,
        "h": _handle,
        "e": _earlier,
    }


def _plain(tag: Any, kind: type) -> Any:
    """Return a value that JSON says itself, if it is one that is ever sent so."""
    if tag is None or kind is bool:
        return tag
    if (
        (kind is int and is_int64(tag))
        or (kind is float and math.isfinite(tag))
        or (kind is str and is_short(tag))
    ):
        return tag
    raise ProtocolError("malformed value")


def _known_dtype(code: object) -> np.dtype[Any]:
    if type(code) is not str or code not in DTYPES:
        raise ProtocolError("unknown dtype")
    return DTYPES[code]


def _view(data: memoryview, dtype: np.dtype[Any]) -> NDArray[Any]:
    if not len(data):
        return np.empty(0, dtype)
    if dtype.kind == "b":  # any byte may arrive; only 0 and 1 are booleans
        return np.frombuffer(data, dtype=np.uint8).astype(np.bool_)
    return np.frombuffer(data, dtype=dtype)
