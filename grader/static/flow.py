"""Which expressions of a function end up in what it returns, statement by statement.

An expression that is only printed or compared is no part of the result, and neither is one whose
name is given another value before the end.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

Environment = dict[str, ast.expr]
"""Names that hold something made from a wanted expression, with that expression."""
_FILLING = frozenset({"append", "extend", "insert", "update", "setdefault", "fill", "put"})


def find_in_result(
    function: ast.FunctionDef, is_wanted: Callable[[ast.expr], bool]
) -> ast.expr | None:
    """Return a wanted expression that the result of a function is made from.

    Parameters
    ----------
    function : ast.FunctionDef
        What returns the result.
    is_wanted : callable
        Tells the expressions that are looked for.
    """
    walker = _Walker(is_wanted)
    walker.run(function.body, {})
    return walker.found


class _Walker:
    """Follows names through the statements of one function."""

    def __init__(self, is_wanted: Callable[[ast.expr], bool]) -> None:
        self._is_wanted = is_wanted
        self.found: ast.expr | None = None

    def run(self, statements: Sequence[ast.stmt], names: Environment) -> Environment:
        """Return the names after some statements."""
        for statement in statements:
            names = self._step(statement, names)
        return names

    def _step(self, statement: ast.stmt, names: Environment) -> Environment:
        match statement:
            case ast.Return(value=ast.expr() as value):
                self.found = self.found or self._origin(value, names)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    names = _store(target, self._origin(value, names), names)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return _store(target, self._origin(value, names), names)
            case ast.AugAssign(target=target, value=value):
                origin = self._origin(value, names) or self._origin(target, names)
                return _store(target, origin, names)
            case ast.Expr(value=ast.Call() as call):
                return self._call(call, names)
            case _:
                return self._branch(statement, names)
        return names

    def _branch(self, statement: ast.stmt, names: Environment) -> Environment:
        """Return the names after a statement that holds others, whichever of them ran."""
        match statement:
            case ast.If(body=body, orelse=orelse):
                return {**self.run(body, names), **self.run(orelse, names)}
            case ast.For(target=target, iter=iterated, body=body, orelse=orelse):
                once = _store(target, self._origin(iterated, names), names)
                return self._repeat([*body, *orelse], {**names, **once})
            case ast.While(body=body, orelse=orelse):
                return self._repeat([*body, *orelse], names)
            case ast.With(body=body):
                return self.run(body, names)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
                rescued = [inner for handler in handlers for inner in handler.body]
                after = self.run([*body, *orelse], names)
                return self.run(finalbody, {**after, **self.run(rescued, {**names, **after})})
        return names

    def _repeat(self, body: Sequence[ast.stmt], names: Environment) -> Environment:
        """Return the names after none, one or more rounds of a loop."""
        for _ in range(2):
            names = {**names, **self.run(body, names)}
        return names

    def _call(self, call: ast.Call, names: Environment) -> Environment:
        """Only what is known to fill its holder counts: most calls for effect print or compare."""
        match call.func:
            case ast.Attribute(value=holder, attr=name) if name in _FILLING:
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                for one in given:
                    origin = self._origin(one, names)
                    names = names if origin is None else _weakly(holder, origin, names)
        return names

    def _origin(self, value: ast.expr, names: Environment) -> ast.expr | None:
        """Return the wanted expression that a value is made from."""
        for node in ast.walk(value):
            if isinstance(node, ast.expr) and self._is_wanted(node):
                return node
            if isinstance(node, ast.Name) and node.id in names:
                return names[node.id]
        return None


def _store(target: ast.expr, origin: ast.expr | None, names: Environment) -> Environment:
    match target:
        case ast.Name(id=name):
            kept = {key: value for key, value in names.items() if key != name}
            return kept if origin is None else {**kept, name: origin}
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                names = _store(part, origin, names)
            return names
        case ast.Starred(value=inner):
            return _store(inner, origin, names)
    return names if origin is None else _weakly(target, origin, names)


def _weakly(target: ast.expr, origin: ast.expr, names: Environment) -> Environment:
    """Something is put into what a name holds; the rest of it stays."""
    base = _base(target)
    return names if base in ("", "self") else {**names, base: origin}


def _base(target: ast.expr) -> str:
    while isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""
