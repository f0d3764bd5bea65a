"""Turns what a cell compared into outcomes, one for each part: its worst comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.checks.base import judge_value
from grader.checks.cells.numeric import Distance, NumericGradient
from grader.checks.cells.observer import Record
from grader.checks.cells.sites import Shape
from grader.checks.second_look import Entry
from grader.compare import LOWEST_TOLERANCE, Measure
from grader.model import Evidence, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFAULT_TOLERANCE = 1e-6
"""For comparisons about which neither metadata, nor the code, nor a comment says anything."""

_MEASURES = {
    Shape.RELATIVE: Measure.RELATIVE,
    Shape.LARGEST: Measure.ABSOLUTE,
    Shape.SUM: Measure.ABSOLUTE_SUM,
    Shape.NORM: Measure.NORM,
    Shape.CLOSE: Measure.RELATIVE,
    Shape.EQUAL: Measure.ABSOLUTE,
}
_ENTRY_TOLERANCE = 1e-4
"""Numeric derivatives by single entries are no finer than this where they explain."""


@record
class Judging:
    """What verdicts depend on besides the records."""

    tolerances: Mapping[str, float]
    """Declared, by part."""
    hint: str
    variables: Mapping[str, Any]
    """The cell's own, after it ran."""

    def judge(self, part: str, records: Sequence[Record]) -> Outcome:
        """Return the worst outcome of a part's comparisons."""
        outcomes = [self._judge(part, record) for record in records]
        return max(outcomes, key=_badness)

    def _judge(self, part: str, record: Record) -> Outcome:
        if record.site.shape is Shape.CONDITION:
            return self._judge_condition(part, record)
        subject = f"{part}{_say_where(record.where)}"
        tolerance = self._tolerance(part, record)
        if isinstance(record.right, NumericGradient):
            return self._judge_gradient(subject, record, record.right, tolerance)
        right = _as_right(record)
        if right is None:
            return Outcome(
                Status.FAILED,
                f"{subject} is compared with {record.site.beside}, which is "
                f"{_describe(record.right)}.",
                hint=self.hint,
            )
        outcome = judge_value(
            subject,
            _as_listed(record.got),
            right,
            tolerance,
            _MEASURES[record.site.shape],
            inputs="",
            hint=self.hint,
            note=_sentence(record.site.message),
        )
        if record.site.shape is Shape.CLOSE and outcome.status is Status.FAILED:
            return self._judge_close(outcome, record, right)
        return outcome

    def _judge_close(self, outcome: Outcome, record: Record, right: Any) -> Outcome:
        """Let pass what ``np.allclose`` lets pass, if the shapes are right."""
        if outcome.error is None:
            return outcome
        rtol, atol = _close_options(record)
        got = np.reshape(_as_listed(record.got), right.shape)
        close = np.allclose(got, right, rtol=rtol, atol=atol)
        return Outcome(Status.PASSED, error=outcome.error) if close else outcome

    def _judge_gradient(
        self, subject: str, record: Record, numeric: NumericGradient, tolerance: float
    ) -> Outcome:
        whole = np.zeros(numeric.shape) if record.entries is None else record.entries
        coarse = max(tolerance, _ENTRY_TOLERANCE)
        shown = judge_value(
            subject,
            record.got,
            whole,
            coarse,
            inputs="",
            hint=self.hint,
            mapped=record.entries is not None,
        )
        if shown.status is Status.FAILED and shown.error is None:
            return shown  # no numbers, or of another shape
        if isinstance(record.got, np.ndarray) and not np.isfinite(record.got).all():
            return self._judge_not_finite(subject, record.got, numeric.shape)
        dtypes = (numeric.dtype, np.asarray(record.got).dtype)
        lowest = [LOWEST_TOLERANCE.get(dtype.str[1:], 0.0) for dtype in dtypes]
        tolerance = max(tolerance, *lowest)
        distance = record.distance or Distance(math.inf)
        count = int(np.prod(numeric.shape))
        if distance.value <= tolerance:
            evidence = Evidence(count=count)
            return Outcome(
                Status.PASSED, error=distance.value, tolerance=tolerance, evidence=evidence
            )
        if record.entries is not None and shown.status is Status.FAILED:
            return replace(shown, tolerance=tolerance)
        evidence = Evidence(count=count, notes=_notes(record.site.message))
        return Outcome(
            Status.FAILED,
            f"{subject} is not the derivative of your own forward pass.",
            error=distance.value,
            tolerance=tolerance,
            hint=self.hint,
            evidence=_show_entry(evidence, record.got, numeric, distance.entry),
        )

    def _judge_not_finite(self, subject: str, got: NDArray[Any], shape: tuple[int, ...]) -> Outcome:
        """Return the outcome of a gradient that no number can be compared with."""
        from grader.error_maps import map_not_finite

        outcome = judge_value(
            subject, got, np.zeros(shape), 1e-300, inputs="", hint=self.hint, mapped=False
        )
        error_map = map_not_finite(got.reshape(shape))
        return replace(outcome, evidence=replace(outcome.evidence, error_map=error_map))

    def _judge_condition(self, part: str, record: Record) -> Outcome:
        if record.got is True:
            return Outcome(Status.PASSED)
        site = record.site
        said = site.message or f"{part} is not as it should be"
        notes = [f"It should hold that {site.subject}{_say_where(record.where)}."]
        shown = _say_numbers(site.subject, self.variables)
        notes += [f"Here {shown}."] if shown else []
        return Outcome(
            Status.FAILED, _sentence(said), hint=self.hint, evidence=Evidence(notes=tuple(notes))
        )

    def _tolerance(self, part: str, record: Record) -> float:
        """Return what is allowed: by the code, else as declared, else by a comment."""
        if record.limit is not None and record.limit > 0:
            return record.limit
        if record.site.shape is Shape.EQUAL:
            return self.tolerances.get(part, 1e-300)
        if record.site.shape is Shape.CLOSE and part not in self.tolerances:
            return _close_options(record)[0] or DEFAULT_TOLERANCE
        if part in self.tolerances:
            return self.tolerances[part]
        return record.site.tolerance or DEFAULT_TOLERANCE


