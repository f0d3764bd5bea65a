"""What a cell shows: pictures, printed values, times."""

from __future__ import annotations

import ast
import re

DRAWS = re.compile(r"^(?:im)?show\w*|^plot\w*|^visuali[sz]e\w*|^vis_\w+|^draw\w*")
"""Names of functions that draw something."""


def reads_any(body: tuple[ast.stmt, ...], *names: str) -> bool:
    """Return whether a cell reads one of some names."""
    return any(
        isinstance(child, ast.Name) and child.id in names
        for node in body
        for child in ast.walk(node)
    )


def plots(body: tuple[ast.stmt, ...]) -> bool:
    """Return whether a cell draws something; setting the size of pictures does not."""
    for node in body:
        for child in ast.walk(node):
            match child:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="plt" | "pylab" | "ax"))):
                    return True
                case ast.Call(func=ast.Name(id=name)) if DRAWS.match(name):
                    return True
    return False


def prints(body: tuple[ast.stmt, ...]) -> bool:
    """Return whether a cell shows a computed value."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        for child in ast.walk(node):
            match child:
                case ast.Call(func=ast.Name(id=name), args=arguments) if "print" in name:
                    if any(not isinstance(argument, ast.Constant) for argument in arguments):
                        return True
    last = body[-1] if body else None
    shown = ast.Name | ast.Attribute | ast.Subscript | ast.BinOp | ast.Compare | ast.Tuple
    return isinstance(last, ast.Expr) and isinstance(last.value, shown)
