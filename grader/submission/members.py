"""The members of zips, tars and folders, one by one, bounded while they stream.

Sizes that an archive declares are never believed: a :class:`Budget` counts what comes out.
"""

import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial, reduce
from operator import or_
from pathlib import Path
from typing import IO

from grader.errors import SubmissionError
from grader.records import record
from grader.submission.paths import SKIPPED_FOLDERS, show

UNREADABLE = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,  # also RecursionError and NotImplementedError (unknown compression)
    ValueError,  # also UnicodeError
    ArithmeticError,
    LookupError,
    AssertionError,
    MemoryError,
)
"""What the standard library raises on damaged or hostile archives."""

_CHUNK = 1 << 16
_OPENING = os.O_RDONLY | reduce(
    or_,
    # Windows has but the last, without which line ends would be changed there.
    (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")),
)
_FOLDER_DEPTH = 40
_LONGEST_HEADERS = 256 << 10
_MOST_KEYWORDS = 1000
_CENTRAL_ENTRY = b"PK\x01\x02"
_LARGEST_READ = 32 << 20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


@record
class Member:
    """One file of an archive or folder, not read yet."""

    name: str
    """As the archive spells it, before any check."""
    read: Callable[[int], bytes | None]
    """Give its content, or None if it is longer than so many bytes."""


class TooLargeError(SubmissionError):
    """The whole hand-in is beyond a bound, whichever of its archives made it so."""


class Budget:
    """Counts the bytes that come out of one submission, nested archives included."""

    def __init__(self, archive: str, packed_bytes: int, stream_bytes: int, ratio: int) -> None:
        self.archive = archive
        self.spent = 0
        # Small archives may compress well; only what would hurt is held to the ratio.
        self._allowed = min(stream_bytes, max(_LARGEST_READ, packed_bytes * ratio))

    def spend(self, count: int) -> None:
        """Take ``count`` bytes off the budget.

        Raises
        ------
        SubmissionError
            If more came out than an honest archive of this size holds.
        """
        self.spent += count
        if self.spent > self._allowed:
            raise TooLargeError(
                f"{show(self.archive)}: unpacks to more than {self._allowed >> 20} MB; "
                "hand in only code and notebooks, without data sets"
            )

    def read(self, stream: IO[bytes], limit: int) -> bytes | None:
        """Read a stream to its end, or return None once it is longer than ``limit`` bytes."""
        chunks = []
        left = limit
        while chunk := stream.read(min(_CHUNK, left + 1)):
            self.spend(len(chunk))
            left -= len(chunk)
            if left < 0:
                return None
            chunks.append(chunk)
        return b"".join(chunks)


def too_many(archive: str, most: int) -> TooLargeError:
    """Return what is raised about an archive of more than so many files."""
    return TooLargeError(
        f"{show(archive)}: holds more than {most} files; hand in only the assignment's folder"
    )


class _ZipStream(io.RawIOBase):
    """A seekable stream in which a zip has no more entries than its reader may hold.

    The standard library makes an object of each entry before it shows the first one, and only the
    directory of all entries is read in one piece of any length.
    """

    def __init__(self, stream: IO[bytes], archive: str, most: int) -> None:
        self._stream = stream
        self._archive = archive
        self._most = most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        content = _read_bounded(self._stream, size)
        if len(content) > _CHUNK and content.count(_CENTRAL_ENTRY) > self._most:
            raise too_many(self._archive, self._most)
        return content


class _TarStream(io.RawIOBase):
    """A seekable stream in which no header of a tar can ask for a huge read or endless skips."""

    def __init__(self, stream: IO[bytes], budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self._furthest = 0
        self._header_left: int | None = _LONGEST_HEADERS

    def expect(self, *, header: bool) -> None:
        """Say what is read from here on: the headers of one member, or its content."""
        self._header_left = _LONGEST_HEADERS if header else None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        position = self._stream.tell()
        if whence == 0:
            # A tar is read front to back. Stepping back far would unpack it all again.
            if offset < position - 2 * tarfile.BLOCKSIZE:
                raise tarfile.ReadError("its headers point backwards")
            while position < offset and self._take(min(_CHUNK, offset - position)):
                position = self._stream.tell()
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        content = self._take(size)
        if self._header_left is not None:
            self._header_left -= len(content)
            if self._header_left < 0:
                raise ValueError("the headers of a member are absurdly long")
        return content

    def _take(self, size: int) -> bytes:
        content = _read_bounded(self._stream, size)
        position = self._stream.tell()
        if position > self._furthest:
            self._budget.spend(position - self._furthest)
            self._furthest = position
        return content


def _read_bounded(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(_LARGEST_READ if size < 0 else min(size, _LARGEST_READ))
    if len(content) == _LARGEST_READ:
        raise ValueError("a header asks for an absurd amount of data")
    return content


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Undo zipfile's guess: many tools write UTF-8 names without saying so."""
    if info.flag_bits & _UTF8_NAME:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def zip_members(stream: IO[bytes], budget: Budget, most: int) -> Iterator[Member]:
    """Yield the files of a zip of at most so many; links, folders and devices are left out."""
    with zipfile.ZipFile(_ZipStream(stream, budget.archive, most)) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.is_dir() or (info.create_system == 3 and kind not in (0, stat.S_IFREG)):
                continue
            yield Member(_zip_name(info), _zip_reader(archive, info, budget))


def _zip_reader(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget
) -> Callable[[int], bytes | None]:
    def read(limit: int) -> bytes | None:
        if info.flag_bits & _ENCRYPTED:
            raise SubmissionError(
                f"{show(budget.archive)}: {show(info.filename)!r} is encrypted; "
                "make the archive again without a password"
            )
        with archive.open(info) as member:
            return budget.read(member, limit)

    return read


def tar_members(stream: IO[bytes], budget: Budget) -> Iterator[Member]:
    """Yield the regular files of an uncompressed tar stream; every link is left out."""
    metered = _TarStream(stream, budget)
    with closing(tarfile.open(fileobj=metered, mode="r:")) as archive:
        for info in _tar_headers(archive, metered):
            if info.isreg() and not info.issparse():
                yield Member(info.name, _tar_reader(archive, info))


def _tar_headers(archive: tarfile.TarFile, stream: _TarStream) -> Iterator[tarfile.TarInfo]:
    """Yield what is said of each member; nothing of it is kept for those that follow."""
    while (info := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # the stubs do not know it
        # Each member gets a copy of what is said of all of them.
        if max(len(info.pax_headers), len(archive.pax_headers)) > _MOST_KEYWORDS:
            raise ValueError("its headers hold too many keywords")
        stream.expect(header=False)
        yield info
        stream.expect(header=True)


def _tar_reader(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[int], bytes | None]:
    def read(limit: int) -> bytes | None:
        if info.size > limit:
            return None
        member = archive.extractfile(info)
        # In pieces: one huge read is what a header asks for that lies.
        content = b"".join(iter(partial(member.read, _CHUNK), b"")) if member else b""
        if len(content) != info.size:
            raise EOFError("it ends inside a member")
        return content

    return read


def folder_members(folder: Path, budget: Budget) -> Iterator[Member]:
    """Yield the regular files below a folder in name order; no link is followed."""
    pending = [("", 0)]
    while pending:
        inside, depth = pending.pop()
        with os.scandir(folder / inside) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            name = f"{inside}/{entry.name}" if inside else entry.name
            if entry.is_dir(follow_symlinks=False):
                if depth < _FOLDER_DEPTH and entry.name.lower() not in SKIPPED_FOLDERS:
                    pending.append((name, depth + 1))
            elif entry.is_file(follow_symlinks=False):
                yield Member(name, _file_reader(Path(entry.path), budget))


def _file_reader(path: Path, budget: Budget) -> Callable[[int], bytes | None]:
    def read(limit: int) -> bytes | None:
        # The folder may change under us: neither a link nor a pipe is opened in its place.
        descriptor = os.open(path, _OPENING)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            return budget.read(stream, limit)

    return read
