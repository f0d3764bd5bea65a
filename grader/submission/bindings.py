"""Functions that a module gets otherwise than by ``def``: assigned, or imported as that name."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from grader.submission.constants import is_harmless_name

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEPTH = 8
_ELSEWHERE = "<module>"


def gather_definitions(body: Iterable[ast.stmt], found: dict[str, Definition]) -> None:
    """Add what statements define by ``def``, ``class`` or an alias of such a definition."""
    for node in executed(body):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found[node.name] = node
            case ast.Assign(targets=targets, value=ast.Name(id=original)) if original in found:
                found.update(
                    (target.id, found[original])
                    for target in targets
                    if isinstance(target, ast.Name)
                )


def executed(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that an import runs, those that are likely to count last."""
    for node in body:
        match node:
            case ast.If(test=test, body=inner, orelse=orelse):
                if not is_main_guard(test):
                    yield from executed([*orelse, *inner])
            case ast.Try(body=inner, handlers=handlers, orelse=orelse, finalbody=finalbody):
                rescued = [statement for handler in handlers for statement in handler.body]
                yield from executed([*rescued, *inner, *orelse, *finalbody])
            case ast.With(body=inner):
                yield from executed(inner)
            case _:
                yield node


def is_main_guard(test: ast.expr) -> bool:
    """Return whether a condition asks if the module is run as a script."""
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))


