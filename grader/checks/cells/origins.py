"""Where the values of a cell come from, as far as its text tells: targets, literals, gradients."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from grader.checks.cells.names import Binding, Source, choose_class
from grader.checks.cells.sites import called_name
from grader.records import record
from grader.submission.tree import walk

_EXPECTED = re.compile(
    r"^(?:correct|corrent|expected|true|answer)(?:_|$)|_(?:correct|expected|true)$"
)
_GIVEN = re.compile(r"(?:^|_)(?:num|numeric|numerical|naive|true)(?:_|$)|1$")


@record
class Origin:
    """What a name holds."""

    target: str | None = None
    """Canonical target that made it."""
    place: int | None = None
    """Position in what the target returned; None for all of it."""
    numeric: bool = False
    """Whether it is a numeric gradient."""
    literal: str | None = None
    """If it is a printed value: the name it goes by."""


class Origins:
    """Follows assignments through the cells of one check, in the order of the text.

    Parameters
    ----------
    bindings : mapping
        What imported names stand for; may grow while cells are read.
    """

    def __init__(self, bindings: Mapping[str, Binding]) -> None:
        self._bindings = bindings
        self._known: dict[str, Origin] = {}
        self._versions: dict[str, int] = {}
        self.called: dict[str, None] = {}
        """Canonical targets that are called, in the order of their first call."""

    def version(self, node: ast.AST) -> tuple[tuple[str, int], ...]:
        """Return which assignments the names of an expression refer to."""
        names = sorted({one.id for one in walk(node) if isinstance(one, ast.Name)})
        return tuple((name, self._versions.get(name, 0)) for name in names)

    def of(self, node: ast.expr) -> Origin:
        """Return where the value of an expression comes from."""
        match node:
            case ast.Name(id=name):
                return self._known.get(name, Origin())
            case ast.Call():
                return self._of_call(node)
            case ast.Attribute(value=value) | ast.Subscript(value=value):
                inner = self.of(value)
                return Origin(inner.target, inner.place)
            case ast.BinOp(left=value) | ast.UnaryOp(operand=value):
                inner = self.of(value)
                return Origin(inner.target, inner.place)
        return Origin()

    def _of_call(self, node: ast.Call) -> Origin:
        name = called_name(node)
        if name.startswith("eval_numerical_gradient"):
            return Origin(numeric=True)
        if target := self.target_of(node):
            return Origin(target)
        if isinstance(node.func, ast.Attribute):
            inner = self.of(node.func.value)
            return Origin(inner.target, inner.place)
        if isinstance(node.func, ast.Name) and node.func.id in self._known:
            return self._known[node.func.id]
        return self.of(node.args[0]) if node.args else Origin()

    def target_of(self, node: ast.Call) -> str | None:
        """Return the canonical target that a call is a call of."""
        match node.func:
            case ast.Name(id=name) if name in self._bindings:
                binding = self._bindings[name]
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in self._bindings:
                module = self._bindings[name]
                if module.source is not Source.COURSE:
                    return None
                binding = Binding(Source.TARGET, f"{module.path}:{attr}")
            case _:
                return None
        if binding.source is not Source.TARGET:
            return None
        return choose_class(binding, node).path

    def note_calls(self, node: ast.AST) -> None:
        """Remember which targets a statement calls."""
        calls = [one for one in walk(node) if isinstance(one, ast.Call)]
        for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
            if target := self.target_of(call):
                self.called.setdefault(target)

    def assign(self, targets: list[ast.expr], value: ast.expr) -> None:
        """Take note of an assignment."""
        origin = self.of(value)
        for target in targets:
            if isinstance(target, (ast.Tuple, ast.List)):
                for place, item in enumerate(target.elts):
                    self.bind(item, self._item_of(value, origin, place))
            else:
                self.bind(target, origin)

    def _item_of(self, value: ast.expr, origin: Origin, place: int) -> Origin:
        """Return where one of several values comes from that are unpacked."""
        if isinstance(value, (ast.Tuple, ast.List)) and place < len(value.elts):
            return self.of(value.elts[place])
        if isinstance(value, ast.Call) and origin.target:
            return Origin(origin.target, place)
        return origin

    def bind(self, target: ast.expr, origin: Origin) -> None:
        """Give the names of an assignment's left side a new value."""
        if isinstance(target, ast.Name):
            self._known[target.id] = origin
        for name in _names(target):
            self._versions[name] = self._versions.get(name, 0) + 1

    def define(self, node: ast.FunctionDef) -> None:
        """Take note of a function of the cell: it stands for the last target it calls."""
        calls = [one for one in walk(node) if isinstance(one, ast.Call)]
        found = [target for call in calls if (target := self.target_of(call))]
        self.bind(ast.Name(node.name, ast.Store()), Origin(found[-1] if found else None))


def _names(target: ast.expr) -> Iterator[str]:
    for node in walk(target):
        if isinstance(node, ast.Name):
            yield node.id


def is_numeric_literal(node: ast.expr) -> bool:
    """Return whether an expression is a number, or an array written out in numbers."""
    if isinstance(node, ast.Call) and called_name(node) in ("array", "asarray") and node.args:
        return isinstance(node.args[0], (ast.List, ast.Tuple)) and _is_numbers(node.args[0])
    return _is_number(node)


def is_array_literal(node: ast.expr) -> bool:
    """Return whether an expression is an array written out in numbers."""
    return isinstance(node, ast.Call) and is_numeric_literal(node)


def _is_numbers(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(map(_is_numbers, node.elts))
    return _is_number(node)


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def looks_expected(name: str) -> bool:
    """Return whether a name says that it holds a right answer."""
    return _EXPECTED.search(name) is not None


def says_given(node: ast.expr) -> bool:
    """Return whether an expression is named like what others are compared with."""
    return any(
        isinstance(one, ast.Name) and (_GIVEN.search(one.id) or looks_expected(one.id))
        for one in walk(node)
    )
