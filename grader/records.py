"""Frozen data classes with slots whose methods are shared, because making classes takes time.

``dataclass(frozen=True, slots=True)`` writes and compiles six methods for every class. For the
two hundred classes that grading one submission loads, that is a tenth of its processor time. A
record behaves the same, but only its ``__init__`` is compiled; the other methods are these here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import partial
from reprlib import recursive_repr
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

_Class = TypeVar("_Class")

_OMITTED = object()
"""Default of parameters whose value a factory makes."""


@overload
def record(cls: type[_Class], /) -> type[_Class]: ...


@overload
def record(*, kw_only: bool = False) -> Callable[[type[_Class]], type[_Class]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Any = None, /, *, kw_only: bool = False) -> Any:
    """Make a class a record, as ``dataclass(frozen=True, slots=True)`` would.

    :func:`dataclasses.field`, ``fields``, ``replace`` and ``__post_init__`` work as they do there.
    What derives from a record and has fields of its own is a record, too.

    Parameters
    ----------
    cls : type
        The class, with annotated fields.
    kw_only : bool
        Whether fields are given by name alone.
    """
    return partial(_make, kw_only=kw_only) if cls is None else _make(cls, kw_only=kw_only)


def is_record(cls: type) -> bool:
    """Return whether a class is a record or derives from one."""
    return getattr(cls, "__setattr__", None) is _setattr


def _make(cls: type, *, kw_only: bool) -> type:
    written = {name: value for name, value in _METHODS.items() if name not in vars(cls)}
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    for name, method in written.items():
        setattr(made, name, method)
    made.__init__ = _compile_init(made)
    compiled: type = made
    return compiled


def _compile_init(cls: type) -> Callable[..., None]:
    """Return the ``__init__`` of a class with these fields."""
    names: dict[str, Any] = {"_set": object.__setattr__, "_OMITTED": _OMITTED}
    positional, by_name, body = ["self"], list[str](), list[str]()
    for one in fields(cls):
        if not one.init:
            if one.default is MISSING and one.default_factory is MISSING:
                continue  # __post_init__ gives it
            value = _default_of(one, names)
        else:
            parameters = by_name if one.kw_only else positional
            parameters.append(one.name)
            value = one.name
            if one.default is not MISSING:
                parameters[-1] += f"={_default_of(one, names)}"
            elif one.default_factory is not MISSING:
                parameters[-1] += "=_OMITTED"
                value = f"{_default_of(one, names)} if {one.name} is _OMITTED else {one.name}"
        body.append(f" _set(self, {one.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()")
    star = ["*"] if by_name else []
    head = f"def __init__({', '.join(positional + star + by_name)}):"
    exec("\n".join([head, *(body or [" pass"])]), names)  # noqa: S102 - field names, no values
    init: Callable[..., None] = names["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__module__ = cls.__module__
    return init


def _default_of(one: Field[Any], names: dict[str, Any]) -> str:
    """Return the expression of a field's default, and put what it needs among the names."""
    if one.default is not MISSING:
        names[f"_{one.name}"] = one.default
        return f"_{one.name}"
    names[f"_make_{one.name}"] = one.default_factory
    return f"_make_{one.name}()"


def _compared(one: Any) -> tuple[Any, ...]:
    return tuple(getattr(one, each.name) for each in fields(one) if each.compare)


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: object, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return _compared(self) == _compared(other)


def _hash(self: object) -> int:
    return hash(_compared(self))


def _setattr(self: object, name: str, value: object) -> NoReturn:
    del self, value
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> NoReturn:
    del self
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_METHODS: dict[str, Callable[..., Any]] = {
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
