"""Rule: what is to be vectorised has no loop that costs it its speed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.settings import Rule
from grader.static.code import Code, called_name
from grader.static.findings import Finding, short
from grader.static.flow import find_in_result

_LOOPING = frozenset({"vectorize", "apply_along_axis", "apply_over_axes", "map", "fromiter"})
_HINT = "Which array operation does for all examples at once what the loop does for one?"


def find(code: Code, target: str, naive: str = "") -> Iterator[Finding]:
    """Yield the first loop in a target; whether it matters is for a clock to say.

    Parameters
    ----------
    code : Code
        The submission's text.
    target : str
        What is to be vectorised.
    naive : str
        Its naive version, whose loops count where the result is got from it.
    """
    for function in code.reached_from(target):
        call = find_in_result(function.node, lambda node: _calls(node, short(naive)))
        if call is not None:
            said = f"{short(target)} leaves its work to {short(naive)}"
            yield Finding(Rule.LOOPS, target, said, function.locate(call), hint=_HINT)
            return
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


def _calls(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and called_name(node) == name != ""


def _is_loop(node: ast.stmt | ast.expr) -> bool:
    """Return whether a node loops, and not only over a few written items."""
    if isinstance(node, ast.For | ast.While):
        return True
    if not isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return False
    return not all(isinstance(one.iter, ast.Tuple | ast.List) for one in node.generators)
