"""Numbers that a notebook prints to be compared with, found and renewed where they stand."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.records import record
from grader.submission.notebook import parse_cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ARRAYS = frozenset({"array", "asarray", "float32", "float64"})
_DECIMAL = re.compile(
    r"(?P<sign>[-+]?)\s*(?P<whole>\d*)(?P<point>\.?)(?P<decimals>\d*)"
    r"(?:(?P<mark>[eE])(?P<direction>[-+]?)(?P<exponent>\d+))?"
)
_HAIR = 1e-6
"""Share of a unit in the last place that rounding may add to half of one."""


@record
class Number:
    """One number as a cell prints it."""

    start: int
    """First character in the cell's source, a sign included."""
    end: int
    """Behind the last character."""
    text: str

    @property
    def value(self) -> float:
        """What it says."""
        return float(re.sub(r"[\s_]", "", self.text))


@record
class Literal:
    """A name that a cell gives a number or an array of numbers to."""

    name: str
    line: int
    """Line of the assignment in the cell, from 1."""
    numbers: tuple[Number, ...]
    """In the order in which an array stores them."""
    is_array: bool = False
    """Whether an array is made of them."""


@record
class Renewal:
    """A number that is not what it should be, and the edit that makes it so."""

    index: tuple[int, ...]
    """Place in the array; empty for a number by itself."""
    old: Number
    value: float
    """What it should be."""
    start: int
    """First character of the source that is replaced."""
    end: int
    """Behind the last one."""
    text: str
    """What is put there."""


def find_literals(source: str) -> tuple[Literal, ...]:
    """Find the numbers that a cell assigns to names, in order.

    Parameters
    ----------
    source : str
        A code cell; magics are allowed. One that is no Python has no literals.
    """
    lines = source.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found = []
    for statement in parse_cell("", 1, source).body:
        for name, value in _assigned(statement):
            nodes = _number_nodes(value)
            if nodes:
                numbers = tuple(_number_of(node, source, lines, starts) for node in nodes)
                is_array = isinstance(value, ast.Call)
                found.append(Literal(name, value.lineno, numbers, is_array))
    return tuple(found)


def renew(source: str, literal: Literal, values: NDArray[Any]) -> tuple[Renewal, ...]:
    """Return what of a literal has to change for it to print ``values``.

    A number stays as it is where it differs by no more than its printed precision can show: half
    a unit in the last place, and a hair. An array is printed at the precision of its most precise
    entry; short ones such as ``0.4`` end in zeros that are not printed.

    Raises
    ------
    ValueError
        If there are not as many values as numbers, or one of them is not finite.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.size != len(literal.numbers):
        raise ValueError(
            f"{literal.name} has {len(literal.numbers)} numbers, and the reference gives "
            f"{values.size}, of shape {values.shape}; write it anew"
        )
    if not np.all(np.isfinite(values)):
        raise ValueError(f"{literal.name}: the reference gives values that are not finite")
    fixed, scientific = _precision(literal.numbers)
    renewals = []
    for number, index in zip(literal.numbers, np.ndindex(values.shape), strict=True):
        value = float(values[index])
        text = _print_like(number.text, value, fixed, scientific)
        if text is not None:
            edit = (number.start, number.end, text)
            if literal.is_array:
                edit = _fit(source, number, text)
            renewals.append(Renewal(index, number, value, *edit))
    return tuple(renewals)


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names and right sides of the assignments in a statement, blocks included."""
    for node in _in_order(statement):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=sides)) if len(
                names
            ) == len(sides):
                yield from (
                    (name.id, side)
                    for name, side in zip(names, sides, strict=True)
                    if isinstance(name, ast.Name)
                )


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from _in_order(child)


