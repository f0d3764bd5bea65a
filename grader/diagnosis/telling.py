"""Writes into a failing row what was found out about it: a mistake, a shape, or a question."""

from __future__ import annotations

import math
from dataclasses import replace

from grader.diagnosis.exceptions import ask_about
from grader.diagnosis.known import Text
from grader.diagnosis.shapes import Shape
from grader.model import Certainty, CheckResult, Evidence, Outcome, Status
from grader.settings import Visibility

_NEARLY = 1e-4
"""Largest relative error of numbers that are right but for their last digits."""


def tell(result: CheckResult, name: str, text: Text, certainty: Certainty) -> CheckResult:
    """Return a row with a diagnosis."""
    evidence: Evidence = replace(
        result.outcome.evidence,
        mistake=text.title,
        explanation=text.explanation,
        certainty=certainty,
    )
    outcome = replace(result.outcome, diagnosis=name, hint=text.hint, evidence=evidence)
    return replace(result, outcome=outcome)


def tell_shape(result: CheckResult, shape: Shape) -> CheckResult:
    """Return a row with the shape of its error."""
    return tell(result, shape.name, shape.text, Certainty.SHAPE)


def ask_about_exception(result: CheckResult) -> CheckResult:
    """Return a row whose code raised with a question about that, if there is one to ask.

    What is not public tells nothing: code chooses what it raises, and may choose by its inputs.
    """
    outcome = result.outcome
    if outcome.status is not Status.ERRORED or result.visibility is not Visibility.PUBLIC:
        return result
    question = ask_about(outcome.message)
    return replace(result, outcome=replace(outcome, hint=question)) if question else result


def find_last_digits(result: CheckResult) -> Shape | None:
    """Return that a result is right but for its last digits, None if it is further away."""
    error = _relative_error(result.outcome)
    if result.visibility is not Visibility.PUBLIC or not 0.0 < error <= _NEARLY:
        return None
    digits = int(-math.log10(error))
    text = Text(
        "the last digits",
        f"The first {digits} digits are right, and more are asked for.",
        "Is there a small constant where it should not be, in a logarithm, a root or a divisor, "
        "or is it in one formula and not in the other? And which dtype do you compute in?",
    )
    return Shape("last_digits", text)


def _relative_error(outcome: Outcome) -> float:
    """Return by what share of itself a result is wrong, infinite if that cannot be told."""
    evidence, error, tolerance = outcome.evidence, outcome.error, outcome.tolerance
    if outcome.status is not Status.FAILED or error is None or tolerance is None:
        return math.inf
    if not tolerance < error:
        return math.inf
    if evidence.measure == "relative error":
        return error
    try:
        expected = abs(float(evidence.expected or "nan"))
    except ValueError:
        return math.inf
    return error / expected if evidence.count == 1 and expected > 0.0 else math.inf
