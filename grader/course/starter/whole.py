"""Copies a reference function complete, with whatever private helpers it needs."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator
from copy import copy, deepcopy
from importlib.util import find_spec
from pathlib import Path

from grader.course.starter.reading import Original, parse_reference
from grader.errors import AssignmentError


class Copier:
    """Gathers complete definitions for one module, each helper once.

    Parameters
    ----------
    course_names : collection of str
        Names that students have from elsewhere; they are called, never copied.
    """

    def __init__(self, course_names: Collection[str]) -> None:
        self._course_names = frozenset(course_names)
        self._imports: dict[str, str] = {}
        self._definitions: dict[str, tuple[Path, ast.stmt]] = {}
        self.borrowed: set[str] = set()
        """Course names that were met and left to be found elsewhere."""

    @property
    def imports(self) -> list[str]:
        """Import lines of the standard library that the copies need."""
        return sorted(set(self._imports.values()))

    def add(self, original: Original) -> None:
        """Copy one definition under the course's name for it."""
        self._take_helpers(original.node, original.path, {original.node.name, original.name})
        node = copy(original.node)
        node.name = original.name
        self._keep(original.name, original.path, node)

    def write(self) -> list[str]:
        """Return all definitions, helpers before what needs them."""
        nodes = (deepcopy(node) for _, node in self._definitions.values())
        return [ast.unparse(_Plain().visit(node)) for node in nodes]

    def _take_helpers(self, node: ast.stmt, path: Path, seen: set[str]) -> None:
        used = set(_used_names(node))
        self.borrowed |= (used - seen) & self._course_names
        for name in sorted(used - seen - self._course_names):
            if name != "np" and not hasattr(builtins, name):
                self._take(name, path, seen | {name})

    def _take(self, name: str, path: Path, seen: set[str]) -> None:
        """Copy the module-level definition or import of a name, if it has one."""
        for statement in parse_reference(path).body:
            if isinstance(statement, ast.ImportFrom) and statement.module:
                for alias in statement.names:
                    if (alias.asname or alias.name) == name:
                        self._follow(statement.module, alias, path, seen)
            elif name in _defined(statement):
                self._take_helpers(statement, path, seen)
                self._keep(name, path, statement)

    def _follow(self, module: str, alias: ast.alias, path: Path, seen: set[str]) -> None:
        spec = find_spec(module)
        package = module.partition(".")[0]
        if spec is not None and spec.origin and package in path.parts:
            self._take(alias.name, Path(spec.origin), seen)
        else:
            self._imports[alias.name] = f"from {module} import {ast.unparse(alias)}"

    def _keep(self, name: str, path: Path, node: ast.stmt) -> None:
        known = self._definitions.setdefault(name, (path, node))
        if known[0] != path:
            raise AssignmentError(f"two helpers of the reference are called {name}: rename one")


class _Plain(ast.NodeTransformer):
    """Takes annotations out, which would need the reference's own types."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Return a function without annotations."""
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Return a class whose fields are annotated with nothing in particular."""
        for item in node.body:
            if isinstance(item, ast.AnnAssign):
                item.annotation = ast.Name("object")
            else:
                self.visit(item)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt | None:
        """Return a plain assignment."""
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        plain = ast.Assign([node.target], node.value)
        return ast.fix_missing_locations(ast.copy_location(plain, node))


def _used_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that code uses, those of annotations left out."""
    if isinstance(node, ast.Name):
        yield node.id
    for name, value in ast.iter_fields(node):
        if name not in {"annotation", "returns"}:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _used_names(child)


def _defined(statement: ast.stmt) -> tuple[str, ...]:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Assign(targets=targets):
            return tuple(item.id for item in targets if isinstance(item, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
    return ()
