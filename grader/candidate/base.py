"""What checks talk to: operations on targets, and what comes back.

A candidate is the submission in its sandbox or the reference in this process. Checks use only
this interface and cannot tell which of the two they are talking to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from grader.candidate.paths import Step
from grader.candidate.wire import Earlier, Handle
from grader.model import Location, Status
from grader.records import record

KEEP_ALL = -1
"""In ``keep``: the whole result stays with the candidate, behind one handle."""

KEEP_LIVE = -2
"""In ``keep``: whatever is no plain value stays, by the rule of :mod:`grader.candidate.live`."""


@record
class Call:
    """Call a target by its canonical name."""

    target: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    keep: frozenset[int] = frozenset()
    """Positions of a returned tuple that stay behind handles, such as caches."""
    random: tuple[Any, ...] | None = None
    """State to put the legacy ``np.random`` into before the call; None leaves it alone."""


@record
class Method:
    """Call a method of an object behind a handle."""

    on: Handle | Earlier
    name: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    keep: frozenset[int] = frozenset()
    random: tuple[Any, ...] | None = None


@record
class Look:
    """Read an attribute or item that stays alive: an array comes with its handle."""

    on: Handle | Earlier
    path: tuple[Step, ...]


@record
class Read:
    """Read an attribute or item of an object behind a handle."""

    on: Handle | Earlier
    path: tuple[Step, ...]


@record
class Write:
    """Set an attribute or item of an object behind a handle."""

    on: Handle | Earlier
    path: tuple[Step, ...]
    value: Any


@record
class Shapes:
    """Ask for the keys of a dict behind a handle and the shapes of its arrays."""

    on: Handle | Earlier
    path: tuple[Step, ...]


@record
class Forget:
    """Let go of an object behind a handle that nobody holds any more."""

    on: Handle


@record
class Drawn:
    """Read the state of the legacy ``np.random`` in the process that a call went to."""

    after: Call | Method


@record
class Seed:
    """Seed the legacy ``np.random`` generator of the candidate's process."""

    seed: int


Operation = Call | Method | Look | Read | Write | Shapes | Forget | Drawn | Seed


@record
class Reply:
    """What one operation gave back."""

    value: Any
    """Plain values, tuples, lists and dicts of these, or handles."""
    after: Mapping[int, Any] = field(default_factory=dict)
    """Arguments whose contents differ after the call, by position; keywords count on."""


@record
class Failure:
    """Why an operation gave nothing back."""

    status: Status
    message: str
    """One sentence, in terms of the student's code."""
    location: Location | None = None
    traceback: tuple[str, ...] = ()
    """The student's own frames, innermost last."""
    samples: tuple[tuple[Location, int], ...] = ()
    """Where a stopped call was seen, with how often."""
    hint: str = ""
    exception: str = ""
    """Name of the class of what was raised, as far as something was."""


class CallFailed(Exception):  # noqa: N818 - what happened, not what is wrong with the grader
    """Ends a check's conversation with its candidate; turned into an outcome, never shown."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Candidate(ABC):
    """Answers operations on targets."""

    @abstractmethod
    def run(self, operations: Sequence[Operation]) -> list[Reply]:
        """Carry out operations in order, in one round trip.

        Raises
        ------
        CallFailed
            If one of them raises, crashes or takes too long; the later ones are not done.
        """

    @abstractmethod
    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Forget all handles and start a new time budget.

        Parameters
        ----------
        cpu_seconds : float, optional
            CPU seconds the check may use; by default what the candidate's limits allow.
        """

    def call(self, target: str, *args: Any, keep: Iterable[int] = (), **kwargs: Any) -> Any:
        """Call a target and return its value."""
        return self.run([Call(target, args, kwargs, frozenset(keep))])[0].value

    def create(self, target: str, *args: Any, **kwargs: Any) -> Handle:
        """Make an object that stays with the candidate, and return its handle."""
        handle: Handle = self.call(target, *args, keep=(KEEP_ALL,), **kwargs)
        return handle

    def create_with_shapes(
        self, target: str, args: Sequence[Any], kwargs: Mapping[str, Any], *path: Step
    ) -> tuple[Handle, dict[Any, tuple[int, ...] | None]]:
        """Make an object, and ask at once for the shapes of a dict in it.

        Raises
        ------
        CallFailed
            If either fails.
        """
        create = Call(target, tuple(args), kwargs, frozenset({KEEP_ALL}))
        made = Earlier(1, target.partition(":")[2])
        replies = self.run([create, Shapes(made, path)])
        handle: Handle = replies[0].value
        return handle, read_shapes(handle, replies[1])

    def method(
        self, on: Handle, name: str, *args: Any, keep: Iterable[int] = (), **kwargs: Any
    ) -> Any:
        """Call a method of an object behind a handle."""
        return self.run([Method(on, name, args, kwargs, frozenset(keep))])[0].value

    def read(self, on: Handle, *path: Step) -> Any:
        """Return the value of an attribute or item."""
        return self.run([Read(on, path)])[0].value

    def write(self, on: Handle, path: Sequence[Step], value: Any) -> None:
        """Set an attribute or item."""
        self.run([Write(on, tuple(path), value)])

    def shapes(self, on: Handle, *path: Step) -> dict[Any, tuple[int, ...] | None]:
        """Return the keys of a dict with the shape of each array (None for anything else).

        Raises
        ------
        CallFailed
            If what comes back is no such thing.
        """
        return read_shapes(on, self.run([Shapes(on, path)])[0])


def read_shapes(on: Handle | Earlier, reply: Reply) -> dict[Any, tuple[int, ...] | None]:
    """Return what :class:`Shapes` gave back.

    Raises
    ------
    CallFailed
        If it is no such thing.
    """
    shapes = reply.value
    if type(shapes) is not dict or not all(map(_is_shape, shapes.values())):
        message = f"{on.type_name}: what it keeps its arrays in tells no shapes."
        raise CallFailed(Failure(Status.FAILED, message))
    return shapes


def _is_shape(value: object) -> bool:
    """Return whether a value, which a worker may have made up, is a shape or None."""
    return value is None or (type(value) is tuple and all(type(length) is int for length in value))
