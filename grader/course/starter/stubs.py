"""Writes a definition as students get it: signature and docstring kept, the body a TODO block.

Nothing of the reference's body is copied. What a stub returns is read off the docstring's
``Returns`` section, what a new object holds off its ``Attributes``.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Collection, Iterator

from grader.course.starter.docstrings import drop_parameters, read_section, returned_names
from grader.errors import AssignmentError

_WIDTH = 96
_RULE = 75
_INDENT = "    "
_KEPT_DECORATORS = frozenset({"classmethod", "property", "staticmethod"})
_NO_DOCSTRING = '"""What is to be written here, the handout says."""'


def write_function(
    node: ast.FunctionDef, name: str, siblings: ast.Module, *, docstring_of_class: str = ""
) -> list[str]:
    """Return the lines of a function as students get it.

    Parameters
    ----------
    node : ast.FunctionDef
        The reference's.
    name : str
        What the course calls it.
    siblings : ast.Module
        Where it stands: a docstring may point at a neighbour's for what is returned.
    docstring_of_class : str
        Of a method's class, whose attributes a constructor sets.
    """
    docstring = drop_parameters(_docstring(node), _dropped(node))
    body = [*_write_docstring(docstring)] if docstring else []
    if _only_refuses(node):
        body.append("raise NotImplementedError")
    elif node.name == "__init__":
        body += [*_set_attributes(node, docstring_of_class), *_todo("Prepare the new object.")]
    else:
        body += _write_body(node, name, siblings)
    return [
        *(f"@{ast.unparse(each)}" for each in node.decorator_list if _is_kept(each)),
        *_write_signature(node, name),
        *(f"{_INDENT}{line}" if line else "" for line in body),
    ]


def write_class(node: ast.ClassDef, name: str, siblings: ast.Module) -> list[str]:
    """Return the lines of a class as students get it: its public methods, each a stub."""
    own = _docstring(node)
    constructor = [m for m in _methods(node) if m.name == "__init__"]
    docstring = drop_parameters(own, {n for m in constructor for n in _dropped(m)})
    bases = [ast.unparse(base) for base in node.bases]
    lines = [f"class {name}({', '.join(bases)}):" if bases else f"class {name}:"]
    body = _write_docstring(docstring) if docstring else [_NO_DOCSTRING]
    for method in _methods(node):
        stub = write_function(method, method.name, siblings, docstring_of_class=own)
        body += ["", *stub]
    return [*lines, *(f"{_INDENT}{line}" if line else "" for line in body)]


def positional_names(node: ast.FunctionDef) -> tuple[str, ...]:
    """Return the parameters that stubs keep, in order."""
    return tuple(argument.arg for argument in (*node.args.posonlyargs, *node.args.args))


def _methods(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    """Yield what students write: public methods, without the overloads for type checkers."""
    for item in node.body:
        if not isinstance(item, ast.FunctionDef):
            continue
        overloads = any("overload" in ast.unparse(each) for each in item.decorator_list)
        if not overloads and (item.name == "__init__" or not item.name.startswith("_")):
            yield item


def _write_signature(node: ast.FunctionDef, name: str) -> list[str]:
    plain = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(plain) - len(node.args.defaults)) + [*node.args.defaults]
    words = []
    for argument, default in zip(plain, defaults, strict=True):
        if default is None:
            words.append(argument.arg)
        else:
            _refuse_foreign_names(default, name)
            words.append(f"{argument.arg}={ast.unparse(default)}")
    if node.args.vararg is not None:
        words.append(f"*{node.args.vararg.arg}")
    if node.args.kwarg is not None:
        words.append(f"**{node.args.kwarg.arg}")
    line = f"def {name}({', '.join(words)}):"
    if len(line) <= _WIDTH:
        return [line]
    return [f"def {name}(", *(f"{_INDENT}{word}," for word in words), "):"]


def _refuse_foreign_names(default: ast.expr, name: str) -> None:
    names = {item.id for item in ast.walk(default) if isinstance(item, ast.Name)}
    foreign = sorted(one for one in names if one != "np" and not hasattr(builtins, one))
    if foreign:
        raise AssignmentError(
            f"the reference's {name} has a default that a starter cannot hold, {foreign[0]}: "
            "make it a keyword-only parameter or a plain value"
        )


def _write_docstring(docstring: str) -> list[str]:
    quote = 'r"""' if "\\" in docstring else '"""'
    lines = docstring.splitlines()
    if len(lines) == 1:
        return [f'{quote}{lines[0]}"""']
    return [f"{quote}{lines[0]}", *(line.rstrip() for line in lines[1:]), '"""']


