"""Rule: right answers that a handout prints are worked out, not written down."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator
from functools import cached_property

from grader.settings import Rule
from grader.static.code import Code, Function
from grader.static.findings import Finding, short

_FEWEST = 3
"""Numbers of a handout in one function that are no accident."""
_FEWEST_DIGITS = 5


class Memorised:
    """Finds printed numbers in targets.

    Parameters
    ----------
    printed : iterable of float
        What the handout prints; not gone through unless a target holds numbers with many digits.
    """

    def __init__(self, printed: Iterable[float]) -> None:
        self._numbers = printed

    @cached_property
    def _printed(self) -> frozenset[str]:
        return frozenset(text for value in self._numbers if (text := _digits(value)))

    def __call__(self, code: Code, target: str) -> Iterator[Finding]:
        """Yield the place at which a target holds printed numbers."""
        for function in code.reached_from(target):
            long = {
                digits: node
                for node in _constants(code, function)
                if (digits := _digits(node.value))
            }
            if len(long) < _FEWEST:
                continue
            found = [node for digits, node in long.items() if digits in self._printed]
            if len(found) >= _FEWEST:
                yield Finding(
                    Rule.MEMORISED,
                    target,
                    f"{short(target)} holds {len(found)} numbers that the handout prints as right "
                    "answers.",
                    function.locate(found[0]),
                )
                return


def _constants(code: Code, function: Function) -> Iterator[ast.Constant]:
    """Go through the numbers in a function and in the tables of its file that it names."""
    nodes = code.nodes_of(function)
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    tables = [
        node.value
        for node in function.source.body
        if isinstance(node, ast.Assign)
        and any(isinstance(one, ast.Name) and one.id in names for one in node.targets)
    ]
    for piece in (nodes, *map(ast.walk, tables)):
        for node in piece:
            if isinstance(node, ast.Constant) and type(node.value) is float:
                yield node


def _digits(value: object) -> str:
    """Return the digits of a number that has enough of them to be known again."""
    if not isinstance(value, float) or not math.isfinite(value):
        return ""
    mantissa, _, exponent = f"{abs(value):.7e}".partition("e")
    significant = mantissa.replace(".", "").rstrip("0")
    return f"{mantissa}e{exponent}" if len(significant) >= _FEWEST_DIGITS else ""