def _number_nodes(node: ast.expr) -> list[ast.expr]:
    """Return the numbers of an expression that is nothing but numbers, in order; else none."""
    match node:
        case ast.Constant(value=bool()):
            return []
        case ast.Constant(value=int() | float()):
            return [node]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float())):
            return [node]
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            inner = [_number_nodes(part) for part in parts]
            return [number for numbers in inner for number in numbers] if all(inner) else []
        case ast.Call(func=ast.Attribute(value=ast.Call() as made, attr="reshape")):
            return _number_nodes(made)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[first, *_]):
            return _number_nodes(first) if name in _ARRAYS else []
    return []


def _number_of(node: ast.expr, source: str, lines: Sequence[str], starts: Sequence[int]) -> Number:
    def place(line: int, offset: int) -> int:
        # Python counts columns in bytes of UTF-8.
        return starts[line - 1] + len(lines[line - 1].encode()[:offset].decode())

    start = place(node.lineno, node.col_offset)
    end = place(node.end_lineno or node.lineno, node.end_col_offset or 0)
    return Number(start, end, source[start:end])


def _precision(numbers: Sequence[Number]) -> tuple[int, int]:
    """Return the most decimals of numbers without and with an exponent."""
    decimals = {False: 0, True: 0}
    for number in numbers:
        found = _DECIMAL.fullmatch(number.text)
        if found:
            is_scientific = found["mark"] is not None
            decimals[is_scientific] = max(decimals[is_scientific], len(found["decimals"]))
    return decimals[False], decimals[True]


def _print_like(text: str, value: float, fixed: int, scientific: int) -> str | None:
    """Return a value printed as ``text`` is; None if the text is right as it stands."""
    found = _DECIMAL.fullmatch(text)
    if found is None:  # underscores, hexadecimal
        return None if float(re.sub(r"[\s_]", "", text)) == value else repr(value)
    old = float(re.sub(r"\s", "", text))
    if found["mark"] is None:
        unit = 10.0**-fixed
        printed = f"{value:.{fixed}f}"
        if found["point"] and not fixed:
            printed += "."
    else:
        exponent = max(int(found["direction"] + found["exponent"]), _exponent_of(value))
        unit = 10.0 ** (exponent - scientific)
        printed = _in_style(f"{value:.{scientific}e}", found)
    half = 0.5 * unit * (1.0 + _HAIR) + 4 * np.spacing(abs(value))
    if abs(value - old) <= half:
        return None
    if not found["whole"]:  # .5
        printed = re.sub(r"^(-?)0\.", r"\1.", printed)
    printed = re.sub(r"^-(?=[0.]*(?:[eE]|$))", "", printed)  # no -0
    return f"+{printed}" if found["sign"] == "+" and value >= 0 else printed


def _exponent_of(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else -400


def _in_style(printed: str, like: re.Match[str]) -> str:
    """Return ``1.5e-05`` with mark, sign and width of an exponent as in ``like``."""
    mantissa, _, exponent = printed.partition("e")
    size = abs(int(exponent))
    sign = "-" if int(exponent) < 0 else "+" if like["direction"] == "+" else ""
    if like["point"] and "." not in mantissa:
        mantissa += "."
    return f"{mantissa}{like['mark']}{sign}{size:0{len(like['exponent'])}d}"


def _fit(source: str, number: Number, text: str) -> tuple[int, int, str]:
    """Return the edit that puts ``text`` in a number's place and keeps columns in line."""
    start, end = number.start, number.end
    was, is_now = number.text.startswith("-"), text.startswith("-")
    if was and not is_now:
        text = f" {text}" if start and source[start - 1] in "[( " else text
    elif is_now and not was and re.search(r"[\[( ] $", source[max(0, start - 2) : start]):
        start -= 1
    padding = len(source[end:]) - len(source[end:].lstrip(" "))
    more = len(text) - (end - start)
    if more > 0 and source[end + padding : end + padding + 1] in {",", "]", ")"}:
        end += min(more, padding)
    elif more < 0 and padding:
        text += " " * -more
    return start, end, text
