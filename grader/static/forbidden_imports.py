"""Rule: targets do without packages that differentiate or convolve by themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.settings import Rule
from grader.static.code import Code, Function
from grader.static.findings import Finding, short
from grader.submission.sources import Source

_PACKAGES = frozenset(
    [
        *("autograd", "chainer", "cupy", "flax", "jax", "keras", "mxnet", "paddle", "sklearn"),
        *("tensorflow", "theano", "tinygrad", "torch", "torchvision"),
        *("scipy.ndimage", "scipy.signal"),
    ]
)

_NAMED = re.compile("|".join(sorted({n.partition(".")[0] for n in _PACKAGES})).encode())


def find(code: Code, target: str) -> Iterator[Finding]:
    """Yield the first use of such a package in a target; an import nobody uses is none."""
    for function in code.reached_from(target):
        names = _bound(code, function) if _mentioned(function.source) else {}
        for node in code.nodes_of(function) if names else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
                package = names[node.id]
                yield Finding(
                    Rule.FORBIDDEN_IMPORT,
                    target,
                    f"{short(target)} uses {package}; it was to be written with NumPy alone.",
                    function.locate(node),
                    hint="Which array operations does that package do for you here?",
                )
                return


def _mentioned(source: Source) -> bool:
    """Return whether a file names such a package at all."""
    return _NAMED.search(source.content) is not None


def _bound(code: Code, function: Function) -> dict[str, str]:
    """Return the names that stand for a forbidden package or something of it."""
    found: dict[str, str] = {}
    inside = (node for node in code.nodes_of(function) if isinstance(node, ast.stmt))
    for node in (*_imports_of(function.source.body), *inside):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    if package := _forbidden(alias.name):
                        found[alias.asname or alias.name.partition(".")[0]] = package
            case ast.ImportFrom(module=str() as module, names=aliases, level=0):
                for alias in aliases:
                    package = _forbidden(module) or _forbidden(f"{module}.{alias.name}")
                    if package:
                        found[alias.asname or alias.name] = package
    found.pop("scipy", None)  # the name of a package most of which is allowed
    return found


def _imports_of(body: tuple[ast.stmt, ...]) -> Iterator[ast.stmt]:
    """Go through the imports of a module, also those that are tried."""
    for node in body:
        match node:
            case ast.Import() | ast.ImportFrom():
                yield node
            case ast.Try(body=inner) | ast.If(body=inner):
                yield from _imports_of(tuple(inner))


def _forbidden(module: str) -> str:
    """Return the forbidden package that a module belongs to, empty if to none."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return next((name for name in names if name in _PACKAGES), "")
