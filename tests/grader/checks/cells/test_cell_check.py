"""A check cell runs as written, judges each comparison, and goes on."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.candidate.local import LocalCandidate
from grader.checks.cells import CellCheck, parts_of
from grader.errors import AssignmentError
from grader.inputs import normal
from grader.model import Outcome, Status
from reference.targets import resolve

Judge = Callable[..., dict[str, Outcome]]

SETUP = """
from __future__ import print_function
import time, os
import numpy as np
import matplotlib.pyplot as plt
from course.layers import *
from course.classifiers.fc_net import *
from course.optim import adam
from course.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array
%matplotlib inline
plt.rcParams['figure.figsize'] = (10.0, 8.0)

def rel_error(x, y):
    return np.max(np.abs(x - y) / (np.maximum(1e-8, np.abs(x) + np.abs(y))))
"""

BACKWARD = """
np.random.seed(231)
x = np.random.randn(10, 2, 3)
w = np.random.randn(6, 5)
b = np.random.randn(5)
dout = np.random.randn(10, 5)
dx_num = eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
dw_num = eval_numerical_gradient_array(lambda w: affine_forward(x, w, b)[0], w, dout)
_, cache = affine_forward(x, w, b)
dx, dw, db = affine_backward(dout, cache)
# The errors should be around e-10
print('dx error: ', rel_error(dx_num, dx))
print('dw error: ', rel_error(dw_num, dw))
"""

FORWARD = """
out = relu_forward(np.linspace(-0.5, 0.5, num=4))[0]
correct_out = np.array([0.0, 0.0, 0.16666667, 0.5])
# The error should be around 1e-8
print('difference: ', rel_error(out, correct_out))
"""

NETWORK = """
np.random.seed(0)
X = np.random.randn(3, 5)
y = np.array([0, 2, 1])
for reg in [0.0, 0.7]:
    model = TwoLayerNet(input_dim=5, hidden_dim=6, num_classes=4, weight_scale=5e-2)
    model.reg = reg
    loss, grads = model.loss(X, y)
    for name in sorted(grads):
        f = lambda _: model.loss(X, y)[0]
        grad_num = eval_numerical_gradient(f, model.params[name], verbose=False)
        print('%s relative error: %.2e' % (name, rel_error(grad_num, grads[name])))
"""


def make_check(source: str, **fields: Any) -> CellCheck:
    """Return a check with a point for every part of a cell."""
    source = textwrap.dedent(source)
    parts = parts_of(source, fields.get("predicates"))
    fields = {"id": "some.cell", "setup": (SETUP,), "points": dict.fromkeys(parts, 1.0)} | fields
    return CellCheck(source=source, **fields)


def wrong_backward(dout: Any, cache: Any) -> Any:
    """Return the gradients of an affine layer, dw a tenth of what it should be."""
    dx, dw, db = resolve("layers:affine_backward")(dout, cache)
    return dx, dw / 10, db


@pytest.mark.parametrize("source", [BACKWARD, FORWARD, NETWORK])
def test_the_reference_passes(judge: Judge, source: str) -> None:
    """Cells of the course run unchanged, and the right functions pass every part."""
    for seed in range(5):
        outcomes = judge(make_check(source), seed=seed)
        assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}


def test_a_wrong_gradient_fails_alone(judge: Judge) -> None:
    """Parts are judged one by one, and a wrong one is explained by its entries."""
    outcomes = judge(make_check(BACKWARD), {"layers:affine_backward": wrong_backward})
    assert outcomes["dx"].status is Status.PASSED
    assert outcomes["dw"].status is Status.FAILED
    assert outcomes["dw"].message == "Every entry of dw is 0.1 times what it should be."
    assert outcomes["dw"].tolerance == pytest.approx(1e-9)


def test_a_wrong_value_is_shown_with_its_place(judge: Judge) -> None:
    """A comparison with a printed value names the first wrong entry."""

    def leaky(x: Any) -> Any:
        return np.where(x > 0, x, 0.5 * x), x

    outcome = judge(make_check(FORWARD), {"layers:relu_forward": leaky})["out"]
    assert outcome.status is Status.FAILED
    assert outcome.evidence.index == (0,)
    assert outcome.evidence.expected == "0"
    assert outcome.tolerance == pytest.approx(1e-7)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "out is None."),
        (np.full(4, np.nan), "out is nan"),
        (np.zeros((4, 4)), "out has shape (4, 4), expected (4,)."),
        (0.0, "out has shape () (a number), expected (4,)."),
        ("text", "out is of type str"),
    ],
)
def test_odd_values_never_pass(judge: Judge, value: object, said: str) -> None:
    """Shapes that broadcast, NaN, None and other types fail with a clear sentence."""
    outcome = judge(make_check(FORWARD), {"layers:relu_forward": lambda _: (value, None)})["out"]
    assert outcome.status is Status.FAILED
    assert outcome.message.startswith(said)


def test_nan_on_both_sides_does_not_pass(judge: Judge) -> None:
    """Two functions of the student that agree on NaN are not right."""
    source = """
    dx_naive = relu_forward(np.ones(3))[0]
    dx_fast = relu_forward(np.ones(3))[0]
    print('dx difference: ', rel_error(dx_naive, dx_fast))
    """
    changed = {"layers:relu_forward": lambda x: (x * np.nan, None)}
    outcome = judge(make_check(source), changed)["dx"]
    assert outcome.status is Status.FAILED
    assert "dx_naive, which is not finite everywhere" in outcome.message


def test_a_value_that_cannot_be_unpacked_is_an_outcome(judge: Judge) -> None:
    """The sentence quotes the cell's line; it is no failure of the grader."""
    outcomes = judge(make_check(BACKWARD), {"layers:affine_backward": lambda *_: None})
    assert outcomes["dw"].status is Status.FAILED
    assert "dx, dw, db = affine_backward(dout, cache)" in outcomes["dw"].message


