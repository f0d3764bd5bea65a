"""The modules of a submission, found by text and parsed at most once each."""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from grader.submission.notebook import ParsedCell, is_notebook, parse_cells
from grader.submission.parsing import SourceProblem, decode, parse_file
from grader.submission.paths import is_archive

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

# Each begins with plain letters: notebooks hold long images, which such searches pass quickly.
_DEFINED = (re.compile(rb"def[ \t]+(\w+)"), re.compile(rb"class[ \t]+(\w+)"))
_ALIASED = re.compile(rb"\n(\w+)[ \t]*=[ \t]*[A-Za-z_]\w*[ \t]*(?=[\r\n#]|$)")


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
        return suffix or is_notebook(self.content)

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
            return "\n".join(line for cell in self.cells for line in cell.lines)
        return decode(self.content)

    @cached_property
    def body(self) -> tuple[ast.stmt, ...]:
        """Top-level statements; of a notebook those of every cell that parses."""
        if self.is_notebook:
            return tuple(node for cell in self.cells for node in cell.body)
        tree = self._parsed
        return tuple(tree.body) if isinstance(tree, ast.Module) else ()

    @cached_property
    def problem(self) -> SourceProblem | None:
        """Why nothing of it can be read, None if something can."""
        if self.is_notebook:
            parsed = self._parsed_cells
            return parsed if isinstance(parsed, SourceProblem) else None
        return self._parsed if isinstance(self._parsed, SourceProblem) else None

    def problem_of(self, name: str) -> SourceProblem | None:
        """Return why the definition of ``name`` that the text seems to hold cannot be read."""
        if self.problem is not None or not self.is_notebook:
            return self.problem
        defines = re.compile(rf"(?:def|class)[ \t]+{name}\b")
        broken = (cell for cell in self.cells if cell.problem and name not in self.definitions)
        return next((c.problem for c in broken if defines.search("\n".join(c.lines))), None)

    @cached_property
    def cells(self) -> tuple[ParsedCell, ...]:
        """The code cells of a notebook; none of any other file."""
        parsed = self._parsed_cells
        return () if isinstance(parsed, SourceProblem) else parsed

    def cell_of(self, node: ast.stmt) -> ParsedCell | None:
        """Return the cell that holds a definition, None outside notebooks."""
        return self._cell_of.get(id(node))

    @cached_property
    def _cell_of(self) -> dict[int, ParsedCell]:
        return {
            id(node): cell
            for cell in self.cells
            for top in cell.body
            for node in ast.walk(top)
            if isinstance(node, Definition)
        }

    @cached_property
    def _parsed_cells(self) -> tuple[ParsedCell, ...] | SourceProblem:
        if not self.is_notebook:
            return ()
        try:
            return parse_cells(self.path, self.content)
        except ValueError:
            message = "the notebook is not JSON"
            return SourceProblem(self.path, 1, message, python2=False)

    @cached_property
    def _parsed(self) -> ast.Module | SourceProblem:
        return parse_file(self.path, self.content, self.text)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Names that its text seems to define; cheap, and never too few."""
        content = self.content
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            content = decode(content).encode()
        names = {name for pattern in _DEFINED for name in pattern.findall(content)}
        if not self.is_notebook:
            names.update(_ALIASED.findall(content))
        return frozenset(name.decode("ascii", "replace") for name in names)

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        """Top-level definitions by name: the one that is left after the module ran."""
        found: dict[str, Definition] = {}
        _gather(self.body, found)
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
