"""The shape of an error that no known mistake makes: transposed, a factor, only the border."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from grader.diagnosis import relations
from grader.diagnosis.known import Text
from grader.diagnosis.relations import CLOSE, FEW, Case
from grader.records import record


@record
class Shape:
    """A shape by name, and what a student is told of it."""

    name: str
    text: Text


def find_shape(cases: Sequence[Case]) -> Shape | None:
    """Return the first shape that the errors of all cases have, None if there is none.

    Parameters
    ----------
    cases : sequence of Case
        Wrong results of one part of a function, on inputs of several sizes.
    """
    telling = [case for case in cases if case.right.size >= FEW] or list(cases)
    if cases and all(relations.has_no_numbers(case) for case in cases):
        return Shape("no_numbers", _SHAPES["no_numbers"][1])
    if not telling or (max(case.right.size for case in telling) < FEW and len(telling) < 2):
        return None
    with np.errstate(all="ignore"):
        factor = _find_factor(telling)
        for name, (has_shape, text) in _SHAPES.items():
            # What is twice what it should be may be off by an input, too: that says less.
            if name == "multiple_of_input" and factor is not None and factor.text is not _FACTOR:
                return factor
            if all(has_shape(case) for case in telling):
                return Shape(name, text)
        return factor


def _find_factor(cases: Sequence[Case]) -> Shape | None:
    """Return that each result is a number times the right one, and which number it is."""
    if max(case.right.size for case in cases) < FEW:
        return None  # any two numbers have a ratio
    factors = [relations.factor_of(case) for case in cases]
    if any(factor is None for factor in factors):
        return None
    known = [factor for factor in factors if factor is not None]
    sizes = [case.examples for case in cases]
    if len(set(sizes)) > 1 or (sizes[0] or 0) > 2:
        for name, text, exponent in _BATCH_FACTORS:
            if all(
                size and abs(factor / size**exponent - 1.0) < CLOSE
                for factor, size in zip(known, sizes, strict=True)
            ):
                return Shape(name, text)
    if max(known) - min(known) <= CLOSE * abs(known[0]):
        title = f"a factor of {known[0]:.4g}"
        return Shape(
            "constant_factor",
            Text(title, f"Every entry is {known[0]:.4g} times what it should be.", _FACTOR_HINT),
        )
    return Shape("factor", _FACTOR)


_FACTOR_HINT = "Which constant in front of the formula is missing, or there twice?"

_FACTOR = Text(
    "a factor that depends on the input",
    "All entries of a result are wrong by one factor, which is another one for other inputs.",
    "Which size or setting of the input is this factor made of?",
)

_BATCH_FACTORS = (
    (
        "divided_by_batch",
        Text(
            "the batch size divides it once too often",
            "Every entry is what it should be, divided by the number of examples.",
            "Which function averages over the batch, and has it done so before?",
        ),
        -1,
    ),
    (
        "multiplied_by_batch",
        Text(
            "the batch size is missing as a divisor",
            "Every entry is what it should be, times the number of examples.",
            "Is this a sum over the examples or their mean?",
        ),
        1,
    ),
)

_SHAPES: Mapping[str, tuple[Callable[[Case], bool], Text]] = {
    "not_summed": (
        relations.is_not_summed,
        Text(
            "not summed",
            "The numbers are right before they are added up over an axis that is still there.",
            "To how many outputs does one entry contribute, and what becomes of their gradients?",
        ),
    ),
    "transposed": (
        relations.is_transposed,
        Text(
            "transposed",
            "The numbers are right, but rows and columns are exchanged.",
            "Which shape does the result have to have, and in which order do the factors stand?",
        ),
    ),
    "broadcast": (
        relations.is_broadcast,
        Text(
            "broadcast",
            "The result has more axes or entries than it should: two shapes that do not belong "
            "together were combined.",
            "What are the shapes of both sides of the operation that makes this result?",
        ),
    ),
    "other_shape": (
        relations.is_other_shape,
        Text(
            "another shape",
            "The result has not the shape that it should have.",
            "What shape does each step give, from the input to the result?",
        ),
    ),
    "no_numbers": (
        relations.has_no_numbers,
        Text(
            "not a number",
            "Some entries are infinite or not a number.",
            "Which step divides by something that can be zero, or takes an exponential or a "
            "logarithm?",
        ),
    ),
    "zero": (
        relations.is_zero,
        Text(
            "all zeros",
            "Every entry is zero.",
            "Which line fills the array, and is it the array that is returned?",
        ),
    ),
    "whole_numbers": (
        relations.is_whole,
        Text(
            "rounded to whole numbers",
            "What comes after the decimal point is cut off.",
            "Which dtype does the array have that the numbers are stored in?",
        ),
    ),
    "wrong_sign": (
        relations.has_sign_wrong,
        Text(
            "the sign",
            "Every entry has the wrong sign.",
            "In which direction does the output move when the input grows?",
        ),
    ),
    "some_signs": (
        relations.has_some_signs_wrong,
        Text(
            "some signs",
            "Every entry has the right size, but some have the wrong sign.",
            "For which entries is the sign right, and what have the others in common?",
        ),
    ),
    "few_digits": (
        relations.has_few_digits,
        Text(
            "few digits",
            "The numbers are right in their first digits only.",
            "Which dtype do you compute in, and is there a small constant where it should not be?",
        ),
    ),
    "border": (
        relations.is_on_border,
        Text(
            "only the border",
            "Inside the images all is right; what is wrong lies on their border.",
            "What do the windows at the border see, and what becomes of the padding?",
        ),
    ),
    "inside": (
        relations.is_inside,
        Text(
            "all but the border",
            "The border of the images is right, and what lies inside is wrong.",
            "How many windows does a pixel inside belong to?",
        ),
    ),
    "one_index": (
        relations.is_one_index,
        Text(
            "only one row, column or channel",
            "All that is wrong lies in one row, column or channel.",
            "At which index does the loop begin and end?",
        ),
    ),
    "shifted": (
        relations.is_shifted,
        Text(
            "a constant too much",
            "Every entry is off by one and the same number.",
            "What is added to every entry alike, or left out?",
        ),
    ),
    "multiple_of_input": (
        relations.is_off_by_input,
        Text(
            "a multiple of an input too much or too little",
            "What it should be and what it is differ by a multiple of one of the inputs.",
            "Which term of the formula is a multiple of an input, and with which factor?",
        ),
    ),
    "reshaped": (
        relations.is_reshaped,
        Text(
            "reshaped without turning the axes",
            "The right numbers are there, in the order of another axis.",
            "Which axis runs fastest in memory before you reshape, and which should?",
        ),
    ),
    "other_order": (
        relations.is_in_other_order,
        Text(
            "another order",
            "The right numbers are there, in other places.",
            "To which example and which index does each number belong?",
        ),
    ),
}
"""Shapes in the order in which they are looked for; factors that vary come last."""
