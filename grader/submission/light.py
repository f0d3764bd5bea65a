"""Which of a notebook's own functions and classes may be called to make its module."""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from grader.submission.constants import is_harmless_call

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Callable = ast.FunctionDef | ast.ClassDef
_WORK = (
    ast.While
    | ast.AsyncFor
    | ast.With
    | ast.AsyncWith
    | ast.Await
    | ast.Yield
    | ast.YieldFrom
    | ast.MatMult
    | ast.Global
    | ast.Import
    | ast.ImportFrom
)
"""Training computes products, waits, opens files: what does none of it is quickly done."""
_TRANSPARENT = frozenset(
    [
        "abstractmethod",
        "classmethod",
        "dataclass",
        "property",
        "staticmethod",
        "total_ordering",
        "wraps",
    ]
)
"""Decorators that leave alone what a call does."""
_PLAIN_BASES = frozenset(["ABC", "NamedTuple", "dict", "list", "object", "tuple"])
_CONSTRUCTION = frozenset(["__init__", "__new__", "__post_init__", "__init_subclass__"])
_KEEPING = frozenset(["append", "extend", "field", "hasattr", "setattr", "super", "update"])


def light_names(nodes: Iterable[ast.stmt]) -> frozenset[str]:
    """Return the functions and classes of which a call neither trains, loads nor draws.

    Parameters
    ----------
    nodes : iterable of ast.stmt
        Top-level statements of all cells.

    Notes
    -----
    A function is light if whatever it calls is: nothing that calls itself ever gets there.
    """
    nodes = tuple(nodes)
    own: dict[str, list[_Callable]] = {}
    for node in nodes:
        if isinstance(node, _Callable):
            own.setdefault(node.name, []).append(node)
    light: frozenset[str] = frozenset()
    while True:
        new = {
            name
            for name, found in own.items()
            if name not in light and all(_is_light(node, own, light) for node in found)
        }
        if not new:
            return light
        light |= new


def _is_light(node: _Callable, own: Collection[str], light: Collection[str]) -> bool:
    if not all(_last_name(mark) in _TRANSPARENT for mark in node.decorator_list):
        return False
    if isinstance(node, ast.FunctionDef):
        return _runs_lightly(node, own, light, {})
    if node.keywords or not all(_is_light_base(base, own, light) for base in node.bases):
        return False
    methods = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
    return all(
        _runs_lightly(method, own, light, methods)
        for name, method in methods.items()
        if name in _CONSTRUCTION
    )


def _is_light_base(base: ast.expr, own: Collection[str], light: Collection[str]) -> bool:
    name = _last_name(base)
    return name in light or (name in _PLAIN_BASES and name not in own)


def _runs_lightly(
    function: ast.FunctionDef,
    own: Collection[str],
    light: Collection[str],
    methods: Mapping[str, ast.FunctionDef],
) -> bool:
    """Return whether a call is done quickly; of other ``methods`` it may call any such, too."""
    arguments = function.args
    local = {one.arg for one in ast.walk(arguments) if isinstance(one, ast.arg)}
    nodes = [inner for statement in function.body for inner in _run(statement)]
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            local.add(node.id)
        elif isinstance(node, _Callable):
            local.add(node.name)
    others = {name: method for name, method in methods.items() if method is not function}
    return not any(isinstance(node, _WORK) for node in nodes) and all(
        _is_light_call(node, local, own, light, others)
        for node in nodes
        if isinstance(node, ast.Call)
    )


def _is_light_call(
    call: ast.Call,
    local: Collection[str],
    own: Collection[str],
    light: Collection[str],
    methods: Mapping[str, ast.FunctionDef],
) -> bool:
    match call.func:
        case ast.Name(id=name) if name in local:
            return False
        case ast.Name(id=name) if name in _KEEPING and name not in own:
            return True
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in methods:
            return _runs_lightly(methods[name], own, light, _without(methods, name))
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
            return name in _CONSTRUCTION
        case ast.Attribute(attr=name) if name in _KEEPING:
            return True
    return is_harmless_call(call, own, light)


def _without(methods: Mapping[str, ast.FunctionDef], name: str) -> Mapping[str, ast.FunctionDef]:
    return {other: method for other, method in methods.items() if other != name}


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when a statement does: not the bodies of functions in it."""
    yield node
    inner: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, _Function):
        inner = [*node.decorator_list, *node.args.defaults]
    elif isinstance(node, ast.Lambda):
        inner = node.args.defaults
    for child in inner:
        yield from _run(child)


def _last_name(node: ast.expr) -> str:
    """Return the last name of a decorator or base, whatever it is called with."""
    node = node.func if isinstance(node, ast.Call) else node
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
