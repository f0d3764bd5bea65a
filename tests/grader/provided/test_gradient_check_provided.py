"""Numeric gradients of functions whose gradients are known."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from grader.provided.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    eval_numerical_gradient_blobs,
    eval_numerical_gradient_net,
    grad_check_sparse,
    rel_error,
)

X = np.random.default_rng(0).normal(size=(3, 2, 4))


def test_the_gradient_of_a_sum_of_cubes_is_three_squares() -> None:
    """A scalar function is differentiated at every entry."""
    gradient = eval_numerical_gradient(lambda x: float((x**3).sum()), X.copy(), verbose=False)
    assert rel_error(gradient, 3 * X**2) < 1e-7


def test_x_is_changed_in_place_and_restored() -> None:
    """A function that reads the array from elsewhere sees each step, and no step is left."""
    params = {"W": X.copy()}
    gradient = eval_numerical_gradient(
        lambda _: float(np.sin(params["W"]).sum()), params["W"], verbose=False
    )
    assert rel_error(gradient, np.cos(X)) < 1e-7
    np.testing.assert_array_equal(params["W"], X)


def test_x_is_restored_when_the_function_raises() -> None:
    """An exception passes through and leaves no step behind."""
    x = X.copy()

    def fail(_: npt.NDArray[Any]) -> float:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        eval_numerical_gradient(fail, x)
    np.testing.assert_array_equal(x, X)


def test_verbose_prints_each_entry(capsys: pytest.CaptureFixture[str]) -> None:
    """Every index is printed with its derivative, unless verbose is off."""
    x = np.array([1.0, 2.0])
    eval_numerical_gradient(lambda values: float(values.sum()), x)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["(0,)", "(1,)"]
    eval_numerical_gradient(lambda values: float(values.sum()), x, verbose=False)
    assert capsys.readouterr().out == ""


def test_the_array_gradient_of_a_product_is_the_transposed_product() -> None:
    """The upstream gradient is carried through."""
    x, w, dout = (np.random.default_rng(1).normal(size=s) for s in ((4, 3), (3, 5), (4, 5)))
    dx = eval_numerical_gradient_array(lambda v: v @ w, x, dout)
    dw = eval_numerical_gradient_array(lambda v: x @ v, w, dout)
    assert rel_error(dx, dout @ w.T) < 1e-8
    assert rel_error(dw, x.T @ dout) < 1e-8


def test_a_result_that_is_reused_is_not_mistaken_for_no_change() -> None:
    """A function may write into one array and return it each time."""
    out = np.zeros(2)

    def double(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        np.multiply(x, 2, out=out)
        return out

    gradient = eval_numerical_gradient_array(double, np.ones(2), np.array([1.0, 3.0]))
    np.testing.assert_allclose(gradient, [2, 6])


def test_whole_numbers_and_unfit_gradients_are_refused() -> None:
    """A step is lost in an integer, and a larger df would count entries twice."""
    with pytest.raises(ValueError, match="x is dtype int64"):
        eval_numerical_gradient(lambda x: float(x.sum()), np.arange(3, dtype=np.int64))
    with pytest.raises(ValueError, match=r"df has shape \(3, 2\)"):
        eval_numerical_gradient_array(lambda x: x, np.ones(2), np.ones((3, 2)))


def test_blobs_and_nets_give_a_gradient_for_each_input() -> None:
    """Both read the output's vals and diffs, and leave the inputs as they were."""
    first, second = (SimpleNamespace(vals=v.copy(), diffs=np.zeros(3)) for v in X[:2, 0, :3])
    output = SimpleNamespace(vals=np.zeros(3), diffs=np.array([1.0, -2.0, 0.5]))
    expected = [output.diffs * second.vals, output.diffs * first.vals]

    def multiply(a: Any, b: Any, result: Any) -> None:
        result.vals = a.vals * b.vals

    net = SimpleNamespace(forward=lambda: multiply(first, second, output))
    for gradients in (
        eval_numerical_gradient_blobs(multiply, (first, second), output),
        eval_numerical_gradient_net(net, (first, second), output),
    ):
        for got, wanted in zip(gradients, expected, strict=True):
            assert rel_error(got, wanted) < 1e-8


def test_the_sparse_check_prints_both_derivatives(capsys: pytest.CaptureFixture[str]) -> None:
    """One line an entry; the error of a right gradient is small, of a wrong one large."""
    random.seed(0)
    grad_check_sparse(lambda x: float((x**2).sum()), X.copy(), 2 * X, num_checks=3)
    grad_check_sparse(lambda x: float((x**2).sum()), X.copy(), 4 * X, num_checks=2)
    lines = capsys.readouterr().out.splitlines()
    errors = [float(line.rsplit(" ", 1)[1]) for line in lines]
    assert all(line.startswith("numerical: ") and " analytic: " in line for line in lines)
    assert max(errors[:3]) < 1e-6
    np.testing.assert_allclose(errors[3:], 1 / 3, rtol=1e-3)


def test_two_zero_derivatives_agree(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing depends on x the relative error is 0, not NaN."""
    grad_check_sparse(lambda _: 1.0, X.copy(), np.zeros_like(X), num_checks=1)
    assert capsys.readouterr().out.endswith("relative error: 0.000000e+00\n")


def test_an_analytic_gradient_of_another_shape_is_refused() -> None:
    """Its entries could not be those of x."""
    with pytest.raises(ValueError, match="analytic_grad has shape"):
        grad_check_sparse(lambda x: float(x.sum()), X.copy(), np.ones(3))


def test_relative_error_follows_the_course() -> None:
    """The largest |x - y| / (|x| + |y|), with a floor under the denominator."""
    assert rel_error([1.0, 2.0], [1.0, 3.0]) == pytest.approx(0.2)
    assert rel_error(0.0, 0.0) == 0
    assert rel_error([0.0], [1e-9]) == pytest.approx(0.1)
