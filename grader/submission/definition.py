"""What the text of one definition shows: its place, its parameters, what it calls."""

import ast
from dataclasses import dataclass, field
from functools import cached_property

from grader.model import Location
from grader.submission.sources import Definition as Node
from grader.submission.sources import Source


@dataclass(frozen=True)
class Definition:
    """Where a target is defined, and what its text shows."""

    target: str
    """Canonical name, ``layers:affine_forward``."""
    file: str
    """Path of the module's file."""
    location: Location
    end_line: int
    """Last line, in the same file or cell as ``location``."""
    is_class: bool
    parameters: tuple[str, ...]
    """Names a caller may pass, without ``self``; of a class those of ``__init__``."""
    takes_keywords: bool
    """True if it has ``**kwargs``."""
    stub: bool
    """True if it computes nothing: what the course handed out."""
    root: str
    """Folder that holds the package, empty at the top."""
    node: Node = field(repr=False, compare=False)
    """The definition's syntax tree."""

    def holds(self, location: Location | None) -> bool:
        """Return whether a line is one of the definition's."""
        if location is None or location.file != self.location.file:
            return False
        return self.location.line <= location.line <= self.end_line

    @cached_property
    def strings(self) -> frozenset[str]:
        """Text constants in the body, such as the keys of a configuration; no docstrings."""
        return self._constants_and_calls[0]

    @cached_property
    def calls(self) -> frozenset[str]:
        """Last names of the functions called inside."""
        return self._constants_and_calls[1]

    @cached_property
    def _constants_and_calls(self) -> tuple[frozenset[str], frozenset[str]]:
        return _constants_and_calls(self.node)


def describe(target: str, source: Source, node: Node, root: str, *, stub: bool) -> Definition:
    """Return what the text of ``node``, found in ``source``, shows about a target."""
    names, takes_keywords = parameters(node)
    location, end = _place(source, node)
    return Definition(
        target=target,
        file=source.path,
        location=location,
        end_line=end,
        is_class=isinstance(node, ast.ClassDef),
        parameters=names,
        takes_keywords=takes_keywords,
        stub=stub,
        root=root,
        node=node,
    )


def _place(source: Source, node: Node) -> tuple[Location, int]:
    cell = source.cell_of(node)
    file = source.path if cell is None else f"{source.path}[{cell.index}]"
    return Location(file, node.lineno), node.end_lineno or node.lineno


def parameters(node: Node) -> tuple[tuple[str, ...], bool]:
    """Return the names a caller may pass, and whether ``**kwargs`` takes others."""
    if isinstance(node, ast.ClassDef):
        for method in reversed(node.body):
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                found, takes_keywords = parameters(method)
                return found[1:], takes_keywords
        return (), False
    arguments = node.args
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return tuple(argument.arg for argument in names), arguments.kwarg is not None


def _constants_and_calls(node: Node) -> tuple[frozenset[str], frozenset[str]]:
    """Return the text constants outside docstrings and the last names of what is called."""
    strings, calls = set(), set()
    pending: list[ast.AST] = [node]
    while pending:
        inner = pending.pop()
        match inner:
            case ast.Constant(value=str() as text):
                strings.add(text)
            case ast.Expr(value=ast.Constant()) | ast.expr_context() | ast.operator():
                continue
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                calls.add(name)
        pending.extend(ast.iter_child_nodes(inner))
    return frozenset(strings), frozenset(calls)
