"""The text of a submission as rules read it: targets, and the own functions that they call."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache, cached_property

from grader.model import Location
from grader.records import record
from grader.submission.course_names import COURSE_NAMES, PROVIDED
from grader.submission.definition import Definition
from grader.submission.sources import Source
from grader.submission.tree import walk

_GIVEN = frozenset(name for module in PROVIDED for name in COURSE_NAMES[module])
_GIVEN_FILES = frozenset(
    (*PROVIDED, "fast_conv_layers", "im2col", "im2col_cython", "metrics_utils")
)
_ENTRY = "loss"
"""The method of a class that gives values and gradients."""


@record
class Function:
    """A function of the submission, wherever it is written."""

    node: ast.FunctionDef
    source: Source
    owner: ast.ClassDef | None = None
    """The class that it is a method of."""

    def locate(self, node: ast.expr | ast.stmt) -> Location:
        """Return where one of its nodes stands in the submission."""
        cell = self.source.cell_of(self.owner or self.node)
        file = self.source.path if cell is None else f"{self.source.path}[{cell.index}]"
        return Location(file, node.lineno)


class Code:
    """A submission's functions by target and by name.

    Parameters
    ----------
    definitions : mapping
        Where each target is.
    sources : mapping
        Every Python file and notebook of the submission, by path.
    """

    def __init__(
        self, definitions: Mapping[str, Definition], sources: Mapping[str, Source]
    ) -> None:
        self.definitions = definitions
        self._sources = sources
        self._reached: dict[str, tuple[Function, ...]] = {}
        self._nodes: dict[int, tuple[ast.AST, ...]] = {}
        self._calls: dict[int, tuple[ast.Call, ...]] = {}

    def start_of(self, target: str) -> Function | None:
        """Return the function that is called for a target: of a class, its loss."""
        definition = self.definitions.get(target)
        source = None if definition is None else self._sources.get(definition.file)
        if definition is None or source is None or definition.stub:
            return None
        if isinstance(definition.node, ast.ClassDef):
            return _method(source, definition.node, _ENTRY)
        node = definition.node
        return Function(node, source) if isinstance(node, ast.FunctionDef) else None

    def reached_from(self, target: str) -> tuple[Function, ...]:
        """Return a target's function and the submission's own that it calls, no other targets."""
        if target not in self._reached:
            start = self.start_of(target)
            found = [] if start is None else [start]
            for function in found:  # it grows while it is gone through
                known = {id(one.node) for one in found}
                for call in self.calls_in(function):
                    callee = self.resolve(function, call)
                    if callee is not None and id(callee.node) not in known:
                        known.add(id(callee.node))
                        found.append(callee)
            self._reached[target] = tuple(found)
        return self._reached[target]

    def nodes_of(self, function: Function) -> tuple[ast.AST, ...]:
        """Return all nodes of a function; every rule looks at them."""
        nodes = self._nodes.get(id(function.node))
        if nodes is None:
            nodes = self._nodes[id(function.node)] = tuple(walk(function.node))
        return nodes

    def calls_in(self, function: Function) -> tuple[ast.Call, ...]:
        """Return the calls in a function."""
        calls = self._calls.get(id(function.node))
        if calls is None:
            nodes = self.nodes_of(function)
            calls = tuple(node for node in nodes if isinstance(node, ast.Call))
            self._calls[id(function.node)] = calls
        return calls

    def resolve(self, caller: Function, call: ast.Call) -> Function | None:
        """Return the own function that a call reaches; None for targets and what is given."""
        match call.func:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if caller.owner is not None:
                return _method(caller.source, caller.owner, name)
            case ast.Name(id=name):
                return self._named(caller.source, name)
            case ast.Attribute(value=ast.Name(), attr=name):
                return None if name in names_of_numpy() else self._named(caller.source, name)
        return None

    def is_own(self, caller: Function, name: str) -> bool:
        """Return whether a name stands for any function of the submission, targets included."""
        return name in caller.source.definitions or name in self._by_name

    def _named(self, source: Source, name: str) -> Function | None:
        if name in _GIVEN:
            return None
        home = source if name in source.definitions else self._by_name.get(name)
        node = None if home is None else home.definitions[name]
        if home is None or not isinstance(node, ast.FunctionDef) or id(node) in self._target_nodes:
            return None
        return Function(node, home)

    @cached_property
    def _target_nodes(self) -> frozenset[int]:
        return frozenset(id(definition.node) for definition in self.definitions.values())

    @cached_property
    def _by_name(self) -> Mapping[str, Source]:
        """Return which file defines a name, among those that targets may import from."""
        files = {definition.file for definition in self.definitions.values()}
        folders = {self._sources[file].folder for file in files if file in self._sources}
        found: dict[str, Source] = {}
        for path, source in self._sources.items():
            near = path in files or (source.folder in folders and not source.is_notebook)
            if near and source.stem not in _GIVEN_FILES:
                for name in source.definitions:
                    found.setdefault(name, source)
        return found


def called_name(call: ast.Call) -> str:
    """Return the last name of what is called, empty for anything but names."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@cache
def names_of_numpy() -> frozenset[str]:
    """Return the names that NumPy's namespace and its arrays have."""
    import numpy as np

    return frozenset((*dir(np), *dir(np.ndarray)))


def _method(source: Source, owner: ast.ClassDef, name: str) -> Function | None:
    for node in owner.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return Function(node, source, owner)
    return None