def _write_body(node: ast.FunctionDef, name: str, siblings: ast.Module) -> list[str]:
    early = _find_early_return(node)
    names = _results(node, siblings, early)
    lines: list[str] = []
    if early is not None:
        argument, result = early
        lines += [f"{result} = None", *_todo(f"Compute {result}.")]
        lines += [f"if {argument} is None:", f"{_INDENT}return {result}", ""]
    own = [each for each in names if each not in positional_names(node)]
    if own:
        lines.append(f"{', '.join(own)} = {', '.join(['None'] * len(own))}")
    lines += _todo(f"Implement {name}." if early is None else f"Compute {' and '.join(own)}.")
    return [*lines, f"return {', '.join(names)}"] if names else lines


def _todo(what: str) -> list[str]:
    rule = "#" * _RULE
    end = "END OF YOUR CODE"
    return [
        rule,
        f"# {f'TODO: {what}':<{_RULE - 4}} #",
        rule,
        "pass",
        rule,
        f"#{end:^{_RULE - 2}}#",
        rule,
    ]


def _set_attributes(node: ast.FunctionDef, docstring: str) -> list[str]:
    """Return the assignments of a constructor: given settings, and empty holders."""
    given = positional_names(node)
    empty = {"dict": "{}", "list": "[]"}
    return [
        f"self.{name} = {name if name in given else empty.get(entry.kind.split(' ')[0], 'None')}"
        for entry in read_section(docstring, "Attributes")
        for name in entry.names
    ]


def _find_early_return(node: ast.FunctionDef) -> tuple[str, str] | None:
    """Return argument and name of ``if y is None: return scores``, if there is such a line."""
    for statement in node.body:
        match statement:
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=argument),
                    ops=[ast.Is()],
                    comparators=[ast.Constant(value=None)],
                ),
                body=[ast.Return(value=ast.Name(id=name))],
                orelse=[],
            ) if argument in positional_names(node):
                return argument, name
    return None


def _results(
    node: ast.FunctionDef, siblings: ast.Module, early: tuple[str, str] | None
) -> tuple[str, ...]:
    """Return the names of what the function returns at its end."""
    returns = [
        item.value
        for item in ast.walk(node)
        if isinstance(item, ast.Return) and item.value is not None
    ]
    if not returns:
        return ()
    entries = returned_names(_docstring(node)) or _borrow_results(node, siblings)
    if early is not None:
        entries = tuple(names for names in entries if names != (early[1],))
    if entries and all(entries):
        return tuple(name for names in entries for name in names)
    last = returns[-1]
    if isinstance(last, ast.Name):
        return (last.id,)
    if isinstance(last, ast.Tuple) and all(isinstance(item, ast.Name) for item in last.elts):
        return tuple(ast.unparse(item) for item in last.elts)
    return ("result",)


def _borrow_results(node: ast.FunctionDef, siblings: ast.Module) -> tuple[tuple[str, ...], ...]:
    """Return what a neighbour returns to which a docstring points, as in "those of `other`"."""
    said = _docstring(node)
    for other in siblings.body:
        if isinstance(other, ast.FunctionDef) and f"`{other.name}`" in said and other is not node:
            return returned_names(_docstring(other))
    return ()


def _only_refuses(node: ast.FunctionDef) -> bool:
    """Return whether the reference itself leaves the function to subclasses."""
    body = [item for item in node.body if not isinstance(item, ast.Expr)]
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def _is_kept(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id in _KEPT_DECORATORS


def _dropped(node: ast.FunctionDef) -> Collection[str]:
    """Return the parameters that only the reference has: it takes them by keyword."""
    return {argument.arg for argument in node.args.kwonlyargs}


def _docstring(node: ast.FunctionDef | ast.ClassDef) -> str:
    return inspect.cleandoc(ast.get_docstring(node, clean=False) or "")
