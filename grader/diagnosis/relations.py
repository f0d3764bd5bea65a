"""A result of a function beside the right one, and the ways in which the two may be related."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.compare import same_but_for_ones
from grader.diagnosis.signature import as_numbers
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLOSE = 1e-6
"""Largest distance, as a share of the largest entry, of entries that agree."""
FEW = 6
"""Arrays with fewer entries than this have no shape that could be told from chance."""


@record
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
        wrong: NDArray[np.bool_] = ~(off <= CLOSE * self.scale)
        return wrong

    @property
    def examples(self) -> int | None:
        """How many examples were in the batch."""
        for name in ("x", "X"):
            if isinstance(self.inputs.get(name), np.ndarray):
                return int(self.inputs[name].shape[0])
        return None


def make_case(part: str, got: Any, right: Any, inputs: Mapping[str, Any]) -> Case | None:
    """Return a result beside the right one, None if one of them is no array of numbers."""
    own, expected = as_numbers(got), as_numbers(right)
    if own is None or expected is None or own.dtype.kind not in "fiu":
        return None
    expected = expected.astype(np.float64)
    if own.shape != expected.shape and same_but_for_ones(own.shape, expected.shape):
        own = own.reshape(expected.shape)
    return Case(own, expected, inputs, part)


def _is_close(got: Any, right: Any) -> bool:
    right = np.asarray(right, dtype=np.float64)
    scale = float(np.abs(right).max(initial=0.0)) or 1.0
    return bool(got.shape == right.shape and (np.abs(got - right) <= CLOSE * scale).all())


def is_transposed(case: Case) -> bool:
    """Return whether rows and columns are exchanged."""
    return case.right.ndim >= 2 and min(case.right.shape) > 1 and _is_close(case.got, case.right.T)


def is_reshaped(case: Case) -> bool:
    """Return whether numbers were put into the right shape without turning the axes first."""
    if not case.is_comparable or case.right.ndim < 2:
        return False
    flat = case.got.reshape(-1)
    turned = (np.moveaxis(case.right, a, b) for a, b in _moves(case.right.ndim))
    return any(_is_close(flat, one.reshape(-1)) for one in turned)


def _moves(axes: int) -> Iterator[tuple[int, int]]:
    return ((a, b) for a in range(axes) for b in range(axes) if a != b)


def is_broadcast(case: Case) -> bool:
    """Return whether the result has axes too many that come from combining unlike shapes."""
    return case.got.ndim > case.right.ndim or (
        not case.is_comparable
        and case.got.ndim == case.right.ndim
        and case.got.size > case.right.size
        and all(
            a in (b, 1) or b == 1 for a, b in zip(case.got.shape, case.right.shape, strict=True)
        )
    )


def is_not_summed(case: Case) -> bool:
    """Return whether summing over axes of the result gives the right one."""
    extra = case.got.ndim - case.right.ndim
    if extra <= 0:
        return False
    return any(
        _is_close(case.got.sum(axis=axes), case.right)
        for axes in (tuple(range(extra)), tuple(range(-extra, 0)))
    )


def is_other_shape(case: Case) -> bool:
    """Return whether the result has not the shape that it should have."""
    return not case.is_comparable


def has_no_numbers(case: Case) -> bool:
    """Return whether some entry is NaN or infinite."""
    return case.is_comparable and not np.isfinite(case.got).all()


def is_whole(case: Case) -> bool:
    """Return whether the right numbers lost what comes after the point."""
    rounded = (np.trunc(case.right), np.round(case.right), np.floor(case.right))
    return case.is_comparable and any(_is_close(case.got, one) for one in rounded)


def has_few_digits(case: Case) -> bool:
    """Return whether only the first digits are right."""
    if not case.is_comparable or case.got.dtype.kind != "f":
        return False
    off = np.abs(case.got - case.right)
    return bool((off <= 2e-3 * np.abs(case.right) + 1e-5 * case.scale).all())


def is_zero(case: Case) -> bool:
    """Return whether every entry is zero."""
    return case.is_comparable and not case.got.any()


def has_sign_wrong(case: Case) -> bool:
    """Return whether every entry has the wrong sign."""
    return case.is_comparable and _is_close(case.got, -case.right)


def has_some_signs_wrong(case: Case) -> bool:
    """Return whether entries are right but for signs."""
    return case.is_comparable and _is_close(np.abs(case.got), np.abs(case.right))


def is_on_border(case: Case) -> bool:
    """Return whether just the border of images is wrong."""
    return _splits_at_border(case, inside=False)


def is_inside(case: Case) -> bool:
    """Return whether just the inside of images is wrong."""
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


def is_one_index(case: Case) -> bool:
    """Return whether all that is wrong lies at one index of an axis of several."""
    if not case.is_comparable:
        return False
    wrong = case.wrong
    for axis, length in enumerate(wrong.shape):
        others = tuple(other for other in range(wrong.ndim) if other != axis)
        if length >= 3 and int(wrong.any(axis=others).sum()) == 1:
            return True
    return False


def is_shifted(case: Case) -> bool:
    """Return whether every entry is off by one and the same number."""
    if not case.is_comparable or case.right.size < 3:
        return False
    gap = case.got - case.right
    return bool(np.ptp(gap) <= CLOSE * case.scale and abs(gap.flat[0]) > CLOSE * case.scale)


def is_in_other_order(case: Case) -> bool:
    """Return whether the right numbers are there, in other places."""
    if not case.is_comparable or case.right.size < FEW:
        return False
    return _is_close(np.sort(case.got, axis=None), np.sort(case.right, axis=None))


def is_off_by_input(case: Case) -> bool:
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
    return bool(np.abs(rest).max() <= CLOSE * np.abs(values).max())


def factor_of(case: Case) -> float | None:
    """Return the factor by which every entry is off, None if there is no such."""
    if not case.is_comparable or not np.isfinite(case.got).all():
        return None
    got, right = case.got.reshape(-1).astype(np.float64), case.right.reshape(-1)
    square = float(right @ right)
    factor = float(got @ right) / square if square else 0.0
    close = np.abs(got - factor * right).max(initial=0.0) <= CLOSE * abs(factor) * case.scale
    return factor if close and factor and abs(factor - 1.0) > CLOSE else None
