"""A conversation with a worker, however it was started: requests, replies and time budgets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from grader.candidate.clock import Clock
from grader.candidate.stacks import Stack
from grader.candidate.wire import MAX_HEADER, PREFIX, ProtocolError, parse_header, unpack_prefix
from grader.isolation.confinement import Confinement
from grader.settings import Limits

SAMPLES = 10
"""How often a stack is asked for before its worker is stopped."""
SAMPLE_SECONDS = 0.02
TRACE_BYTES = 256 << 10
"""What is kept of the stacks that a worker writes."""
_LEAST_LOOK_SECONDS = 0.5
_SHORTEST_LOOK_SECONDS = 0.05
_SAMPLES_OF_SUSPECTS = 3


Answer = Callable[[dict[str, Any], bytearray], Sequence[bytes | memoryview]]
"""Takes header and body of a call-back and returns the frame that answers it."""


class WorkerEnded(Exception):  # noqa: N818 - what happened, not what is wrong with the grader
    """The worker closed its pipes or died; it is gone."""


class OutOfTime(Exception):  # noqa: N818 - the same
    """The worker used up its time; it is gone.

    Parameters
    ----------
    cpu_seconds, wall_seconds : float
        CPU time used, and time passed while it could have run.
    samples : sequence
        Stacks seen just before it was stopped, each innermost first.
    counts_cpu : bool
        Whether the first is CPU time, and not the time passed as well.
    """

    def __init__(
        self,
        cpu_seconds: float,
        wall_seconds: float,
        samples: Sequence[Stack],
        *,
        counts_cpu: bool = True,
    ) -> None:
        super().__init__(f"{cpu_seconds:.1f} CPU s, {wall_seconds:.1f} s")
        self.counts_cpu = counts_cpu
        self.cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds
        self.samples = tuple(samples)


class Conversation(ABC):
    """What the grader does with any worker; how bytes travel is for subclasses.

    Parameters
    ----------
    limits : Limits
        Bounds on time and sizes.
    clock : Clock
        Of the worker.
    """

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._open = True
        self._suspects: frozenset[tuple[str, str]] = frozenset()
        self._look = _LEAST_LOOK_SECONDS

    @property
    @abstractmethod
    def printed(self) -> str:
        """What student code printed, up to the cap."""

    @property
    @abstractmethod
    def last_stack(self) -> tuple[Stack, ...]:
        """Where the worker was when a signal such as SIGSEGV ended it; empty if none did."""

    @abstractmethod
    def kill(self) -> None:
        """End the process and give its descriptors back; doing it twice does no harm."""

    @abstractmethod
    def _read(self, size: int, outgoing: list[memoryview]) -> bytearray:
        """Return the next ``size`` bytes of the reply, sending what is left to send."""

    @abstractmethod
    def _write(self, outgoing: list[memoryview]) -> None:
        """Send what can be sent, and take it off the list."""

    @abstractmethod
    def _sample(self, times: int = SAMPLES) -> list[Stack]:
        """Ask the worker's stack a few times where it is."""

    @property
    def alive(self) -> bool:
        """Whether requests can still be sent."""
        return self._open

    @property
    def limits(self) -> Limits:
        """Bounds on what is being asked."""
        return self._limits

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds that it has used since its budget was last started."""
        return self._clock.cpu_seconds()

    def start_budget(
        self, suspects: frozenset[tuple[str, str]], limits: Limits, *, stopped: int = 0
    ) -> None:
        """Start a new time budget.

        Parameters
        ----------
        suspects : set of (file, function)
            Functions that have already used up a whole budget. A call found inside one of
            them after a tenth of this budget is stopped then.
        limits : Limits
            Bounds on what is asked from now on.
        stopped : int
            How often a call was found inside one of them; each time halves how long the next
            one is waited for.
        """
        self._limits = limits
        self._clock.restart()
        self._suspects = suspects
        first = max(_LEAST_LOOK_SECONDS, limits.cpu_seconds / 10)
        self._look = max(_SHORTEST_LOOK_SECONDS, first / 2 ** min(stopped, 10))

    def exchange(
        self, pieces: Sequence[bytes | memoryview], answer: Answer | None = None
    ) -> tuple[dict[str, Any], bytearray]:
        """Send a request and return header and body of the reply.

        Parameters
        ----------
        pieces : sequence of bytes
            The request.
        answer : callable, optional
            Answers the call-backs that come before the reply; by default there may be none.

        Raises
        ------
        OutOfTime
            If the budget is used up first.
        WorkerEnded
            If the worker dies.
        ProtocolError
            If it sends anything that is not a frame, or a call-back that cannot be answered; it
            has been ended then.
        """
        try:
            return self._exchange(pieces, answer)
        except BaseException:
            self.kill()
            raise

    def _exchange(
        self, pieces: Sequence[bytes | memoryview], answer: Answer | None
    ) -> tuple[dict[str, Any], bytearray]:
        outgoing = [memoryview(piece) for piece in pieces if len(piece)]
        self._write(outgoing)
        while True:
            header, body = self._receive(outgoing)
            if answer is None or "call" not in header:
                return header, body
            if outgoing:  # nothing is to pile up here for a worker that only sends
                raise ProtocolError("a call-back before the request was read")
            self._time_left()  # call-backs that follow each other at once never let us wait
            outgoing = [memoryview(piece) for piece in answer(header, body) if len(piece)]
            self._write(outgoing)

    def _receive(self, outgoing: list[memoryview]) -> tuple[dict[str, Any], bytearray]:
        """Return header and body of the next frame, sending what is left to send."""
        prefix = self._read(PREFIX.size, outgoing)
        header_length, body_length = unpack_prefix(
            bytes(prefix), max_header=MAX_HEADER, max_body=self._limits.reply_bytes
        )
        header = parse_header(self._read(header_length, outgoing))
        return header, self._read(body_length, outgoing)

    def _time_left(self) -> float:
        """Return how many seconds may pass before the clocks must be looked at again."""
        limits = self._limits
        used = self._clock.cpu_seconds()
        waited = self._clock.waited_at_most
        look = self._look if self._suspects else None
        if waited >= limits.wall_seconds or (look and waited >= look * limits.wall_factor):
            waited = self._clock.waited_seconds()
        cpu_left, wall_left = limits.cpu_seconds - used, limits.wall_seconds - waited
        if cpu_left <= 0 or wall_left <= 0:
            raise self._out_of_time(used, self._clock.waited_seconds(), self._sample())
        if look is None:
            return min(cpu_left, wall_left)
        if max(used, waited / limits.wall_factor) >= look:
            self._stop_if_suspect(used, waited)
        return min(cpu_left, wall_left, look)

    def _stop_if_suspect(self, used: float, waited: float) -> None:
        """Stop a call that is stuck where another one was; otherwise look no more."""
        samples = self._sample(_SAMPLES_OF_SUSPECTS)
        seen = {(frame.file, frame.function) for stack in samples for frame in stack}
        if seen & self._suspects:
            raise self._out_of_time(used, waited, samples)
        self._suspects = frozenset()

    def _out_of_time(self, used: float, waited: float, samples: Sequence[Stack]) -> OutOfTime:
        return OutOfTime(used, waited, samples, counts_cpu=self._clock.counts_cpu)


class Starter(Protocol):
    """Whatever starts workers."""

    def start_worker(self, confinement: Confinement, limits: Limits) -> Conversation:
        """Return a new worker, held as asked.

        Raises
        ------
        SandboxError
            If it cannot be.
        """

    def close(self) -> None:
        """End what was started."""
