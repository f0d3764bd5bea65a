"""Pipes that threads read and write, so that waiting for one can end on every system."""

from __future__ import annotations

import queue
import threading
import time
from typing import IO

_CHUNK = 1 << 16
_FULL = 4 << 20
"""Bytes that wait to be taken before a pipe is read no further."""
_WRITTEN = 1 << 20
_SETTLE_SECONDS = 1.0
_LONGEST_WAIT = 0.2
"""Seconds after which a longer wait begins anew: on Windows, Ctrl-C is heard only in between."""


class Inbox(threading.Thread):
    """Reads a pipe ahead, but not without bound, and closes it at its end.

    Parameters
    ----------
    pipe : stream
        Unbuffered; owned by the thread.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._data = bytearray()
        self._ended = False
        self._unwanted = False
        self._changed = threading.Condition()
        self.start()

    def run(self) -> None:
        """Read until the pipe ends."""
        with self._pipe:
            while data := _read(self._pipe):
                with self._changed:
                    self._changed.wait_for(lambda: self._unwanted or len(self._data) < _FULL)
                    if not self._unwanted:
                        self._data += data
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def read_into(self, view: memoryview, seconds: float) -> int | None:
        """Take what there is into a view.

        Returns
        -------
        int or None
            How many bytes: 0 at the end of the pipe, None if none came in time.
        """
        with self._changed:
            if not self._await_change(seconds):
                return None
            count = min(len(view), len(self._data))
            view[:count] = self._data[:count]
            del self._data[:count]
            self._changed.notify_all()
            return count

    def _await_change(self, seconds: float) -> bool:
        """Return whether data or the end of the pipe came within a time."""
        last = time.monotonic() + seconds
        while not (self._data or self._ended):
            left = last - time.monotonic()
            if left <= 0:
                return False
            self._changed.wait(min(left, _LONGEST_WAIT))
        return True

    def close(self) -> None:
        """Take no more; what still comes is dropped."""
        with self._changed:
            self._unwanted = True
            self._changed.notify_all()


class Recorder(threading.Thread):
    """Reads a pipe to its end and keeps the first part.

    Parameters
    ----------
    pipe : stream
        Unbuffered; owned by the thread.
    cap : int
        Bytes kept.
    """

    def __init__(self, pipe: IO[bytes], cap: int) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._cap = cap
        self._data = bytearray()
        self._lock = threading.Lock()
        self.start()

    def run(self) -> None:
        """Read until the pipe ends."""
        with self._pipe:
            while data := _read(self._pipe):
                with self._lock:
                    self._data += data[: max(0, self._cap - len(self._data))]

    @property
    def kept(self) -> bytes:
        """What has come so far, up to the cap."""
        with self._lock:
            return bytes(self._data)

    def clear(self) -> None:
        """Forget what has come so far."""
        with self._lock:
            self._data.clear()


class Sender(threading.Thread):
    """Writes to a pipe what it is given, piece by piece.

    Parameters
    ----------
    pipe : stream
        Unbuffered; owned by the thread.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._waiting: queue.SimpleQueue[list[memoryview] | None] = queue.SimpleQueue()
        self._idle = threading.Event()
        self._idle.set()
        self.start()

    def run(self) -> None:
        """Write until there is nothing more to come; what nobody reads is dropped."""
        try:
            with self._pipe:
                while (pieces := self._waiting.get()) is not None:
                    while pieces:
                        self._write(pieces[0])
                        del pieces[0]
                    self._idle.set()
        except OSError:  # the reader is gone, which whoever waits for its answer will see
            self._idle.set()

    def send(self, pieces: list[memoryview]) -> None:
        """Send pieces, and take each off the list as soon as it is written."""
        if pieces:
            self._idle.clear()
            self._waiting.put(pieces)

    def settle(self) -> None:
        """Wait a moment for the last piece to be taken off its list."""
        self._idle.wait(_SETTLE_SECONDS)

    def close(self) -> None:
        """Send no more."""
        self._waiting.put(None)

    def _write(self, piece: memoryview) -> None:
        done = 0
        while done < len(piece):
            done += self._pipe.write(piece[done : done + _WRITTEN]) or 0


def _read(pipe: IO[bytes]) -> bytes:
    try:
        return pipe.read(_CHUNK)
    except OSError:  # how the end of a pipe looks on some systems
        return b""
