"""Compare an analytic gradient with the numeric derivative of the function it belongs to.

All derivatives are centred differences, ``(f(x + h) - f(x - h)) / 2h``, one entry of ``x``
at a time. ``x`` is changed in place while ``f`` runs, because ``f`` often closes over the
same array (``model.params["W1"]``), and holds its old values again afterwards.
"""

from collections.abc import Callable
from random import randrange
from typing import Any

import numpy as np
import numpy.typing as npt

# Student files lean on what the course's file star-exports, NumPy and xrange included.
__all__ = [
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "eval_numerical_gradient_blobs",
    "eval_numerical_gradient_net",
    "grad_check_sparse",
    "np",
    "randrange",
    "rel_error",
    "xrange",
]

xrange = range

_Blob = Any
_Net = Any


def rel_error(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return the largest relative error between two arrays.

    Parameters
    ----------
    x, y : array_like
        Numbers of shapes that broadcast.

    Returns
    -------
    float
        ``max(|x - y| / max(1e-8, |x| + |y|))``, between 0 and 1.
    """
    first, second = np.asarray(x), np.asarray(y)
    scale = np.maximum(1e-8, np.abs(first) + np.abs(second))
    return float(np.max(np.abs(first - second) / scale))


def eval_numerical_gradient(
    f: Callable[[npt.NDArray[Any]], Any],
    x: npt.NDArray[Any],
    verbose: bool = True,
    h: float = 0.00001,
) -> npt.NDArray[Any]:
    """Differentiate a function with one number as its value.

    Parameters
    ----------
    f : callable
        Takes ``x`` and returns a number.
    x : ndarray of any shape
        Floating point. The place of the derivative; changed while ``f`` runs, then restored.
    verbose : bool
        Print each index with its derivative.
    h : float
        Half the distance between the two evaluations of an entry.

    Returns
    -------
    ndarray of the shape and dtype of `x`

    Raises
    ------
    ValueError
        If `x` is not a floating-point array.

    References
    ----------
    CS231n course notes, "Neural Networks Part 3: Learning and Evaluation", gradient checks.
    """
    _require_floating(x)
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        upper, lower = _evaluate_around(lambda: f(x), x, index, h)
        gradient[index] = (upper - lower) / (2 * h)
        if verbose:
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(
    f: Callable[[npt.NDArray[Any]], Any],
    x: npt.NDArray[Any],
    df: npt.ArrayLike,
    h: float = 1e-5,
) -> npt.NDArray[Any]:
    """Carry an upstream gradient through the numeric derivative of an array function.

    Parameters
    ----------
    f : callable
        Takes ``x`` and returns an array.
    x : ndarray of any shape
        Floating point. The place of the derivative; changed while ``f`` runs, then restored.
    df : array_like of the shape of ``f(x)``
        Upstream gradient.
    h : float
        Half the distance between the two evaluations of an entry.

    Returns
    -------
    ndarray of the shape and dtype of `x`

    Raises
    ------
    ValueError
        If `x` is not a floating-point array, or `df` does not fit ``f(x)``.
    """
    _require_floating(x)
    upstream = np.asarray(df)
    gradient = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        upper, lower = _evaluate_around(lambda: np.array(f(x)), x, index, h)
        _require_fit(upstream, upper)
        gradient[index] = np.sum((upper - lower) * upstream) / (2 * h)
    return gradient


def eval_numerical_gradient_blobs(
    f: Callable[..., Any], inputs: tuple[_Blob, ...], output: _Blob, h: float = 1e-5
) -> list[npt.NDArray[Any]]:
    """Differentiate a function that writes its result into a blob.

    A blob is an object with two arrays of one shape: ``vals`` and, for their gradient,
    ``diffs``.

    Parameters
    ----------
    f : callable
        Called as ``f(*inputs, output)``; fills ``output.vals``.
    inputs : tuple of blobs
        Their ``vals`` are changed while `f` runs, then restored.
    output : blob
        ``output.diffs`` is the upstream gradient; ``output.vals`` is overwritten by `f`.
    h : float
        Half the distance between the two evaluations of an entry.

    Returns
    -------
    list of ndarray
        One gradient for each input, of the shape of its ``diffs``.
    """

    def run() -> npt.NDArray[Any]:
        f(*inputs, output)
        return np.array(output.vals)

    gradients = []
    for blob in inputs:
        _require_floating(blob.vals)
        gradient = np.zeros_like(blob.diffs)
        for index in np.ndindex(*blob.vals.shape):
            upper, lower = _evaluate_around(run, blob.vals, index, h)
            gradient[index] = np.sum((upper - lower) * output.diffs) / (2 * h)
        gradients.append(gradient)
    return gradients


def eval_numerical_gradient_net(
    net: _Net, inputs: tuple[_Blob, ...], output: _Blob, h: float = 1e-5
) -> list[npt.NDArray[Any]]:
    """Differentiate a net that holds its own blobs.

    Parameters
    ----------
    net : object
        Has a method ``forward()`` that reads `inputs` and fills `output`.
    inputs, output, h
        As for :func:`eval_numerical_gradient_blobs`.

    Returns
    -------
    list of ndarray
        One gradient for each input.
    """
    return eval_numerical_gradient_blobs(lambda *_: net.forward(), inputs, output, h=h)


def grad_check_sparse(
    f: Callable[[npt.NDArray[Any]], Any],
    x: npt.NDArray[Any],
    analytic_grad: npt.NDArray[Any],
    num_checks: int = 10,
    h: float = 1e-5,
) -> None:
    """Print the numeric and the analytic derivative at a few random entries.

    Parameters
    ----------
    f : callable
        Takes ``x`` and returns a number.
    x : ndarray of any shape
        Floating point. The place of the derivative; changed while ``f`` runs, then restored.
    analytic_grad : ndarray of the shape of `x`
        The gradient under test.
    num_checks : int
        How many entries are drawn, with replacement, from the generator of :mod:`random`.
    h : float
        Half the distance between the two evaluations of an entry.

    Raises
    ------
    ValueError
        If `x` is not a floating-point array, or `analytic_grad` has another shape.
    """
    _require_floating(x)
    if np.shape(analytic_grad) != x.shape:
        raise ValueError(
            f"analytic_grad has shape {np.shape(analytic_grad)}, expected that of x, {x.shape}"
        )
    for _ in range(num_checks):
        index = tuple(randrange(length) for length in x.shape)  # noqa: S311, no secret
        upper, lower = _evaluate_around(lambda: f(x), x, index, h)
        numeric = (upper - lower) / (2 * h)
        analytic = analytic_grad[index]
        scale = abs(numeric) + abs(analytic)
        error = abs(numeric - analytic) / scale if scale else 0.0
        print(f"numerical: {numeric:f} analytic: {analytic:f}, relative error: {error:e}")


def _evaluate_around(
    evaluate: Callable[[], Any], x: npt.NDArray[Any], index: tuple[int, ...], h: float
) -> tuple[Any, Any]:
    """Evaluate with ``x[index]`` a step above and a step below its value."""
    value = x[index]
    try:
        x[index] = value + h
        upper = evaluate()
        x[index] = value - h
        lower = evaluate()
    finally:
        x[index] = value
    return upper, lower


def _require_floating(x: object) -> None:
    # A step of 1e-5 added to an integer entry is lost, and every derivative would be 0.
    if not isinstance(x, np.ndarray) or not np.issubdtype(x.dtype, np.inexact):
        found = f"dtype {x.dtype}" if isinstance(x, np.ndarray) else type(x).__name__
        raise ValueError(f"x is {found}, expected a floating-point ndarray")


def _require_fit(upstream: npt.NDArray[Any], value: npt.NDArray[Any]) -> None:
    # Broadcasting f(x) up to the gradient would count entries twice.
    if np.broadcast_shapes(upstream.shape, value.shape) != value.shape:
        raise ValueError(f"df has shape {upstream.shape}, expected that of f(x), {value.shape}")
