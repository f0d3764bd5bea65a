"""Opens hostile archives as the grader does, up to the sources that a worker would get.

Usage: python tests/fuzz/archives.py [--archives 100000] [--seed 0] [--state FILE] [--case NUMBER].
Zips and tars are written field by field, with lies in any of them, packed, nested, cut and
changed. Opening one gives a submission or a SubmissionError of one line; no file but the archive
is touched, and neither memory nor time goes beyond its bounds. The exit code is 1 if anything
else happened.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from campaign import Target, main
from frame_mutations import mutate_bytes
from tars import write_tar
from zips import Entry, write_zip

import grader
from grader.errors import SubmissionError
from grader.submission.archive import ArchiveLimits, Submission, open_submission
from grader.submission.locate import locate
from grader.submission.overlay import lay_out
from grader.submission.stored import stored_cells

ARCHIVES = 100_000
LIMITS = ArchiveLimits(
    members=300, files=60, file_bytes=1 << 20, notebook_bytes=2 << 20, short_bytes=1 << 16,
    total_bytes=4 << 20, stream_bytes=40 << 20,
)  # fmt: skip
ALLOWED_BYTES = 120 << 20
ALLOWED_SECONDS = 3.0
MEASURED_EVERY = 8
TARGETS = ("layers:affine_forward", "layers:affine_backward", "fc_net:TwoLayerNet")
_NAMES = (
    *(b"layers.py", b"cs231n/layers.py", b"hw/cs231n/classifiers/fc_net.py", b"fc.ipynb", b"a.txt"),
    *(b"in.zip", b"in.tar.gz", b"hw/fc.ipynb", b"cs231n/optim.py", b"hw/cs231n/layers.py"),
)
_ODD_NAMES = (
    *(b"../x.py", b"/etc/x.py", b"a/../../x.py", b"C:\\x.py", b"a\\..\\b.py", b"LAYERS.PY", b""),
    *(b"\xff\xfe.py", "sch\u00fcler/\u5c42.py".encode(), b"\x81\x82.py", b"x\0y.py", b"a//b.py"),
    *("\u202eyp.x".encode(), b"\x1b[2J.py", b"layers.py ", b"n" * 1500 + b".py", b"./layers.py"),
    *(b"in.tar", b"__MACOSX/layers.py", b"con.py", b"a/", b"::error::.py"),
)
_SOURCE = b"def affine_forward(x, w, b):\n    return x.dot(w) + b, (x, w, b)\n"
_NOTEBOOK = (
    b'{"cells": [{"cell_type": "code", "source": ["def affine_backward(dout, cache):\\n", '
    b'"    return dout"], "outputs": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}'
)
_PACKERS: Sequence[Callable[[bytes], bytes]] = (
    bytes,
    lambda data: gzip.compress(data, 1),
    bz2.compress,
    lambda data: lzma.compress(data, preset=0),
)


@dataclass(frozen=True, slots=True)
class Archive:
    """One case."""

    name: str
    data: bytes = field(repr=False)

    def __repr__(self) -> str:
        return f"{self.name}: {self.data!r}"


def _draw_content(random: Random, depth: int) -> bytes:
    where = random.random()
    if where < 0.12 and depth < 3:
        return draw_data(random, depth + 1)
    if where < 0.14:
        return bytes(random.choice((1 << 16, 1 << 16, 1 << 20, 1 << 21)))
    if where < 0.3:
        return mutate_bytes(random, random.choice((_SOURCE, _NOTEBOOK)), b"\0\xff()[]{}\"'\\:")
    if where < 0.34:
        opening = random.choice((b"(", b"[", b"{", b"-", b"not ", b"lambda:", b"if 1:\n "))
        return opening * random.choice((50, 300, 5000))
    return random.choice((_SOURCE, _NOTEBOOK, b"", b"x = 1", b"\xff\xfex\0=\0001\0"))


def draw_data(random: Random, depth: int = 0) -> bytes:
    """Return an archive, right or wrong."""
    files = [
        (
            random.choice(_ODD_NAMES if random.random() < 0.08 else _NAMES),
            _draw_content(random, depth),
        )
        for _ in range(random.choice((1, 2, 3, 3, 8) if depth else (1, 2, 3, 5, 12)))
    ]
    if random.random() < 0.01:
        files += [(b"%d.py" % number, b"x") for number in range(random.choice((70, 400)))]
    lies = random.choice((0.0, 0.01, 0.03, 0.1, 0.4))
    if random.random() < 0.55:
        methods = (8, 8, 8, 8, 0, 0, 12, 14) if random.random() < 0.2 else (8, 8, 0)
        data = write_zip(random, [Entry(n, c, random.choice(methods)) for n, c in files], lies)
    else:
        data = random.choices(_PACKERS, (6, 6, 1, 1))[0](write_tar(random, files, lies))
    if random.random() < 0.2:
        data = mutate_bytes(random, data, _SOURCE)
    return data


def make(random: Random) -> Archive:
    """Draw an archive and what it is called."""
    name = random.choice(("a.zip", "a.tar.gz", "a.tar", "a", "a.ipynb", "a.py", "\u5c42 a.zip"))
    return Archive(name, draw_data(random))


_INSTALLED = (os.path.dirname(grader.__file__), os.path.dirname(os.__file__))  # noqa: PTH120
_HARMLESS = ("os.listdir", "os.scandir")
_watched: list[list[tuple[str, str]]] = []


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    """Note what is done to files while somebody watches, but for reading what is installed."""
    if _watched and (event == "open" or event.startswith(("os.", "shutil.", "subprocess."))):
        is_read = (event == "open" and arguments[1] in ("r", "rb")) or event in _HARMLESS
        is_installed = str(arguments[0]).startswith(_INSTALLED) or arguments[0] == ""
        if not (is_read and is_installed):
            _watched[-1].append((event, repr(arguments[:2])))


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """Give a list of what is done to files meanwhile."""
    seen: list[tuple[str, str]] = []
    _watched.append(seen)
    try:
        yield seen
    finally:
        _watched.pop()


@cache
def _install_watch() -> None:
    sys.addaudithook(_audit)  # which cannot be taken out again


class Opener:
    """Opens archives in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _install_watch()
        warnings.filterwarnings("ignore", message="Duplicate name")

    def run(self, archive: Archive) -> str:
        """Return what became of an archive."""
        path = self._folder / archive.name
        path.write_bytes(archive.data)
        try:
            with watched() as seen:
                submission = open_submission(path, LIMITS)
                self._use(submission)
        except SubmissionError as refused:
            message = str(refused)
            assert message.isprintable(), message
            assert len(message) < 1000, message
            assert str(self._folder) not in message, message
            outcome = message.partition(": ")[2].partition(" (")[0]
            found = "refused: " + (outcome if len(outcome) < 60 else outcome[-60:])
        else:
            found = "opened" if submission.files else "opened, with nothing in it"
        finally:
            path.unlink()
        touched = [one for one in seen if archive.name not in one[1]]
        assert not touched, f"it touches {touched[:5]}"
        return found

    def _use(self, submission: Submission) -> None:
        """Check what was opened, and read from it what grading reads."""
        assert sum(map(len, submission.files.values())) <= LIMITS.total_bytes
        assert len(submission.files) <= LIMITS.files
        for name in submission.names:
            parts = name.split("/")
            is_inside = ".." not in parts and not name.startswith("/") and "\0" not in name
            assert is_inside, name
        for warning in submission.warnings:
            assert warning.isprintable(), warning
        located = locate(submission, TARGETS)
        lay_out(submission, located)
        stored_cells(submission.files, ("affine",))


def make_target(folder: Path) -> Target[Archive]:
    """Return what campaigns run."""
    return Target(
        make=make,
        run=Opener(folder).run,
        allowed_bytes=lambda _: ALLOWED_BYTES,
        allowed_seconds=ALLOWED_SECONDS,
        is_measured=lambda number: number % MEASURED_EVERY == 0,
    )


if __name__ == "__main__":
    warnings.simplefilter("error")
    described = str(__doc__).partition("\n")[0]
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - faster
    with tempfile.TemporaryDirectory(dir=memory) as place:
        target = make_target(Path(place))
        sys.exit(main(target, "archives", sys.argv[1:], cases=ARCHIVES, description=described))
