"""Writes the block of all functions that are not there."""

from __future__ import annotations

from grader.report.causes import Cause, absent_name
from grader.report.paper import Paper
from grader.report.untrusted import cell_width, printable
from grader.report.wording import points

_MOST_ROWS = 24


def write_absent(paper: Paper, cause: Cause, *, everything: bool) -> None:
    """Write what is not written yet, or in no file: a line each, or one sentence for all.

    Parameters
    ----------
    paper : Paper
        Where to write it.
    cause : Cause
        Checks of which each only says that its function is not there.
    everything : bool
        Write all of them, however many.
    """
    functions = cause.functions
    if len(functions) == 1:
        paper.paragraph(printable(cause.first.outcome.message))
        return
    places = {absent_name(check): check.outcome.location for check in cause.checks}
    if not any(places.values()):
        paper.paragraph("No file defines these.")
        if functions[0] in cause.title:
            return
    elif all(places.values()):
        paper.paragraph("These are not written yet.")
    else:
        paper.paragraph("These are not written yet, or no file defines them.")
    rows = functions if everything else functions[:_MOST_ROWS]
    widest = max(cell_width(printable(name)) for name in rows)
    for name in rows:
        own = [check for check in cause.checks if absent_name(check) == name]
        lost = f"{points(sum(c.score for c in own))}/{points(sum(c.max_score for c in own))}"
        where = places[name]
        place = f"{printable(where.file)}:{where.line}" if where else "in no file"
        paper.row(
            (f"  {lost:>6}", ""), (f"  {printable(name):<{widest}}", ""), (f"  {place}", "cyan")
        )
    if not everything and len(functions) > _MOST_ROWS:
        paper.paragraph(f"and {len(functions) - _MOST_ROWS} more", indent="          ")
