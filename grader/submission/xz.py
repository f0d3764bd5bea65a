"""Reads xz streams in bounded memory, which :class:`lzma.LZMAFile` does not offer."""

from __future__ import annotations

import io
import lzma
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MEMORY = 128 << 20
"""Bytes that unpacking may take; the highest preset of ``xz`` needs 65 MiB."""
_PIECE = 64 << 10
_PADDING = b"\0"


def open_xz(stream: IO[bytes]) -> IO[bytes]:
    """Return `stream`, one or several xz streams, unpacked.

    Reading raises ``lzma.LZMAError`` where it is damaged or asks for more memory than
    :data:`MEMORY`, and ``EOFError`` where it ends too early. Only forward seeks and those to the
    beginning are cheap.
    """
    return io.BufferedReader(_XzReader(stream), _PIECE)


class _XzReader(io.RawIOBase):
    """The unpacked bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._rewind()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place that is counted from the beginning or from here."""
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence != io.SEEK_SET:
            raise io.UnsupportedOperation("the end of an xz stream is not known")
        if offset < self._position:
            self._rewind()
        while self._position < offset and self.read(min(_PIECE, offset - self._position)):
            pass
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Unpack into a buffer, and return how many bytes it got: 0 at the end."""
        view = memoryview(buffer).cast("B")
        piece = self._unpack(len(view))
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _rewind(self) -> None:
        self._stream.seek(0)
        self._position = 0
        self._start(b"")

    def _start(self, packed: bytes) -> None:
        """Begin one xz stream with what was read of it already."""
        self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY)
        self._packed = packed

    def _unpack(self, most: int) -> bytes:
        while most:
            if self._decompressor.eof and not self._go_on():
                return b""
            if self._decompressor.needs_input and not self._packed:
                self._packed = self._stream.read(_PIECE)
                if not self._packed:
                    raise EOFError("the xz stream ends before its end marker")
            piece = self._decompressor.decompress(self._packed, most)
            self._packed = b""
            if piece:
                return piece
        return b""

    def _go_on(self) -> bool:
        """Begin the next of several streams, and return whether there is one."""
        rest = self._decompressor.unused_data
        while not rest.lstrip(_PADDING):
            rest = self._stream.read(_PIECE)
            if not rest:
                return False
        self._start(rest.lstrip(_PADDING))
        return True
