"""What a mistake is, and how the reference is made to have it."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import count, pairwise
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from reference.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Definition: TypeAlias = ast.FunctionDef | ast.ClassDef

_fresh_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A named wrong version of a function or class of the reference.

    Parameters
    ----------
    name : str
        One word with underscores, unique for its target, such as ``divided_by_n``.
    target : str
        Canonical name of what is wrong: ``layers:affine_backward``; of a class, the class.
    edits : tuple of (str, str)
        Text of the definition, and the wrong text in its place. Each old text is there exactly
        once; docstrings do not count.
    within : str
        Name of the definition in the same module whose text is edited, such as ``_regularize``
        or ``TwoLayerNet.loss``. By default the target's own.
    title : str
        A few words that complete "Known mistake: ...".
    explanation : str
        A sentence on what the code does wrong, in terms of the mathematics.
    hint : str
        A question that leads on without giving the answer.
    using : str
        Canonical name of a layer: only a network with that layer shows the mistake. What asks
        for no such layer cannot tell, as a deep network before dropout has been taught.

    Raises
    ------
    ValueError
        If a field is empty or malformed.
    """

    name: str
    target: str
    edits: tuple[tuple[str, str], ...]
    within: str = ""
    title: str
    explanation: str
    hint: str
    using: str = ""

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"name is {self.name!r}: expected a word with underscores")
        if self.target not in TARGETS:
            raise ValueError(f"target is {self.target!r}: expected a target of the reference")
        if self.using and self.using not in TARGETS:
            raise ValueError(f"using is {self.using!r}: expected a target of the reference")
        if not self.edits or any(not old or old == new for old, new in self.edits):
            raise ValueError(f"edits of {self.name} change nothing: {self.edits!r}")
        for field in ("title", "explanation", "hint"):
            if not getattr(self, field).strip():
                raise ValueError(f"{field} of {self.name} is empty: expected words for a student")


def make_wrong(mistakes: Sequence[Mistake]) -> Callable[..., Any]:
    """Return a wrong version of a target: the reference with some mistakes made in its text.

    The edited text of the whole module is executed under a name of its own; neither the
    reference nor an earlier wrong version changes.

    Parameters
    ----------
    mistakes : sequence of Mistake
        At least one, all of one target.

    Returns
    -------
    callable
        The function or class. It takes what the right one takes; some raise, or never return.

    Raises
    ------
    ValueError
        If there is no mistake, they are of several targets, the text that one edits is not in
        the definition exactly once, or two edit the same text.
    """
    targets = {mistake.target for mistake in mistakes}
    if len(targets) != 1:
        raise ValueError(f"mistakes are of {sorted(targets)}: expected one target")
    module_name, attribute = TARGETS[targets.pop()].split(":")
    source = _read_source(module_name)
    edits = sorted(edit for mistake in mistakes for edit in _place(mistake, source, attribute))
    for first, second in pairwise(edits):
        if second.start < first.end:
            names = ", ".join(mistake.name for mistake in mistakes)
            raise ValueError(f"mistakes {names} overlap at {source[second.start : first.end]!r}")
    statements = [
        _apply([edit for edit in edits if start <= edit.start < end], source, start, end)
        for start, end in pairwise(_beginnings(source))
    ]
    wrong: Callable[..., Any] = getattr(_execute(statements, module_name), attribute)
    return wrong


class _Edit(NamedTuple):
    """A stretch of a module's source, and what comes into its place."""

    start: int
    end: int
    text: str


def _apply(edits: Sequence[_Edit], source: str, start: int, end: int) -> str:
    """Return a stretch of a source with the edits that lie in it."""
    pieces = []
    for edit in edits:
        pieces += [source[start : edit.start], edit.text]
        start = edit.end
    return "".join((*pieces, source[start:end]))


@lru_cache(maxsize=16)
def _beginnings(source: str) -> tuple[int, ...]:
    """Return where the statements at the top of a source begin, and where the last one ends."""
    starts = _line_starts(source)
    lines = [
        min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        for node in _parse(source).body
    ]
    return (*(starts[line - 1] for line in lines), len(source))


def _read_source(module_name: str) -> str:
    specification = find_spec(module_name)
    source = None
    if specification is not None and specification.loader is not None:
        source = getattr(specification.loader, "get_source", lambda _: None)(module_name)
    if not isinstance(source, str):
        raise ValueError(f"the source text of {module_name} is not there, which mistakes edit")
    return source


def _place(mistake: Mistake, source: str, attribute: str) -> Iterator[_Edit]:
    """Find the places in a module's source that a mistake edits."""
    definition = _find(_parse(source), mistake.within or attribute)
    starts = _line_starts(source)
    start, end = _span(definition, starts)
    documented = [_span(node, starts) for node in _docstrings(definition)]
    for old, new in mistake.edits:
        found = [
            place
            for place in _occurrences(old, source, start, end)
            if not any(first <= place < last for first, last in documented)
        ]
        if len(found) != 1:
            raise ValueError(
                f"{mistake.target} {mistake.name}: {old!r} is {len(found)} times in "
                f"{definition.name}, expected once"
            )
        yield _Edit(found[0], found[0] + len(old), new)


@lru_cache(maxsize=16)
def _parse(source: str) -> ast.Module:
    """Return a module's syntax tree, which is the same for all mistakes in its text."""
    return ast.parse(source)


def _find(tree: ast.Module, path: str) -> _Definition:
    body = tree.body
    found: _Definition | None = None
    for name in path.split("."):
        # The last one counts: the overloads of a method come first.
        named = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        ]
        if not named:
            raise ValueError(f"within is {path!r}: expected a definition of the module")
        found = named[-1]
        body = found.body
    assert found is not None  # noqa: S101 - a split has at least one item
    return found


def _docstrings(definition: _Definition) -> Iterator[ast.Expr]:
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            first = node.body[0]
            if isinstance(first, ast.Expr):
                yield first


@lru_cache(maxsize=16)
def _line_starts(source: str) -> list[int]:
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _span(node: ast.stmt, starts: list[int]) -> tuple[int, int]:
    """Return where a statement lies in its source, in whole lines and without decorators."""
    return starts[node.lineno - 1], starts[node.end_lineno or node.lineno]


def _occurrences(text: str, source: str, start: int, end: int) -> Iterator[int]:
    place = source.find(text, start, end)
    while place >= 0:
        yield place
        place = source.find(text, place + 1, end)


def _execute(statements: Sequence[str], module_name: str) -> ModuleType:
    module = ModuleType(f"{module_name}_with_mistake_{next(_fresh_numbers)}")
    # Named tuples and data classes look their module up while they are made.
    sys.modules[module.__name__] = module
    try:
        for statement in statements:
            exec(_compile(statement), vars(module))  # noqa: S102 - our own text
    finally:
        del sys.modules[module.__name__]
    return module


@lru_cache(maxsize=2048)
def _compile(statement: str) -> CodeType:
    """Return the code of one statement: those without a mistake are compiled once for all."""
    flags = annotations.compiler_flag  # which all modules of the reference ask for
    code: CodeType = compile(statement, "<with a mistake>", "exec", flags, dont_inherit=True)
    return code
