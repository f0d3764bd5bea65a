"""Rewrites a cell so that it records what it compares and goes on."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Sequence
from typing import TypeVar

from grader.checks.cells.book import SiteBook
from grader.checks.cells.names import DISTANCES, Binding, bind_from, bind_import, resolve_name
from grader.checks.cells.origins import (
    Origin,
    Origins,
    is_numeric_literal,
    looks_expected,
)
from grader.checks.cells.sites import (
    WHERE,
    Found,
    Shape,
    Site,
    called_name,
    find_all_equal,
    find_comparison,
    find_order,
    subject_of,
)

_SETUP_NAMES = frozenset({"FOLDERNAME", "GOOGLE_DRIVE_PATH", "__file__"})
_Node = TypeVar("_Node", bound=ast.AST)


class Rewriter(ast.NodeTransformer):
    """Goes through the cells of one check in order, and gathers what they bring and compare.

    Parameters
    ----------
    used : frozenset of str
        All names that the cells read: what a star import brings.
    reserved : frozenset of str
        Names of parts that predicates take.
    """

    def __init__(self, used: frozenset[str], *, reserved: frozenset[str] = frozenset()) -> None:
        self.brought: list[Binding] = []
        self.defaults: dict[str, Binding] = {}
        bindings: dict[str, Binding] = {}
        self.origins = Origins(bindings)
        self._bindings = bindings
        self._used = used
        self._book = SiteBook(self.origins, reserved)
        self._loops: list[str] = []
        self._holding: dict[str, int] = {}
        self._literals: dict[str, int] = {}
        self._judged = False
        for name in used:
            found = resolve_name(None, name)
            if found is not None:
                self.defaults[name] = bindings[name] = found

    @property
    def sites(self) -> list[Site]:
        """Comparisons found so far, by number."""
        return self._book.sites

    def rewrite(self, tree: ast.Module, *, judged: bool) -> ast.Module:
        """Return a cell rewritten; only in a judged one comparisons are sites."""
        self._judged = judged
        body = [made for statement in tree.body for made in self._statement(statement)]
        return ast.fix_missing_locations(ast.Module(body, []))

    def rewrite_predicate(self, name: str, condition: ast.expr) -> ast.stmt:
        """Return the statement that records whether a predicate holds."""
        self._judged = True
        self._loops = []
        statement = ast.Assert(condition)
        return _located(self._judge(statement, condition, part=name), condition)

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        made = self.visit(node)
        if made is None:
            return []
        return made if isinstance(made, list) else [made]

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        """Bring what is imported, without importing it."""
        return self._bring(node, bind_import(node))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.stmt]:
        """Bring what is imported, without importing it."""
        if node.module == "__future__":
            return []
        return self._bring(node, bind_from(node, self._used))

    def _bring(self, node: ast.stmt, pairs: Iterable[tuple[str, Binding]]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for name, binding in pairs:
            self._bindings[name] = binding
            number = ast.Constant(len(self.brought))
            self.brought.append(binding)
            value = _call("bring", number)
            made.append(_located(ast.Assign([ast.Name(name, ast.Store())], value), node))
        return made or [_located(ast.Pass(), node)]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt | None:
        """Drop definitions of the course's own distance: ours takes its place."""
        if node.name in DISTANCES:
            return None
        self.origins.define(node)
        outside, self._loops = self._loops, []
        self.generic_visit(node)
        self._loops = outside
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """Follow where values go; what is a printed value may be replaced by another year's."""
        self.origins.note_calls(node.value)
        first = node.targets[0]
        name = first.id if len(node.targets) == 1 and isinstance(first, ast.Name) else None
        before = len(self.sites)
        made = self._book.find_repeated(node.value) if self._judged else None
        literal = self._literal_name(name, node.value)
        if literal is not None:
            node.value = _call("literal", ast.Constant(literal), node.value)
            self.origins.bind(first, Origin(literal=literal))
        else:
            value = node.value
            node.value = self.visit(copy.copy(value))
            self.origins.assign(node.targets, value)
        if name is not None:
            self._holding.pop(name, None)
            number = before if len(self.sites) == before + 1 else made
            if number is not None:
                self._holding[name] = number
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """Follow where values go."""
        self.origins.note_calls(node.value)
        node.value = self.visit(node.value)
        self.origins.bind(node.target, self.origins.of(node.target))
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        """Remember what a loop goes over: the report names the worst round."""
        self.origins.note_calls(node.iter)
        node.iter = self.visit(node.iter)
        self.origins.bind(node.target, Origin())
        names = [one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)]
        self._loops += names
        node.body = self._body(node.body)
        del self._loops[len(self._loops) - len(names) :]
        node.orelse = self._body(node.orelse) if node.orelse else []
        return node

    def visit_If(self, node: ast.If) -> ast.stmt | list[ast.stmt]:
        """Take ``if difference < 0.001`` for the bound of a comparison."""
        self.origins.note_calls(node.test)
        bound = self._bound_of(node.test)
        node.test = self.visit(node.test)
        node.body = self._body(node.body)
        node.orelse = self._body(node.orelse) if node.orelse else []
        return [_located(bound, node), node] if bound is not None else node

    def visit_While(self, node: ast.While) -> ast.stmt:
        """Go on inside."""
        node.test = self.visit(node.test)
        node.body = self._body(node.body)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """Read the label of what is printed."""
        self.origins.note_calls(node.value)
        is_print = isinstance(node.value, ast.Call) and called_name(node.value) == "print"
        self._book.label = _first_text(node.value) if is_print else None
        node.value = self.visit(node.value)
        self._book.label = None
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Record and go on."""
        self.origins.note_calls(node.test)
        names = {one.id for one in ast.walk(node.test) if isinstance(one, ast.Name)}
        if not self._judged or names & _SETUP_NAMES:
            return _located(ast.Pass(), node)
        return _located(self._judge(node, node.test), node)

    def _body(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        made = [one for statement in body for one in self._statement(statement)]
        return made or [_located(ast.Pass(), body[0])]

    def _judge(self, node: ast.Assert, test: ast.expr, part: str | None = None) -> ast.stmt:
        """Return what records whether a condition holds."""
        message = node.msg.value if isinstance(node.msg, ast.Constant) else ""
        message = message if isinstance(message, str) else ""
        if found := find_all_equal(test):
            return ast.Expr(self._site(found, test, message=message, part=part))
        if isinstance(test, ast.Call) and (found := find_comparison(test)):
            return ast.Expr(self._site(found, test, message=message, part=part))
        bounded = self._bounded(test, message, part)
        if bounded is not None:
            return bounded
        return self._condition(test, message, part)

    def _bounded(self, test: ast.expr, message: str, part: str | None) -> ast.stmt | None:
        """Return what records ``distance < limit``, if that is what a condition is."""
        sides = find_order(test)
        if sides is None:
            return None
        small, limit = sides
        if isinstance(small, ast.Call) and (found := find_comparison(small)):
            value = self._site(found, small, message=message, part=part)
            number = self._number_of(value)
            if number is not None:
                return ast.Expr(_call("bound", value, ast.Constant(number), limit))
        if isinstance(small, ast.Name) and small.id in self._holding and part is None:
            number = self._holding[small.id]
            self._book.add_message(number, message)
            return ast.Expr(_call("bound", ast.Constant(None), ast.Constant(number), limit))
        return None

    def _bound_of(self, test: ast.expr) -> ast.stmt | None:
        sides = find_order(test)
        if sides is None or not self._judged or not isinstance(sides[0], ast.Name):
            return None
        number = self._holding.get(sides[0].id)
        if number is None or not is_numeric_literal(sides[1]):
            return None
        return ast.Expr(_call("bound", ast.Constant(None), ast.Constant(number), sides[1]))

    def _condition(self, test: ast.expr, message: str, part: str | None) -> ast.stmt:
        number = ast.Constant(self._book.add_condition(test, subject_of(test), message, part))
        empty = ast.arguments([], [], None, [], [], None, [])
        return ast.Expr(_call("condition", number, ast.Lambda(empty, test), self._where()))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Record what is compared."""
        found = find_comparison(node) if self._judged else None
        if found is None:
            self.generic_visit(node)
            return node
        return self._site(found, node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        """Leave functions alone that are called many times."""
        return node

    def _site(
        self, found: Found, node: ast.expr, *, message: str = "", part: str | None = None
    ) -> ast.expr:
        """Return the call that records a comparison in its place."""
        subject, beside = self._book.orient(found)
        arguments = [ast.Constant(self._book.add(found, node.lineno, message, part))]
        if found.shape is Shape.GRADIENT and isinstance(node, ast.Call):
            made = _call("sparse", *arguments, *node.args[:3], self._where())
            made.keywords = []
            return _located(made, node)
        made = _call("compare", *arguments, self.visit(subject), self.visit(beside), self._where())
        made.keywords = list(found.options)
        return _located(made, node)

    def _where(self) -> ast.expr:
        """Return the expression that tells in which round of its loops a comparison is."""
        names = list(dict.fromkeys(self._loops))
        return ast.Dict(
            [ast.Constant(name) for name in names], [ast.Name(name, ast.Load()) for name in names]
        )

    def _literal_name(self, name: str | None, value: ast.expr) -> str | None:
        if name is None or not self._judged or not looks_expected(name):
            return None
        if not is_numeric_literal(value):
            return None
        count = self._literals[name] = self._literals.get(name, 0) + 1
        return name if count == 1 else f"{name}_{count}"

    def _number_of(self, node: ast.expr) -> int | None:
        match node:
            case ast.Call(args=[ast.Constant(value=int(number)), *_]):
                return number
        return None


def _first_text(node: ast.expr) -> str | None:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            return one.value
    return None


def _call(method: str, *arguments: ast.expr) -> ast.Call:
    function = ast.Attribute(ast.Name(WHERE, ast.Load()), method, ast.Load())
    return ast.Call(function, list(arguments), [])


def _located(node: _Node, at: ast.AST) -> _Node:
    """Put a node where another stands; what is new below it follows when the cell is done."""
    return ast.copy_location(node, at)
