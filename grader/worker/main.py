"""The loop of the process that runs student code: read a request, do it, send what came of it."""

from __future__ import annotations

import faulthandler
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.candidate.live import bring_out, bring_out_part
from grader.candidate.paths import assign, follow
from grader.candidate.wire import (
    MAX_HEADER,
    MAX_REQUEST_HEADER,
    PREFIX,
    Decoder,
    Encoder,
    Handle,
    ProtocolError,
    pack_frame,
    parse_header,
    unpack_prefix,
)
from grader.worker import importer
from grader.worker.callbacks import Replacements, make_stand_in
from grader.worker.raised import describe
from grader.worker.snapshot import has_changed, take_snapshot

_AHEAD_BYTES = 4096
_KEEP_ALL = -1
_KEEP_LIVE = -2
_MAX_NAME = 100
_MAX_REQUEST_BODY = 1 << 32
_SIGUSR1 = 30 if sys.platform == "darwin" else 10  # the module `signal` makes enumerations first


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
        self._ahead = bytearray(_AHEAD_BYTES)
        self._ahead_left = memoryview(self._ahead)[:0]
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._made: list[int] = []
        self._next_handle = 1
        self._reply_bytes = 0
        self._paths: frozenset[str] = frozenset()

    def serve(self) -> None:
        """Answer requests until the grader closes the pipe."""
        while (frame := self._receive()) is not None:
            header, body = frame
            operations = header["ops"]
            decoder = Decoder(body, self._held, self._find_earlier)
            self._made.clear()
            # A later operation of the frame may change arrays that an earlier one returned.
            encoder = Encoder(self._hold, copy=len(operations) > 1)
            replies: list[Any] = []
            for operation in operations:
                reply = self._answer(operation, decoder, encoder)
                replies.append(reply)
                if "error" in reply:
                    break
                self._made.append(_handle_of(reply["ok"]))
            self._send(header["id"], replies, encoder)

    def _answer(self, operation: Any, decoder: Decoder, encoder: Encoder) -> Any:
        mark = len(encoder.buffers)
        try:
            return self._perform(operation, decoder, encoder)
        except BaseException as error:  # noqa: BLE001 - SystemExit is the student's, too
            del encoder.buffers[mark:]
            return {"error": describe(error, self._paths)}

    def _perform(self, operation: Any, decoder: Decoder, encoder: Encoder) -> Any:
        match operation["op"]:
            case "call" | "method":
                return self._call(operation, decoder, encoder)
            case "read":
                return {"ok": encoder.encode(follow(*self._object_and_path(operation, decoder)))}
            case "look":
                found = follow(*self._object_and_path(operation, decoder))
                return {"ok": encoder.encode(bring_out_part(found, self._hold_once))}
            case "write":
                thing, path = self._object_and_path(operation, decoder)
                assign(thing, path, decoder.decode(operation["value"]))
            case "shapes":
                held = follow(*self._object_and_path(operation, decoder))
                shapes = {key: _shape(value) for key, value in dict(held).items()}
                return {"ok": encoder.encode(shapes)}
            case "drawn":
                return {"ok": encoder.encode(np.random.get_state())}
            case _:
                self._manage(operation, decoder)
        return {"ok": None}

    def _manage(self, operation: Any, decoder: Decoder) -> None:
        """Do what gives nothing back."""
        match operation["op"]:
            case "forget":
                self._numbers.pop(id(self._objects.pop(operation["on"], None)), None)
            case "seed":
                np.random.seed(operation["seed"])
            case "reset":
                self._objects.clear()
                self._numbers.clear()
            case "import":
                importlib.import_module(operation["module"])
            case "load":
                self._load(operation, decoder)
            case kind:
                raise ValueError(f"unknown operation {kind!r}")

    def _call(self, operation: Any, decoder: Decoder, encoder: Encoder) -> Any:
        args = decoder.decode(operation["args"])
        kwargs = decoder.decode(operation["kwargs"])
        if operation["op"] == "method":
            function = getattr(self._find(operation["on"], decoder), operation["name"])
        else:
            module = importlib.import_module(operation["module"])
            function = getattr(module, operation["name"])
        given = (*args, *kwargs.values())
        # What stayed here behind a handle is the candidate's own; the grader sent the others.
        tags = (*operation["args"]["t"], *(tag for _, tag in operation["kwargs"]["d"]))
        sent = [position for position, tag in enumerate(tags) if not _is_handle(tag)]
        before = {position: take_snapshot(given[position]) for position in sent}
        if "random" in operation:
            np.random.set_state(decoder.decode(operation["random"]))
        result = function(*args, **kwargs)
        reply = {"ok": self._encode_result(result, operation["keep"], encoder)}
        after = [
            [position, encoder.encode(given[position])]
            for position in sent
            if has_changed(given[position], before[position])
        ]
        return {**reply, "after": after} if after else reply

    def _encode_result(self, result: Any, keep: Sequence[int], encoder: Encoder) -> Any:
        if _KEEP_LIVE in keep:
            return encoder.encode(bring_out(result, self._hold_once))
        if _KEEP_ALL in keep:
            return encoder.encode(self._hold(result))
        if keep and isinstance(result, (tuple, list)):
            items = (
                encoder.encode(self._hold(item) if position in keep else item)
                for position, item in enumerate(result)
            )
            return {"t": list(items)}
        return encoder.encode(result)

    def _object_and_path(self, operation: Any, decoder: Decoder) -> tuple[Any, Any]:
        path = [(kind, decoder.decode(key)) for kind, key in operation["path"]]
        return self._find(operation["on"], decoder), path

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
        self._next_handle = operation["first_handle"]
        self._reply_bytes = operation["reply_bytes"]
        importer.install(
            sources,
            operation["absent"],
            old_names=operation["old_names"],
            replacements=self._make_replacements(operation["stand_ins"]),
        )

    def _make_replacements(self, rows: Sequence[Any]) -> Replacements | None:
        """Return what puts stand-ins into the modules of the submission, if there are any."""
        by_file: dict[str, dict[str, Any]] = {}
        for number, (name, files, draws) in enumerate(rows):
            stand_in = make_stand_in(number, name, self._call_back, draws=draws)
            for file in files:
                by_file.setdefault(file, {})[name] = stand_in
        return Replacements(by_file) if by_file else None

    def _call_back(self, frame: Sequence[bytes | memoryview]) -> tuple[dict[str, Any], bytearray]:
        self._write([memoryview(piece) for piece in frame if len(piece)])
        answer = self._receive()
        if answer is None:
            os._exit(0)
        return answer

    def _hold(self, value: object) -> Handle:
        self._next_handle += 1
        self._objects[self._next_handle] = value
        return Handle(self._next_handle, _type_name(value))

    def _hold_once(self, value: object) -> Handle:
        """Return one and the same handle for one and the same object."""
        number = self._numbers.get(id(value))
        if number is not None and self._objects.get(number) is value:
            return Handle(number, _type_name(value))
        handle = self._hold(value)
        self._numbers[id(value)] = handle.id
        return handle

    def _held(self, handle: Handle) -> Any:
        return self._object(handle.id)

    def _find(self, on: Any, decoder: Decoder) -> Any:
        """Return the object that an operation is about: by its handle, or an earlier result."""
        return decoder.decode(on) if type(on) is dict else self._object(on)

    def _find_earlier(self, back: int) -> Any:
        if not 0 < back <= len(self._made):
            raise LookupError("there is no such operation before this one")
        return self._object(self._made[-back])

    def _object(self, number: int) -> Any:
        if number not in self._objects:
            raise LookupError("an object made by an earlier call is gone, as its process ended")
        return self._objects[number]

    def _receive(self) -> tuple[dict[str, Any], bytearray] | None:
        prefix = self._read(PREFIX.size)
        if prefix is None:
            return None
        header_length, body_length = unpack_prefix(
            bytes(prefix), max_header=MAX_REQUEST_HEADER, max_body=_MAX_REQUEST_BODY
        )
        header = self._read(header_length)
        body = self._read(body_length)
        if header is None or body is None:
            return None
        return parse_header(header), body

    def _read(self, size: int) -> bytearray | None:
        """Return the next bytes; what comes with a prefix is kept for what is read after it."""
        data = bytearray(size)
        view = memoryview(data)
        done = min(size, len(self._ahead_left))
        view[:done] = self._ahead_left[:done]
        self._ahead_left = self._ahead_left[done:]
        ahead = [self._ahead] if size == PREFIX.size else []
        while done < size:
            count = os.readv(self._requests, [view[done:], *ahead])
            if count == 0:
                return None
            done += count
        if done > size:
            self._ahead_left = memoryview(self._ahead)[: done - size]
        return data

    def _send(self, number: int, replies: list[Any], encoder: Encoder) -> None:
        size = sum(len(piece) for piece in encoder.buffers)
        try:
            frame = pack_frame(
                {"id": number, "replies": replies}, encoder.buffers, max_header=MAX_HEADER
            )
        except ProtocolError:
            size = self._reply_bytes + 1
        if size > self._reply_bytes:
            reason = "What it returned is too large, or has too many parts, to be looked at."
            row = {"error": {"type": "", "message": reason, "frames": []}}
            frame = pack_frame({"id": number, "replies": [row]}, ())
        self._write([memoryview(piece) for piece in frame if len(piece)])

    def _write(self, outgoing: list[memoryview]) -> None:
        """Send everything, with as few wake-ups of the grader as the pipe allows."""
        while outgoing:
            count = os.writev(self._replies, outgoing[:16])
            while outgoing and count >= len(outgoing[0]):
                count -= len(outgoing.pop(0))
            if count:
                outgoing[0] = outgoing[0][count:]


