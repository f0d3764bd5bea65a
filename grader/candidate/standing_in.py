"""Stands in for broken functions of a submission: answers the calls that its worker sends back.

While an operation runs the worker may send a call-back, a frame that asks for the result of a
function which somebody else has to compute, and waits for the answer. Who computes it is another
candidate, the reference in a worker of its own: what arrives here was made by student code, and no
array of any size or value that it thinks of may cost the grader more than a worker.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from grader.candidate.base import Call, CallFailed, Candidate, Drawn, Failure, Forget, Reply
from grader.candidate.handles import map_handles
from grader.candidate.naming import Naming
from grader.candidate.proxy.randomness import is_state
from grader.candidate.wire import Decoder, Encoder, Handle, ProtocolError, pack_frame
from grader.model import Status
from grader.records import record

MOST_CALLS = 50_000
"""Calls of stand-ins in one check; a training of a deep network needs a tenth of them."""
MOST_SECONDS = 20.0
"""Processor seconds of the grader itself that one check's call-backs may cost."""
AIDED_SHARE = 3.0
"""Time of a check in which call-backs are answered, as a multiple of what it has otherwise: no
student is to pay for the way there and back. The reference has as much."""
MOST_TOKENS = 1024
"""Caches that are kept for a check; of more, those used longest ago are dropped."""
_MOST_ARGUMENTS = 64
_KEYS = frozenset({"call", "args", "kwargs", "random"})


@record(kw_only=True)
class StandIn:
    """A function for which the reference answers."""

    target: str
    """Canonical name."""
    files: tuple[str, ...]
    """Paths of the modules in which it takes the place of whatever has its name."""
    parameters: tuple[str, ...]
    """Names of the reference's parameters, in order."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """What the reference is passed besides."""
    own_parameters: tuple[str, ...] = ()
    """What the submission calls them; empty if it does not define the function."""
    keeps_cache: bool = False
    """Whether the second result is handed out as a token, which only another stand-in takes."""
    draws: bool = False
    """Whether it may draw from the legacy ``np.random``, whose state travels then."""

    @property
    def name(self) -> str:
        """Its name in the student's modules."""
        return self.target.partition(":")[2]

    def name_of(self, parameter: str) -> str | None:
        """Return the reference's name of a parameter, or None if it has none like that."""
        if parameter not in self.own_parameters:
            return parameter
        place = self.own_parameters.index(parameter)
        return self.parameters[place] if place < len(self.parameters) else None


