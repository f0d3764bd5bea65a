"""Writes zips field by field, so that any of them can lie."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_NUMBERS = (0, 1, 2, 5, 8, 9, 12, 14, 20, 45, 93, 95, 99, 0x7FFF, 0xFFFE, 0xFFFF)
_SIZES = (0, 1, 7, 100, 1 << 16, 1 << 24, (1 << 31) - 1, 1 << 31, 0xFFFFFFFE, 0xFFFFFFFF)
_WIDE = (*_SIZES, 1 << 32, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
_FLAGS = (0, 1, 8, 0x800, 0x801, 0x808, 0x40, 0x2000, 0xFFFF)
_MODES = (0, 0o100644, 0o120777, 0o060644, 0o010644, 0o140777, 0o040755)
_LOCAL = "<4s5H3I2H"
_CENTRAL = "<4s6H3I5H2I"
_END = "<4s4H2IH"


@dataclass(slots=True)
class Entry:
    """One member, as its local header and the directory tell it."""

    name: bytes
    content: bytes
    method: int = 8


def _compress(content: bytes, method: int) -> bytes:
    if method == 8:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        return packer.compress(content) + packer.flush()
    if method == 12:
        return bz2.compress(content)
    if method == 14:
        packed = lzma.compress(content, lzma.FORMAT_ALONE, preset=0)
        return b"\x09\x04\x05\x00" + packed[:5] + packed[13:]
    return content


def write_zip(random: Random, entries: Sequence[Entry], lies: float) -> bytes:
    """Return a zip of which a share of the fields is made up."""

    def tell(true: int, *others: int) -> int:
        return random.choice(others) if random.random() < lies else true

    pieces: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for entry in entries:
        packed = _compress(entry.content, entry.method)
        method = tell(entry.method, *_NUMBERS)
        flags = tell(0x800, *_FLAGS)
        sums = (tell(zlib.crc32(entry.content), 0), tell(len(packed), *_SIZES))
        sizes = (*sums, tell(len(entry.content), *_SIZES))
        extra = _draw_extra(random) if random.random() < lies else b""
        name = entry.name if random.random() > lies / 2 else entry.name[::-1]
        lengths = (tell(len(name), *_NUMBERS), tell(len(extra), *_NUMBERS))
        local = struct.pack(_LOCAL, b"PK\3\4", tell(20, *_NUMBERS), flags, method, 0, 33, *sizes,
                            *lengths)  # fmt: skip
        data = local + name + extra + packed
        if random.random() < lies / 2:  # a descriptor behind the content
            data += struct.pack("<4s3I", b"PK\7\10", *sizes)
        mode = random.choice(_MODES) << 16 if random.random() < lies else 0o100644 << 16
        told = (tell(len(packed), *_SIZES), tell(len(entry.content), *_SIZES))
        again = struct.pack(
            _CENTRAL, b"PK\1\2", tell(0x314, *_NUMBERS), tell(20, *_NUMBERS),
            tell(flags, *_FLAGS), tell(method, *_NUMBERS), 0, tell(33, *_NUMBERS), sums[0], *told,
            tell(len(entry.name), *_NUMBERS), tell(len(extra), *_NUMBERS), tell(0, *_NUMBERS),
            tell(0, *_NUMBERS), 0, mode, tell(offset, 0, *_SIZES),
        )  # fmt: skip
        directory += [again + entry.name + extra] * (2 if random.random() < lies / 4 else 1)
        pieces.append(data)
        offset += len(data)
    listed = b"".join(directory)
    wide = (
        _write_wide(random, len(directory), len(listed), offset) if random.random() < lies else b""
    )
    end = struct.pack(
        _END, b"PK\5\6", tell(0, *_NUMBERS), tell(0, *_NUMBERS), tell(len(directory), *_NUMBERS),
        tell(len(directory), *_NUMBERS), tell(len(listed), *_SIZES), tell(offset, *_SIZES),
        tell(0, *_NUMBERS),
    )  # fmt: skip
    return b"".join(pieces) + listed + wide + end


def _write_wide(random: Random, count: int, size: int, offset: int) -> bytes:
    """Return zip64's own end of the directory, right or wrong."""
    fields = [44, 45, 45, 0, 0, count, count, size, offset]
    if random.random() < 0.7:
        place = random.choice((0, 5, 6, 7, 8))
        fields[place] = random.choice(_WIDE)
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", *fields)
    place = random.choice((offset + size, 0, *_WIDE))
    return record + struct.pack("<4sIQI", b"PK\6\7", 0, place, random.choice((1, 0, 9)))


def _draw_extra(random: Random) -> bytes:
    """Return extra fields: wide sizes, other names, times, or rubbish."""
    kind = random.choice((0x0001, 0x7075, 0x5455, 0x9901, 0x000A))
    body = random.choice(
        (
            struct.pack("<3Q", *random.choices(_WIDE, k=3)),
            struct.pack("<Q", random.choice(_WIDE)),
            b"\1" + random.randbytes(4) + b"../../other.py",
            random.randbytes(random.randrange(40)),
        )
    )
    return struct.pack("<2H", kind, random.choice((len(body), len(body), *_NUMBERS))) + body
