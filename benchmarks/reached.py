"""Finds which functions of the reference a target is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import partial
from types import CodeType, FunctionType
from typing import Any, TypeAlias

from grader.course.assignment import Assignment
from reference.targets import resolve

Place: TypeAlias = tuple[str, str]
"""A module and a qualified name in it."""

_LEFT_ALONE = "reference.validation"
"""It only rejects bad arguments."""


def reached_by(assignment: Assignment) -> dict[Place, set[str]]:
    """Return what an assignment's targets are made of, each with these targets.

    Under every choice of the conventions: what only one of them uses counts as well.
    """
    reached: dict[Place, set[str]] = {}
    for target in assignment.targets:
        for found in {target, *_substitutes(assignment, target)}:
            for place in functions_of(resolve(found)):
                reached.setdefault(place, set()).add(target)
    return reached


def functions_of(root: object) -> set[Place]:
    """Return the functions of the reference that a function or class is made of.

    Constants of a module that these use count too. What is called is read from the code, so that
    nothing has to run.
    """
    found: set[Place] = set()
    seen: set[int] = set()
    left = [root]
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, FunctionType) and is_of_reference(one):
            found.add((one.__module__, one.__qualname__))
            for name in _names(one.__code__):
                value = one.__globals__.get(name)
                if isinstance(value, dict | int | float):
                    found.add((one.__module__, name))
                else:
                    left.append(value)
        left += _parts(one)
    return found


def is_of_reference(function: FunctionType) -> bool:
    """Return whether a function is one that a course may ask for."""
    name = function.__name__.lstrip("_")
    return (
        function.__module__.startswith("reference.")
        and function.__module__ != _LEFT_ALONE
        and not name.startswith("require")
    )


def _parts(one: object) -> Iterator[Any]:
    """Yield what a function, a class or a record holds."""
    match one:
        case FunctionType():
            yield from one.__defaults__ or ()
            yield from (one.__kwdefaults__ or {}).values()
        case partial():
            yield one.func
        case type():
            for base in one.__mro__:
                if base.__module__.startswith("reference."):
                    yield from vars(base).values()
        case _ if is_dataclass(one):
            yield from (getattr(one, field.name) for field in fields(one))
        case _:
            pass


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _substitutes(assignment: Assignment, target: str) -> Iterator[str]:
    for convention in assignment.conventions:
        for choice in convention.choices.values():
            if target in choice.substitutes:
                yield choice.substitutes[target]
