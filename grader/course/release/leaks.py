"""Looks for what must not be in a release: lines of solutions, and anything of hidden checks."""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.course.bundle import public_names
from grader.course.catalogue import LoadedAssignment
from grader.course.expected import FILE, Values, check_of
from grader.course.markers import split_hidden, without_solution
from grader.course.master import MasterCell, read_master
from grader.course.release.contents import Release
from grader.course.starter.reading import read_original
from grader.settings import Visibility
from grader.submission.stub import is_stub

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHORTEST = 14
"""Characters, blanks left out, from which on a line says something of its own."""
_DIGITS = re.compile(r"\d+\.\d{4,}(?:e[+-]?\d+)?")
_SOLUTION = re.compile(r"BEGIN\s+SOLUTION\s*\n(.*?)\n[^\n]*END\s+SOLUTION", re.DOTALL)
_LISTED = 5


def find_leaks(loaded: LoadedAssignment, release: Release, values: Values) -> list[str]:
    """Return what a release gives away, in words; nothing if it is clean.

    Parameters
    ----------
    loaded : LoadedAssignment
        With its notebooks' checks.
    release : Release
        What is to be handed out.
    values : mapping
        All expected values, hidden ones included.
    """
    files = {
        f"{part}/{path}": content
        for part, contents in (("starter", release.starter), ("bundle", release.bundle))
        for path, content in contents.items()
    }
    texts = {path: content.decode() for path, content in files.items() if path[-4:] != ".npz"}
    found = [
        *_find_solutions(loaded, release, texts),
        *_find_hidden_text(loaded, texts),
        *_find_hidden_values(loaded, values, _read_arrays(files.get(f"bundle/{FILE}", b""))),
    ]
    return found[:_LISTED] + ([f"and {len(found) - _LISTED} more"] if found[_LISTED:] else [])


def _find_solutions(
    loaded: LoadedAssignment, release: Release, texts: Mapping[str, str]
) -> Iterator[str]:
    """Yield lines of the reference, and of solution cells, that a text holds."""
    lines = dict(_solution_lines(loaded, release))
    for path, text in texts.items():
        squeezed = _squeeze(_code_in(path, text))
        for line, shown in lines.items():
            if line in squeezed:
                yield f"{path} holds a line of the solution: {shown}"


def _solution_lines(loaded: LoadedAssignment, release: Release) -> Iterator[tuple[str, str]]:
    modules = {
        original.path: original.module
        for target in release.modules.stubs
        for original in [read_original(loaded.assignment, target)]
    }
    complete = set(_lines_of(ast.parse(text) for text in release.modules.own.values()))
    for pair in _lines_of(modules.values()):
        if pair not in complete:
            yield pair
    # Training cells look alike: what another cell shows is no solution.
    known = _squeeze("\n".join(_without_solutions(cell) for cell in _cells(loaded)))
    for cell in _cells(loaded):
        solutions = _SOLUTION.findall(cell.source)
        if cell.tag is not None and cell.tag.solution and not solutions:
            solutions = [cell.source]
        for text in "\n".join(solutions).splitlines():
            line = _squeeze(text)
            if len(line) >= _SHORTEST and not line.startswith("#") and line not in known:
                yield line, text.strip()


def _without_solutions(cell: MasterCell) -> str:
    if cell.tag is not None and cell.tag.solution and not _SOLUTION.search(cell.source):
        return ""
    return without_solution(cell.source)


