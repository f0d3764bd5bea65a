"""The modules of a submission, found by text and parsed at most once each."""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from grader.submission import notebook
from grader.submission.parsing import SourceProblem, decode, parse_file
from grader.submission.paths import is_archive

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_DEFINED = re.compile(rb"(?:def|class)[ \t]+(\w+)")
_ALIASED = re.compile(rb"^(\w+)[ \t]*=[ \t]*\w+[ \t]*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """One file that Python or Jupyter would run.

    Everything but the path and the bytes is worked out when first asked for.
    """

    path: str
    content: bytes = field(repr=False)

    @cached_property
    def is_notebook(self) -> bool:
        """Whether it holds cells, whatever its name says."""
        suffix = self.path.rstrip().lower().endswith(".ipynb")
        return suffix or notebook.is_notebook(self.content)

    @cached_property
    def stem(self) -> str:
        """File name without its suffix and without blanks at the end."""
        return self.path.rpartition("/")[2].rstrip().rpartition(".")[0].rstrip()

    @cached_property
    def folder(self) -> str:
        """Path of the folder it lies in, empty at the top."""
        return self.path.rpartition("/")[0]

    @cached_property
    def text(self) -> str:
        """Decoded source; of a notebook the cells one below another."""
        if self.is_notebook:
            return "\n".join(self.cells.lines) if self.cells else ""
        return self._parsed[0]

    @cached_property
    def tree(self) -> ast.Module | None:
        """Parsed source, or None if Python 3 cannot read it."""
        if self.is_notebook:
            return self.cells.tree if self.cells else None
        return self._parsed[1] if isinstance(self._parsed[1], ast.Module) else None

    @cached_property
    def problems(self) -> tuple[SourceProblem, ...]:
        """Why it cannot be read: of a notebook one for each such cell."""
        if self.is_notebook:
            if self.cells is None:
                message = "the notebook is not JSON"
                return (SourceProblem(self.path, 1, message, python2=False),)
            return self.cells.problems
        parsed = self._parsed[1]
        return () if isinstance(parsed, ast.Module) else (parsed,)

    @cached_property
    def cells(self) -> notebook.NotebookModule | None:
        """The parsed cells of a notebook, None if it is not JSON."""
        try:
            return notebook.read_module(self.path, self.content)
        except ValueError:
            return None

    @cached_property
    def _parsed(self) -> tuple[str, ast.Module | SourceProblem]:
        return parse_file(self.path, self.content)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Names that its text seems to define; cheap, and never too few."""
        # Notebooks hold long base64 images without blanks, which this search passes quickly.
        content = self.content
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            content = decode(content).encode()
        names = set(_DEFINED.findall(content))
        if not self.is_notebook:
            names.update(_ALIASED.findall(content))
        return frozenset(name.decode("ascii", "replace") for name in names)

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """Top-level definitions by name: the one that is left after the module ran."""
        found: dict[str, Definition] = {}
        _gather(self.tree.body if self.tree else (), found)
        return found


def _gather(body: Iterable[ast.stmt], found: dict[str, Definition]) -> None:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found[node.name] = node
            case ast.Assign(targets=targets, value=ast.Name(id=original)) if original in found:
                found.update(
                    (target.id, found[original])
                    for target in targets
                    if isinstance(target, ast.Name)
                )
            case ast.If(test=test, body=inner, orelse=orelse) if not _is_main_guard(test):
                _gather(orelse, found)
                _gather(inner, found)
            case ast.Try(body=inner, handlers=handlers, orelse=orelse, finalbody=finalbody):
                rescued = [statement for handler in handlers for statement in handler.body]
                _gather([*rescued, *inner, *orelse, *finalbody], found)
            case ast.With(body=inner):
                _gather(inner, found)


def _is_main_guard(test: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))


def module_sources(files: Mapping[str, bytes]) -> dict[str, Source]:
    """Return the Python files and notebooks among the files of a submission, by path.

    What a nested archive repeats of the files beside it is left out.
    """
    modules = {
        path: content
        for path, content in files.items()
        if path.rstrip().lower().endswith((".py", ".ipynb"))
    }
    outside = {content for path, content in modules.items() if not _is_nested(path)}
    return {
        path: Source(path, content)
        for path, content in modules.items()
        if not (content and content in outside and _is_nested(path))
    }


def _is_nested(path: str) -> bool:
    return any(is_archive(folder) for folder in path.split("/")[:-1])
