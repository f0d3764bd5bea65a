"""Stand-ins for broken functions of a submission: the grader answers what they are asked.

There is none unless the grader asks for it, for one check in a worker of its own.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.candidate.wire import (
    MAX_HEADER,
    Decoder,
    Encoder,
    Handle,
    ProtocolError,
    pack_frame,
)

Exchange = Callable[[Sequence[bytes | memoryview]], tuple[dict[str, Any], bytearray]]
"""Sends a frame and returns header and body of the one that answers it."""


class Token:
    """A cache that stayed with whoever made it; only another stand-in can use it."""

    __slots__ = ("_number",)

    def __init__(self, number: int) -> None:
        self._number = number

    def to_handle(self) -> Handle:
        """Return what stands for it in a frame."""
        return Handle(self._number, "cache")


def make_stand_in(number: int, name: str, exchange: Exchange, *, draws: bool) -> Callable[..., Any]:
    """Return a function that has the grader answer.

    Parameters
    ----------
    number : int
        By which the grader knows the function.
    name : str
        Of the function it stands for.
    exchange : callable
        Carries frames.
    draws : bool
        Whether the state of ``np.random`` goes with a call and comes back.
    """

    def stand_in(*args: Any, **kwargs: Any) -> Any:
        encoder = Encoder(_to_token)
        header = {
            "call": number,
            "args": encoder.encode(args),
            "kwargs": encoder.encode(kwargs),
            "random": encoder.encode(np.random.get_state()) if draws else None,
        }
        try:
            frame = pack_frame(header, encoder.buffers, max_header=MAX_HEADER)
        except ProtocolError:
            raise ValueError(f"{name} is called with too many values") from None
        answer, body = exchange(frame)
        if "raise" in answer:
            raise ValueError(answer["raise"])
        decoder = Decoder(body, lambda handle: Token(handle.id))
        value = decoder.decode(answer["ok"])
        given = (*args, *kwargs.values())
        for place, tag in answer["after"]:
            _change(given[place], decoder.decode(tag))
        if draws:
            np.random.set_state(decoder.decode(answer["random"]))
        return value

    stand_in.__name__ = stand_in.__qualname__ = name
    return stand_in


class Replacements:
    """Puts stand-ins into the modules of a submission as they are imported.

    Parameters
    ----------
    by_file : mapping
        Path of a module's file -> name -> what takes the place of whatever has that name.
    """

    def __init__(self, by_file: Mapping[str, Mapping[str, Callable[..., Any]]]) -> None:
        self._by_file = by_file
        self._replaced: dict[int, tuple[object, Callable[..., Any]]] = {}

    def prepare(self, module: types.ModuleType, path: str) -> None:
        """Give a module that is about to run the names that it may not define."""
        module.__dict__.update(self._by_file.get(path, {}))

    def finish(self, modules: Iterable[types.ModuleType], module: types.ModuleType) -> None:
        """Take the place of what a module that has run defines, wherever it is known by now.

        Parameters
        ----------
        modules : iterable of module
            All of the submission's so far.
        module : module
            The one that has just run.
        """
        for name, stand_in in self._by_file.get(str(module.__file__), {}).items():
            own = module.__dict__.get(name)
            if not callable(own):  # None, say, which is the value of other names as well
                module.__dict__[name] = stand_in
            elif not _take_over(own, stand_in) and own is not stand_in:
                self._replaced[id(own)] = (own, stand_in)
        if not self._replaced:
            return
        for known in modules:
            for name, value in list(known.__dict__.items()):
                if id(value) in self._replaced:
                    known.__dict__[name] = self._replaced[id(value)][1]


def _take_over(own: object, stand_in: Callable[..., Any]) -> bool:
    """Make a plain function be the stand-in, so that it is that under every name it has.

    Aliases, default arguments, tables and attributes of classes are reached like this.
    """
    if type(own) is not types.FunctionType or own.__code__.co_freevars:
        return False
    own.__code__ = _delegate.__code__
    own.__defaults__ = None
    own.__kwdefaults__ = {"_stand_in": stand_in}
    return True


def _delegate(*args: Any, _stand_in: Any = None, **kwargs: Any) -> Any:
    return _stand_in(*args, **kwargs)


def _to_token(value: object) -> Handle:
    if type(value) is Token:
        return value.to_handle()
    raise TypeError(f"a value of type {type(value).__name__} is no argument of a layer")


def _change(given: Any, after: Any) -> None:
    """Make a dictionary look as the call has left it; nothing else is changed by one."""
    if type(after) is dict and isinstance(given, dict):
        for key in [key for key in given if key not in after]:
            del given[key]
        given.update(after)
