"""Safe unpacking: whatever was handed in becomes a mapping of paths to bytes, in memory.

Nothing is written to disk and no link is followed, so nothing can be written outside.
"""

import bz2
import gzip
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import IO, cast

from grader.errors import SubmissionError
from grader.records import record
from grader.submission.json_text import parse_json
from grader.submission.members import (
    UNREADABLE,
    Budget,
    Member,
    TooLargeError,
    folder_members,
    tar_members,
    too_many,
    zip_members,
)
from grader.submission.paths import is_archive, is_outside, is_skipped, is_source, normalise, show
from grader.submission.shortening import shorten_notebook
from grader.submission.xz import open_xz

_HEAD = 512
_WARNINGS = 50
_STRANGERS = {b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7-Zip archive", b"%PDF": "a PDF"}


@record
class ArchiveLimits:
    """How much one submission may hold; everything is counted while it streams."""

    members: int = 50_000
    """Names in all archives together."""
    files: int = 5_000
    """Files kept."""
    file_bytes: int = 32 << 20
    """Bytes of one file; a longer one is left out with a warning."""
    notebook_bytes: int = 128 << 20
    """The same for a notebook: outputs may make it this long, and are cut once it is read."""
    short_bytes: int = 4 << 20
    """Bytes from which a notebook's outputs are cut."""
    total_bytes: int = 256 << 20
    """Bytes kept in memory."""
    stream_bytes: int = 1 << 30
    """Bytes read or unpacked, whether kept or not."""
    ratio: int = 200
    """Bytes unpacked for each packed byte."""
    depth: int = 2
    """Archives inside archives."""
    names: int = 5_000
    """Member names remembered."""


@record
class Submission:
    """What a student handed in, as far as grading reads it."""

    name: str
    """File or folder name given on the command line."""
    digest: str
    """sha256 over the sorted names and contents of ``files``."""
    files: Mapping[str, bytes]
    """Relative path with forward slashes -> content; a file of a nested archive lies in a
    folder of that archive's name."""
    names: tuple[str, ...]
    """Every member's path, also of files that are not kept; bounded."""
    warnings: tuple[str, ...]
    preferred: Mapping[str, str] = field(default_factory=dict)
    """Function or class -> path of the file whose definition of it counts before all others."""


def open_submission(
    path: Path, limits: ArchiveLimits | None = None, *, added: Mapping[str, bytes] | None = None
) -> Submission:
    """Read a zip, a tar (plain or compressed), a folder, a notebook or a Python file.

    Parameters
    ----------
    path : Path
        The file or folder; kinds are told by content, never by name.
    limits : ArchiveLimits, optional
        Bounds on what is read.
    added : mapping, optional
        Path -> content of files that count as if they lay there.

    Raises
    ------
    SubmissionError
        If it cannot be read, is empty, encrypted, damaged, too large, or has member names
        that point outside. The message is one line: what, where, and what to do.
    """
    reader = _Reader(path.name or path.resolve().name, limits or ArchiveLimits())
    try:
        if path.is_dir():
            reader.start_budget(reader.limits.stream_bytes)
            reader.collect(folder_members(path, reader.budget), "", 0, is_folder=True)
        elif path.exists() and not path.is_file():  # a pipe that nobody writes to never ends
            raise SubmissionError(f"{show(str(path))}: is neither a file nor a folder")
        else:
            with path.open("rb") as stream:
                reader.start_budget(path.stat().st_size)
                reader.read_stream(stream, "", path.name, 0)
    except FileNotFoundError:
        raise SubmissionError(
            f"{show(str(path))}: no such file or folder; check the path"
        ) from None
    except PermissionError as problem:
        where = show(str(problem.filename or path))
        raise SubmissionError(f"{where}: may not be read; check its permissions") from None
    except UNREADABLE as problem:
        raise SubmissionError(_damaged(reader.name, problem)) from problem
    for name, content in (added or {}).items():
        reader.add(name, content)
    return reader.finish()


def _damaged(name: str, problem: BaseException) -> str:
    reason = " ".join(str(problem).split()) or type(problem).__name__
    return f"{show(name)}: is damaged or incomplete ({show(reason)}); make the archive again"


class _Reader:
    """Gathers the files of one submission while its archives stream by."""

    def __init__(self, name: str, limits: ArchiveLimits) -> None:
        self.name = name
        self.limits = limits
        self.budget = Budget(name, 0, limits.stream_bytes, limits.ratio)
        self._files: dict[str, bytes] = {}
        self._names: dict[str, None] = {}
        self._folded: dict[str, str] = {}
        self._warnings: list[str] = []
        self._members = 0
        self._kept_bytes = 0
        self._nested_problem: SubmissionError | None = None

    def start_budget(self, packed_bytes: int) -> None:
        """Set how much may come out of ``packed_bytes`` bytes handed in."""
        self.budget = Budget(self.name, packed_bytes, self.limits.stream_bytes, self.limits.ratio)

    def read_stream(self, stream: IO[bytes], prefix: str, name: str, depth: int) -> None:
        """Read one file handed in: an archive, or a source file by itself."""
        head = stream.read(_HEAD)
        stream.seek(0)
        if head.startswith(b"PK"):
            self.collect(zip_members(stream, self.budget, self.limits.members), prefix, depth)
        elif (unpacked := _decompressed(head, stream)) is not None:
            self._read_compressed(unpacked, prefix, name, depth)
        elif _is_tar(head):
            self.collect(tar_members(stream, self.budget), prefix, depth)
        elif depth == 0:
            self._read_single(stream, name, head)
        else:
            raise ValueError("it is no zip and no tar")

    def _read_compressed(self, unpacked: IO[bytes], prefix: str, name: str, depth: int) -> None:
        head = unpacked.read(_HEAD)
        unpacked.seek(0)
        if _is_tar(head):
            self.collect(tar_members(unpacked, self.budget), prefix, depth)
        elif depth == 0:
            self._read_single(unpacked, name.rpartition(".")[0] or name, head)
        else:
            raise ValueError("it holds no tar")

    def _read_single(self, stream: IO[bytes], name: str, head: bytes) -> None:
        for magic, kind in _STRANGERS.items():
            if head.startswith(magic):
                raise SubmissionError(
                    f"{show(self.name)}: is {kind}, which cannot be read; hand in a zip"
                )
        suffix = ".ipynb" if head.lstrip()[:1] == b"{" else ""
        limit = self._limit_of(name + suffix)
        content = self._fit(name + suffix, self.budget.read(stream, limit))
        if content is None:
            raise SubmissionError(
                f"{show(self.name)}: is longer than {limit >> 20} MB; "
                "clear the notebook's outputs and hand it in again"
            )
        if not content.strip():
            raise SubmissionError(f"{show(self.name)}: is empty; hand in the file you wrote")
        if name.rstrip().endswith(".ipynb") or content.lstrip()[:1] == b"{":
            _check_notebook(self.name, content)
            name = name.rstrip().removesuffix(".ipynb") + ".ipynb"
        elif not name.rstrip().endswith(".py"):
            raise SubmissionError(
                f"{show(self.name)}: is no zip, tar, folder, notebook or Python file; "
                "hand in one of these"
            )
        self._keep(name, content)

    def collect(
        self, members: Iterator[Member], prefix: str, depth: int, *, is_folder: bool = False
    ) -> None:
        """Take from ``members`` the files that grading reads, and open nested archives.

        In a folder on disk a name that would lead out of an archive leads nowhere: it is one odd
        name, and costs that file alone.
        """
        for member in members:
            self._members += 1
            if self._members > self.limits.members:
                raise too_many(self.name, self.limits.members)
            if is_folder and is_outside(member.name.replace("\\", "/")):
                self._warn(f"{show(member.name)} has a name that no archive may hold; rename it")
                continue
            path = prefix + normalise(member.name, self.name)
            if len(self._names) < self.limits.names:
                self._names[path] = None
            if is_skipped(path):
                continue
            if is_source(path):
                self._take(path, member)
            elif is_archive(path):
                self._open_nested(path, member, depth)

    def _take(self, path: str, member: Member) -> None:
        try:
            content = self._fit(path, member.read(self._limit_of(path)))
        except UNREADABLE as problem:
            raise SubmissionError(_damaged(f"{self.name}: {path}", problem)) from problem
        if content is None:
            self._warn(f"{show(path)} is too long and was not read")
        else:
            self._keep(path, content)

    def _limit_of(self, path: str) -> int:
        return self.limits.notebook_bytes if _is_notebook(path) else self.limits.file_bytes

    def _fit(self, path: str, content: bytes | None) -> bytes | None:
        """Cut a long notebook's outputs; return None for what stays too long."""
        if content is None:
            return None
        if _is_notebook(path) and len(content) > self.limits.short_bytes:
            content = shorten_notebook(content) or content
        return content if len(content) <= self.limits.file_bytes else None

    def add(self, path: str, content: bytes) -> None:
        """Take a file that lies nowhere, in place of one of that name."""
        self._kept_bytes -= len(self._files.pop(path, b""))
        self._keep(path, content)

    def _keep(self, path: str, content: bytes) -> None:
        if path in self._files:
            self._warn(f"{show(path)} is in the archive twice; the last one counts")
            self._kept_bytes -= len(self._files[path])
        elif (other := self._folded.setdefault(path.casefold(), path)) != path:
            self._warn(f"{show(path)} and {show(other)} differ only in upper and lower case")
        self._files[path] = content
        self._names.setdefault(path)
        self._kept_bytes += len(content)
        if len(self._files) > self.limits.files or self._kept_bytes > self.limits.total_bytes:
            raise TooLargeError(
                f"{show(self.name)}: holds more than {self.limits.files} source files or "
                f"{self.limits.total_bytes >> 20} MB of them; hand in only the assignment's folder"
            )

    def _open_nested(self, path: str, member: Member, depth: int) -> None:
        """Read an archive inside; one that cannot be read costs only itself."""
        if depth >= self.limits.depth:
            self._warn(f"{show(path)} lies too deep in other archives and was not opened")
            return
        try:
            content = member.read(self.limits.file_bytes)
            if content is None:
                self._warn(f"{show(path)} is too large and was not opened")
            else:
                self.read_stream(io.BytesIO(content), f"{path}/", path, depth + 1)
        except TooLargeError:
            raise
        except SubmissionError as problem:
            self._note_nested(path, problem)
        except UNREADABLE as problem:
            self._note_nested(path, SubmissionError(_damaged(f"{self.name}: {path}", problem)))

    def _note_nested(self, path: str, problem: SubmissionError) -> None:
        self._nested_problem = self._nested_problem or problem
        self._warn(f"{show(path)} could not be opened: {problem}")

    def _warn(self, warning: str) -> None:
        if len(self._warnings) < _WARNINGS:
            self._warnings.append(warning)

    def finish(self) -> Submission:
        """Return what was gathered; nothing at all is an error."""
        if not self._files and self._nested_problem is not None:
            raise self._nested_problem
        if not self._names:
            raise SubmissionError(
                f"{show(self.name)}: is empty; hand in your notebooks and Python files"
            )
        if not any(path.rstrip().endswith((".py", ".ipynb")) for path in self._files):
            self._warn(f"{show(self.name)} holds no Python file and no notebook")
        files = dict(sorted(self._files.items()))
        return Submission(
            self.name,
            _digest(files),
            MappingProxyType(files),
            tuple(self._names),
            tuple(self._warnings),
        )


def _is_notebook(path: str) -> bool:
    return path.rstrip().lower().endswith(".ipynb")


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in files.items():
        name = path.encode("utf-8", "surrogatepass")
        digest.update(b"%d %d " % (len(name), len(content)) + name)
        digest.update(content)
    return digest.hexdigest()


def _decompressed(head: bytes, stream: IO[bytes]) -> IO[bytes] | None:
    """Return the stream unpacked if it is gzip, bzip2 or xz, else None."""
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
    if head.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    if head.startswith(b"\xfd7zXZ"):
        return open_xz(stream)
    return None


def _is_tar(head: bytes) -> bool:
    is_empty_tar = len(head) == _HEAD and not head.strip(b"\0")
    return head[257:262] == b"ustar" or is_empty_tar


def _check_notebook(name: str, content: bytes) -> None:
    try:
        parse_json(content)
    except ValueError as problem:
        reason = " ".join(str(problem).split())
        raise SubmissionError(
            f"{show(name)}: is not a notebook that can be read ({show(reason)}); "
            "save it again in Jupyter"
        ) from None
