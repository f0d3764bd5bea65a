"""What a cell compares, found by the idioms of course notebooks and not by what can be judged.

It is the other side of the account: whatever is counted here is either taken or listed as left.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from grader.records import record

_MEASURE = re.compile(r"^(?:rel|relative|max|abs|l2|grad)?_?(?:rel_)?err(?:or)?s?$", re.IGNORECASE)
_TESTS = frozenset(["allclose", "isclose", "array_equal", "array_equiv", "allequal"])
_DIFFERENCE = re.compile(r"diff|error|\berr\b", re.IGNORECASE)
_SETUP_NAMES = frozenset(["FOLDERNAME", "GOOGLE_DRIVE_PATH", "sys", "os", "torch", "drive"])
_SETUP_WORDS = re.compile(r"folder|drive|version|mount|is_available", re.IGNORECASE)


@record
class Comparison:
    """One place in a cell where something is held against something else."""

    line: int
    """Line of the cell, from 1."""
    kind: str
    """``relative error``, ``difference``, ``norm``, ``gradient check``, ``assert`` or ``test``."""
    text: str
    """The expression."""
    node: ast.AST


def comparisons(body: Iterable[ast.stmt]) -> tuple[Comparison, ...]:
    """Return the comparisons of a cell in order."""
    found = [each for node in body for each in _visit(node, said="")]
    return tuple(sorted(found, key=lambda each: each.line))


def is_measure(name: str) -> bool:
    """Return whether a function of that name measures an error."""
    return bool(_MEASURE.match(name))


def _visit(node: ast.AST, *, said: str) -> Iterator[Comparison]:
    if isinstance(node, ast.FunctionDef) and is_measure(node.name):
        return
    kind = _kind(node, said)
    if kind:
        line = getattr(node, "lineno", 1)
        yield Comparison(line, kind, " ".join(ast.unparse(node).split())[:80], node)
        return
    if isinstance(node, ast.Assert):
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
        said = " ".join(
            each.value
            for argument in node.args
            for each in ast.walk(argument)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )
    for child in ast.iter_child_nodes(node):
        yield from _visit(child, said=said)


def _kind(node: ast.AST, said: str) -> str:
    match node:
        case ast.Assert():
            return "" if _is_setup(node) else "assert"
        case ast.Call(func=function):
            return _kind_of_call(_name(function), node)
        case ast.BinOp(op=ast.Sub(), left=left, right=right) if _DIFFERENCE.search(said):
            plain = ast.Name | ast.Attribute | ast.Subscript
            return "difference" if isinstance(left, plain) and isinstance(right, plain) else ""
    return ""


def _kind_of_call(name: str, node: ast.Call) -> str:
    if is_measure(name):
        return "relative error" if len(node.args) > 1 else ""
    if name == "grad_check_sparse":
        return "gradient check"
    if name in _TESTS or name.startswith("assert_"):
        return "test"
    if name in ("all", "any") and _compares_arrays(node):
        return "test"
    if name in ("sum", "max", "mean", "amax") and _is_absolute_difference(node):
        return "difference"
    if name in ("abs", "absolute", "fabs", "square") and _subtracts(node):
        return "difference"
    return "norm" if name == "norm" and _subtracts(node) else ""


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _subtracts(node: ast.Call) -> bool:
    return (
        bool(node.args)
        and isinstance(node.args[0], ast.BinOp)
        and isinstance(node.args[0].op, ast.Sub)
    )


def _is_absolute_difference(node: ast.Call) -> bool:
    match node.args:
        case [ast.Call(func=function) as inner, *_]:
            return _name(function) in ("abs", "absolute", "fabs") and _subtracts(inner)
        case [ast.BinOp(op=ast.Pow(), left=ast.BinOp(op=ast.Sub())), *_]:
            return True
    return False


def _compares_arrays(node: ast.Call) -> bool:
    """Return whether ``np.all(a == b)`` or ``(a == b).all()`` is meant."""
    if node.args:
        held: ast.expr | None = node.args[0]
    else:
        held = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(held, ast.Compare) and isinstance(held.ops[0], ast.Eq | ast.NotEq)


def _is_setup(node: ast.Assert) -> bool:
    """Return whether an assertion is about the student's folder or machine."""
    names = {each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)}
    return bool(names & _SETUP_NAMES) and bool(_SETUP_WORDS.search(ast.unparse(node)))
