"""What stands in a cell for the candidate's functions, classes, objects and containers."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from grader.candidate.wire import Handle

if TYPE_CHECKING:
    from grader.candidate.proxy.session import Session

_DICTIONARIES = frozenset({"dict", "OrderedDict", "defaultdict"})
_SEQUENCES = frozenset({"list", "tuple"})


class Remote:
    """Something that lives with the candidate."""

    __slots__ = ("__weakref__", "_session", "handle")
    _session: Session
    handle: Handle

    def __init__(self, session: Session, handle: Handle) -> None:
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "handle", handle)

    def __del__(self) -> None:
        self._session.release(self.handle)

    def __repr__(self) -> str:
        return f"<{self.handle.type_name}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and self.handle.id == other.handle.id

    def __hash__(self) -> int:
        return hash(self.handle.id)

    def _look_up(self, name: str) -> Any:
        """Return an attribute of the object where it lives."""
        if name.startswith("__"):  # what NumPy and copy look for are no attributes of the student's
            raise AttributeError(name)
        value = self._session.attribute(self.handle, name)
        return RemoteMethod(self._session, self.handle, name) if value is None else value


class RemoteObject(Remote):
    """A model, a solver, a cache: attributes are read and set where it lives."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return self._look_up(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._session.write(self.handle, ("attr", name), value)

    def __getitem__(self, key: Any) -> Any:
        return self._session.look(self.handle, ("item", key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._session.write(self.handle, ("item", key), value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it where it lives."""
        return self._session.method(self.handle, "__call__", args, kwargs)


class RemoteMethod:
    """A method of an object that lives with the candidate."""

    __slots__ = ("_name", "_on", "_session")

    def __init__(self, session: Session, on: Handle, name: str) -> None:
        self._session = session
        self._on = on
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it where it lives."""
        return self._session.method(self._on, self._name, args, kwargs)


class RemoteFunction:
    """A target: a function to call or a class to make objects of."""

    __slots__ = ("_session", "target")

    def __init__(self, session: Session, target: str) -> None:
        self._session = session
        self.target = target

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it where it lives."""
        return self._session.call(self.target, args, kwargs)

    def __repr__(self) -> str:
        return f"<{self.target.partition(':')[2]}>"


class RemoteDict(Remote, MutableMapping[Any, Any]):
    """A dictionary that lives with the candidate, such as ``model.params``."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return self._session.look(self.handle, ("item", key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._session.write(self.handle, ("item", key), value)

    def __delitem__(self, key: Any) -> None:
        self._session.method(self.handle, "__delitem__", (key,), {})

    def __iter__(self) -> Iterator[Any]:
        return iter(self._session.keys(self.handle))

    def __len__(self) -> int:
        return len(self._session.keys(self.handle))

    def __contains__(self, key: object) -> bool:
        return key in self._session.keys(self.handle)

    def __getattr__(self, name: str) -> Any:
        return self._look_up(name)  # the student's class may add methods to those of a dictionary

    def get(self, key: Any, default: Any = None) -> Any:
        """Return an item, or the default if there is none."""
        return self[key] if key in self else default  # noqa: SIM401 - this is ``get``


class RemoteSequence(Remote, Sequence[Any]):
    """A list or tuple that lives with the candidate, such as a cache of caches."""

    __slots__ = ()

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        length = len(self)
        if not -length <= place < length:
            raise IndexError("list index out of range")
        return self._session.look(self.handle, ("item", place))

    def __setitem__(self, place: int, value: Any) -> None:
        self._session.write(self.handle, ("item", place), value)

    def __len__(self) -> int:
        length = self._session.method(self.handle, "__len__", (), {})
        return length if type(length) is int and 0 <= length < 1 << 20 else 0


def make_remote(session: Session, handle: Handle) -> Remote:
    """Return what stands for the object behind a handle."""
    if handle.type_name in _DICTIONARIES:
        return RemoteDict(session, handle)
    if handle.type_name in _SEQUENCES:
        return RemoteSequence(session, handle)
    return RemoteObject(session, handle)
