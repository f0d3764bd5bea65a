"""What a generic mutation makes of one expression or one statement.

Every operator looks at one node and yields what may stand in its place, with the operator's name.
Operators know Python and NumPy and nothing of what the code is for.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

Change: TypeAlias = tuple[str, ast.expr]
"""An operator's name, and what comes into an expression's place."""
StatementChange: TypeAlias = tuple[str, ast.stmt]
"""The same for a statement."""

_CONVERSIONS = frozenset({"float", "int", "np.dtype"})
"""Calls that give the same number in another type."""
_SMALL = 1e-4
"""A number from here down is an epsilon, of which only the magnitude matters."""

_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
}
_NOT_COMMUTATIVE = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.FloorDiv, ast.Mod)
_AUGMENTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_TWINS = {
    "sum": ("mean",),
    "mean": ("sum",),
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "argmax": ("argmin",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "zeros_like": ("ones_like",),
    "var": ("std",),
    "standard_normal": ("random_sample",),
    "append": ("clear",),
}
"""Methods and functions by name, and what may be called instead."""


def change_expression(node: ast.expr) -> Iterator[Change]:
    """Yield what may stand in the place of an expression; the node itself does not change."""
    yield from _change_operation(node)
    yield from _change_value(node)


def _change_operation(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.BinOp():
            yield from _change_arithmetic(node)
        case ast.Compare(ops=[operator]):
            for other in _COMPARISONS.get(type(operator), ()):
                yield "comparison", ast.Compare(node.left, [other()], node.comparators)
        case ast.BoolOp(op, values):
            yield "and-or", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield from (("drop-operand", value) for value in values)
        case ast.UnaryOp(operand=operand):
            yield "drop-sign", operand
        case ast.IfExp(test, body, orelse):
            if not _is_negated_by_swap(test):
                yield "negate-condition", ast.IfExp(test, orelse, body)
            yield from (("always", body), ("never", orelse))
        case _:
            pass


def _change_value(node: ast.expr) -> Iterator[Change]:
    match node:
        case ast.Constant(value):
            yield from _change_constant(value)
        case ast.Call():
            yield from _change_call(node)
        case ast.Attribute(value, "T"):
            yield "drop-transpose", value
        case ast.Tuple(elements, ast.Load()) | ast.List(elements, ast.Load()):
            for swapped in _swap_neighbours(elements):
                yield "swap-elements", type(node)(swapped, ast.Load())
        case ast.Slice():
            yield from _change_slice(node)
        case _:
            pass


def change_condition(test: ast.expr) -> Iterator[Change]:
    """Yield what may stand in the place of the condition of a branch or a loop."""
    if not _is_negated_by_swap(test):
        yield "negate-condition", ast.UnaryOp(ast.Not(), test)
    yield "always", ast.Constant(value=True)
    yield "never", ast.Constant(value=False)


def change_statement(node: ast.stmt, bound: Collection[str]) -> Iterator[StatementChange]:
    """Yield what may stand in the place of a statement.

    Parameters
    ----------
    node : ast.stmt
        Does not change.
    bound : collection of str
        Names that have a value before it. Only what binds no new name is deleted: everything
        after it would merely raise.
    """
    match node:
        case ast.AugAssign(target, operator, value):
            yield "augmented-to-plain", ast.Assign([target], value, lineno=node.lineno)
            if type(operator) in _AUGMENTED:
                other = _AUGMENTED[type(operator)]()
                yield "augmented-operator", ast.AugAssign(target, other, value)
        case ast.Continue():
            yield "continue-break", ast.Break()
        case ast.Break():
            yield "continue-break", ast.Continue()
        case _:
            pass
    if _is_deletable(node, bound):
        yield "delete-statement", ast.Pass()


def _is_negated_by_swap(test: ast.expr) -> bool:
    """Return whether another operator of a comparison is its negation already."""
    return isinstance(test, ast.Compare) and type(test.ops[0]) in _COMPARISONS


def _change_arithmetic(node: ast.BinOp) -> Iterator[Change]:
    left, right = node.left, node.right
    for other in _ARITHMETIC.get(type(node.op), ()):
        yield "arithmetic", ast.BinOp(left, other(), right)
    if isinstance(node.op, _NOT_COMMUTATIVE):
        yield "swap-operands", ast.BinOp(right, node.op, left)
    yield from (("drop-operand", left), ("drop-operand", right))


def _change_constant(value: object) -> Iterator[Change]:
    match value:
        case bool():
            changed: tuple[str | float, ...] = (not value,)
        case int():
            changed = (value + 1, value - 1) if value else (1,)
        case float() if value == 0:
            changed = (1.0,)
        case float() if abs(value) < _SMALL:
            changed = (0.0, value * 1e3)
        case float():
            changed = (value * 2, value / 2, 0.0)
        case str():
            changed = (f"{value}?",)
        case _:
            changed = ()
    yield from (("constant", ast.Constant(value=one)) for one in changed)


def _change_call(node: ast.Call) -> Iterator[Change]:
    function, arguments, keywords = node.func, node.args, node.keywords
    if ast.unparse(function) in _CONVERSIONS:
        return
    for swapped in _swap_neighbours(arguments):
        yield "swap-arguments", ast.Call(function, list(swapped), keywords)
    for place in range(len(keywords)):
        fewer = keywords[:place] + keywords[place + 1 :]
        yield "drop-keyword", ast.Call(function, arguments, fewer)
    if len(arguments) > 1 and not isinstance(arguments[-1], ast.Starred):
        yield "drop-argument", ast.Call(function, arguments[:-1], keywords)
    if isinstance(function, ast.Attribute):
        for other in _TWINS.get(function.attr, ()):
            renamed = ast.Attribute(function.value, other, ast.Load())
            yield "twin-function", ast.Call(renamed, arguments, keywords)
        if not isinstance(function.value, ast.Name) or function.value.id != "np":
            yield "drop-call", function.value
            return
    if arguments and not isinstance(arguments[0], ast.Starred):
        yield "drop-call", arguments[0]


def _change_slice(node: ast.Slice) -> Iterator[Change]:
    lower, upper, step = node.lower, node.upper, node.step
    for bound in (lower, upper):
        if bound is None:
            continue
        later = ast.BinOp(bound, ast.Add(), ast.Constant(value=1))
        yield (
            "shift-slice",
            ast.Slice(later, upper, step) if bound is lower else ast.Slice(lower, later, step),
        )
        yield (
            "drop-bound",
            ast.Slice(None, upper, step) if bound is lower else ast.Slice(lower, None, step),
        )
    if step is not None:
        yield "drop-step", ast.Slice(lower, upper, None)


def _swap_neighbours(elements: Sequence[ast.expr]) -> Iterator[list[ast.expr]]:
    for place in range(len(elements) - 1):
        swapped = list(elements)
        swapped[place : place + 2] = reversed(swapped[place : place + 2])
        yield swapped


def _is_deletable(node: ast.stmt, bound: Collection[str]) -> bool:
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            return True
        case ast.Assign(targets=targets):
            return all(_is_bound(target, bound) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr()):
            return _is_bound(target, bound)
        case _:
            return False


def _is_bound(target: ast.expr, bound: Collection[str]) -> bool:
    match target:
        case ast.Name(name):
            return name in bound
        case ast.Tuple(elements):
            return all(_is_bound(element, bound) for element in elements)
        case _:
            return True
