"""Where a cell compares, and what with: the shapes of expressions that courses compare by."""

from __future__ import annotations

import ast
import re
from dataclasses import field
from enum import Enum

from grader.checks.cells.names import DISTANCES
from grader.records import record

WHERE = "__cell__"
"""Name under which a transformed cell reaches the observer."""
_ORDER = (ast.Lt, ast.LtE)
_REVERSED = (ast.Gt, ast.GtE)


class Shape(Enum):
    """How two values are compared."""

    RELATIVE = "relative"
    """The course's relative error."""
    LARGEST = "largest"
    """Largest absolute difference."""
    SUM = "sum"
    """Sum of absolute differences."""
    NORM = "norm"
    """Frobenius norm of the difference."""
    CLOSE = "close"
    """Within a relative and an absolute tolerance, as ``np.allclose`` has it."""
    EQUAL = "equal"
    """Exactly equal in every entry."""
    GRADIENT = "gradient"
    """``grad_check_sparse``: a gradient against numeric derivatives."""
    CONDITION = "condition"
    """Any other condition that must hold."""


@record
class Site:
    """One place of a cell where something is compared."""

    part: str
    """Name of the part of the check it decides."""
    shape: Shape
    line: int
    subject: str = ""
    """What is judged, as the cell writes it."""
    beside: str = ""
    """What it is compared with, as the cell writes it."""
    message: str = ""
    """What the cell says when it is wrong."""
    target: str | None = None
    """Canonical target whose result is judged, if it can be told."""
    place: int | None = None
    """Position of what is judged in what that target returns."""
    literal: str | None = None
    """Name of the printed value it is compared with."""
    numeric: bool = False
    """Whether it is compared with a numeric gradient."""
    tolerance: float | None = None
    """What a comment allows."""


@record
class Found:
    """A comparison met in an expression."""

    shape: Shape
    first: ast.expr
    second: ast.expr
    options: tuple[ast.keyword, ...] = field(default=())
    """``rtol`` and ``atol`` of a call to ``allclose``."""


_CLOSE = frozenset({"allclose", "isclose", "assert_allclose", "assert_array_almost_equal"})
_ALMOST = frozenset({"assert_almost_equal", "assert_array_almost_equal"})
_EQUAL = frozenset({"array_equal", "assert_array_equal", "assert_equal"})
_SUMS = frozenset({"sum"})
_LARGEST = frozenset({"max", "amax", "mean", "average"})
_ABSOLUTE = frozenset({"abs", "absolute", "fabs"})


def find_comparison(node: ast.Call) -> Found | None:
    """Return what a call compares, if it is a comparison."""
    name = called_name(node)
    if name in DISTANCES and len(node.args) >= 2:
        return Found(Shape.RELATIVE, node.args[0], node.args[1])
    if name == "grad_check_sparse" and len(node.args) >= 3:
        return Found(Shape.GRADIENT, node.args[2], node.args[1])
    if name in _CLOSE | _ALMOST and len(node.args) >= 2:
        options = tuple(k for k in node.keywords if k.arg in ("rtol", "atol", "decimal"))
        positional = zip(("rtol", "atol"), node.args[2:4], strict=False)
        given = tuple(ast.keyword(arg, value) for arg, value in positional)
        return Found(Shape.CLOSE, node.args[0], node.args[1], (*options, *given))
    if name in _EQUAL and len(node.args) >= 2:
        return Found(Shape.EQUAL, node.args[0], node.args[1])
    if name == "norm" and node.args and (sides := _difference(node.args[0])):
        return Found(Shape.NORM, *sides)
    inner = _argument(node)
    if name in _SUMS | _LARGEST and inner is not None and (sides := _absolute_difference(inner)):
        return Found(Shape.SUM if name in _SUMS else Shape.LARGEST, *sides)
    if sides := _absolute_difference(node):
        return Found(Shape.LARGEST, *sides)
    return None


def find_all_equal(node: ast.expr) -> Found | None:
    """Return what ``np.all(a == b)`` or ``(a == b).all()`` compares."""
    if not isinstance(node, ast.Call) or called_name(node) != "all":
        return None
    inner = _argument(node)
    if isinstance(inner, ast.Compare) and len(inner.ops) == 1 and isinstance(inner.ops[0], ast.Eq):
        return Found(Shape.EQUAL, inner.left, inner.comparators[0])
    return None


def find_order(test: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return the smaller and the larger side of a condition that is one comparison."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    if isinstance(test.ops[0], _ORDER):
        return test.left, test.comparators[0]
    if isinstance(test.ops[0], _REVERSED):
        return test.comparators[0], test.left
    return None


def subject_of(test: ast.expr) -> ast.expr:
    """Return what a condition is about."""
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Constant):
        return test.comparators[0]
    return test.left if isinstance(test, ast.Compare) else test


def called_name(node: ast.Call) -> str:
    """Return the last part of the name that is called."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _argument(node: ast.Call) -> ast.expr | None:
    """Return what a reduction reduces: its argument, or the object it is a method of."""
    function = node.func
    is_method = isinstance(function, ast.Attribute) and not isinstance(function.value, ast.Name)
    if is_method and not node.args:
        assert isinstance(function, ast.Attribute)  # noqa: S101 - just seen
        return function.value
    return node.args[0] if node.args else None


def _absolute_difference(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.Call) and called_name(node) in _ABSOLUTE and len(node.args) == 1:
        return _difference(node.args[0])
    return None


def _difference(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return node.left, node.right
    return None


_LABEL = re.compile(
    r"^\s*([A-Za-z_]\w*)\s+(?:max(?:imum)?\s+)?(?:relative\s+)?(?:error|err|difference)\b"
)
_NO_NAMES = frozenset(
    {"relative", "max", "maximum", "the", "your", "total", "one", "no", "two", "test", "absolute"}
)
_STEM = re.compile(r"_(?:naive|vectorized|fast|num|numerical|im2col|strided|loop|ours)$|(?<=\w)\d$")
_ASPECTS = frozenset({"shape", "dtype", "size", "ndim"})
_WORD = re.compile(r"\W+")


def name_by_label(text: str) -> str | None:
    """Return what a printed label says is compared: ``dx`` of ``dx error: ``."""
    match = _LABEL.match(text)
    if match is None or match.group(1).lower() in _NO_NAMES:
        return None
    return match.group(1)


def name_by_expression(node: ast.expr, beside: ast.expr | None = None) -> str:
    """Return a short name for what an expression is about."""
    name = _base_name(node)
    if beside is not None:
        other = _base_name(beside)
        if _STEM.sub("", other) == _STEM.sub("", name):
            name = _STEM.sub("", name)
    return _WORD.sub("_", name).strip("_") or "value"


def _base_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            named = isinstance(value, ast.Name) and attr not in _ASPECTS
            return attr if named else f"{_base_name(value)}_{attr}"
        case ast.Subscript(value=value, slice=ast.Constant(value=str(key))):
            return key if key.isidentifier() else _base_name(value)
        case ast.Subscript(value=value):
            return _base_name(value)
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if not isinstance(
            value, ast.Name
        ) or value.id not in ("np", "numpy"):
            return f"{_base_name(value)}_{attr}"
        case ast.Call(args=[first, *_]):
            return _base_name(first)
        case ast.BinOp(left=left) | ast.Compare(left=left):
            return _base_name(left)
        case ast.UnaryOp(operand=operand):
            return _base_name(operand)
        case ast.BoolOp(values=[first, *_]):
            return _base_name(first)
    return "value"
