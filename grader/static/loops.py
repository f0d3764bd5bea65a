"""Rule: what is to be vectorised has no loop that costs it its speed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.model import Rule
from grader.static.code import Code, called_name
from grader.static.findings import Finding, short

_LOOPING = frozenset({"vectorize", "apply_along_axis", "apply_over_axes", "map", "fromiter"})
_HINT = "Which array operation does for all examples at once what the loop does for one?"


def find(code: Code, target: str) -> Iterator[Finding]:
    """Yield the first loop in a target; whether it matters is for a clock to say."""
    for function in code.reached_from(target):
        for node in code.nodes_of(function):
            if isinstance(node, ast.For | ast.While | ast.expr) and _is_loop(node):
                yield Finding(
                    Rule.LOOPS,
                    target,
                    f"{short(target)} has a loop",
                    function.locate(node),
                    hint=_HINT,
                )
                return
        for call in code.calls_in(function):
            if called_name(call) in _LOOPING:
                yield Finding(
                    Rule.LOOPS,
                    target,
                    f"{short(target)} loops by {called_name(call)}",
                    function.locate(call),
                    hint=_HINT,
                )
                return


def _is_loop(node: ast.stmt | ast.expr) -> bool:
    """Return whether a node loops, and not only over a few written items."""
    if isinstance(node, ast.For | ast.While):
        return True
    if not isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return False
    return not all(isinstance(one.iter, ast.Tuple | ast.List) for one in node.generators)
