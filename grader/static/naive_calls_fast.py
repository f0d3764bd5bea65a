"""Rule: what is to be written in loops does not call the fast version of itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.settings import Rule
from grader.static.code import Code, Function, called_name
from grader.static.findings import Finding, short
from grader.static.flow import find_in_result
from grader.submission.course_names import COURSE_NAMES

_FAST = frozenset(COURSE_NAMES["fast_layers"])


def find(code: Code, target: str) -> Iterator[Finding]:
    """Yield the call of a fast function that a naive one gets its result from."""
    name = short(target)
    if not name.endswith("_naive"):
        return
    wanted = _FAST | {f"{name.removesuffix('_naive')}_vectorized"}
    for function in code.reached_from(target):
        if not wanted.intersection(map(called_name, code.calls_in(function))):
            continue
        call = find_in_result(function.node, lambda node: _calls(node, wanted))
        if call is not None and not _is_written_here(function, call):
            yield Finding(
                Rule.NAIVE_CALLS_FAST,
                target,
                f"{name} calls {called_name(call)}; it was to be written without it."
                if isinstance(call, ast.Call)
                else f"{name} was to be written without the fast version.",
                function.locate(call),
                hint="Which loops does the sum in the definition ask for, one for each index?",
            )
            return


def _calls(node: ast.expr, names: frozenset[str]) -> bool:
    return isinstance(node, ast.Call) and called_name(node) in names


def _is_written_here(function: Function, call: ast.expr) -> bool:
    """Return whether a function of a fast one's name is the student's own, in the same file."""
    name = called_name(call) if isinstance(call, ast.Call) else ""
    return name in function.source.definitions and name in _FAST
