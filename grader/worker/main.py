"""The loop of the process that runs student code: read a request, do it, send what came of it."""

from __future__ import annotations

import faulthandler
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.candidate.paths import assign, follow
from grader.candidate.wire import (
    MAX_HEADER,
    MAX_REQUEST_HEADER,
    PREFIX,
    Decoder,
    Encoder,
    Handle,
    pack_frame,
    parse_header,
    unpack_prefix,
)
from grader.worker import importer

_KEEP_ALL = -1
_MAX_FRAMES = 12
_MAX_TEXT = 600


class Worker:
    """Holds the objects of one submission and does what the grader asks.

    Parameters
    ----------
    requests, replies : int
        File descriptors of the two pipes.
    """

    def __init__(self, requests: int, replies: int) -> None:
        self._requests = requests
        self._replies = replies
        self._objects: dict[int, Any] = {}
        self._paths: frozenset[str] = frozenset()

    def serve(self) -> None:
        """Answer requests until the grader closes the pipe."""
        while (frame := self._receive()) is not None:
            header, body = frame
            decoder = Decoder(body, self._held)
            encoder = Encoder(self._hold)
            replies: list[Any] = []
            for operation in header["ops"]:
                reply = self._answer(operation, decoder, encoder)
                replies.append(reply)
                if "error" in reply:
                    break
            self._send(header["id"], replies, encoder)

    def _answer(self, operation: Any, decoder: Decoder, encoder: Encoder) -> Any:
        mark = len(encoder.buffers)
        try:
            return self._perform(operation, decoder, encoder)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are theirs too
            del encoder.buffers[mark:]
            return {"error": self._describe(error)}

    def _perform(self, operation: Any, decoder: Decoder, encoder: Encoder) -> Any:
        kind = operation["op"]
        if kind == "call" or kind == "method":
            return self._call(operation, decoder, encoder)
        if kind == "read":
            return {"ok": encoder.encode(follow(*self._object_and_path(operation, decoder)))}
        if kind == "write":
            thing, path = self._object_and_path(operation, decoder)
            assign(thing, path, decoder.decode(operation["value"]))
        elif kind == "shapes":
            held = follow(*self._object_and_path(operation, decoder))
            shapes = {key: _shape(value) for key, value in dict(held).items()}
            return {"ok": encoder.encode(shapes)}
        elif kind == "seed":
            np.random.seed(operation["seed"])
        elif kind == "reset":
            self._objects.clear()
        elif kind == "import":
            importlib.import_module(operation["module"])
        elif kind == "load":
            self._load(operation, decoder)
        else:
            raise ValueError(f"unknown operation {kind!r}")
        return {"ok": None}

    def _call(self, operation: Any, decoder: Decoder, encoder: Encoder) -> Any:
        args = decoder.decode(operation["args"])
        kwargs = decoder.decode(operation["kwargs"])
        if operation["op"] == "method":
            function = getattr(self._objects[operation["on"]], operation["name"])
        else:
            module = importlib.import_module(operation["module"])
            function = getattr(module, operation["name"])
        before = [_fingerprint(value) for value in args]
        result = function(*args, **kwargs)
        reply = {"ok": self._encode_result(result, operation["keep"], encoder)}
        after = [
            [position, encoder.encode(value)]
            for position, value in enumerate(args)
            if before[position] is not None and _fingerprint(value) != before[position]
        ]
        return {**reply, "after": after} if after else reply

    def _encode_result(self, result: Any, keep: Sequence[int], encoder: Encoder) -> Any:
        if _KEEP_ALL in keep:
            return encoder.encode(self._hold(result))
        if keep and type(result) in (tuple, list):
            items = (
                encoder.encode(self._hold(item) if position in keep else item)
                for position, item in enumerate(result)
            )
            return {"t": list(items)}
        return encoder.encode(result)

    def _object_and_path(self, operation: Any, decoder: Decoder) -> tuple[Any, Any]:
        path = [(kind, decoder.decode(key)) for kind, key in operation["path"]]
        return self._objects[operation["on"]], path

    def _load(self, operation: Any, decoder: Decoder) -> None:
        sources = [
            importer.Source(
                path=row["path"],
                names=tuple(row["names"]),
                package=row["package"],
                text=decoder.decode(row["text"]).decode("utf-8", "surrogatepass"),
            )
            for row in operation["modules"]
        ]
        self._paths = frozenset(source.path for source in sources)
        importer.install(sources, operation["absent"], old_names=operation["old_names"])

    def _hold(self, value: object) -> Handle:
        number = len(self._objects) + 1
        self._objects[number] = value
        return Handle(number, type(value).__name__[:100])

    def _held(self, handle: Handle) -> Any:
        return self._objects[handle.id]

    def _describe(self, error: BaseException) -> dict[str, Any]:
        """Return type, message and the submission's own frames of an exception."""
        frames = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename in self._paths:
                frames.append([code.co_filename, trace.tb_lineno, code.co_name[:100]])
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and error.filename in self._paths:
            frames.append([error.filename, error.lineno or 1, "<module>"])
        if len(frames) > _MAX_FRAMES:
            frames = frames[: _MAX_FRAMES // 2] + frames[-_MAX_FRAMES // 2 :]
        return {
            "type": type(error).__name__[:100],
            "message": _text_of(error),
            "frames": frames,
        }

    def _receive(self) -> tuple[dict[str, Any], bytearray] | None:
        prefix = self._read(PREFIX.size)
        if prefix is None:
            return None
        limits = {"max_header": MAX_REQUEST_HEADER, "max_body": 1 << 32}
        header_length, body_length = unpack_prefix(bytes(prefix), **limits)
        header = self._read(header_length)
        body = self._read(body_length)
        if header is None or body is None:
            return None
        return parse_header(header), body

    def _read(self, size: int) -> bytearray | None:
        data = bytearray(size)
        view = memoryview(data)
        done = 0
        while done < size:
            count = os.readv(self._requests, [view[done:]])
            if count == 0:
                return None
            done += count
        return data

    def _send(self, number: int, replies: list[Any], encoder: Encoder) -> None:
        frame = pack_frame({"id": number, "replies": replies}, encoder.buffers)
        if len(frame[0]) > MAX_HEADER:
            error = {"type": "ValueError", "message": "the result is too large", "frames": []}
            frame = pack_frame({"id": number, "replies": [{"error": error}]}, ())
        for piece in frame:
            view = memoryview(piece)
            while view:
                view = view[os.write(self._replies, view) :]


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:_MAX_TEXT].encode("utf-8", "replace").decode()
    except BaseException:  # a student's __str__ may do anything
        return ""


def _shape(value: object) -> tuple[int, ...] | None:
    return value.shape if isinstance(value, np.ndarray) else None


def _fingerprint(value: Any) -> Any:
    """Return something equal before and after a call only if the value has not changed."""
    kind = type(value)
    if kind is np.ndarray:
        return (value.dtype.str, value.shape, value.tobytes())
    if kind is dict:
        return tuple((key, _fingerprint(item)) for key, item in value.items())
    if kind is list:
        return tuple(_fingerprint(item) for item in value)
    return value if kind in (int, float, str, bool, bytes) else None


def serve(requests: int, replies: int, output: int, trace: int) -> None:
    """Run the worker on four pipes: what it reads, answers, prints, and where it was seen."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - for the life of the process
    faulthandler.register(signal.SIGUSR1, file=trace, all_threads=False)
    Worker(requests, replies).serve()