def test_the_worst_round_of_a_loop_is_named(judge: Judge) -> None:
    """A part in a loop is its worst comparison, with the loop's variables."""

    class Forgetful(resolve("fc_net:TwoLayerNet")):  # type: ignore[misc]  # made when asked for
        def loss(self, X: Any, y: Any = None) -> Any:
            loss, grads = super().loss(X, y)
            return loss, grads | {"W2": grads["W2"] - self.reg * self.params["W2"]}

    outcome = judge(make_check(NETWORK), {"fc_net:TwoLayerNet": Forgetful})["grads"]
    assert outcome.status is Status.FAILED
    assert "reg = 0.7, name = 'W2'" in outcome.message


def test_gradients_that_are_left_out_are_missed(judge: Judge) -> None:
    """A loop over what the student returned cannot be shortened by returning less."""

    class Short(resolve("fc_net:TwoLayerNet")):  # type: ignore[misc]  # made when asked for
        def loss(self, X: Any, y: Any = None) -> Any:
            loss, grads = super().loss(X, y)
            return loss, {"W1": grads["W1"]}

    outcome = judge(make_check(NETWORK), {"fc_net:TwoLayerNet": Short})["grads"]
    assert outcome.status is Status.FAILED
    assert "2 times where 8 were to be expected" in outcome.message


def test_an_assert_records_and_goes_on(judge: Judge) -> None:
    """The parts after a failed assert are judged, too, each by the cell's own bound."""
    source = """
    out, _ = relu_forward(np.array([-1.0, 2.0]))
    assert np.all(out == 0), 'not zero'
    correct_out = np.array([0.0, 2.0])
    diff = np.abs(out - correct_out).sum()
    assert diff < 1e-3, 'not right'
    assert out.shape == (2,), 'another shape'
    """
    check = make_check(source)
    assert check.parts == ("out", "out_2", "out_shape")
    outcomes = judge(check)
    assert [outcomes[part].status for part in check.parts] == [
        Status.FAILED,
        Status.PASSED,
        Status.PASSED,
    ]
    assert outcomes["out_2"].tolerance == 1e-3
    assert outcomes["out"].evidence.notes == ("Not zero.",)


def test_predicates_judge_what_is_printed(judge: Judge) -> None:
    """A printed number is judged by a declared expression, which is told when it is wrong."""
    source = "x = np.zeros((5, 10))\nloss, _ = softmax_loss(x, np.arange(5))\nprint(loss)"
    check = make_check(source, predicates={"loss": "2.2 < loss < 2.4"})
    assert judge(check)["loss"].status is Status.PASSED
    wrong = judge(check, {"layers:softmax_loss": lambda *_: (7.5, None)})["loss"]
    assert wrong.status is Status.FAILED
    assert wrong.evidence.notes == ("It should hold that 2.2 < loss < 2.4.", "Here loss is 7.5.")


