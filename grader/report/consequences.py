"""Writes the block of what fails only because something that it calls fails."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import CheckResult, Status
from grader.report.causes import Cause, group_consequences
from grader.report.check_ids import name_parts, split_id
from grader.report.paper import Paper
from grader.report.untrusted import cell_width, printable
from grader.report.wording import join_names, points

_MOST_NAMES = 4


def write_consequences(
    paper: Paper, checks: Sequence[CheckResult], causes: Sequence[Cause]
) -> None:
    """Write one short block about everything that builds on other failures.

    Parameters
    ----------
    paper : Paper
        Where to write it.
    checks : sequence of CheckResult
        All checks of the report.
    causes : sequence of Cause
        What is wrong by itself, told before.
    """
    groups = group_consequences(checks, causes)
    if not groups:
        return
    _write_head(paper, [check for group in groups.values() for check in group])
    absent = {
        target.rpartition(":")[2]
        for cause in causes
        if cause.status is Status.MISSING
        for check in cause.checks
        for target in check.targets
    }
    for names, group in groups.items():
        named = list(names[:_MOST_NAMES])
        if len(names) > _MOST_NAMES:
            named = [*names[: _MOST_NAMES - 1], f"{len(names) - _MOST_NAMES + 1} others"]
        is_one = len(names) == 1
        if absent.issuperset(names):
            reason = f"which {'is' if is_one else 'are'} missing: write {_it(is_one)} first"
        else:
            reason = f"which {'fails' if is_one else 'fail'} above: mend {_it(is_one)} first"
        paper.paragraph(f"Because of {printable(join_names(named))}, {reason}.")
        _write_group(paper, group)
    paper.blank()


def _it(is_one: bool) -> str:
    return "it" if is_one else "them"


def _write_head(paper: Paper, checks: Sequence[CheckResult]) -> None:
    functions = {split_id(check.id)[0]: None for check in checks}
    title = printable(", ".join(functions))
    if len(title) > paper.score_column - len("FOLLOWS  "):
        title = f"{len(functions)} functions"
    score, most = sum(c.score for c in checks), sum(c.max_score for c in checks)
    gap = max(1, paper.score_column - len("FOLLOWS ") - cell_width(title))
    paper.blank()
    paper.row(
        ("FOLLOWS", "bold yellow"),
        (f" {title}", "bold"),
        (f"{' ' * gap}{points(score)}/{points(most)}", ""),
    )


def _write_group(paper: Paper, group: Sequence[CheckResult]) -> None:
    functions: dict[str, list[CheckResult]] = {}
    for check in group:
        functions.setdefault(split_id(check.id)[0], []).append(check)
    for function, own in functions.items():
        score, most = sum(c.score for c in own), sum(c.max_score for c in own)
        names = f"{function} · {name_parts(own)}".removesuffix(" · ")
        paper.paragraph(
            printable(names), indent=f"  {f'{points(score)}/{points(most)}':>6}  ", hang=" " * 10
        )
