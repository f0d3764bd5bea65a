"""Which line of a function makes a part of its result: where a report points to."""

import ast
from collections.abc import Iterable, Iterator

_DEEP = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LEAVING = (ast.Return, ast.Raise)
"""Statements behind which nothing of the same block runs."""


_SCALARS = frozenset({"loss", "scores"})
"""Parts of a network's result that are no entries of its gradients."""


def find_result_line(
    text: str, name: str, place: int | str | None, *, method: str = "loss"
) -> int | None:
    """Return the line that last sets a part of what a definition returns.

    Parameters
    ----------
    text : str
        Source of the file.
    name : str
        A function, or a class of which one method is meant.
    place : int, str or None
        Position in the returned tuple, key of a dictionary that is filled (``grads["W1"]``), or
        None for the returned value itself; ``"scores"`` may be a variable as well.
    method : str
        Which method of a class.

    Returns
    -------
    int or None
        One-based line; None if nothing shows which line it is.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [node for node in ast.walk(tree) if getattr(node, "name", None) == name]
    node = found[-1] if found else None
    if isinstance(node, ast.ClassDef):
        methods = [inner for inner in node.body if getattr(inner, "name", "") == method]
        node = methods[-1] if methods else None
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    if isinstance(place, str):
        if place == "scores" and (line := _line_of_variable(node, place)):
            return line
        # Without a line that sets the key, the dictionary that it should be in.
        whole = 0 if place in _SCALARS else -1
        return _line_of_key(node, place) or _line_of_return(node, whole) or node.lineno
    return _line_of_return(node, place)


def find_first_values(text: str, line: int) -> tuple[int, dict[str, str]]:
    """Return the variables that a line gives a first value and that nothing else touches.

    What a starter sets for the time being, ``loss, grads = 0, {}``, is not written yet if it is
    only returned.

    Parameters
    ----------
    text : str
        Source of the file.
    line : int
        One-based line of an assignment, or of a return of such variables alone.

    Returns
    -------
    int
        Line of the assignment.
    dict of str to str
        The constants as they are written, by variable; empty if there are none.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return line, {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in _own_nodes(function):
                if getattr(node, "lineno", None) == line:
                    return _first_values(function, node, line)
    return line, {}


def _first_values(function: ast.AST, node: ast.AST, line: int) -> tuple[int, dict[str, str]]:
    if isinstance(node, ast.Assign):
        return line, _untouched(function, _constants_of(node))
    if not isinstance(node, ast.Return) or node.value is None:
        return line, {}
    parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    found: dict[str, str] = {}
    first = line
    for assignment, _ in _assignments(function):
        if isinstance(assignment, ast.Assign):
            values = _untouched(function, _constants_of(assignment))
            first = assignment.lineno if values else first
            found |= values
    # One that is not touched may be meant so, such as a cache that nobody needs.
    if len(names) < len(parts) or names != found.keys():
        return line, {}
    return first, found


def _constants_of(node: ast.Assign) -> dict[str, str]:
    """Return constants by the variables that an assignment gives them to."""
    found = {}
    for target in node.targets:
        is_tuple = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
        names = target.elts if isinstance(target, ast.Tuple) and is_tuple else [target]
        values = node.value.elts if isinstance(node.value, ast.Tuple) and is_tuple else [node.value]
        for name, value in zip(names, values, strict=False):
            is_empty = isinstance(value, ast.Dict) and not value.keys
            if isinstance(name, ast.Name) and (is_empty or isinstance(value, ast.Constant)):
                found[name.id] = ast.unparse(value)
    return found


def _untouched(function: ast.AST, constants: dict[str, str]) -> dict[str, str]:
    """Return the variables that are set once and otherwise only returned, as they are."""
    returned: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            returned.update(id(part) for part in parts)
    uses = [n for n in ast.walk(function) if isinstance(n, ast.Name) and id(n) not in returned]
    often = [use.id for use in uses]
    back = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and id(n) in returned}
    return {
        name: value for name, value in constants.items() if often.count(name) == 1 and name in back
    }


def _line_of_key(function: ast.AST, key: str) -> int | None:
    """Return the line that last sets a key, or one that is put together: ``grads["W%d" % i]``."""
    lines: dict[bool, int] = {}
    for statement, target in _assignments(function):
        if not isinstance(target, ast.Subscript):
            continue
        if isinstance(target.slice, ast.Constant):
            if target.slice.value == key:
                lines[True] = statement.lineno
        elif _may_be(target.slice, key):
            lines[False] = statement.lineno
    return lines.get(True) or lines.get(False)


def _may_be(made: ast.expr, key: str) -> bool:
    """Return whether a text that is put together begins like a key: ``"W" + str(i)``."""
    texts = (
        node.value
        for node in ast.walk(made)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    beginning = next(texts, "").rstrip("%d{}")
    return bool(beginning) and key.startswith(beginning)


def _line_of_return(function: ast.AST, place: int | None) -> int | None:
    returns = [node for node in _own_nodes(function) if isinstance(node, ast.Return)]
    if not returns:
        return None
    value: ast.expr | None = returns[-1].value
    if place is not None and isinstance(value, ast.Tuple):
        value = value.elts[place] if place < len(value.elts) else None
    if not isinstance(value, ast.Name):
        return returns[-1].lineno
    return _line_of_variable(function, value.id) or returns[-1].lineno


def _line_of_variable(function: ast.AST, name: str) -> int | None:
    lines = [
        statement.lineno
        for statement, target in _assignments(function)
        if name in _assigned_names(target)
    ]
    return lines[-1] if lines else None


def _assignments(function: ast.AST) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """Go through a function's assignments in the order of their lines."""
    nodes = [
        node
        for node in _own_nodes(function)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))
    ]
    for node in sorted(nodes, key=lambda node: node.lineno):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield node, target


def _assigned_names(target: ast.expr) -> Iterable[str]:
    while isinstance(target, (ast.Subscript, ast.Attribute, ast.Starred)):
        target = target.value
    if isinstance(target, (ast.Tuple, ast.List)):
        return {name for item in target.elts for name in _assigned_names(item)}
    return {target.id} if isinstance(target, ast.Name) else set()


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Go through the nodes of a function that can run, leaving out functions inside it."""
    for _, value in ast.iter_fields(function):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, _DEEP):
                yield child
                yield from _own_nodes(child)
            if isinstance(child, _LEAVING):
                break