class StandIns:
    """Answers call-backs, within bounds that no legitimate submission comes near.

    Parameters
    ----------
    stand_ins : sequence of StandIn
        The only functions that can be called; the worker names them by position.
    reference : Candidate
        Who computes them, by their canonical names.
    naming : Naming
        How the submission names keys of configurations.
    """

    def __init__(self, stand_ins: Sequence[StandIn], reference: Candidate, naming: Naming) -> None:
        self.stand_ins = tuple(stand_ins)
        self._reference = reference
        self._naming = naming
        self._tokens: OrderedDict[int, Handle] = OrderedDict()
        self._issued = self._calls = 0
        self._seconds = 0.0

    def begin_check(self, cpu_seconds: float | None) -> None:
        """Forget all tokens and start the bounds anew."""
        self._reference.begin_check(None if cpu_seconds is None else AIDED_SHARE * cpu_seconds)
        self._tokens.clear()
        self._calls = 0
        self._seconds = 0.0

    def files_of(self, target: str) -> tuple[str, ...]:
        """Return the files in which a target is stood in for."""
        return next((one.files for one in self.stand_ins if one.target == target), ())

    def answer(self, header: Mapping[str, Any], body: bytearray) -> list[bytes | memoryview]:
        """Return the frame that answers a call-back.

        Parameters
        ----------
        header, body
            The frame that came, whose lengths alone have been checked.

        Raises
        ------
        ProtocolError
            If it is no call of one of these stand-ins, or one too many. Its sender has to go.
        """
        started = time.thread_time()
        self._calls += 1
        if self._calls > MOST_CALLS or self._seconds > MOST_SECONDS:
            raise ProtocolError("more calls of stand-ins than a check can need")
        try:
            return self._answer(*self._read(header, body))
        finally:
            self._seconds += time.thread_time() - started

    def _read(
        self, header: Mapping[str, Any], body: bytearray
    ) -> tuple[StandIn, tuple[Any, ...], dict[str, Any], Any]:
        """Return what is called, with which arguments, and the state of the generator there."""
        number = header.get("call")
        if header.keys() != _KEYS or type(number) is not int:
            raise ProtocolError("not a call of a stand-in")
        if not 0 <= number < len(self.stand_ins):
            raise ProtocolError("a call of what nobody stands in for")
        decoder = Decoder(body)
        args, kwargs = decoder.decode(header["args"]), decoder.decode(header["kwargs"])
        random = decoder.decode(header["random"])
        decoder.finish()
        draws = self.stand_ins[number].draws
        if type(args) is not tuple or type(kwargs) is not dict:
            raise ProtocolError("malformed call of a stand-in")
        if not (is_state(random) if draws else random is None):
            raise ProtocolError("malformed state of a generator")
        if len(args) + len(kwargs) > _MOST_ARGUMENTS or not all(type(k) is str for k in kwargs):
            raise ProtocolError("malformed call of a stand-in")
        return self.stand_ins[number], args, kwargs, random

    def _answer(
        self, stand_in: StandIn, args: tuple[Any, ...], kwargs: dict[str, Any], random: Any
    ) -> list[bytes | memoryview]:
        given, named, places = self._translate(stand_in, args, kwargs)
        try:
            call = Call(
                stand_in.target,
                map_handles(given, self._redeem),
                {**map_handles(named, self._redeem), **stand_in.keywords},
                keep=frozenset({1}) if stand_in.keeps_cache else frozenset(),
                random=random,
            )
            forgotten = [Forget(handle) for handle in self._drop_oldest()]
            after = [Drawn(call)] if stand_in.draws else []
            replies = self._reference.run([*forgotten, call, *after])[len(forgotten) :]
        except CallFailed as failed:
            if failed.failure.status is not Status.ERRORED:
                raise ProtocolError("a stand-in has been given too much to do") from failed
            return pack_frame({"raise": failed.failure.message}, ())
        return self._pack(stand_in, replies[0], places, replies[1].value if after else None)

    def _translate(
        self, stand_in: StandIn, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any], list[int]]:
        """Return arguments as the reference takes them, and the place that each had.

        What a submission calls its parameters is known by their order; what it has added to
        them the reference does without.
        """
        target, known = stand_in.target, stand_in.parameters
        given = args[: len(known)]
        places = list(range(len(given)))
        named = {}
        for place, (name, value) in enumerate(kwargs.items(), start=len(args)):
            ours = stand_in.name_of(name)
            if ours is not None:
                named[ours] = self._naming.inward(target, value)
                places.append(place)
        return self._naming.inward(target, given), named, places

    def _redeem(self, token: Handle) -> Handle:
        """Return the reference's handle on what a token stands for.

        Raises
        ------
        CallFailed
            If it was dropped.
        ProtocolError
            If there never was such a token.
        """
        if token.id in self._tokens:
            self._tokens.move_to_end(token.id)
            return self._tokens[token.id]
        if not 0 < token.id <= self._issued:
            raise ProtocolError("a token that was never handed out")
        message = f"its cache is gone: {MOST_TOKENS} others have been made since"
        raise CallFailed(Failure(Status.ERRORED, message))

    def _drop_oldest(self) -> Iterator[Handle]:
        while len(self._tokens) >= MOST_TOKENS:
            yield self._tokens.popitem(last=False)[1]

    def _issue(self, handle: Handle) -> Handle:
        """Return the token for something that stays with the reference."""
        self._issued += 1
        self._tokens[self._issued] = handle
        return Handle(self._issued, "cache")

    def _pack(
        self, stand_in: StandIn, reply: Reply, places: Sequence[int], random: Any
    ) -> list[bytes | memoryview]:
        encoder = Encoder()
        value = self._naming.outward_value(stand_in.target, map_handles(reply.value, self._issue))
        changed = {
            places[place]: self._naming.outward_value(stand_in.target, after)
            for place, after in reply.after.items()
        }
        header = {
            "ok": encoder.encode(value),
            "after": [[place, encoder.encode(after)] for place, after in changed.items()],
            "random": encoder.encode(random),
        }
        return pack_frame(header, encoder.buffers)
