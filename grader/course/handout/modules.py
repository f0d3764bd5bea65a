"""The Python files of a handout: which of them students write, and what they define."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from grader.checks.cells.names import canonical_module as known_module
from grader.course.handout.python2 import to_python3
from grader.records import record
from grader.submission.course_names import COURSE_NAMES, PROVIDED, targets_named
from grader.submission.edition import EDITIONS, Edition
from grader.submission.layout import ends_with
from grader.submission.parsing import SourceProblem, decode, parse_file
from grader.submission.stub import is_stub

_MARKER = re.compile(
    r"TODO|YOUR\s+CODE|START\s+OF\s+YOUR|YOUR\s+TURN|FILL\s+(?:THIS\s+)?IN|NotImplementedError"
    r"|IMPLEMENT\s+(?:THIS|ME)|BEGIN\s+SOLUTION",
    re.IGNORECASE,
)
_PACKAGING = frozenset(["__init__", "setup", "build", "conftest"])
_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@record
class Part:
    """A function or a method that students are to write."""

    target: str
    """``layers:affine_forward``, of a method its class."""
    name: str
    """As the file calls it: ``TwoLayerNet.loss``."""
    path: str
    line: int
    is_stub: bool
    """Whether it computes nothing yet; else this handout ships it written."""


@record
class CourseFiles:
    """What the Python files of a handout are."""

    owned: Mapping[str, tuple[Part, ...]]
    """Files that students write, by path, with what is to be written in them."""
    provided: tuple[str, ...]
    problems: tuple[SourceProblem, ...]
    names: Mapping[str, tuple[str, ...]]
    """Name -> targets that carry it, of all modules and of the course's usual ones."""
    edition: str

    @property
    def parts(self) -> tuple[Part, ...]:
        """All that is to be written."""
        return tuple(part for parts in self.owned.values() for part in parts)

    def is_given(self, target: str) -> bool:
        """Return whether the handout holds a target complete."""
        parts = [part for part in self.parts if part.target == target]
        known = any(target in targets for targets in self.names.values())
        return bool(self.owned) and known and not any(part.is_stub for part in parts)


def read_course_files(files: Mapping[str, bytes]) -> CourseFiles:
    """Find among the Python files of a handout those that students write.

    Files are told by what is in them: markers such as ``TODO`` or ``YOUR CODE HERE`` inside of a
    definition, and definitions that compute nothing.
    """
    owned: dict[str, tuple[Part, ...]] = {}
    provided = []
    problems = []
    names: dict[str, dict[str, None]] = {
        name: dict.fromkeys(targets_named(name))
        for group in COURSE_NAMES.values()
        for name in group
    }
    for path, content in files.items():
        text = decode(content)
        tree = parse_file(path, content, text)
        stem = path.rpartition("/")[2].rstrip().removesuffix(".py")
        if isinstance(tree, SourceProblem):
            problems.append(tree)
            text = to_python3(text)  # its names and stubs are those of Python 2 all the same
            tree = parse_file(path, content, text)
        if isinstance(tree, SourceProblem):
            continue
        module = canonical_module(path)
        for node in tree.body:
            if isinstance(node, _DEFINITION):
                names.setdefault(node.name, {})[f"{module}:{node.name}"] = None
        parts = tuple(_parts(tree, module, path, text.split("\n")))
        if parts and stem not in _PACKAGING and module not in PROVIDED:
            owned[path] = parts
        else:
            provided.append(path)
    return CourseFiles(
        owned,
        tuple(provided),
        tuple(problems),
        {name: tuple(targets) for name, targets in names.items()},
        _edition_of(files),
    )


def canonical_module(path: str) -> str:
    """Return the course's name for the module at a path: ``layers`` for ``nndl/conv_layers.py``."""
    for edition in EDITIONS:
        for module, places in edition.modules.items():
            if any(ends_with(path, place) for place in places):
                return module
    stem = re.sub(r"\W", "_", path.rpartition("/")[2].rstrip().removesuffix(".py"))
    return known_module(stem) or stem


def _edition_of(files: Mapping[str, bytes]) -> str:
    def worth(edition: Edition) -> int:
        places = [place for group in edition.modules.values() for place in group]
        return sum(any(ends_with(path, place) for place in places) for path in files)

    best = max(EDITIONS, key=worth)
    return best.name if worth(best) else EDITIONS[0].name


def _parts(tree: ast.Module, module: str, path: str, lines: list[str]) -> Iterator[Part]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield from _part(method, module, node.name, path, lines)
        elif isinstance(node, ast.FunctionDef):
            yield from _part(node, module, "", path, lines)


def _part(
    node: ast.FunctionDef, module: str, owner: str, path: str, lines: list[str]
) -> Iterator[Part]:
    text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    marked = bool(_MARKER.search(text))
    empty = _is_empty(node)
    if marked or empty:
        name = f"{owner}.{node.name}" if owner else node.name
        target = f"{module}:{owner or node.name}"
        yield Part(target, name, path, node.lineno, empty or is_stub(node, module))


def _is_empty(node: ast.FunctionDef) -> bool:
    """Return whether a body is nothing but ``pass``, or says that it is not implemented."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    match body:
        case [] | [ast.Pass()]:
            return not node.name.startswith("__")
        case [ast.Raise(exc=ast.Name(id="NotImplementedError"))]:
            return True
        case [ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError")))]:
            return True
    return False
