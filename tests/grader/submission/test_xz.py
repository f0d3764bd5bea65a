"""xz streams are unpacked as lzma does, in bounded memory."""

from __future__ import annotations

import io
import lzma
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.xz import MEMORY, open_xz


@given(
    pieces=st.lists(st.binary(max_size=300), min_size=1, max_size=3),
    sizes=st.lists(st.integers(1, 200), min_size=1, max_size=5),
    padding=st.integers(0, 2),
)
def test_it_reads_what_lzma_reads(pieces: list[bytes], sizes: list[int], padding: int) -> None:
    """Several streams with padding between them come out as one, however they are read."""
    packed = (b"\0" * 4 * padding).join(map(lzma.compress, pieces))
    stream = open_xz(io.BytesIO(packed))
    read = b"".join(iter(lambda: stream.read(sizes[stream.tell() % len(sizes)]), b""))
    assert read == b"".join(pieces)
    stream.seek(0)
    assert stream.read() == b"".join(pieces)


def test_seeking_forward_and_back() -> None:
    """Any place can be gone to; one behind the end is the end."""
    content = bytes(range(256)) * 1000
    stream = open_xz(io.BytesIO(lzma.compress(content)))
    for place in (70_000, 3, 200_000, 0):
        assert stream.seek(place) == place
        assert stream.read(5) == content[place : place + 5]
    stream.seek(10**6)
    assert stream.read() == b""


def with_dictionary(code: int) -> bytes:
    """Return an xz stream that asks for a dictionary of a size, by its code in the format."""
    packed = bytearray(lzma.compress(bytes(100)))
    packed[packed.index(b"\x21\x01") + 2] = code
    length = (packed[12] + 1) * 4
    packed[8 + length : 12 + length] = struct.pack("<I", zlib.crc32(packed[12 : 8 + length]))
    return bytes(packed)


def test_a_dictionary_of_gigabytes_is_refused() -> None:
    """What ``xz -9`` asks for is granted; the largest size of the format is not."""
    assert MEMORY > 64 << 20
    assert open_xz(io.BytesIO(with_dictionary(28))).read() == bytes(100)  # 64 MiB
    with pytest.raises(lzma.LZMAError, match="Memory usage limit"):
        open_xz(io.BytesIO(with_dictionary(40))).read()  # 4 GiB


def test_a_stream_that_ends_early_says_so() -> None:
    """A cut upload is no shorter submission."""
    packed = lzma.compress(bytes(10_000))
    with pytest.raises(EOFError):
        open_xz(io.BytesIO(packed[:-20])).read()
