"""Holds what a cell compares against what of it would be judged."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import field

from grader.checks.cells.analysis import ROOM, analyse
from grader.checks.cells.sites import Site
from grader.course.handout.comparisons import Comparison
from grader.course.handout.roles import Finding
from grader.records import record


@record
class Judged:
    """What of one cell would be judged."""

    parts: tuple[str, ...] = ()
    """Names of the parts, those of predicates last."""
    unseen: tuple[Comparison, ...] = ()
    """Comparisons that no part decides on."""
    tolerances: Mapping[str, float] = field(default_factory=dict)
    """What comments allow, by part, with the room that "around" leaves."""


def find_judged(finding: Finding) -> Judged:
    """Return what of a cell would be judged if it were a check."""
    source = finding.cell.source
    try:
        found = analyse(source, (), tuple(finding.predicates.items()))
    except ValueError:
        return Judged(unseen=finding.comparisons)
    sites = [site for site in found.sites if site.part not in finding.predicates]
    unseen = tuple(each for each in finding.comparisons if not _is_seen(each, sites, finding))
    tolerances = {site.part: site.tolerance for site in sites if site.tolerance is not None}
    return Judged(found.parts, unseen, tolerances)


def _is_seen(comparison: Comparison, sites: list[Site], finding: Finding) -> bool:
    """Return whether a part decides on a comparison.

    It does on its line, and where what it measures is kept under a name and looked at again, as in
    ``error = ...; assert error < 1e-6``.
    """
    lines = {site.line for site in sites}
    first = comparison.line
    last = getattr(comparison.node, "end_lineno", None) or first
    if any(first <= line <= last for line in lines):
        return True
    if isinstance(comparison.node, ast.BinOp) and finding.predicates:
        return ast.unparse(comparison.node.left) in " ".join(finding.predicates.values())
    twins = {each.line for each in finding.comparisons if each.text == comparison.text}
    if twins & lines:
        return True
    kept = _names(finding, first, ast.Store)
    read = _names(finding, first, ast.Load)
    return any(
        kept & _names(finding, line, ast.Load) or read & _names(finding, line, ast.Store)
        for line in lines
    )


def _names(finding: Finding, line: int, context: type[ast.Store | ast.Load]) -> set[str]:
    """Return the names that a line of a cell stores or loads."""
    body = finding.cell.parsed.body if finding.cell.parsed else ()
    return {
        node.id
        for top in body
        for node in ast.walk(top)
        if isinstance(node, ast.Name) and node.lineno == line and isinstance(node.ctx, context)
    }


def with_room(value: float) -> float:
    """Return the largest error allowed where a text says "around" a value."""
    return float(f"{ROOM * value:.12g}")
