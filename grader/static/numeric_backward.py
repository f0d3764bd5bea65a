"""Rule: a gradient is derived, not worked out from differences of a forward pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from grader.settings import Rule
from grader.static.code import Code, Function, called_name
from grader.static.findings import Finding, short
from grader.static.flow import find_in_result
from grader.static.quotients import find_quotients, may_hold_quotients

_CHECKERS = frozenset(
    {
        "eval_numerical_gradient",
        "eval_numerical_gradient_array",
        "eval_numerical_gradient_blobs",
        "eval_numerical_gradient_net",
        "approx_fprime",
        "approx_derivative",
    }
)
"""What gives a numeric gradient, by the course's and SciPy's names."""
_DEPTH = 4


def find(code: Code, target: str) -> Iterator[Finding]:
    """Yield the numeric derivative that a target's gradients are made of."""
    if not _gives_gradients(target):
        return
    start = code.start_of(target)
    if start is None or not any(map(partial(_may_be, code), code.reached_from(target))):
        return
    node = _numeric_part(code, start, _DEPTH)
    if node is not None:
        name = short(target)
        yield Finding(
            Rule.NUMERIC_BACKWARD,
            target,
            f"{name} works its gradient out from differences of a forward pass; it was to be "
            "derived.",
            start.locate(node),
            hint="How does a small change of one input reach the output, step by step backwards?",
            gradients_only=True,
        )


def _gives_gradients(target: str) -> bool:
    name = short(target)
    return "backward" in name or "loss" in name or name[:1].isupper()


def _may_be(code: Code, function: Function) -> bool:
    """Return whether a function may hold a numeric derivative: most hold nothing like it."""
    if _CHECKERS.intersection(map(called_name, code.calls_in(function))):
        return True
    if not may_hold_quotients(code.nodes_of(function)):
        return False
    return bool(find_quotients(function.node, lambda name: code.is_own(function, name)))


def _numeric_part(code: Code, function: Function, depth: int) -> ast.expr | None:
    """Return an expression in a function that makes its result a numeric derivative."""
    quotients = find_quotients(function.node, lambda name: code.is_own(function, name))
    inner = {
        node.name: node
        for node in ast.walk(function.node)
        if isinstance(node, ast.FunctionDef) and node is not function.node
    }

    def is_wanted(node: ast.expr) -> bool:
        if id(node) in quotients:
            return True
        if not isinstance(node, ast.Call):
            return False
        if called_name(node) in _CHECKERS:
            return True
        if not depth:
            return False
        own = inner.get(called_name(node))
        callee = (
            code.resolve(function, node)
            if own is None
            else Function(own, function.source, function.owner)
        )
        return callee is not None and _numeric_part(code, callee, depth - 1) is not None

    return find_in_result(function.node, is_wanted)
