"""Where a notebook cell prints how far apart two things are, and what its output says there."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from grader.records import record
from grader.submission.notebook import parse_cell

_NUMBER = (
    r"([-+]?(?:\d{1,40}+(?:\.\d{0,40}+)?(?:[eE][-+]?\d{1,4}+)?"
    r"|\.\d{1,40}+(?:[eE][-+]?\d{1,4}+)?|nan|inf))\b"
)
_BETWEEN = r"[ \t'\",(]{0,20}+(?:np\.float\d{1,3}\()?"
"""What Python puts between a label and a number: a blank, or marks of a printed tuple.

Students write what is searched. Nothing in these patterns can be matched in two ways, and whatever
repeats is bounded: a line of digits would take minutes otherwise.
"""
_GAP = r"[ \t]{0,40}+"
_SPARSE = re.compile(rf"^numerical: .*?relative error: {_NUMBER}", re.MULTILINE)
"""What the course's gradient check prints for each entry it looks at."""
_LINE = 400
"""Characters of a line that are searched for a label."""
_SEARCHED = 1 << 18
"""Characters of a cell's output that are searched, all labels together."""
_WORDS = 12
_CHARACTERS = 20_000
_SITES = 100
_ERROR = re.compile(r"err|diff|dist", re.IGNORECASE)
_MEASURES = frozenset({"abs", "norm", "sum", "max", "mean", "square", "sqrt"})
_PERCENT = re.compile(r"%(?!%)[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")
_BRACES = re.compile(r"\{[^{}]*\}")
_PYTHON2 = re.compile(r"^([ \t]*)print[ \t]+(?![=(])(\S.*)$", re.MULTILINE)


@record
class Site:
    """One comparison of a cell: an error that it prints, or an assertion."""

    names: frozenset[str]
    """Names that are compared; the same in every copy of the cell."""
    line: int
    """Line of the cell where they are compared, from 1."""
    label: re.Pattern[str] | None
    """Finds the number in the output; None for an assertion."""


_Measured: TypeAlias = "dict[str, tuple[frozenset[str], int]]"
"""Names that hold an error: what it compares, and the line that does so."""


def find_sites(source: str) -> tuple[Site, ...]:
    """Find the comparisons of a cell, in order; Python 2's prints are understood.

    A cell that cannot be parsed, or is endless, has none.
    """
    if len(source) > _CHARACTERS:
        return ()
    parsed = parse_cell("", 1, source)
    if parsed.problem is not None:
        parsed = parse_cell("", 1, _PYTHON2.sub(r"\1print(\2)", source))
    measured: _Measured = {}
    sites = (site for statement in parsed.body for site in _sites(statement, measured))
    return tuple(islice(sites, _SITES))


def read_numbers(output: str, sites: Sequence[Site]) -> dict[int, float]:
    """Return what a stored output says, by position of the site; the worst of a loop.

    Where several sites print the same label, their numbers are told apart by order, and not at
    all if there are more or fewer than sites. A gradient check prints many, as many each time.
    """
    found: dict[int, float] = {}
    by_label: dict[str, list[int]] = {}
    for position, site in enumerate(sites):
        if site.label is not None:
            by_label.setdefault(site.label.pattern, []).append(position)
    lines = "\n".join(line[:_LINE] for line in output.split("\n"))
    lines = lines[: _SEARCHED // max(1, len(by_label))]
    for pattern, positions in by_label.items():
        numbers = [_worth(said) for said in re.findall(pattern, lines, re.MULTILINE)]
        share, rest = divmod(len(numbers), len(positions))
        if rest or not share or (share > 1 < len(positions) and pattern != _SPARSE.pattern):
            continue
        for order, position in enumerate(positions):
            found[position] = max(numbers[order * share : (order + 1) * share])
    return found


def _worth(said: str) -> float:
    number = abs(float(said))
    return math.inf if math.isnan(number) else number


def _sites(node: ast.stmt, measured: _Measured) -> Iterator[Site]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _measures(value, measured):
            measured[name] = (_compared(value, measured), value.lineno)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value) if name in measured:
            del measured[name]
            yield from _sparse(value)
        case ast.Assert(test=test):
            yield Site(_compared(test, measured), _line(test, measured), None)
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=arguments)):
            yield from _printed(arguments, measured)
        case ast.Assign(value=value) | ast.Expr(value=value):
            yield from _sparse(value)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt) and not isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from _sites(child, measured)


def _sparse(node: ast.expr) -> Iterator[Site]:
    """Yield the site that a call of the course's gradient check is: it prints by itself."""
    match node:
        case ast.Call(func=ast.Name(id="grad_check_sparse"), args=[_, _, gradient, *_]):
            yield Site(_compared(gradient, {}), node.lineno, _SPARSE)


def _printed(arguments: Sequence[ast.expr], measured: _Measured) -> Iterator[Site]:
    """Yield a site for each measured error among the arguments of one print."""
    pieces = [piece for argument in arguments for piece in _pieces(argument)]
    for position, piece in enumerate(pieces):
        if not isinstance(piece, str) and _measures(piece, measured):
            line = _line(piece, measured)
            yield Site(_compared(piece, measured), line, _label(pieces[:position]))


def _pieces(node: ast.expr) -> list[str | ast.expr]:
    """Return the text and the values that an argument of print shows, in order."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            return [
                part.value if isinstance(part, ast.FormattedValue) else str(part.value)
                for part in values
                if isinstance(part, ast.FormattedValue | ast.Constant)
            ]
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            return _filled(_PERCENT.split(text), values)
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"), args=values
        ):
            return _filled(_BRACES.split(text), values)
    return [node]


def _filled(texts: Sequence[str], values: Sequence[ast.expr]) -> list[str | ast.expr]:
    if len(texts) != len(values) + 1:
        return [*texts]
    between = [part for pair in zip(texts, values, strict=False) for part in pair]
    return [*between, texts[-1]]


def _label(pieces: Sequence[str | ast.expr]) -> re.Pattern[str]:
    """Return what finds the number that follows these on a line of output."""
    label, is_open = "", False
    for piece in pieces:
        if not isinstance(piece, str):
            # One gap at most, before the label's last words: students write these patterns.
            label, is_open = "", True
            continue
        *before, last = piece.split("\n")
        label = last if before else f"{label} {last}"
        is_open = is_open and not before
    words = label.replace("%%", "%").split()[-_WORDS:]
    text = _GAP.join(map(re.escape, words))
    start = r"^.*?" if is_open else r"^[ \t('\"]*"
    return re.compile(rf"{start}{text}{_BETWEEN}{_NUMBER}", re.MULTILINE)


def _measures(node: ast.expr, measured: _Measured) -> bool:
    """Return whether an expression is an error: a number that says how far apart things are."""
    match node:
        case ast.Name(id=name):
            return name in measured
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
            if _ERROR.search(name) and len(arguments) > 1:
                return True
            differs = any(
                isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub)
                for argument in [node.func, *arguments]
                for inner in ast.walk(argument)
            )
            return name in _MEASURES and differs
    return False


def _compared(node: ast.expr, measured: _Measured) -> frozenset[str]:
    """Return the names in an expression, without those of modules and functions."""
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    names: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and id(inner) not in called and inner.id != "np":
            names |= measured[inner.id][0] if inner.id in measured else {inner.id}
    return frozenset(names)


def _line(node: ast.expr, measured: _Measured) -> int:
    """Return the line that compares: that of an assignment, where a name holds the error."""
    lines = [
        measured[inner.id][1]
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and inner.id in measured
    ]
    return lines[0] if lines else node.lineno