class Bindings:
    """What the assignments of a module make of its names, as far as it may be called.

    Parameters
    ----------
    body : iterable of ast.stmt
        Top-level statements.
    definitions : mapping
        What ``def`` and ``class`` define there.
    """

    def __init__(self, body: Iterable[ast.stmt], definitions: Mapping[str, Definition]) -> None:
        self._definitions = definitions
        self._values: dict[str, tuple[ast.expr, int | None]] = {}
        self.statements: dict[str, ast.stmt] = {}
        """The last assignment of each name."""
        imported: set[str] = set()
        for node in executed(body):
            for name, value, place in _assigned(node):
                self._values[name] = value, place
                self.statements[name] = node
            if isinstance(node, Definition):
                self._values.pop(node.name, None)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                imported.update(alias.asname or alias.name for alias in node.names)
        self._imported = frozenset(imported)

    def functions(self) -> Iterator[tuple[str, Definition]]:
        """Yield each name that may be called, with a definition that shows what is known of it.

        A lambda becomes a function of one line, a method loses ``self``, an object stands for
        its ``__call__``; of anything else there is only the assignment.
        """
        for name, (value, place) in self._values.items():
            if self._may_be_called(value, place, _DEPTH):
                statement = self.statements[name]
                found = self._resolve(value, place, _DEPTH)
                if isinstance(found, ast.Lambda):
                    found = _as_function(name, statement, found.args, found.body)
                yield name, found or _as_function(name, statement, None, value)

    def _may_be_called(self, value: ast.expr, place: int | None, depth: int) -> bool:
        match value:
            case ast.Lambda():
                return place is None
            case ast.Name(id=name):
                if name in self._values and name not in self._definitions and depth:
                    return self._may_be_called(*self._values[name], depth - 1)
                return name in self._definitions or name in self._imported
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return name in self._definitions or not is_harmless_name(name)
            case ast.IfExp(body=one, orelse=other):
                return any(self._may_be_called(part, place, depth) for part in (one, other))
            case ast.BoolOp(values=parts):
                return any(self._may_be_called(part, place, depth) for part in parts)
        return isinstance(value, ast.Attribute | ast.Call | ast.Subscript)

    def _resolve(
        self, value: ast.expr, place: int | None, depth: int
    ) -> Definition | ast.Lambda | None:
        """Return the function or class that a value, or one item of it, turns out to be."""
        if not depth:
            return None
        match value:
            case ast.Lambda() if place is None:
                return value
            case ast.Name(id=name) if place is None:
                return self._named(name, depth)
            case ast.Attribute(value=owner, attr=attribute) if place is None:
                return self._method(owner, attribute, depth)
            case ast.Call(func=ast.Name(id=name)):
                made = self._named(name, depth)
                if isinstance(made, ast.ClassDef):
                    return _find_method(made, "__call__", on_object=True) if place is None else None
                return _returned(made, place) if isinstance(made, ast.FunctionDef) else None
        return None

    def _named(self, name: str, depth: int) -> Definition | ast.Lambda | None:
        if name in self._definitions:
            return self._definitions[name]
        return self._resolve(*self._values[name], depth - 1) if name in self._values else None

    def _method(self, owner: ast.expr, attribute: str, depth: int) -> Definition | None:
        """Return a method of a class, or of an object that is made of one."""
        if isinstance(owner, ast.Name):
            made = self._named(owner.id, depth)
            if isinstance(made, ast.ClassDef):
                return _find_method(made, attribute, on_object=False)
            value, place = self._values.get(owner.id, (None, None))
            owner = value if value is not None and place is None else owner
        match owner:
            case ast.Call(func=ast.Name(id=name)):
                made = self._named(name, depth)
                if isinstance(made, ast.ClassDef):
                    return _find_method(made, attribute, on_object=True)
        return None


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr, int | None]]:
    """Yield the names that a statement binds, each with its value and, of several, its place."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _pairs(target, value)
        case ast.ImportFrom(names=aliases):
            for alias in aliases:
                if alias.asname not in (None, alias.name):
                    # Of a module that is not looked into: nothing here is called so.
                    origin = ast.Attribute(ast.Name(_ELSEWHERE, ast.Load()), alias.name, ast.Load())
                    yield alias.asname or "", ast.copy_location(origin, node), None


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr, int | None]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value, None
        case (
            ast.Tuple(elts=parts) | ast.List(elts=parts),
            ast.Tuple(elts=values) | ast.List(elts=values),
        ):
            if len(parts) == len(values) and not any(
                isinstance(part, ast.Starred) for part in [*parts, *values]
            ):
                for part, one in zip(parts, values, strict=True):
                    yield from _pairs(part, one)
        case ast.Tuple(elts=parts) | ast.List(elts=parts), _:
            for place, part in enumerate(parts):
                if isinstance(part, ast.Name):
                    yield part.id, value, place


def _find_method(owner: ast.ClassDef, name: str, *, on_object: bool) -> Definition | None:
    """Return a method as its callers see it: without what it is bound to."""
    for node in reversed(owner.body):
        if isinstance(node, _Function) and node.name == name:
            marks = {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}
            is_bound = "staticmethod" not in marks and (on_object or "classmethod" in marks)
            return _without_first(node) if is_bound else node
    return None


def _returned(factory: ast.FunctionDef, place: int | None) -> _Function | ast.Lambda | None:
    """Return the inner function that a factory returns, or one of several."""
    returns = [node for node in factory.body if isinstance(node, ast.Return)]
    value = returns[-1].value if returns else None
    if place is not None:
        is_known = isinstance(value, ast.Tuple | ast.List) and place < len(value.elts)
        value = cast("ast.Tuple", value).elts[place] if is_known else None
    if isinstance(value, ast.Lambda):
        return value
    if not isinstance(value, ast.Name):
        return None
    inner = [node for node in factory.body if isinstance(node, _Function) and node.name == value.id]
    return inner[-1] if inner else None


def _without_first(method: _Function) -> ast.FunctionDef:
    """Return a method without its first parameter; the body is shared."""
    old = method.args
    is_positional_only = bool(old.posonlyargs)
    arguments = ast.arguments(
        posonlyargs=old.posonlyargs[1:],
        args=old.args if is_positional_only else old.args[1:],
        vararg=old.vararg,
        kwonlyargs=old.kwonlyargs,
        kw_defaults=old.kw_defaults,
        kwarg=old.kwarg,
        defaults=old.defaults,
    )
    return ast.copy_location(_make_function(method.name, arguments, method.body), method)


def _as_function(
    name: str, statement: ast.stmt, arguments: ast.arguments | None, value: ast.expr
) -> ast.FunctionDef:
    """Return a function that gives a value; without arguments it takes whatever is passed."""
    if arguments is None:
        anything = ast.parse("lambda *args, **kwargs: 0", mode="eval").body
        arguments = cast("ast.Lambda", anything).args
        # What is called in its place, so that its text shows no less and no more than that.
        whole = cast("ast.Call", ast.parse("f(*args, **kwargs)", mode="eval").body)
        value = ast.copy_location(ast.Call(value, whole.args, whole.keywords), value)
    body = [ast.copy_location(ast.Return(value), value)]
    return ast.copy_location(_make_function(name, arguments, list[ast.stmt](body)), statement)


def _make_function(name: str, arguments: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    function = cast("ast.FunctionDef", ast.parse("def function(): pass").body[0])
    function.name, function.args, function.body = name, arguments, body
    return function
