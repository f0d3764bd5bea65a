"""How points, errors and statuses are written, the same in every format that people read."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.model import Status

STATUS_WORDS = {
    Status.PASSED: "ok",
    Status.FAILED: "FAIL",
    Status.ERRORED: "ERROR",
    Status.MISSING: "MISSING",
    Status.TIMED_OUT: "TIMEOUT",
    Status.CRASHED: "CRASH",
    Status.BLOCKED: "BLOCKED",
    Status.NEEDS_REVIEW: "REVIEW",
    Status.GRADER_ERROR: "OUR FAULT",
}

DEFAULT_MESSAGES = {
    Status.PASSED: "Correct.",
    Status.FAILED: "The result differs from what it should be.",
    Status.ERRORED: "Your code raised an exception.",
    Status.MISSING: "This is not written yet.",
    Status.TIMED_OUT: "Stopped: it used more time than a check may take.",
    Status.CRASHED: "The Python process that ran your code ended abruptly.",
    Status.BLOCKED: "Not tried, because something that it needs is broken.",
    Status.NEEDS_REVIEW: "A person will look at this.",
    Status.GRADER_ERROR: "The grader broke here. This is not your mistake and costs you nothing.",
}


def points(value: float) -> str:
    """Return points with at most two decimals and no trailing zeros: ``2``, ``1.5``."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def count_points(value: float) -> str:
    """Return points with their noun: ``1 point``, ``2.5 points``."""
    text = points(value)
    return f"{text} point" if text == "1" else f"{text} points"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 check``, ``3 checks``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def percent(value: float) -> str:
    """Return a percentage with one decimal that says 0 or 100 only when it is."""
    if 99.95 <= value < 100:
        return "99.9 %"
    if 0 < value < 0.05:
        return "0.1 %"
    return f"{value:.1f}".removesuffix(".0") + " %"


def measured(error: float | None, tolerance: float | None, measure: str = "") -> str:
    """Return an error, named by its measure, against what is allowed; empty without an error."""
    if error is None:
        return ""
    size = f"{error:.1e}" if math.isfinite(error) else "infinite"
    allowed = "" if tolerance is None else f", allowed {tolerance:.2g}"
    return f"{measure} {size}{allowed}".strip()


def enumerate_names(names: tuple[str, ...], *, most: int = 8) -> str:
    """Return names in one phrase, the ones beyond `most` only counted."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def join_names(names: Sequence[str]) -> str:
    """Return names with an "and" before the last: ``dx, dw and db``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def as_sentence(text: str) -> str:
    """Return `text` with a period at its end, unless it ends like a sentence already."""
    text = text.rstrip()
    if text.endswith(("?.", "!.")):
        return text[:-1]
    return text if not text or text[-1] in ".?!…" else f"{text}."
