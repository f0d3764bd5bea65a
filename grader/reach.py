"""What each definition of a submission uses by name, directly or through others."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.submission.bindings import Bindings, Definition, gather_definitions
from grader.submission.overlay import ModuleSource


@dataclass(frozen=True, slots=True)
class NameGraph:
    """Names that the definitions of all modules use.

    Names are not resolved: two functions of one name in two files count as one. Whoever asks
    what may have spoilt a function gets some that have not, and misses none that is named.
    """

    uses: Mapping[str, frozenset[str]]
    """Name of a function or class, or one that is assigned such -> all names in its text."""
    files: Mapping[str, tuple[str, ...]]
    """Name -> files of the student's that define it."""

    @classmethod
    def of(cls, modules: Iterable[ModuleSource]) -> NameGraph:
        """Return the graph of all definitions at the top of modules."""
        uses: dict[str, frozenset[str]] = {}
        files: dict[str, dict[str, None]] = {}
        for module in modules:
            for name, node in _definitions(module.source):
                uses[name] = uses.get(name, frozenset()) | _names_in(node)
                if not module.provided:
                    files.setdefault(name, {})[module.path] = None
        return cls(uses, {name: tuple(paths) for name, paths in files.items()})

    def reach(self, starts: Iterable[str]) -> frozenset[str]:
        """Return all names that some definitions use, directly or through others."""
        found: set[str] = set()
        pending = list(starts)
        while pending:
            new = self.uses.get(pending.pop(), frozenset()) - found
            found |= new
            pending.extend(new)
        return frozenset(found)


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
