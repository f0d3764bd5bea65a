"""The submission's own lines that reports quote: a few around a place, and whole functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from grader.model import CheckResult, Location, SourceLine, SourceText, Status
from grader.settings import Visibility

if TYPE_CHECKING:
    from grader.submission.overlay import ModuleSource
    from grader.submission.sources import Source

_Function = ast.FunctionDef | ast.AsyncFunctionDef

CONTEXT = 2
"""Lines shown above and below a place."""
LONGEST_LINE = 160
"""Characters of a line; more is no code that anybody reads."""
LONGEST_FUNCTION = 120
"""Lines of a function that is quoted whole; of a longer one the lines around the place."""
_AROUND = LONGEST_FUNCTION // 2 - 1
MOST_QUOTED = 400_000
"""Characters of all functions together."""
_CHOSEN_BY_CODE = frozenset({Status.ERRORED, Status.CRASHED, Status.TIMED_OUT})
"""Outcomes whose place is where code stopped, which may depend on what it was given."""


def excerpt(
    location: Location | None, modules: Mapping[str, ModuleSource]
) -> tuple[SourceLine, ...]:
    """Return the lines around a place, which is marked; none if it is not known.

    Parameters
    ----------
    location : Location or None
        The place.
    modules : mapping
        Modules as they were imported, by path.
    """
    if location is None:
        return ()
    lines = _lines_of(location.file, modules)
    first = max(1, location.line - CONTEXT)
    shown = lines[first - 1 : location.line + CONTEXT]
    return tuple(
        SourceLine(number, text[:LONGEST_LINE], marked=number == location.line)
        for number, text in enumerate(shown, start=first)
    )


def quote_functions(
    checks: Iterable[CheckResult], sources: Mapping[str, Source]
) -> tuple[SourceText, ...]:
    """Return the functions in which checks failed, each once, by file and line.

    What lies outside functions, and in files and cells that Python cannot read, is left out. What
    is quoted for one check never depends on where code stopped in another that is not public: a
    reader who may not know that place does not see it by what else is missing.

    Parameters
    ----------
    checks : iterable of CheckResult
        All of a report.
    sources : mapping
        Every Python file and notebook of the submission, by path.
    """
    places = dict.fromkeys(
        check.outcome.location
        for check in sorted(checks, key=_secrecy)
        if check.outcome.status is not Status.PASSED and check.outcome.location is not None
    )
    quoted: list[SourceText] = []
    room = MOST_QUOTED
    for place in places:
        if any(text.holds(place) for text in quoted):
            continue
        text = _quote(place, sources)
        if text is None:
            continue
        room -= sum(map(len, text.lines)) + len(text.lines)
        if room < 0:
            break
        quoted.append(text)
    return tuple(sorted(quoted, key=lambda text: (text.file, text.first)))


def _secrecy(check: CheckResult) -> tuple[bool, bool, bool]:
    """Return what is quoted last: places that students may not know, or not yet."""
    return (
        check.visibility is not Visibility.PUBLIC,
        check.outcome.status in _CHOSEN_BY_CODE,
        check.visibility is Visibility.HIDDEN,
    )


def _quote(place: Location, sources: Mapping[str, Source]) -> SourceText | None:
    """Return the function that holds a line, or of a long one the lines around it."""
    lines, body = _read(place.file, sources)
    function = _find_function(body, place.line)
    if function is None:
        return None
    first, last = _extent(function)
    if last - first >= LONGEST_FUNCTION:
        first, last = max(first, place.line - _AROUND), min(last, place.line + _AROUND)
    shown = lines[first - 1 : last]
    return SourceText(place.file, first, tuple(text[:LONGEST_LINE] for text in shown))


def _read(file: str, sources: Mapping[str, Source]) -> tuple[Sequence[str], Sequence[ast.stmt]]:
    """Return lines and statements of a file or a notebook's cell; none if it cannot be read."""
    source = sources.get(file)
    if source is not None and not source.is_notebook:
        return _split(source.text), source.body
    path, _, number = file.removesuffix("]").rpartition("[")
    source = sources.get(path)
    for cell in () if source is None else source.cells:
        if str(cell.index) == number:
            return cell.lines, cell.body
    return (), ()


def _find_function(body: Iterable[ast.AST], line: int) -> _Function | None:
    """Return the outermost function or method that holds a line."""
    for node in body:
        if isinstance(node, _Function):
            first, last = _extent(node)
            if first <= line <= last:
                return node
        elif isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            found = _find_function(ast.iter_child_nodes(node), line)
            if found is not None:
                return found
    return None


def _extent(function: _Function) -> tuple[int, int]:
    first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
    return first, function.end_lineno or function.lineno


def _split(text: str) -> list[str]:
    """Return lines as Python counts them: a form feed ends none."""
    return text.removesuffix("\n").split("\n")


def _lines_of(file: str, modules: Mapping[str, ModuleSource]) -> list[str]:
    module = modules.get(file)
    if module is not None:
        return _split(module.source)
    for path, module in modules.items():
        if module.cells and file.startswith(f"{path}["):
            return _cell_lines(module, file)
    return []


def _cell_lines(module: ModuleSource, file: str) -> list[str]:
    """Return the lines of one notebook cell, as far as they were kept."""
    numbered = enumerate(_split(module.source), start=1)
    return [text for number, text in numbered if module.locate(number).file == file]
