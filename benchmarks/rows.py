"""Rows of a table: what was measured, smallest and median, and what it may be at most."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    title: str
    quantity: str
    """``wall`` or ``CPU``, and its unit."""
    smallest: float
    """On a busy machine nearer to the truth; of what is compared, that of the smallest values."""
    median: float
    """Over all rounds; of what is compared, that of the pairs."""
    limit: float | None = None
    """Largest median that is promised; None where the line is for information."""


def sum_up(title: str, quantity: str, values: Sequence[float], limit: float | None = None) -> Row:
    """Return the row of what was measured once in each round."""
    return Row(title, quantity, min(values), statistics.median(values), limit)


def compare(
    title: str,
    quantity: str,
    values: tuple[Sequence[float], Sequence[float]],
    how: Callable[[float, float], float],
    limit: float | None,
) -> Row:
    """Return the row of a ratio or difference, of values that were measured in turns."""
    smallest = how(min(values[0]), min(values[1]))
    return Row(title, quantity, smallest, statistics.median(map(how, *values)), limit)


def print_rows(rows: Sequence[Row]) -> bool:
    """Print the table and return whether all promises were kept."""
    kept = True
    print(f"\n{'':36}{'of':>9}{'smallest':>10}{'median':>8}{'at most':>9}")
    for row in rows:
        missed = row.limit is not None and row.median > row.limit
        kept = kept and not missed
        limit = "" if row.limit is None else f"{row.limit:.2f}"
        numbers = f"{row.smallest:10.2f}{row.median:8.2f}{limit:>9}"
        print(f"{row.title:36}{row.quantity:>9}{numbers}{'  missed' * missed}")
    return kept
