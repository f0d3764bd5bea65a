"""Difference quotients: ``(f(x + h) - f(x - h)) / (2 * h)``, however many lines they take."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping

from grader.static.code import called_name
from grader.submission.tree import walk

_LARGEST_STEP = 1e-2
_STEP_NAMES = frozenset({"h", "eps", "epsilon", "delta", "step", "dx_step"})
"""Parameters without a default that are taken for a step."""

Sites = frozenset[tuple[str, int]]
"""Calls by the function's name and the call's identity."""


def find_quotients(function: ast.FunctionDef, is_own: Callable[[str], bool]) -> frozenset[int]:
    """Return the identities of the divisions in a function that differentiate numerically.

    Such a division takes the difference of two calls of one function and divides it by a small
    step that is added to or subtracted from something in the same function.

    Parameters
    ----------
    function : ast.FunctionDef
        Where to look.
    is_own : callable
        Tells whether a name stands for a function of the submission.
    """
    divisions = [n for n in walk(function) if _is_division(n)]
    steps = _steps(function) if divisions else frozenset()
    if not steps or not _is_perturbed(function, steps):
        return frozenset()
    sites = _Sites(function, is_own)
    return frozenset(
        id(node)
        for node in divisions
        if isinstance(node, ast.BinOp)
        and _mentions(node.right, steps)
        and any(sites.is_difference(inner) for inner in walk(node.left))
    )


def may_hold_quotients(nodes: Iterable[ast.AST]) -> bool:
    """Return whether there are a division and something small among the nodes of a function."""
    divides = is_small = False
    for node in nodes:
        divides = divides or _is_division(node)
        is_small = is_small or _is_small(node)
        if isinstance(node, ast.arg):
            is_small = is_small or node.arg in _STEP_NAMES
    return divides and is_small


class _Sites:
    """Which calls of own functions each name of a function was made from."""

    def __init__(self, function: ast.FunctionDef, is_own: Callable[[str], bool]) -> None:
        arguments = function.args
        callables = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args)}
        callables |= {n.name for n in walk(function) if isinstance(n, ast.FunctionDef)}
        callables |= {
            target.id
            for node in walk(function)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self._callables = callables
        self._is_own = is_own
        self._names: dict[str, Sites] = {}
        for _ in range(3):  # a name of a name of a name
            for target, value in _assignments(function):
                found = self._names.get(target, frozenset()) | self._of(value)
                self._names[target] = found

    def is_difference(self, node: ast.AST) -> bool:
        """Return whether two calls of the same function are subtracted."""
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub):
            return False
        left, right = self._of(node.left), self._of(node.right)
        return any(a[0] == b[0] for a in left - right for b in right - left)

    def _of(self, value: ast.expr) -> Sites:
        found: set[tuple[str, int]] = set()
        for node in walk(value):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in self._callables or self._is_own(
                    name
                ):
                    found.add((name, id(node)))
                case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                    found.add((f"self.{name}", id(node)))
                case ast.Name(id=name):
                    found |= self._names.get(name, frozenset())
        return frozenset(found)


def _assignments(function: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for part in walk(target):
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                        yield part.id, node.value


def _is_division(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def _steps(function: ast.FunctionDef) -> frozenset[str]:
    """Return the names that hold a small number, and small numbers themselves as text."""
    found = {
        target.id
        for node in walk(function)
        if isinstance(node, ast.Assign) and _is_small(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found |= {ast.unparse(n) for n in walk(function) if _is_small(n)}
    return frozenset(found | _small_parameters(function.args))


def _small_parameters(arguments: ast.arguments) -> set[str]:
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    defaults: Mapping[str, ast.expr] = dict(
        zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True)
    )
    small = {name for name, value in defaults.items() if _is_small(value)}
    return small | {name for name in names if name in _STEP_NAMES and name not in defaults}


def _is_small(node: ast.AST) -> bool:
    if not isinstance(node, ast.Constant) or type(node.value) is not float:
        return False
    return 0.0 < abs(node.value) <= _LARGEST_STEP


def _is_perturbed(function: ast.AST, steps: frozenset[str]) -> bool:
    """Return whether a step is added to or subtracted from something."""
    for node in walk(function):
        match node:
            case ast.AugAssign(op=ast.Add() | ast.Sub(), value=value) if _mentions(value, steps):
                return True
            case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right) if _mentions(
                left, steps
            ) or _mentions(right, steps):
                return True
    return False


def _mentions(node: ast.AST, steps: frozenset[str]) -> bool:
    """Return whether an expression names a step outside of calls, or holds the number itself."""
    if isinstance(node, ast.Call):
        return called_name(node) == "float" and any(_mentions(one, steps) for one in node.args)
    if isinstance(node, ast.Name | ast.Constant) and ast.unparse(node) in steps:
        return True
    return any(_mentions(inner, steps) for inner in ast.iter_child_nodes(node))
