"""How a terminal shows the example on which a law is broken."""

from __future__ import annotations

from dataclasses import replace

from grader.model import CheckResult, Evidence, Kind, Outcome, Report, Status
from grader.report.terminal import render
from grader.settings import Visibility

LINES = ("x = np.array([[0.1], [0.1]])", "print(" + "x + " * 40 + "0)")
BROKEN = CheckResult(
    id="affine_forward.properties.one_by_one",
    question="affine",
    kind=Kind.PROPERTY,
    targets=("layers:affine_forward",),
    outcome=Outcome(Status.FAILED, "A law.", evidence=Evidence(counterexample="\n".join(LINES))),
    score=0.0,
    max_score=1.0,
)


def test_lines_are_written_whole(report: Report) -> None:
    """However wide a line is, it is there to be copied."""
    shown = render(replace(report, checks=(BROKEN,)), width=40)
    for line in LINES:
        assert f"    {line}\n" in shown


def test_hidden_laws_show_no_example(report: Report) -> None:
    """An example is an input, and inputs of hidden checks are kept."""
    hidden = replace(BROKEN, visibility=Visibility.HIDDEN)
    assert "np.array" not in render(replace(report, checks=(hidden,)), width=40)
