"""Writes tars field by field, so that any of them can lie."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

_TYPES = b"01234567gxLKSNMVDAXI\0"
_SIZES = (
    *(b"00000000000\0", b"00000001000\0", b"77777777777\0", b"-0000000001\0", b"99999999999\0"),
    *(b"\x80" + bytes(10) + b"\x10", b"\x80" + b"\xff" * 11, b"\xff" * 12, b" " * 12, bytes(12)),
    *(b"0x1f\0\0\0\0\0\0\0\0", b"\x80" + bytes(3) + b"\x7f" + bytes(7)),
)
_KEYWORDS = (
    *("path", "size", "linkpath", "mtime", "uid", "hdrcharset", "GNU.sparse.major", "comment"),
    *("GNU.sparse.minor", "GNU.sparse.name", "GNU.sparse.realsize", "GNU.sparse.size", ""),
    *("GNU.sparse.map", "GNU.sparse.offset", "GNU.sparse.numbytes", "SCHILY.xattr.user", "atime"),
)
_VALUES = (
    *(b"0", b"1", b"-1", b"99999999999999999999", b"1e400", b"nan", b"../../x.py", b"/etc/x.py"),
    *(b"BINARY", b"0,1,2,3", b"0,99999999999", b"x.py", b"\xff\xfe.py", b"", b"x" * 2000, b"=\n"),
)


def header(name: bytes, size: int, kind: int, *, size_field: bytes = b"") -> bytearray:
    """Return one header whose sum is right."""
    block = bytearray(512)
    block[:100] = name[:100].ljust(100, b"\0")
    block[100:108] = b"0000644\0"
    block[108:124] = b"0000000\0" * 2
    block[124:136] = size_field or b"%011o\0" % size
    block[136:148] = b"00000000000\0"
    block[156] = kind
    block[257:265] = b"ustar\x0000"
    return block


def _sum_up(block: bytearray) -> bytes:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def member(random: Random, name: bytes, content: bytes, lies: float) -> bytes:
    """Return a member of which a share of the fields is made up."""
    told = random.random
    kind = random.choice(_TYPES) if told() < lies else ord("0")
    field = random.choice(_SIZES) if told() < lies else b""
    block = header(name, len(content), kind, size_field=field)
    if told() < lies:  # a link's target, or the name's beginning
        place = random.choice((157, 345, 386))
        text = random.choice((b"/etc/passwd", b"../../x", b"layers.py", b"00000000001\0" * 8))
        block[place : place + len(text)] = text
    if told() < lies / 2:
        block[482] = 1  # an old map of holes goes on
    if told() < lies / 2:
        block[random.randrange(512)] = random.randrange(256)
    data = _sum_up(block) if told() > lies / 4 else bytes(block)
    padding = bytes(-len(content) % 512) if told() > lies / 2 else b""
    return data + content + padding


def _say(random: Random) -> bytes:
    """Return keywords of the next member or of all that follow, or a long name."""
    kind = random.choice(b"xxxgXLK")
    if kind in b"LK":
        text = random.choice(_VALUES) * random.choice((1, 1, 60))
    else:
        lines = []
        for _ in range(random.choice((1, 2, 4, 40))):
            line = b" %s=%s\n" % (random.choice(_KEYWORDS).encode(), random.choice(_VALUES))
            length = len(line) + len(str(len(line) + 2))
            wrong = (0, 1, 5, 99999, 1 << 40)
            lines.append(b"%d" % (random.choice(wrong) if random.random() < 0.1 else length) + line)
        text = b"".join(lines)
    block = header(b"././@said", len(text), kind)
    return _sum_up(block) + text + bytes(-len(text) % 512)


def write_tar(random: Random, files: Sequence[tuple[bytes, bytes]], lies: float) -> bytes:
    """Return a tar of files, with lies in it."""
    pieces = []
    for name, content in files:
        while random.random() < lies:
            pieces.append(_say(random))
        pieces.append(member(random, name, content, lies))
    end = bytes(1024) if random.random() > lies / 2 else b""
    return b"".join(pieces) + end
