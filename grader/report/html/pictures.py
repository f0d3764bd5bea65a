"""Prepares drawings for a page: where errors lie in an array, and how trainings went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.model import Curve, ErrorMap
from grader.records import record
from grader.report.untrusted import printable
from grader.report.wording import join_names

_CELL = 10
"""Side of a cell of a map, in units of the drawing."""
_MOST_CELLS = 64
_COMFORTABLE = 280
"""Pixels that the longer side of a map takes, unless its cells were too small or too large."""
_MOST_STEPS = 400
_LARGEST = 1e100
_STYLES = 4


@record
class HeatMap:
    """A drawing of an error map."""

    title: str
    description: str
    """What it shows, in words."""
    axes: str
    width: int
    height: int
    scale: float
    """Pixels a unit: few cells are drawn large."""
    paths: tuple[tuple[int, str], ...]
    """Squares of each size of error, as the data of an SVG path."""


@record
class Tick:
    """A number beside an axis."""

    place: float
    label: str


@record
class PlottedLine:
    """One curve of a chart."""

    name: str
    style: int
    """Number of its colour and dashes."""
    points: str
    """As SVG's polylines take them."""


@record
class Chart:
    """A drawing of curves that share their axes."""

    title: str
    description: str
    """What it shows, in words."""
    unit: str
    lines: tuple[PlottedLine, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


@record
class Frame:
    """Measures of a chart: the whole of it, and the margins around its curves."""

    width: float = 340.0
    height: float = 180.0
    left: float = 46.0
    right: float = 8.0
    top: float = 10.0
    bottom: float = 24.0


FRAME = Frame()


def draw_map(name: str, error_map: ErrorMap) -> HeatMap:
    """Return the drawing of an error map: the larger the error, the larger its square."""
    rows = [row[:_MOST_CELLS] for row in error_map.rows[:_MOST_CELLS]]
    squares: dict[int, list[str]] = {}
    for number, row in enumerate(rows):
        for column, digit in enumerate(row):
            size = int(digit) if digit in "123456789" else 0
            side = 1.6 if not size else round(3.4 + size * 0.6, 1)
            x, y = (round((each + 0.5) * _CELL - side / 2, 1) for each in (column, number))
            squares.setdefault(size, []).append(f"M{x:g} {y:g}h{side:g}v{side:g}h-{side:g}z")
    shape = " by ".join(map(str, error_map.shape))
    axes = [
        f"{printable(axis, limit=80)} runs {way}"
        for axis, way in ((error_map.down, "down"), (error_map.across, "across"))
        if axis
    ]
    width, height = _CELL * max((1, *map(len, rows))), _CELL * max(1, len(rows))
    return HeatMap(
        title=f"Where the errors lie in {printable(name)}" + (f" ({shape})" if shape else ""),
        description=_describe_map(rows),
        axes=join_names(axes),
        width=width,
        height=height,
        scale=min(2.4, max(1.0, _COMFORTABLE / max(width, height))),
        paths=tuple((size, "".join(squares[size])) for size in sorted(squares)),
    )


def draw_curves(curves: Iterable[Curve]) -> tuple[Chart, ...]:
    """Return a chart for all curves that measure the same over the same steps."""
    groups: dict[tuple[str, str], list[Curve]] = {}
    for curve in curves:
        steps, values = curve.steps, curve.values
        if steps and len(steps) == len(values):
            groups.setdefault((curve.name.rpartition(" ")[2], curve.unit), []).append(curve)
    return tuple(_draw_chart(what, unit, group) for (what, unit), group in groups.items())


def _draw_chart(what: str, unit: str, curves: Sequence[Curve]) -> Chart:
    across = _range([step for curve in curves for step in curve.steps])
    up = _range([value for curve in curves for value in curve.values])
    unit = printable(unit, limit=40)
    lines = []
    for number, curve in enumerate(curves):
        stride = -(-len(curve.steps) // _MOST_STEPS)
        points = zip(curve.steps[::stride], curve.values[::stride], strict=True)
        drawn = " ".join(f"{_x(step, across):.1f},{_y(value, up):.1f}" for step, value in points)
        lines.append(PlottedLine(printable(curve.name, limit=80), number % _STYLES, drawn))
    return Chart(
        title=f"{printable(what, limit=80).capitalize()} by {unit}",
        description=" ".join(map(_describe_curve, curves)),
        unit=unit,
        lines=tuple(lines),
        across=tuple(Tick(_x(value, across), _label(value)) for value in across),
        up=tuple(Tick(_y(value, up), _label(value)) for value in (up[0], sum(up) / 2, up[1])),
    )


def _range(values: Sequence[float]) -> tuple[float, float]:
    lowest, highest = _clip(min(values)), _clip(max(values))
    return (lowest, highest) if lowest < highest else (lowest - 0.5, highest + 0.5)


def _clip(value: float) -> float:
    """Return a value between bounds within which differences are finite."""
    return min(max(value, -_LARGEST), _LARGEST)


def _x(value: float, ends: tuple[float, float]) -> float:
    return FRAME.left + (FRAME.width - FRAME.left - FRAME.right) * _share(value, ends)


def _y(value: float, ends: tuple[float, float]) -> float:
    length = FRAME.height - FRAME.top - FRAME.bottom
    return FRAME.height - FRAME.bottom - length * _share(value, ends)


def _share(value: float, ends: tuple[float, float]) -> float:
    length = ends[1] - ends[0]
    # Around a number so large that one half more or less is the same, nothing is to be seen.
    return (_clip(value) - ends[0]) / length if length else 0.5


def _label(value: float) -> str:
    return f"{value:.3g}"


def _describe_curve(curve: Curve) -> str:
    name, unit = printable(curve.name, limit=80).capitalize(), printable(curve.unit, limit=40)
    first, last = _label(curve.values[0]), _label(curve.values[-1])
    if len(curve.values) == 1:
        return f"{name}: {first} at {unit} {_label(curve.steps[0])}."
    begin, end = _label(curve.steps[0]), _label(curve.steps[-1])
    extremes = f"between {_label(min(curve.values))} and {_label(max(curve.values))}"
    return f"{name}: {first} at {unit} {begin}, {last} at {unit} {end}, {extremes} on the way."


def _describe_map(rows: Sequence[str]) -> str:
    wrong = [
        (number, column, digit)
        for number, row in enumerate(rows)
        for column, digit in enumerate(row)
        if digit in "123456789"
    ]
    cells = sum(map(len, rows))
    if not wrong:
        return f"None of {cells} cells hold errors."
    if len(wrong) == cells:
        return f"All {cells} cells hold errors{_say_largest(wrong)}."
    down = sorted({number for number, _, _ in wrong})
    across = sorted({column for _, column, _ in wrong})
    places = [
        _say_extent("row", down, len(rows)),
        _say_extent("column", across, max(map(len, rows))),
    ]
    found = f"{len(wrong)} of {cells} cells hold errors"
    return f"{found}: {join_names(places)}, counted from 0{_say_largest(wrong)}."


def _say_extent(noun: str, numbers: Sequence[int], count: int) -> str:
    """Return which rows or columns are concerned."""
    first, last = numbers[0], numbers[-1]
    if len(numbers) == count:
        return f"in every {noun}"
    if first == last:
        return f"only in {noun} {first}"
    if len(numbers) == last - first + 1:
        return f"in {noun}s {first} to {last}"
    return f"in {len(numbers)} of {count} {noun}s"


def _say_largest(wrong: Sequence[tuple[int, int, str]]) -> str:
    sizes = {digit for _, _, digit in wrong}
    if len(sizes) == 1:
        return ", all of about one size"
    number, column, _ = max(wrong, key=lambda cell: cell[2])
    return f", the largest in row {number}, column {column}"
