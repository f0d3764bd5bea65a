"""Declarations as plain JSON and back: dataclasses of values, by the names of their classes.

Nothing is executed or unpickled. Only the classes of this package can be named, and they are
made through their constructors, which refuse what makes no sense.
"""

from __future__ import annotations

import builtins
import dataclasses
import inspect
import math
import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

import grader.checks
from grader.errors import AssignmentError
from grader.records import is_record

_HOMES = (
    "grader.compare",
    "grader.course.assignment",
    "grader.course.conventions",
    "grader.inputs",
    "grader.lengths",
    "grader.model",
    "grader.settings",
    "grader.submission.edition",
)
_TYPES: Mapping[str, Any] = {
    **{name: getattr(builtins, name) for name in ("bool", "float", "int", "str")},
    **{f"numpy.{name}": getattr(np, name) for name in ("float32", "float64", "int32", "int64")},
}
"""Types that may be settings, such as the dtype of a model."""
_ARRAY_KINDS = "fiub"


def encode(value: Any, where: str) -> Any:
    """Return a declared value as JSON can hold it.

    Parameters
    ----------
    value : object
        Numbers, text, containers and arrays of these, enumerations, declarations.
    where : str
        What it belongs to, for the message.

    Raises
    ------
    AssignmentError
        If it holds something else: a function, an open file, a class of the instructor's own.
    """
    if isinstance(value, Enum):
        return {"$enum": type(_known(value, where)).__name__, "value": value.value}
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return _encode_number(value)
    if isinstance(value, np.ndarray | np.generic):
        return _encode_array(np.asarray(value), where)
    if isinstance(value, type | np.dtype):
        return {"$type": _name_type(value, where)}
    if isinstance(value, list | tuple | frozenset | set | Mapping):
        return _encode_container(value, where)
    if dataclasses.is_dataclass(value):
        return _encode_object(_known(value, where), where)
    raise AssignmentError(f"{where}: {_describe(value)} cannot be written into a bundle")


def decode(data: Any) -> Any:
    """Return what :func:`encode` was given.

    Raises
    ------
    AssignmentError
        If the data are damaged, or name something that this version does not know.
    """
    if isinstance(data, list):
        return [decode(item) for item in data]
    if not isinstance(data, dict):
        return data
    match data:
        case {"$tuple": list(items)}:
            return tuple(decode(item) for item in items)
        case {"$set": list(items)}:
            return frozenset(decode(item) for item in items)
        case {"$map": list(items)}:
            return {decode(key): decode(value) for key, value in items}
    if any(key.startswith("$") for key in data):
        return _decode_marked(data)
    return {key: decode(value) for key, value in data.items()}


@cache
def known_classes() -> Mapping[str, type]:
    """Return the classes that may be named, by name: frozen declarations and enumerations."""
    found: dict[str, type] = {}
    for module in _modules():
        for name, one in vars(import_module(module)).items():
            if inspect.isclass(one) and one.__module__ == module and _is_declaration(one):
                found.setdefault(name, one)
    return found


def _modules() -> Iterator[str]:
    yield from _HOMES
    for module in pkgutil.walk_packages(grader.checks.__path__, "grader.checks."):
        yield module.name


def _is_declaration(one: type) -> bool:
    if inspect.isabstract(one):
        return False
    return issubclass(one, Enum) or is_record(one)


def _known(value: object, where: str) -> Any:
    name = type(value).__name__
    if known_classes().get(name) is not type(value):
        raise AssignmentError(
            f"{where}: {name} is declared outside of the grader; a bundle holds values only, so "
            "use one of the grader's own checks and inputs"
        )
    return value


def _encode_number(value: float) -> Any:
    # JSON has no words for these.
    return value if math.isfinite(value) else {"$float": repr(value)}


def _encode_array(value: np.ndarray[Any, Any], where: str) -> Any:
    if value.dtype.kind not in _ARRAY_KINDS:
        raise AssignmentError(f"{where}: an array of {value.dtype} cannot be written into a bundle")
    values = [_encode_number(item) for item in value.reshape(-1).tolist()]
    return {"$array": value.dtype.str, "shape": list(value.shape), "values": values}


def _decode_marked(data: dict[str, Any]) -> Any:
    match data:
        case {"$float": str(text)}:
            return float(text)
        case {"$type": str(name)} if name in _TYPES:
            return _TYPES[name]
        case {"$array": str(dtype), "shape": list(shape), "values": list(values)}:
            return _decode_array(dtype, shape, values)
        case {"$enum": str(name), "value": value}:
            return _make(_class_named(name, Enum), (value,), {})
        case {"$": str(name), **fields}:
            return _decode_object(name, fields)
    raise AssignmentError(f"it holds {next(iter(data))!r}, which this version does not know")


def _decode_array(dtype: str, shape: list[Any], values: list[Any]) -> Any:
    if dtype[1:2] not in tuple(_ARRAY_KINDS) or not all(type(one) is int for one in shape):
        raise AssignmentError(f"it holds an array of {dtype!r} and shape {shape!r}")
    try:
        return np.array([decode(item) for item in values], dtype=dtype).reshape(shape)
    except (ValueError, TypeError, OverflowError) as error:
        raise AssignmentError(f"it holds an array that cannot be read: {error}") from error


def _encode_container(value: Any, where: str) -> Any:
    if isinstance(value, list):
        return [encode(item, where) for item in value]
    if isinstance(value, tuple):
        return {"$tuple": [encode(item, where) for item in value]}
    if isinstance(value, frozenset | set):
        return {"$set": [encode(item, where) for item in sorted(value)]}
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: encode(item, where) for key, item in value.items()}
    return {"$map": [[encode(k, where), encode(item, where)] for k, item in value.items()]}


def _name_type(value: Any, where: str) -> str:
    for name, known in _TYPES.items():
        if value is known or (isinstance(value, np.dtype) and value == np.dtype(known)):
            return name
    raise AssignmentError(f"{where}: the type {value!r} cannot be written into a bundle")


def _encode_object(value: Any, where: str) -> Any:
    where = f"{where}, {value.id}" if isinstance(getattr(value, "id", None), str) else where
    fields = [field for field in dataclasses.fields(value) if field.init]
    return {
        "$": type(value).__name__,
        **{field.name: encode(getattr(value, field.name), where) for field in fields},
    }


def _decode_object(name: str, fields: dict[str, Any]) -> Any:
    return _make(_class_named(name, object), (), {key: decode(v) for key, v in fields.items()})


def _class_named(name: str, kind: type) -> type:
    found = known_classes().get(name)
    if found is None or not issubclass(found, kind):
        raise AssignmentError(f"it holds a {name!r}, which this version does not know")
    return found


def _make(cls: type, arguments: tuple[Any, ...], fields: dict[str, Any]) -> Any:
    try:
        return cls(*arguments, **fields)
    except (TypeError, ValueError, AttributeError) as error:
        raise AssignmentError(f"{cls.__name__}: {' '.join(str(error).split())}") from error


def _describe(value: Any) -> str:
    name = getattr(value, "__qualname__", None)
    return f"the function {name}" if callable(value) and name else f"a {type(value).__name__}"
