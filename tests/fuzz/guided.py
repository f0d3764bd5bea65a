"""Lets atheris look for frames and archives that reach new lines of the grader.

Usage: python tests/fuzz/guided.py frames|archives [options of libFuzzer, such as -runs=100000].
It needs atheris, which has wheels for Linux. What comes of an input is what the other programs
here expect; anything else ends the run and leaves the input in a file.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["grader.candidate", "grader.submission"]):
    import archives
    import frames

from frame_mutations import pack
from recording import Recorded, record

from grader.candidate.wire import MAX_HEADER


def read_frames(data: bytes) -> None:
    """Take the input as header and body of a reply to one of the recorded requests."""
    which, length = data[:1], int.from_bytes(data[1:3], "little")
    text, body = data[3 : 3 + min(length, MAX_HEADER)], data[3 + length :]
    recorded = _FRAMES[which[0] % len(_FRAMES)] if which else Recorded(1, 1, "", b"")
    _READER.run(frames.Frame(recorded, pack(text, body)))


def open_archives(data: bytes) -> None:
    """Take the input as a file that was handed in."""
    _OPENER.run(archives.Archive("a.zip", data))


def write_corpus(folder: Path, kind: str) -> None:
    """Write what the search starts from."""
    if kind == "frames":
        for number, frame in enumerate(_FRAMES):
            text = frame.header.encode()
            data = bytes([number % 256]) + len(text).to_bytes(2, "little") + text + frame.body
            (folder / f"{number}").write_bytes(data)
    else:
        for number in range(200):
            data = archives.make(archives.Random(number)).data
            if len(data) < 1 << 15:
                (folder / f"{number}").write_bytes(data)


if __name__ == "__main__":
    wanted = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        _READER, _FRAMES = frames.Reader(), record()
        _OPENER = archives.Opener(Path(place))
        write_corpus(corpus, wanted)
        chosen = {"frames": read_frames, "archives": open_archives}[wanted]
        atheris.Setup([*sys.argv, str(corpus)], chosen)
        atheris.Fuzz()