def _lines_of(modules: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield the statements of all functions that compute something, squeezed and as they are."""
    for module in modules:
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef):
                for statement in _statements(node.body):
                    text = _write_plainly(statement)
                    if len(_squeeze(text)) >= _SHORTEST and not _is_idle(statement):
                        yield _squeeze(text), text


def _write_plainly(statement: ast.stmt) -> str:
    """Return a statement as students write it: no annotation, ``return a, b`` in no brackets."""
    match statement:
        case ast.Return(value=ast.Tuple(elts=items)):
            return f"return {', '.join(ast.unparse(item) for item in items)}"
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return f"{ast.unparse(target)} = {ast.unparse(value)}"
    return ast.unparse(statement)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield simple statements, in compound ones, too."""
    for statement in body:
        inner = [
            item
            for part in ("body", "orelse", "finalbody")
            for item in getattr(statement, part, ())
        ]
        if inner:
            yield from _statements(inner)
        elif not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement


def _is_idle(statement: ast.stmt) -> bool:
    """Return whether a statement computes nothing, so that stubs may hold it."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True
    empty = ast.parse("def f(): pass").body[0]
    assert isinstance(empty, ast.FunctionDef)  # noqa: S101 - for the type checker
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        statement = ast.Assign([statement.target], statement.value)
    empty.body = [statement]
    return is_stub(empty, "")


def _find_hidden_text(loaded: LoadedAssignment, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield ids, lines and printed numbers of hidden checks that a text holds."""
    hidden, public = _hidden_cells(loaded)
    known = _squeeze("\n".join(public))
    lines = {
        _squeeze(line): line.strip()
        for line in "\n".join(hidden).splitlines()
        if len(_squeeze(line)) >= _SHORTEST and _squeeze(line) not in known
    }
    checks = {True: public, False: hidden}
    for check in loaded.assignment.checks:
        checks[check.visibility is Visibility.PUBLIC].append(repr(check))
    numbers = set(_DIGITS.findall("\n".join(hidden))) - set(_DIGITS.findall("\n".join(public)))
    ids = {c.id for c in loaded.assignment.checks if c.visibility is not Visibility.PUBLIC}
    for path, text in texts.items():
        squeezed = _squeeze(_code_in(path, text))
        held = [shown for line, shown in lines.items() if line in squeezed]
        yield from (f"{path} holds a line of a hidden check: {shown}" for shown in held)
        printed = sorted(numbers.intersection(_DIGITS.findall(text)))
        yield from (f"{path} holds a value of a hidden check, {number}" for number in printed)
        named = [name for name in ids if f"'{name}'" in _squeeze(text)]
        yield from (f"{path} names the hidden check {name}" for name in named)


def _hidden_cells(loaded: LoadedAssignment) -> tuple[list[str], list[str]]:
    """Return the hidden and the public text of all cells."""
    hidden, public = [], []
    for cell in _cells(loaded):
        shown, concealed = split_hidden(cell.source)
        if cell.tag is not None and cell.tag.visibility is not Visibility.PUBLIC:
            hidden.append(cell.source)
        else:
            public.append(shown)
            hidden.append(concealed)
    return hidden, public


def _find_hidden_values(
    loaded: LoadedAssignment, values: Values, released: Values
) -> Iterator[str]:
    """Yield expected values of hidden checks that are among those released."""
    names = public_names(loaded.assignment)
    yield from (
        f"expected value {key} is not public" for key in released if check_of(key) not in names
    )
    secret = {key: value for key, value in values.items() if check_of(key) not in names}
    for key, value in secret.items():
        if _says_something(value):
            for other, shown in released.items():
                if shown.shape == value.shape and np.array_equal(shown, value):
                    yield f"expected value {other} is that of the hidden {key}"


def _says_something(value: NDArray[Any]) -> bool:
    """Return whether an array could only come from the check itself."""
    return value.dtype.kind == "f" and value.size > 1 and bool(np.ptp(value) > 0)


def _cells(loaded: LoadedAssignment) -> Iterator[MasterCell]:
    for name in loaded.assignment.masters:
        yield from read_master(loaded.folder / name)


def _code_in(path: str, text: str) -> str:
    """Return what is to be searched: of JSON its texts, of Python also its plain form."""
    if path.endswith((".ipynb", ".json")):
        return "\n".join(_strings(json.loads(text)))
    if not path.endswith(".py"):
        return text
    # Once as it stands, once on whole lines and with plain quotes.
    tree = ast.parse(text)
    plain = [_write_plainly(one) for one in ast.walk(tree) if isinstance(one, ast.stmt)]
    return "\n".join((text, *plain))


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        # Lines of a cell are items of one list.
        yield "".join(item if isinstance(item, str) else "" for item in data)
        for item in data:
            yield from _strings(item)
    elif isinstance(data, dict):
        for item in data.values():
            yield from _strings(item)


def _squeeze(text: str) -> str:
    return re.sub(r"\s", "", text).replace('"', "'")


def _read_arrays(content: bytes) -> Values:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
