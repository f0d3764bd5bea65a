"""Tells which functions a running session means otherwise than they were checked.

What a name means there can come about in ways that no text shows. Nothing is guessed: where what
was checked is not what the name means, that is said.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from grader.submission.archive import Submission
from grader.submission.definition import Definition
from grader.submission.locate import locate
from grader.submission.sources import Definition as Node
from grader.submission.sources import Source

_ANNOTATIONS = __future__.annotations.compiler_flag
_METHODS = (staticmethod, classmethod)
_RULE = (
    "what counts is what a cell itself defines by def or class, outside of loops, and what is "
    "imported from files of this folder"
)


def tell_unchecked(
    meanings: Mapping[str, object], submission: Submission, folder: Path, targets: Iterable[str]
) -> tuple[str, ...]:
    """Return a sentence for each function that was not checked as the session means it.

    Parameters
    ----------
    meanings : mapping
        What the session's names mean; only what can be called is of interest.
    submission : Submission
        What was checked.
    folder : Path
        Where its files lie.
    targets : iterable of str
        Canonical names of what was checked.
    """
    names = {target: target.partition(":")[2] for target in targets}
    folder = folder.resolve()
    doubtful = {
        name
        for name in meanings.keys() & names.values()
        if not _is_imported(name, meanings[name], folder)
    }
    if not doubtful:
        return ()
    found = locate(submission, (target for target, name in names.items() if name in doubtful))
    checked = [(names[target], one) for target, one in found.definitions.items()]
    sure = {
        name for name, one in checked if _may_be(name, meanings[name], one, found.sources[one.file])
    }
    places = {name: one.location.file for name, one in checked}
    return tuple(_say(name, places.get(name)) for name in sorted(doubtful - sure))


def _say(name: str, place: str | None) -> str:
    instead = f", but that of {place}" if place else ""
    return f"the session's {name} was not checked{instead}: {_RULE}"


def _may_be(name: str, value: object, checked: Definition, source: Source) -> bool:
    """Return whether a definition is, for all that can be known, what a name means."""
    codes = _codes_of(name, value)
    cell = source.cell_of(checked.node)
    if not codes or any("get_ipython" in code.co_names for code in codes.values()):
        # What hides its code may be made of what a cell defines, but not of what a file does;
        # magics are hidden, too.
        return cell is not None
    # IPython compiles each statement by itself, and %run a whole file: of a module that is
    # imported beside a function, other code is made in it.
    bodies = [checked.node], cell.body if cell is not None else source.body
    return any(_is_made_of(body, checked.node, codes) for body in bodies)


def _is_imported(name: str, value: object, folder: Path) -> bool:
    """Return whether a value is what a module of a folder calls by a name."""
    return any(_lies_below(module, folder) for module in _modules_with(name, value))


def _modules_with(name: str, value: object) -> Iterator[ModuleType]:
    """Yield the modules, the session's own aside, that a value is from or in by that name."""
    claimed = _ask(value, "__module__") if _ask(value, "__qualname__") == name else None
    for key, module in list(sys.modules.items()):
        if key != "__main__" and isinstance(module, ModuleType):
            # Not by its attributes: a module that loads itself when asked must not.
            names = object.__getattribute__(module, "__dict__")
            if key == claimed or names.get(name) is value:
                yield module


def _lies_below(module: ModuleType, folder: Path) -> bool:
    file = object.__getattribute__(module, "__dict__").get("__file__")
    try:
        return isinstance(file, str) and Path(file).resolve().is_relative_to(folder)
    except (OSError, ValueError, RuntimeError):
        return False


def _is_made_of(body: Sequence[ast.stmt], node: Node, codes: Mapping[str, CodeType]) -> bool:
    """Return whether a definition makes the code of a function, or of all of a class's methods.

    It is one of some statements that are compiled together.
    """
    flags = next(iter(codes.values())).co_flags & _ANNOTATIONS
    module = ast.Module(list(body), [])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they were given when it was run
            whole = compile(module, "<definition>", "exec", flags, dont_inherit=True)
    except (SyntaxError, TypeError, ValueError, RecursionError):
        return False
    first = min(part.lineno for part in (node, *node.decorator_list))
    lines = range(first, (node.end_lineno or node.lineno) + 1)
    found = (code for code in _codes_within(whole) if code.co_firstlineno in lines)
    defined = {code.co_qualname: code for code in found}
    return all(
        own in defined and _shape(defined[own]) == _shape(code) for own, code in codes.items()
    )


def _codes_of(name: str, value: object) -> dict[str, CodeType]:
    """Return the code of a function, or of a class's methods, by qualified name."""
    try:
        value = inspect.unwrap(value)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - a session's values do anything when they are asked
        return {}
    members = vars(value).values() if isinstance(value, type) else (value,)
    functions = (one.__func__ if isinstance(one, _METHODS) else one for one in members)
    found = {f.__code__.co_qualname: f.__code__ for f in functions if isinstance(f, FunctionType)}
    return {own: code for own, code in found.items() if own.partition(".")[0] == name}


def _codes_within(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes_within(constant)


def _shape(code: CodeType) -> tuple[Any, ...]:
    """Return what code does, wherever it stands."""
    constants = (
        _shape(one) if isinstance(one, CodeType) else (type(one), one) for one in code.co_consts
    )
    return code.co_code, code.co_names, code.co_varnames, tuple(constants)


def _ask(value: object, attribute: str) -> object:
    try:
        return getattr(value, attribute, None)
    except Exception:  # noqa: BLE001 - a session's values do anything when they are asked
        return None
