"""The shape of an error that no known mistake makes: transposed, a factor, only the border."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.compare import same_but_for_ones
from grader.diagnosis.known import Text
from grader.diagnosis.signature import as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CLOSE = 1e-6
"""Largest distance, as a share of the largest entry, of entries that agree."""
_FEW = 6
"""Arrays with fewer entries than this have no shape that could be told from chance."""


@dataclass(frozen=True, slots=True)
class Case:
    """One result of a function beside the right one."""

    got: NDArray[Any]
    right: NDArray[np.float64]
    inputs: Mapping[str, Any]
    """What the function was given, by name."""
    part: str

    @property
    def is_comparable(self) -> bool:
        """Whether both are of one shape."""
        return self.got.shape == self.right.shape

    @property
    def scale(self) -> float:
        """The largest entry that is right."""
        return float(np.abs(self.right).max(initial=0.0)) or 1.0

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which entries are wrong."""
        off = np.abs(self.got - self.right)
        wrong: NDArray[np.bool_] = ~(off <= _CLOSE * self.scale)
        return wrong

    @property
    def examples(self) -> int | None:
        """How many examples were in the batch."""
        for name in ("x", "X"):
            if isinstance(self.inputs.get(name), np.ndarray):
                return int(self.inputs[name].shape[0])
        return None


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape by name, and what a student is told of it."""

    name: str
    text: Text


def make_case(part: str, got: Any, right: Any, inputs: Mapping[str, Any]) -> Case | None:
    """Return a result beside the right one, None if one of them is no array of numbers."""
    own, expected = as_numbers(got), as_numbers(right)
    if own is None or expected is None or own.dtype.kind not in "fiu":
        return None
    expected = expected.astype(np.float64)
    if own.shape != expected.shape and same_but_for_ones(own.shape, expected.shape):
        own = own.reshape(expected.shape)
    return Case(own, expected, inputs, part)


def find_shape(cases: Sequence[Case]) -> Shape | None:
    """Return the first shape that the errors of all cases have, None if there is none.

    Parameters
    ----------
    cases : sequence of Case
        Wrong results of one part of a function, on inputs of several sizes.
    """
    telling = [case for case in cases if case.right.size >= _FEW] or list(cases)
    if cases and all(_has_no_numbers(case) for case in cases):
        return Shape("no_numbers", _SHAPES["no_numbers"][1])
    if not telling or (max(case.right.size for case in telling) < _FEW and len(telling) < 2):
        return None
    with np.errstate(all="ignore"):
        for name, (has_shape, text) in _SHAPES.items():
            if all(has_shape(case) for case in telling):
                return Shape(name, text)
        return _find_factor(telling)


def _is_close(got: Any, right: Any) -> bool:
    right = np.asarray(right, dtype=np.float64)
    scale = float(np.abs(right).max(initial=0.0)) or 1.0
    return bool(got.shape == right.shape and (np.abs(got - right) <= _CLOSE * scale).all())


def _is_transposed(case: Case) -> bool:
    return case.right.ndim >= 2 and min(case.right.shape) > 1 and _is_close(case.got, case.right.T)


def _is_reshaped(case: Case) -> bool:
    """Return whether numbers were put into the right shape without turning the axes first."""
    if not case.is_comparable or case.right.ndim < 2:
        return False
    flat = case.got.reshape(-1)
    turned = (np.moveaxis(case.right, a, b) for a, b in _moves(case.right.ndim))
    return any(_is_close(flat, one.reshape(-1)) for one in turned)


def _moves(axes: int) -> Iterator[tuple[int, int]]:
    return ((a, b) for a in range(axes) for b in range(axes) if a != b)


def _is_broadcast(case: Case) -> bool:
    """Return whether the result has axes too many that come from combining unlike shapes."""
    return case.got.ndim > case.right.ndim or (
        not case.is_comparable
        and case.got.ndim == case.right.ndim
        and case.got.size > case.right.size
        and all(
            a in (b, 1) or b == 1 for a, b in zip(case.got.shape, case.right.shape, strict=True)
        )
    )


def _is_not_summed(case: Case) -> bool:
    """Return whether summing over axes of the result gives the right one."""
    extra = case.got.ndim - case.right.ndim
    if extra <= 0:
        return False
    return any(
        _is_close(case.got.sum(axis=axes), case.right)
        for axes in (tuple(range(extra)), tuple(range(-extra, 0)))
    )


def _is_other_shape(case: Case) -> bool:
    return not case.is_comparable


def _has_no_numbers(case: Case) -> bool:
    return case.is_comparable and not np.isfinite(case.got).all()


def _is_whole(case: Case) -> bool:
    """Return whether the right numbers lost what comes after the point."""
    rounded = (np.trunc(case.right), np.round(case.right), np.floor(case.right))
    return case.is_comparable and any(_is_close(case.got, one) for one in rounded)


def _has_few_digits(case: Case) -> bool:
    if not case.is_comparable or case.got.dtype.kind != "f":
        return False
    off = np.abs(case.got - case.right)
    return bool((off <= 2e-3 * np.abs(case.right) + 1e-5 * case.scale).all())


def _is_zero(case: Case) -> bool:
    return case.is_comparable and not case.got.any()


def _has_sign_wrong(case: Case) -> bool:
    return case.is_comparable and _is_close(case.got, -case.right)


def _has_some_signs_wrong(case: Case) -> bool:
    return case.is_comparable and _is_close(np.abs(case.got), np.abs(case.right))


def _is_on_border(case: Case) -> bool:
    return _splits_at_border(case, inside=False)


def _is_inside(case: Case) -> bool:
    return _splits_at_border(case, inside=True)


def _splits_at_border(case: Case, *, inside: bool) -> bool:
    """Return whether just one of the border and the inside of images is wrong."""
    if not case.is_comparable or case.right.ndim != 4 or min(case.right.shape[2:]) < 3:
        return False
    border = np.ones(case.right.shape, dtype=bool)
    border[:, :, 1:-1, 1:-1] = False
    wrong = case.wrong
    here, there = (~border, border) if inside else (border, ~border)
    return bool(wrong[here].mean() > 0.5 and not wrong[there].any())


def _is_one_index(case: Case) -> bool:
    """Return whether all that is wrong lies at one index of an axis of several."""
    if not case.is_comparable:
        return False
    wrong = case.wrong
    for axis, length in enumerate(wrong.shape):
        others = tuple(other for other in range(wrong.ndim) if other != axis)
        if length >= 3 and int(wrong.any(axis=others).sum()) == 1:
            return True
    return False


def _is_shifted(case: Case) -> bool:
    """Return whether every entry is off by one and the same number."""
    if not case.is_comparable or case.right.size < 3:
        return False
    gap = case.got - case.right
    return bool(np.ptp(gap) <= _CLOSE * case.scale and abs(gap.flat[0]) > _CLOSE * case.scale)


def _is_in_other_order(case: Case) -> bool:
    if not case.is_comparable or case.right.size < _FEW:
        return False
    return _is_close(np.sort(case.got, axis=None), np.sort(case.right, axis=None))


def _is_off_by_input(case: Case) -> bool:
    """Return whether what is too much, or too little, is a multiple of an input."""
    if not case.is_comparable or case.right.size < 3:
        return False
    gap = (case.got - case.right).reshape(-1)
    return any(
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.size == gap.size
        and _is_multiple(gap, value.reshape(-1))
        for value in case.inputs.values()
    )


def _is_multiple(values: NDArray[Any], of: NDArray[Any]) -> bool:
    square = float(of @ of)
    if not square or not np.isfinite(values).all():
        return False
    rest = values - (values @ of / square) * of
    return bool(np.abs(rest).max() <= _CLOSE * np.abs(values).max())


def _find_factor(cases: Sequence[Case]) -> Shape | None:
    """Return that each result is a number times the right one, and which number it is."""
    if max(case.right.size for case in cases) < _FEW:
        return None  # any two numbers have a ratio
    factors = [_factor_of(case) for case in cases]
    if any(factor is None for factor in factors):
        return None
    known = [factor for factor in factors if factor is not None]
    sizes = [case.examples for case in cases]
    if len(set(sizes)) > 1 or (sizes[0] or 0) > 2:
        for name, text, exponent in _BATCH_FACTORS:
            if all(
                size and abs(factor / size**exponent - 1.0) < _CLOSE
                for factor, size in zip(known, sizes, strict=True)
            ):
                return Shape(name, text)
    if max(known) - min(known) <= _CLOSE * abs(known[0]):
        title = f"{known[0]:.4g} times too large"
        return Shape(
            "constant_factor",
            Text(title, f"Every entry is {known[0]:.4g} times what it should be.", _FACTOR_HINT),
        )
    return Shape("factor", _FACTOR)


def _factor_of(case: Case) -> float | None:
    if not case.is_comparable or not np.isfinite(case.got).all():
        return None
    got, right = case.got.reshape(-1).astype(np.float64), case.right.reshape(-1)
    square = float(right @ right)
    factor = float(got @ right) / square if square else 0.0
    close = np.abs(got - factor * right).max(initial=0.0) <= _CLOSE * abs(factor) * case.scale
    return factor if close and factor and abs(factor - 1.0) > _CLOSE else None


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
        _is_not_summed,
        Text(
            "not summed",
            "The numbers are right before they are added up over an axis that is still there.",
            "To how many outputs does one entry contribute, and what becomes of their gradients?",
        ),
    ),
    "transposed": (
        _is_transposed,
        Text(
            "transposed",
            "The numbers are right, but rows and columns are exchanged.",
            "Which shape does the result have to have, and in which order do the factors stand?",
        ),
    ),
    "broadcast": (
        _is_broadcast,
        Text(
            "broadcast",
            "The result has more axes or entries than it should: two shapes that do not belong "
            "together were combined.",
            "What are the shapes of both sides of the operation that makes this result?",
        ),
    ),
    "other_shape": (
        _is_other_shape,
        Text(
            "another shape",
            "The result has not the shape that it should have.",
            "What shape does each step give, from the input to the result?",
        ),
    ),
    "no_numbers": (
        _has_no_numbers,
        Text(
            "not a number",
            "Some entries are infinite or not a number.",
            "Which step divides by something that can be zero, or takes an exponential or a "
            "logarithm?",
        ),
    ),
    "zero": (
        _is_zero,
        Text(
            "all zeros",
            "Every entry is zero.",
            "Which line fills the array, and is it the array that is returned?",
        ),
    ),
    "whole_numbers": (
        _is_whole,
        Text(
            "rounded to whole numbers",
            "What comes after the decimal point is cut off.",
            "Which dtype does the array have that the numbers are stored in?",
        ),
    ),
    "wrong_sign": (
        _has_sign_wrong,
        Text(
            "the sign",
            "Every entry has the wrong sign.",
            "In which direction does the output move when the input grows?",
        ),
    ),
    "some_signs": (
        _has_some_signs_wrong,
        Text(
            "some signs",
            "Every entry has the right size, but some have the wrong sign.",
            "For which entries is the sign right, and what have the others in common?",
        ),
    ),
    "few_digits": (
        _has_few_digits,
        Text(
            "few digits",
            "The numbers are right in their first digits only.",
            "Which dtype do you compute in, and is there a small constant where it should not be?",
        ),
    ),
    "border": (
        _is_on_border,
        Text(
            "only the border",
            "Inside the images all is right; what is wrong lies on their border.",
            "What do the windows at the border see, and what becomes of the padding?",
        ),
    ),
    "inside": (
        _is_inside,
        Text(
            "all but the border",
            "The border of the images is right, and what lies inside is wrong.",
            "How many windows does a pixel inside belong to?",
        ),
    ),
    "one_index": (
        _is_one_index,
        Text(
            "only one row, column or channel",
            "All that is wrong lies in one row, column or channel.",
            "At which index does the loop begin and end?",
        ),
    ),
    "shifted": (
        _is_shifted,
        Text(
            "a constant too much",
            "Every entry is off by one and the same number.",
            "What is added to every entry alike, or left out?",
        ),
    ),
    "multiple_of_input": (
        _is_off_by_input,
        Text(
            "a multiple of an input too much or too little",
            "What it should be and what it is differ by a multiple of one of the inputs.",
            "Which term of the formula is a multiple of an input, and with which factor?",
        ),
    ),
    "reshaped": (
        _is_reshaped,
        Text(
            "reshaped without turning the axes",
            "The right numbers are there, in the order of another axis.",
            "Which axis runs fastest in memory before you reshape, and which should?",
        ),
    ),
    "other_order": (
        _is_in_other_order,
        Text(
            "another order",
            "The right numbers are there, in other places.",
            "To which example and which index does each number belong?",
        ),
    ),
}
"""Shapes in the order in which they are looked for; factors come last."""