def test_optimizers_write_into_the_cells_own_configuration(judge: Judge) -> None:
    """``config`` is filled by the call, as the cell expects."""
    source = """
    config = {'learning_rate': 1e-2}
    adam(np.ones(2), np.ones(2), config=config)
    expected_t = 1
    print('t error: ', rel_error(expected_t, config['t']))
    """
    assert judge(make_check(source))["t"].status is Status.PASSED


def test_a_right_gradient_that_is_zero_passes(judge: Judge) -> None:
    """Rounding of the numeric derivative is not held against an exact zero."""
    source = """
    x = np.random.randn(4, 5)
    bn_param = {'mode': 'train'}
    f = lambda _: batchnorm_forward(x + shift, np.ones(5), np.zeros(5), bn_param)[0]
    shift = np.random.randn(5)
    dshift_num = eval_numerical_gradient_array(f, shift, np.random.randn(4, 5))
    dshift = np.zeros(5)
    print('dshift error: ', rel_error(dshift_num, dshift))
    """
    assert judge(make_check(source))["dshift"].status is Status.PASSED


def test_kinks_within_reach_cost_nothing(judge: Judge) -> None:
    """A point that lies a hair from a kink is differentiated with shorter steps."""
    source = """
    x = np.random.randn(20) * 1e-4
    dx_num = eval_numerical_gradient_array(lambda x: relu_forward(x)[0], x, np.ones(20))
    dx = relu_backward(np.ones(20), x)
    print('dx error: ', rel_error(dx_num, dx))
    """
    for seed in range(10):
        assert judge(make_check(source), seed=seed)["dx"].status is Status.PASSED


LARGE = """
np.random.seed(5)
x = np.random.randn(3, 100)
w = np.random.randn(100, 100)
b = np.random.randn(100)
dout = np.random.randn(3, 100)
dw_num = eval_numerical_gradient_array(lambda w: affine_forward(x, w, b)[0], w, dout)
_, cache = affine_forward(x, w, b)
dx, dw, db = affine_backward(dout, cache)
print('dw error: ', rel_error(dw_num, dw))
"""


@pytest.mark.parametrize("entry", [(0, 0), (41, 87), (99, 99)])
@pytest.mark.parametrize("tolerance", [1e-8, 1e-3])
def test_one_wrong_entry_of_ten_thousand_is_found(
    judge: Judge, entry: tuple[int, int], tolerance: float
) -> None:
    """An entry that is 1 % off does not hide among others, however loosely they are compared."""

    def spoilt(dout: Any, cache: Any) -> Any:
        dx, dw, db = resolve("layers:affine_backward")(dout, cache)
        dw[entry] *= 1.01
        return dx, dw, db

    check = make_check(LARGE, tolerances={"dw": tolerance})
    for seed in range(10):
        assert judge(check, seed=seed)["dw"].status is Status.PASSED
        outcome = judge(check, {"layers:affine_backward": spoilt}, seed=seed)["dw"]
        assert outcome.status is Status.FAILED
        assert outcome.evidence.index == entry


def test_a_gradient_costs_two_values(judge: Judge) -> None:
    """A right gradient is compared without a look at its entries."""
    calls = []

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        return resolve("layers:affine_forward")(*arguments)

    outcomes = judge(make_check(BACKWARD), {"layers:affine_forward": counted})
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}
    assert len(calls) == 2 * 2 + 1


