"""Writes the block of what fails only because something that it calls fails."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import CheckResult
from grader.report.causes import Cause
from grader.report.check_ids import split_id
from grader.report.paper import Paper
from grader.report.summing_up import tell_consequences
from grader.report.untrusted import cell_width, printable
from grader.report.wording import points


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
    told = tell_consequences(checks, causes)
    if not told:
        return
    _write_head(paper, [check for each in told for check in each.checks])
    for each in told:
        paper.paragraph(each.sentence)
        for row in each.rows:
            score = f"{points(row.score)}/{points(row.max_score)}"
            paper.paragraph(row.name, indent=f"  {score:>6}  ", hang=" " * 10)
    paper.blank()


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