def _show_entry(
    evidence: Evidence, got: Any, numeric: NumericGradient, entry: Entry | None
) -> Evidence:
    """Return the evidence with an entry where a gradient is wrong, if one is known."""
    if entry is None:
        return evidence
    place = np.unravel_index(entry.index, numeric.shape)
    return replace(
        evidence,
        index=tuple(int(i) for i in place) if place else None,
        got=f"{np.ravel(got)[entry.index]:.9g}",
        expected=f"{entry.derivative:.9g}",
    )


def _as_right(record: Record) -> Any:
    """Return what something is compared with as an array, or None if it is no right value."""
    right = record.right
    if isinstance(right, (list, tuple)):
        try:
            right = np.array(right)
        except (TypeError, ValueError):
            return None
    if not isinstance(right, (np.ndarray, np.generic, int, float)):
        return None
    right = np.asarray(right)
    if right.dtype.kind not in "fiub" or not np.isfinite(right).all():
        return None
    single = record.site.shape in (Shape.EQUAL, Shape.CLOSE) and right.size == 1
    got = _as_listed(record.got)
    if single and isinstance(got, np.ndarray):
        return np.full(got.shape, right.reshape(()))
    return right


def _as_listed(got: Any) -> Any:
    """Return a list of numbers that a cell has gathered as an array, anything else as it is."""
    if isinstance(got, list) and got and all(map(_is_number, got)):
        return np.array(got, dtype=np.float64)
    return got


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.floating, np.integer))


def _close_options(record: Record) -> tuple[float, float]:
    """Return the relative and the absolute tolerance of ``np.allclose``."""
    options = record.options
    decimals = options.get("decimal")
    if decimals is not None:
        return 0.0, 1.5 * 10.0**-decimals
    return float(options.get("rtol", 1e-5)), float(options.get("atol", 1e-8))


def _describe(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return "not finite everywhere"
    return f"of type {getattr(value, 'type_name', type(value).__name__)}"


def _badness(outcome: Outcome) -> tuple[bool, bool, float]:
    error = outcome.error if outcome.error is not None else 0.0
    failed = outcome.status is not Status.PASSED
    return failed, failed and outcome.error is None, error / (outcome.tolerance or 1.0)


def _say_where(where: Mapping[str, Any]) -> str:
    """Return the round of the loops in brackets."""
    said = [
        f"{name} = {value!r}"[:60]
        for name, value in where.items()
        if isinstance(value, (str, int, float)) and str(value).isprintable()
    ]
    return f" ({', '.join(said)})" if said else ""


def _say_numbers(condition: str, variables: Mapping[str, Any]) -> str:
    """Return the numbers that a condition is about."""
    words = dict.fromkeys("".join(c if c.isalnum() or c == "_" else " " for c in condition).split())
    said = [
        f"{name} is {float(value):.6g}"
        for name in words
        if isinstance(value := variables.get(name), (int, float, np.floating, np.integer))
    ]
    return ", ".join(said)


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def _notes(message: str) -> tuple[str, ...]:
    return (_sentence(message),) if message else ()
