"""The modules of a submission, found by text and parsed at most once each."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from grader.submission.bindings import Bindings, Definition, gather_definitions
from grader.submission.excerpt import bound_names
from grader.submission.notebook import ParsedCell, is_notebook, parse_cells
from grader.submission.parsing import SourceProblem, decode, parse_file
from grader.submission.paths import is_archive

__all__ = ["Definition", "Source", "module_sources"]

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
        cell_of = {
            id(node): cell
            for cell in self.cells
            for top in cell.body
            for node in ast.walk(top)
            if isinstance(node, ast.stmt)
        }
        # What stands for a method lies where its body does, what stands for a value with that.
        for node, statement in self._bindings.values() if self.is_notebook else ():
            place = node if id(node) in cell_of else node.body[0]
            cell_of[id(node)] = cell_of.get(id(place)) or cell_of[id(statement)]
        return cell_of

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
        gather_definitions(self.body, found)
        return found

    @cached_property
    def bindings(self) -> Mapping[str, Definition]:
        """What assignments at the top bind that may be called, as a definition of it; no ``def``.

        Of a notebook only what its pseudo-module would work out.
        """
        return {name: found for name, (found, _) in self._bindings.items()}

    @cached_property
    def _bindings(self) -> Mapping[str, tuple[Definition, ast.stmt]]:
        bindings = Bindings(self.body, self.definitions)
        found = {name: (node, bindings.statements[name]) for name, node in bindings.functions()}
        if self.is_notebook:
            kept = bound_names(self.cells)
            return {name: pair for name, pair in found.items() if name in kept}
        return found

    def may_bind(self, name: str) -> bool:
        """Return whether its text seems to assign to a name, or import it renamed; cheap."""
        content = self.content
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            content = decode(content).encode()
        own = name.encode()
        renamed = rb"as[ \t]+" + own + rb"\b"
        return any(re.search(one, content) for one in (own + rb"\b[^=(]{0,500}=(?!=)", renamed))


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
