from __future__ import annotations

import re

import pytest

from grader.model import Curve, ErrorMap
from grader.report.html.pictures import FRAME, draw_curves, draw_map


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (("000", "000"), "None of 6 cells hold errors."),
        (("555", "555"), "All 6 cells hold errors, all of about one size."),
        (("129", "555"), "All 6 cells hold errors, the largest in row 0, column 2."),
        (
            ("0100", "0100", "0200"),
            (
                "3 of 12 cells hold errors: in every row and only in column 1, counted from 0, the "
                "largest in row 2, column 1."
            ),
        ),
        (
            ("0000", "1100", "1100"),
            (
                "4 of 12 cells hold errors: in rows 1 to 2 and in columns 0 to 1, counted from 0, "
                "all of about one size."
            ),
        ),
        (
            ("1010", "0000", "1010"),
            (
                "4 of 12 cells hold errors: in 2 of 3 rows and in 2 of 4 columns, counted from 0, "
                "all of about one size."
            ),
        ),
    ],
)
def test_a_map_is_told_in_words(rows: tuple[str, ...], words: str) -> None:
    """A map's description says how much is wrong, in which rows and columns, and where most."""
    assert draw_map("dw", ErrorMap((3, 4), rows)).description == words


def test_a_larger_error_is_a_larger_square() -> None:
    """The side of a square grows with the error, so that no colour has to tell it."""
    drawn = draw_map("dw", ErrorMap((1, 10), ("0123456789",)))
    sides = [float(side) for _, path in drawn.paths for side in re.findall(r"h([\d.]+)", path)]
    assert len(sides) == 10
    assert sides == sorted(set(sides))


@pytest.mark.parametrize(
    "rows", [(), ("",), ("x-²5",), ("1", "22", ""), ("7" * 5000,) * 5000], ids=repr
)
def test_any_map_can_be_drawn(rows: tuple[str, ...]) -> None:
    """Rows of any length and of anything give a drawing of a bounded size."""
    drawn = draw_map("dw", ErrorMap((), rows))
    assert drawn.width > 0
    assert drawn.height > 0
    assert sum(len(path) for _, path in drawn.paths) < 200_000


def test_curves_of_one_kind_share_a_chart() -> None:
    """Losses are drawn apart from accuracies, which share their axes."""
    steps = (0.0, 1.0, 2.0)
    charts = draw_curves(
        (
            Curve("loss", "iteration", steps, (3, 2, 1)),
            Curve("training accuracy", "epoch", steps, (0.1, 0.5, 0.9)),
            Curve("validation accuracy", "epoch", steps, (0.1, 0.4, 0.3)),
        )
    )
    assert [chart.title for chart in charts] == ["Loss by iteration", "Accuracy by epoch"]
    assert [len(chart.lines) for chart in charts] == [1, 2]
    assert charts[1].lines[0].style != charts[1].lines[1].style
    assert charts[0].description == (
        "Loss: 3 at iteration 0, 1 at iteration 2, between 1 and 3 on the way."
    )


@pytest.mark.parametrize(
    "values",
    [(1e308, -1e308), (5.0, 5.0), (0.0, 1e-320), (1e100, 1e100), (1.0,) * 100_000, (3.5,)],
    ids=lambda values: f"{values[0]:g} and {len(values) - 1} more",
)
def test_any_curve_stays_in_its_frame(values: tuple[float, ...]) -> None:
    """Values of any size are drawn within the frame, and thousands of steps are thinned out."""
    (chart,) = draw_curves((Curve("loss", "step", tuple(range(len(values))), values),))
    points = [tuple(map(float, point.split(","))) for point in chart.lines[0].points.split()]
    assert 0 < len(points) <= 400
    for x, y in points:
        assert FRAME.left <= x <= FRAME.width - FRAME.right
        assert FRAME.top <= y <= FRAME.height - FRAME.bottom


def test_curves_that_do_not_fit_are_left_out() -> None:
    """A curve without steps, or with another number of values, is not drawn."""
    assert draw_curves((Curve("loss", "step", (), ()), Curve("loss", "step", (1, 2), (1,)))) == ()