def _is_handle(tag: object) -> bool:
    return type(tag) is dict and ("h" in tag or "e" in tag)


def _handle_of(tag: Any) -> int:
    """Return the number behind which a result has stayed; 0, which is nobody's, if it has not."""
    return tag["h"][0] if type(tag) is dict and "h" in tag else 0


def _type_name(value: object) -> str:
    # Whatever its metaclass says; a dictionary with methods of its own is one all the same.
    if dict in type.__dict__["__mro__"].__get__(type(value)):
        return "dict"
    return str(type.__dict__["__name__"].__get__(type(value)))[:_MAX_NAME]


def _shape(value: object) -> tuple[int, ...] | None:
    return value.shape if isinstance(value, np.ndarray) else None


def redirect(output: int, trace: int) -> None:
    """Send what is printed, and the stacks that are asked for, down pipes; read nothing."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - for the life of the process
    faulthandler.enable(file=trace, all_threads=False)
    if sys.platform != "win32":
        faulthandler.register(_SIGUSR1, file=trace, all_threads=False)


def serve(requests: int, replies: int, output: int, trace: int) -> None:
    """Run the worker on four pipes: what it reads, answers, prints, and where it was seen."""
    redirect(output, trace)
    gc.enable()
    Worker(requests, replies).serve()