@pytest.mark.parametrize("returned", [np.float32, np.float64])
@pytest.mark.parametrize("source", [BACKWARD, NETWORK])
def test_single_precision_inside_is_no_mistake(judge: Judge, source: str, returned: Any) -> None:
    """Fewer digits make the steps longer, whatever the dtype that comes back."""

    def round_to(value: Any, dtype: Any = np.float32) -> Any:
        if isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f":
            return value.astype(dtype)
        if type(value) is dict:
            return {key: round_to(item, dtype) for key, item in value.items()}
        return value

    def forward(x: Any, w: Any, b: Any) -> Any:
        given = tuple(map(round_to, (x, w, b)))
        return round_to(resolve("layers:affine_forward")(*given)[0], returned), given

    def backward(dout: Any, cache: Any) -> Any:
        x, w, _ = cache
        rows = x.reshape(len(x), -1)
        dout = round_to(dout)
        return tuple(
            round_to(g, returned)
            for g in ((dout @ w.T).reshape(x.shape), rows.T @ dout, dout.sum(axis=0))
        )

    class Net(resolve("fc_net:TwoLayerNet")):  # type: ignore[misc]  # made when asked for
        def loss(self, X: Any, y: Any = None) -> Any:
            own, self.params = self.params, round_to(self.params)
            loss, grads = super().loss(round_to(X), y)
            self.params = own
            return round_to(np.float32(loss), returned), round_to(round_to(grads), returned)

    changed = {
        "layers:affine_forward": forward,
        "layers:affine_backward": backward,
        "fc_net:TwoLayerNet": Net,
    }
    for seed in range(10):
        outcomes = judge(make_check(source), changed, seed=seed)
        assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}


def test_any_other_use_of_a_numeric_gradient_makes_all_of_it(judge: Judge) -> None:
    """A cell may index it, print it or calculate with it."""
    source = """
    x = np.random.randn(3)
    num = eval_numerical_gradient(lambda x: np.sum(relu_forward(x)[0] ** 2), x)
    assert num.shape == (3,)
    error = np.max(abs(num - 2 * np.maximum(x, 0)) / 1.0)
    assert error < 1e-8
    assert abs(num[0] - 2 * max(x[0], 0)) < 1e-8
    """
    outcomes = judge(make_check(source))
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}


def test_names_of_data_are_bound(judge: Judge) -> None:
    """What other cells would load is declared, also inside dictionaries."""
    source = "out = relu_forward(data['X'])[0]\nassert out.shape == (4, 3)\nassert np.all(X == 1)"
    bound = {"data": {"X": normal(4, 3)}, "X": np.ones(2)}
    outcomes = judge(make_check(source, bound=bound))
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}


def test_expected_values_hold_the_printed_ones_in_full(reference: LocalCandidate) -> None:
    """What the reference gives where the cell prints digits goes by the literal's name."""
    expected = make_check(FORWARD).expect(reference, 0)
    np.testing.assert_array_equal(
        expected["literal/correct_out"], np.maximum(0, np.linspace(-0.5, 0.5, num=4))
    )


def test_a_variant_stands_in_for_the_literal(reference: LocalCandidate) -> None:
    """Where another convention was settled on, its value is what the cell compares with."""
    check = make_check(FORWARD)
    wrong = check.examine(reference, {"variant/correct_out": np.full(4, 2.0)}, 0)["out"]
    assert wrong.evidence.expected == "2"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("assert affine_forward(1, 2) == 3", "some.cell: line 'assert affine_forward"),
        ("out = relu_forward(lambda: 1)\nassert out == 1", "function to relu_forward"),
        ("text = open('file').read()\nassert text == ''", "name 'open' is not defined"),
        ("for i in range(0):\n    assert i == 1", "part 'i' is never compared"),
    ],
)
def test_a_cell_that_does_not_run_on_the_reference_is_the_instructors(
    reference: LocalCandidate, source: str, said: str
) -> None:
    """Regenerating says which cell it is, and at which line it stops."""
    with pytest.raises(AssignmentError) as caught:
        make_check(source).expect(reference, 0)
    assert said in str(caught.value)


def test_the_graders_own_generator_is_left_alone_by_cells(reference: LocalCandidate) -> None:
    """A cell draws from a generator of its own, the same for the same seed."""
    source = "x = np.random.rand(2)\nout = relu_forward(x)[0]\nassert np.all(out == x)"
    check = make_check(
        source + "\nexpected = np.array([0.0, 0.0])\nprint(rel_error(out, expected))"
    )
    first, again = (check.expect(reference, 3) for _ in range(2))
    other = check.expect(reference, 4)
    np.testing.assert_array_equal(first["literal/expected"], again["literal/expected"])
    assert (first["literal/expected"] != other["literal/expected"]).all()
