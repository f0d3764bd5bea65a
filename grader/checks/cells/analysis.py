"""Reads a cell as a check: which parts it has, and the code that runs in its place."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import CodeType

from grader.checks.cells.names import Binding
from grader.checks.cells.origins import Origins
from grader.checks.cells.rewriting import Rewriter
from grader.checks.cells.sites import Site
from grader.checks.cells.stated import stated_tolerance
from grader.records import record
from grader.submission.course_names import PROVIDED
from grader.submission.notebook import parse_cell
from grader.submission.tree import walk

_LONG_TEXT = re.compile(r"\"\"\"|'''|\\$", re.MULTILINE)
"""What can make a text go on in the next line."""
_LINE = re.compile(
    r"""(?:[^'"#\\]|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")*(?P<comment>\#.*)?$""",
)
"""A line in which texts begin and end, and its comment."""

ROOM = 10.0
"""An error that "should be around" a number may be this many times larger."""


@record
class CellText:
    """One cell, ready to run."""

    name: str
    """Under which its lines appear in tracebacks."""
    lines: tuple[str, ...]
    code: CodeType

    @classmethod
    def of(cls, name: str, lines: tuple[str, ...], tree: ast.Module) -> CellText:
        """Return a cell with its code."""
        return cls(name, lines, compile(tree, name, "exec", dont_inherit=True))


@record
class Analysis:
    """All that the text of a check's cells tells."""

    cells: tuple[CellText, ...]
    """Setup cells, the cell itself, and its predicates, in the order in which they run."""
    sites: tuple[Site, ...]
    brought: tuple[Binding, ...]
    """What the imports of the cells bring, by number."""
    defaults: Mapping[str, Binding]
    """Names that no cell binds and that can only mean one thing."""
    targets: tuple[str, ...]
    """Canonical targets that are called, what the course provides first."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts, in the order of the text."""
        return tuple(dict.fromkeys(site.part for site in self.sites))


def parts_of(source: str, predicates: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the names of the parts that a cell has: what it compares, then its predicates.

    Parameters
    ----------
    source : str
        Of the cell.
    predicates : mapping, optional
        Expressions evaluated after it, by the name of their part.

    Raises
    ------
    ValueError
        If the cell or a predicate is no Python.
    """
    return analyse(source, (), tuple((predicates or {}).items())).parts


@lru_cache(maxsize=512)
def analyse(
    source: str, setup: tuple[str, ...], predicates: tuple[tuple[str, str], ...]
) -> Analysis:
    """Read a cell with what runs before and after it.

    Raises
    ------
    ValueError
        If one of them is no Python.
    """
    trees = [_parse(f"setup cell {n}", text) for n, text in enumerate(setup, start=1)]
    own = _parse("cell", source)
    conditions = [(name, _parse_condition(name, text)) for name, text in predicates]
    used = _used_names([tree for _, tree in (*trees, own)], [tree for _, tree in conditions])
    rewriter = Rewriter(used, reserved=frozenset(name for name, _ in predicates))
    cells = [
        CellText.of(f"<setup {number}>", lines, rewriter.rewrite(tree, judged=False))
        for number, (lines, tree) in enumerate(trees, start=1)
    ]
    before = len(rewriter.origins.called)
    cells.append(CellText.of("<cell>", own[0], rewriter.rewrite(own[1], judged=True)))
    after = [rewriter.rewrite_predicate(name, tree) for name, tree in conditions]
    tail = ast.fix_missing_locations(ast.Module(after, []))
    cells.append(CellText.of("<predicates>", tuple(text for _, text in predicates), tail))
    comments = _comments(source)
    return Analysis(
        cells=tuple(cells),
        sites=tuple(_with_tolerance(site, comments) for site in rewriter.sites),
        brought=tuple(rewriter.brought),
        defaults=rewriter.defaults,
        targets=_in_order(rewriter.origins, before),
    )


def _parse(what: str, source: str) -> tuple[tuple[str, ...], ast.Module]:
    cell = parse_cell(what, 1, source)
    if cell.problem is not None:
        raise ValueError(
            f"line {cell.problem.line} of the {what} is no Python: {cell.problem.message}"
        )
    return cell.lines, ast.Module(list(cell.body), [])


def _parse_condition(name: str, text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"predicate {name!r} is no Python expression: {text!r}") from error


def _used_names(trees: Iterable[ast.AST], conditions: Iterable[ast.AST]) -> frozenset[str]:
    return frozenset(
        node.id
        for tree in (*trees, *conditions)
        for node in walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    )


def _in_order(origins: Origins, before: int) -> tuple[str, ...]:
    """Return the targets called, with what is least to blame first: provided, then setup's."""
    called = list(origins.called)
    ordered = (*called[:before], *called[before:])
    return tuple(sorted(ordered, key=lambda target: target.partition(":")[0] not in PROVIDED))


@record
class _Comment:
    """Comments of consecutive lines."""

    first: int
    last: int
    tolerance: float | None


def _comments(source: str) -> tuple[_Comment, ...]:
    """Return the comments of a cell that state a tolerance."""
    blocks: list[tuple[int, int, str]] = []
    for line, text in _comment_lines(source):
        if blocks and blocks[-1][1] == line - 1:
            first, _, before = blocks[-1]
            blocks[-1] = (first, line, f"{before}\n{text}")
        else:
            blocks.append((line, line, text))
    found = (_Comment(first, last, stated_tolerance(text)) for first, last, text in blocks)
    return tuple(comment for comment in found if comment.tolerance is not None)


def _comment_lines(source: str) -> list[tuple[int, str]]:
    if not _LONG_TEXT.search(source):  # every line by itself, in a tenth of the time
        found = [(n, _LINE.match(line)) for n, line in enumerate(source.split("\n"), start=1)]
        if all(match for _, match in found):
            return [(n, match["comment"]) for n, match in found if match and match["comment"]]
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # magics
        numbered = enumerate(source.split("\n"), start=1)
        return [(n, text.strip()) for n, text in numbered if text.lstrip().startswith("#")]
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def _with_tolerance(site: Site, comments: Sequence[_Comment]) -> Site:
    """Give a site what the nearest comment above it states, else the first below."""
    above = [comment for comment in comments if comment.first <= site.line]
    below = [comment for comment in comments if comment.first > site.line]
    nearest = above[-1] if above else below[0] if below else None
    if nearest is None or nearest.tolerance is None:
        return site
    return replace(site, tolerance=ROOM * nearest.tolerance)
