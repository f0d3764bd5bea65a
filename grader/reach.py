"""What each definition of a submission uses by name, directly or through others."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from grader.submission.bindings import Bindings, Definition, gather_definitions
from grader.submission.overlay import ModuleSource


class NameGraph:
    """Names that the definitions of all modules use; they are read when first asked for.

    Names are not resolved: two functions of one name in two files count as one. Whoever asks
    what may have spoilt a function gets some that have not, and misses none that is named. Rules
    that accuse need more, and follow calls to the very definitions: `grader.static.code`.

    Parameters
    ----------
    modules : iterable of ModuleSource
        Sources of a submission.
    """

    def __init__(self, modules: Iterable[ModuleSource]) -> None:
        self._modules = tuple(modules)

    def reach(self, starts: Iterable[str]) -> frozenset[str]:
        """Return all names that some definitions use, directly or through others."""
        uses, _ = self._read
        found: set[str] = set()
        pending = list(starts)
        while pending:
            new = uses.get(pending.pop(), frozenset()) - found
            found |= new
            pending.extend(new)
        return frozenset(found)

    def files_of(self, name: str) -> tuple[str, ...]:
        """Return the student's files that define a name."""
        _, files = self._read
        return tuple(files.get(name, ()))

    @cached_property
    def _read(self) -> tuple[Mapping[str, frozenset[str]], Mapping[str, Iterable[str]]]:
        """Names in the text of what has a name, a function, a class or what is assigned such.

        Beside them, the student's files that define it.
        """
        uses: dict[str, frozenset[str]] = {}
        files: dict[str, dict[str, None]] = {}
        for module in self._modules:
            for name, node in _definitions(module.source):
                uses[name] = uses.get(name, frozenset()) | _names_in(node)
                if not module.provided:
                    files.setdefault(name, {})[module.path] = None
        return uses, files


def _definitions(source: str) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the names that statements at the top define, or may bind to what can be called."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
    definitions: dict[str, Definition] = {}
    gather_definitions(body, definitions)
    bindings = Bindings(body, definitions)
    for name, _ in bindings.functions():
        yield name, bindings.statements[name]


def _names_in(node: ast.AST) -> frozenset[str]:
    names = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            names.add(inner.id)
        elif isinstance(inner, ast.Attribute):
            names.add(inner.attr)
    return frozenset(names)
