"""Which names the statements of a cell read and define, by their syntax alone."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from grader.records import record

BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "get_ipython", "display"}
"""Names that no cell has to define."""
_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


@record
class Statement:
    """One simple statement, or the head of a compound one."""

    nodes: tuple[ast.AST, ...]
    """Itself, or the expressions of its head."""
    reads: frozenset[str]
    defines: frozenset[str]
    touches: frozenset[str]
    """Names whose object a method call or a subscript assignment may change."""

    @property
    def node(self) -> ast.AST:
        """The statement, or the first expression of its head."""
        return self.nodes[0] if self.nodes else ast.Pass()

    def walk(self) -> Iterator[ast.AST]:
        """Go through all its nodes."""
        for node in self.nodes:
            yield from ast.walk(node)


def statements(body: Iterable[ast.stmt]) -> Iterator[Statement]:
    """Go through statements in order, those inside loops and branches after their heads."""
    for node in body:
        inner = [
            (name, value)
            for name, value in ast.iter_fields(node)
            if name in ("body", "orelse", "finalbody", "handlers") and isinstance(value, list)
        ]
        if isinstance(node, _SCOPES) or not inner:
            yield _describe([node])
            continue
        held = {id(child) for _, value in inner for child in value}
        yield _describe([each for each in ast.iter_child_nodes(node) if id(each) not in held])
        for _, value in inner:
            for child in value:
                if isinstance(child, ast.ExceptHandler):
                    yield from statements(child.body)
                elif isinstance(child, ast.stmt):
                    yield from statements([child])


def free_names(body: Iterable[ast.stmt]) -> frozenset[str]:
    """Return what a cell reads before it defines it, built-in names left out."""
    defined: set[str] = set()
    free: set[str] = set()
    for statement in statements(body):
        free |= statement.reads - defined
        defined |= statement.defines
    return frozenset(free) - BUILTINS


def defined_names(body: Iterable[ast.stmt]) -> frozenset[str]:
    """Return all names that a cell gives a value."""
    return frozenset(name for statement in statements(body) for name in statement.defines)


def _describe(nodes: list[ast.AST]) -> Statement:
    reads: set[str] = set()
    defines: set[str] = set()
    touches: set[str] = set()
    for node in nodes:
        reads |= _reads(node)
        defines |= _defines(node)
        touches |= _touches(node)
    return Statement(tuple(nodes), frozenset(reads), frozenset(defines), frozenset(touches))


def _reads(node: ast.AST) -> set[str]:
    """Return the names that a node loads from outside of it."""
    if isinstance(node, _SCOPES):
        return _reads_of_scope(node)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        inner = {name for child in ast.iter_child_nodes(node) for name in _reads(child)}
        return inner - {name for each in node.generators for name in _targets(each.target)}
    if isinstance(node, ast.Name):
        return set() if isinstance(node.ctx, ast.Store) else {node.id}
    found = {name for child in ast.iter_child_nodes(node) for name in _reads(child)}
    if isinstance(node, ast.AugAssign):
        found |= _targets(node.target)
    return found


def _reads_of_scope(node: _SCOPES) -> set[str]:
    found = {name for child in ast.iter_child_nodes(node) for name in _reads(child)}
    if isinstance(node, ast.ClassDef):
        return found - {name for each in statements(node.body) for name in each.defines}
    arguments = node.args
    own = {
        argument.arg
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    }
    own |= {extra.arg for extra in (arguments.vararg, arguments.kwarg) if extra}
    if isinstance(node, ast.Lambda):
        return found - own
    own |= {name for each in statements(node.body) for name in each.defines}
    return found - own - {node.name}


def _defines(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        return {name for name in names if name != "*"}
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        return set()
    return {name for child in ast.iter_child_nodes(node) for name in _defines(child)}


def _touches(node: ast.AST) -> set[str]:
    """Return the names whose objects are called upon or stored into."""
    if isinstance(node, _SCOPES):
        return set()
    found: set[str] = set()
    for child in ast.walk(node):
        base: ast.AST | None = None
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
            base = child.func.value
        elif isinstance(child, ast.Attribute | ast.Subscript) and isinstance(child.ctx, ast.Store):
            base = child.value
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        if isinstance(base, ast.Name):
            found.add(base.id)
    return found


def _targets(node: ast.AST) -> set[str]:
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
