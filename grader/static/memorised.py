"""Rule: right answers that a handout prints are worked out, not written down."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator

from grader.model import Rule
from grader.static.code import Code, Function
from grader.static.findings import Finding, short

_FEWEST = 3
"""Numbers of a handout in one function that are no accident."""
_FEWEST_DIGITS = 5


def make_rule(printed: Iterable[float]) -> Memorised:
    """Return the rule for the numbers that an assignment prints."""
    return Memorised(frozenset(text for value in printed if (text := _digits(value))))


class Memorised:
    """Finds printed numbers in targets.

    Parameters
    ----------
    printed : frozenset of str
        Their digits, without sign.
    """

    def __init__(self, printed: frozenset[str]) -> None:
        self._printed = printed

    def __call__(self, code: Code, target: str) -> Iterator[Finding]:
        """Yield the place at which a target holds printed numbers."""
        if not self._printed:
            return
        for function in code.reached_from(target):
            found = {
                digits: node
                for node in _constants(function)
                if (digits := _digits(node.value)) in self._printed
            }
            if len(found) >= _FEWEST:
                yield Finding(
                    Rule.MEMORISED,
                    target,
                    f"{short(target)} holds {len(found)} numbers that the handout prints as right "
                    "answers.",
                    function.locate(next(iter(found.values()))),
                )
                return


def _constants(function: Function) -> Iterator[ast.Constant]:
    """Go through the numbers in a function and in the tables of its file that it names."""
    names = {node.id for node in ast.walk(function.node) if isinstance(node, ast.Name)}
    tables = [
        node.value
        for node in function.source.body
        if isinstance(node, ast.Assign)
        and any(isinstance(one, ast.Name) and one.id in names for one in node.targets)
    ]
    for piece in (function.node, *tables):
        for node in ast.walk(piece):
            if isinstance(node, ast.Constant) and type(node.value) is float:
                yield node


def _digits(value: object) -> str:
    """Return the digits of a number that has enough of them to be known again."""
    if not isinstance(value, float) or not math.isfinite(value):
        return ""
    mantissa, _, exponent = f"{abs(value):.7e}".partition("e")
    significant = mantissa.replace(".", "").rstrip("0")
    return f"{mantissa}e{exponent}" if len(significant) >= _FEWEST_DIGITS else ""
