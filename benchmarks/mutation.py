"""Makes first-order mutants of functions: their text with one small change each.

Left alone by rule: signatures and class declarations, which starters hand out; annotations,
docstrings and the text of messages; and what only rejects bad arguments, calls of ``require_...``
and branches that do nothing but raise, because a course asks nobody to write it; and what only
prints.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, TypeAlias

from mutation_operators import change_condition, change_expression, change_statement

_Definition: TypeAlias = ast.FunctionDef | ast.Assign
_Place: TypeAlias = tuple[ast.AST, str, int | None]
"""A node, one of its fields, and the position in it if it is a list."""

_NOT_CODE = frozenset({"annotation", "returns", "type_comment", "ctx", "type_params"})
_BLOCKS = frozenset({"body", "orelse", "handlers", "finalbody"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One function with one change."""

    module: str
    """Dotted name."""
    function: str
    """Qualified name of what is changed; of a module's constant, its name."""
    operator: str
    line: int
    """Of the statement that is changed."""
    original: str
    """The statement on one line; of a compound statement its first line."""
    mutated: str
    number: int = field(compare=False)
    """Position of the statement among a module's nodes."""
    statement: ast.stmt = field(compare=False, repr=False)
    """What comes into its place."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it whatever line it moves to."""
        return f"{self.module}:{self.function}", self.original, self.mutated

    @property
    def place(self) -> str:
        """The file with the line, and the operator."""
        return f"{self.module.replace('.', '/')}.py:{self.line} {self.operator}"

    @property
    def difference(self) -> str:
        """The change on one line."""
        return f"{self.original}  ->  {self.mutated}"


def make_mutants(source: str, module: str, wanted: Collection[str]) -> Iterator[Mutant]:
    """Yield the mutants of some functions and constants of a module, none of them twice.

    Parameters
    ----------
    source : str
        Text of the module.
    module : str
        Its dotted name.
    wanted : collection of str
        Qualified names, such as ``TwoLayerNet.loss``.
    """
    tree = ast.parse(source)
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    for name, definition in find_definitions(tree):
        if name not in wanted:
            continue
        seen: set[tuple[str, str]] = set()
        for statement, bound in _statements(definition):
            original = _first_line(statement)
            for operator, mutated, changed in _mutate(statement, bound):
                if mutated == original or (original, mutated) in seen:
                    continue
                seen.add((original, mutated))
                yield Mutant(
                    module,
                    name,
                    operator,
                    statement.lineno,
                    original,
                    mutated,
                    numbers[id(statement)],
                    changed,
                )


def find_definitions(tree: ast.Module) -> Iterator[tuple[str, _Definition]]:
    """Yield functions, methods and constants of a module by qualified name."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name):
                yield name, node
            case ast.ClassDef(name, body=body):
                for inner in body:
                    if isinstance(inner, ast.FunctionDef) and not _is_overload(inner):
                        yield f"{name}.{inner.name}", inner
            case ast.Assign(targets=[ast.Name(name)], value=ast.Dict() | ast.Constant()):
                yield name, node
            case _:
                pass


def compile_mutant(source: str, mutant: Mutant) -> CodeType:
    """Return a module's code with one change in it."""
    tree = ast.parse(source)
    wanted = list(ast.walk(tree))[mutant.number]
    for node in ast.walk(tree):
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list) and wanted in block:
                block[block.index(wanted)] = deepcopy(mutant.statement)
    return compile(ast.fix_missing_locations(tree), f"<{mutant.place}>", "exec")


def _is_overload(node: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "overload" for one in node.decorator_list)


def _statements(definition: _Definition) -> Iterator[tuple[ast.stmt, frozenset[str]]]:
    """Yield what may be changed in a definition, with the names that have a value before it."""
    if isinstance(definition, ast.Assign):
        yield definition, frozenset()
        return
    given = {
        argument.arg for argument in ast.walk(definition.args) if isinstance(argument, ast.arg)
    }
    for statement in _walk(definition.body):
        if not _is_left_alone(statement):
            yield statement, frozenset(given)
        for place in ast.walk(statement) if not hasattr(statement, "body") else ():
            if isinstance(place, ast.Name) and isinstance(place.ctx, ast.Store):
                given.add(place.id)
        if isinstance(statement, ast.For):
            given.update(one.id for one in ast.walk(statement.target) if isinstance(one, ast.Name))


def _walk(block: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in block:
        yield statement
        if _only_raises(statement) or _only_prints(statement):
            continue
        for name in ("body", "orelse"):
            yield from _walk(getattr(statement, name, []))


def _is_left_alone(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) or _is_requirement(statement.value)
    return isinstance(statement, ast.Raise) or _only_raises(statement) or _only_prints(statement)


def _only_raises(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and isinstance(statement.body[0], ast.Raise)


def _only_prints(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and all(map(_is_print, statement.body))


def _is_print(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("print(")


def _is_requirement(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.lstrip("_").startswith("require")
    )


def _mutate(statement: ast.stmt, bound: frozenset[str]) -> Iterator[tuple[str, str, ast.stmt]]:
    """Yield operator, first line and statement of each mutant of a statement."""
    for operator, other in change_statement(statement, bound):
        changed = ast.fix_missing_locations(ast.copy_location(deepcopy(other), statement))
        yield operator, _first_line(changed), changed
    for place in _places(statement):
        node = _get(place)
        changes = list(change_expression(node))
        if isinstance(statement, ast.If | ast.While) and node is statement.test:
            changes += change_condition(node)
        for operator, new in changes:
            _put(place, new)
            try:
                yield operator, _first_line(statement), deepcopy(statement)
            finally:
                _put(place, node)


def _places(node: ast.AST) -> Iterator[_Place]:
    """Yield where a statement holds expressions; blocks inside of it are statements themselves."""
    skipped = _NOT_CODE | _BLOCKS if isinstance(node, ast.stmt) else _NOT_CODE
    for name, value in ast.iter_fields(node):
        if name in skipped:
            continue
        for position, item in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(item, ast.AST) or isinstance(item, ast.JoinedStr):
                continue
            if _is_requirement(item):
                continue
            if isinstance(item, ast.expr):
                yield node, name, position if isinstance(value, list) else None
            yield from _places(item)


def _get(place: _Place) -> ast.expr:
    node, name, position = place
    value: Any = getattr(node, name)
    found: ast.expr = value if position is None else value[position]
    return found


def _put(place: _Place, new: ast.expr) -> None:
    node, name, position = place
    if position is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[position] = new


def _first_line(statement: ast.stmt) -> str:
    """Return a statement on one line, without the blocks that belong to it."""
    if not isinstance(statement, ast.If | ast.For | ast.While | ast.With):
        return ast.unparse(statement)
    kept = statement.body
    statement.body = [ast.Pass()]
    try:
        return ast.unparse(statement).splitlines()[0]
    finally:
        statement.body = kept
