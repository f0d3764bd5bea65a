from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader import ForwardBackward, FunctionCall, GradientCheck, ModelLoss, integers, normal
from grader.candidate.local import LocalCandidate
from grader.model import Outcome, Status
from reference.targets import resolve

Judge = Callable[..., dict[str, Outcome]]

AFFINE = GradientCheck(
    id="affine_backward",
    experiment=ForwardBackward(
        forward="layers:affine_forward",
        backward="layers:affine_backward",
        arguments={"x": normal(6, 2, 3), "w": normal(6, 5), "b": normal(5)},
        upstream=normal(6, 5),
        gradients={"dx": "x", "dw": "w", "db": "b"},
    ),
    points={"dx": 2, "dw": 2, "db": 2},
    hint="Which entries does it depend on?",
)
RELU = GradientCheck(
    id="relu_backward",
    experiment=ForwardBackward(
        forward="layers:relu_forward",
        backward="layers:relu_backward",
        arguments={"x": normal(6, 6, margin=0.01)},
        upstream=normal(6, 6),
        gradients={"dx": "x"},
    ),
    points={"dx": 3},
)
SOFTMAX = GradientCheck(
    id="softmax_loss_gradient",
    experiment=FunctionCall(
        target="layers:softmax_loss",
        arguments={"x": normal(8, 5), "y": integers(5, 8)},
        results={"loss": (0,), "dx": (1,)},
        gradients={"dx": "x"},
    ),
    points={"dx": 2},
)
NETWORK = GradientCheck(
    id="TwoLayerNet.reg",
    experiment=ModelLoss(
        target="fc_net:TwoLayerNet",
        keywords={"input_dim": 4, "hidden_dim": 7, "num_classes": 3},
        parameters={"W1": normal(4, 7), "b1": normal(7), "W2": normal(7, 3), "b2": normal(3)},
        attributes={"reg": 0.7},
        X=normal(5, 4),
        y=integers(3, 5),
        observed=("W1", "b1", "W2", "b2"),
    ),
    tolerance=5e-6,
    points={"W1": 1, "b1": 1, "W2": 1, "b2": 1},
)
REGULARISED = replace(
    NETWORK,
    base=replace(NETWORK.experiment, attributes={"reg": 0.0}),  # type: ignore[type-var]
)
ALL = (AFFINE, RELU, SOFTMAX, NETWORK, REGULARISED)

affine_forward = resolve("layers:affine_forward")
affine_backward = resolve("layers:affine_backward")
relu_forward = resolve("layers:relu_forward")
relu_backward = resolve("layers:relu_backward")
softmax_loss = resolve("layers:softmax_loss")


def statuses(outcomes: dict[str, Outcome]) -> dict[str, Status]:
    """Return the status of each part."""
    return {part: outcome.status for part, outcome in outcomes.items()}


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_reference_passes_on_every_seed(judge: Judge, check: GradientCheck, seed: int) -> None:
    """Neither rounding nor a kink costs the right gradient anything."""
    for outcome in judge(check, seed=seed).values():
        assert outcome.status is Status.PASSED
        assert not outcome.carried_forward
        assert outcome.evidence.notes == ()


def averaged(dout: Any, cache: Any) -> tuple[Any, ...]:
    """Divide dw by the number of examples."""
    dx, dw, db = affine_backward(dout, cache)
    return dx, dw / len(dout), db


def unflattened(dout: Any, cache: Any) -> tuple[Any, ...]:
    """Forget to give dx the shape of x."""
    dx, dw, db = affine_backward(dout, cache)
    return dx.reshape(len(dout), -1), dw, db


def swapped(dout: Any, cache: Any) -> tuple[Any, ...]:
    """Return two gradients in the wrong order."""
    dx, dw, db = affine_backward(dout, cache)
    return dw, dx, db


def two_results(dout: Any, cache: Any) -> tuple[Any, ...]:
    """Forget db."""
    return affine_backward(dout, cache)[:2]


def one_wrong_entry(dout: Any, cache: Any) -> tuple[Any, ...]:
    """Get one entry of dw wrong by a thousandth."""
    dx, dw, db = affine_backward(dout, cache)
    dw[2, 3] *= 1.001
    return dx, dw, db


def zeros(dout: Any, cache: Any) -> tuple[Any, ...]:
    """Return gradients of the right shapes that are all zero."""
    return tuple(0 * gradient for gradient in affine_backward(dout, cache))


def nothing(dout: Any, cache: Any) -> None:
    """Forget to return anything."""


@pytest.mark.parametrize(
    ("backward", "lost"),
    [
        (averaged, {"dw"}),
        (unflattened, {"dx"}),
        (swapped, {"dx", "dw"}),
        (two_results, {"db"}),
        (one_wrong_entry, {"dw"}),
        (nothing, {"dx", "dw", "db"}),
        (zeros, {"dx", "dw", "db"}),
    ],
)
def test_wrong_backward_loses_the_wrong_parts(
    judge: Judge, backward: Callable[..., Any], lost: set[str]
) -> None:
    """Each gradient is judged by itself; what is right keeps its points."""
    outcomes = judge(AFFINE, {"layers:affine_backward": backward})
    assert {part for part, status in statuses(outcomes).items() if status is Status.FAILED} == lost
    assert not any(outcome.carried_forward for outcome in outcomes.values())


def test_wrong_gradient_says_that_it_is_no_derivative(judge: Judge) -> None:
    """A gradient that agrees with neither is told so, with the first bad index."""
    outcome = judge(AFFINE, {"layers:affine_backward": averaged})["dw"]
    assert "not the derivative of your own forward pass" in outcome.evidence.notes[0]
    assert outcome.evidence.index == (0, 0)
    assert outcome.hint == AFFINE.hint


def test_mask_by_upstream_gradient_fails(judge: Judge) -> None:
    """ReLU's mask comes from its input, not from the gradient that arrives."""
    wrong = {"layers:relu_backward": lambda dout, _: np.maximum(dout, 0)}
    assert statuses(judge(RELU, wrong)) == {"dx": Status.FAILED}


def leaky_forward(x: Any) -> tuple[Any, Any]:
    """Let a tenth of negative inputs through."""
    return np.where(x > 0, x, 0.1 * x), x


def leaky_backward(dout: Any, cache: Any) -> Any:
    """Derive the leaky forward pass."""
    return dout * np.where(cache > 0, 1.0, 0.1)


def test_derivative_of_a_wrong_forward_says_where_the_mistake_is(judge: Judge) -> None:
    """A leaky ReLU and its own derivative are both wrong; the second follows from the first."""
    changed = {"layers:relu_forward": leaky_forward, "layers:relu_backward": leaky_backward}
    outcome = judge(RELU, changed)["dx"]
    assert outcome.status is Status.FAILED
    assert "the mistake is there" in outcome.evidence.notes[0]


def test_right_backward_of_a_wrong_forward_is_right(judge: Judge) -> None:
    """What agrees with the reference passes, with a note that the forward pass does not."""
    outcome = judge(RELU, {"layers:relu_forward": leaky_forward})["dx"]
    assert outcome.status is Status.PASSED
    assert not outcome.carried_forward
    assert "your own forward pass has another derivative" in outcome.evidence.notes[0]


def test_wrong_backward_of_a_right_forward_is_not_carried(judge: Judge) -> None:
    """A leaky gradient of a right ReLU has nothing to be excused by."""
    outcome = judge(RELU, {"layers:relu_backward": leaky_backward})["dx"]
    assert outcome.status is Status.FAILED


@pytest.mark.parametrize(
    "forward",
    [
        lambda x: (np.zeros_like(x), x),
        lambda x: (np.full_like(x, 3.0), x),
        lambda x: (1e-9 * x, x),
    ],
    ids=["zeros", "constant", "tiny"],
)
def test_degenerate_forward_excuses_nothing(judge: Judge, forward: Callable[..., Any]) -> None:
    """Zeros are the derivative of a constant, and earn nothing all the same."""
    changed = {
        "layers:relu_forward": forward,
        "layers:relu_backward": lambda dout, _: np.zeros_like(dout),
    }
    outcome = judge(RELU, changed)["dx"]
    assert outcome.status is Status.FAILED
    assert not outcome.carried_forward


def test_wrong_loss_with_its_own_gradient_is_not_carried(judge: Judge) -> None:
    """Any function has a derivative: without a base that is right, none is carried."""

    def summed(x: Any, y: Any) -> tuple[Any, Any]:
        loss, dx = softmax_loss(x, y)
        return loss * len(y), dx * len(y)

    assert statuses(judge(SOFTMAX, {"layers:softmax_loss": summed})) == {"dx": Status.FAILED}


class Unhalved(resolve("fc_net:TwoLayerNet")):  # type: ignore[misc]
    """Regularises without the factor one half, in loss and gradients alike."""

    def loss(self, X: Any, y: Any = None) -> Any:
        """Return scores, or loss and gradients."""
        if y is None:
            return super().loss(X)
        loss, grads = super().loss(X, y)
        for name in ("W1", "W2"):
            loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
            grads[name] = grads[name] + self.reg * self.params[name]
        return loss, grads


class Nonsense(resolve("fc_net:TwoLayerNet")):  # type: ignore[misc]
    """Has a loss that is no loss of its scores, and the right derivatives of that."""

    def loss(self, X: Any, y: Any = None) -> Any:
        """Return half the sum of squares of all parameters, and the parameters."""
        values = self.params.values()
        return sum(np.sum(p * p) for p in values) / 2, dict(self.params)


def test_wrong_regularisation_is_charged_at_the_loss(judge: Judge) -> None:
    """Gradients that derive a wrongly regularised loss pass, and say so, if the base is right."""
    outcomes = judge(REGULARISED, {"fc_net:TwoLayerNet": Unhalved})
    assert set(statuses(outcomes).values()) == {Status.PASSED}
    assert outcomes["W1"].carried_forward
    assert outcomes["W2"].carried_forward
    assert not outcomes["b1"].carried_forward


def test_derivatives_of_nonsense_earn_nothing(judge: Judge) -> None:
    """A loss of one's own choice has gradients that nobody asked for."""
    outcomes = judge(REGULARISED, {"fc_net:TwoLayerNet": Nonsense})
    assert set(statuses(outcomes).values()) == {Status.FAILED}


def test_gradient_that_does_not_belong_to_its_loss_fails(judge: Judge) -> None:
    """A summed gradient beside an averaged loss is neither right nor consistent."""

    def mixed(x: Any, y: Any) -> tuple[Any, Any]:
        loss, dx = softmax_loss(x, y)
        return loss, dx * len(y)

    assert statuses(judge(SOFTMAX, {"layers:softmax_loss": mixed})) == {"dx": Status.FAILED}


def test_missing_factor_of_regularisation_costs_the_weights(judge: Judge) -> None:
    """Weights that are regularised twice are wrong; biases have no part in it."""

    class Doubled(resolve("fc_net:TwoLayerNet")):  # type: ignore[misc]
        def loss(self, X: Any, y: Any = None) -> Any:
            loss, grads = super().loss(X, y)
            for name in ("W1", "W2"):
                grads[name] = grads[name] + self.reg * self.params[name]
            return loss, grads

    outcomes = judge(NETWORK, {"fc_net:TwoLayerNet": Doubled})
    assert {p for p, s in statuses(outcomes).items() if s is Status.FAILED} == {"W1", "W2"}


def test_missing_gradient_fails_alone(judge: Judge) -> None:
    """A gradient left out of the dictionary is named; the others are judged."""

    class Forgetful(resolve("fc_net:TwoLayerNet")):  # type: ignore[misc]
        def loss(self, X: Any, y: Any = None) -> Any:
            loss, grads = super().loss(X, y)
            return loss, {key: grad for key, grad in grads.items() if key != "b1"}

    outcomes = judge(NETWORK, {"fc_net:TwoLayerNet": Forgetful})
    assert {p for p, s in statuses(outcomes).items() if s is Status.FAILED} == {"b1"}
    assert "there is no 'b1'" in outcomes["b1"].message


def test_gradients_in_float32_pass(judge: Judge) -> None:
    """Fewer digits are no mistake, even where numeric derivatives cannot follow."""
    changed = {
        "layers:relu_forward": lambda x: (np.maximum(np.float32(x), 0), np.float32(x)),
        "layers:relu_backward": lambda dout, cache: np.float32(dout) * (cache > 0),
    }
    outcome = judge(RELU, changed)["dx"]
    assert outcome.status is Status.PASSED
    assert outcome.evidence.notes == ()


LARGE = replace(
    AFFINE,
    experiment=replace(
        AFFINE.experiment,  # type: ignore[type-var]
        arguments={"x": normal(3, 100), "w": normal(100, 100), "b": normal(100)},
        upstream=normal(3, 100),
    ),
)


@pytest.mark.parametrize("entry", [(0, 0), (41, 87), (99, 99)])
def test_one_wrong_entry_of_ten_thousand_is_found(judge: Judge, entry: tuple[int, int]) -> None:
    """An entry that is 1 % off is no derivative of the own forward pass, and its index is told."""

    def spoilt(dout: Any, cache: Any) -> tuple[Any, ...]:
        dx, dw, db = affine_backward(dout, cache)
        dw[entry] *= 1.01
        return dx, dw, db

    for seed in range(5):
        outcomes = judge(LARGE, {"layers:affine_backward": spoilt}, seed=seed)
        assert statuses(outcomes) == {
            "dx": Status.PASSED,
            "dw": Status.FAILED,
            "db": Status.PASSED,
        }
        assert outcomes["dw"].evidence.index == entry
        assert "not the derivative of your own" in outcomes["dw"].evidence.notes[0]


def test_a_wrong_entry_of_the_own_derivative_is_seen(judge: Judge) -> None:
    """A forward pass that takes one of ten thousand weights twice has another derivative."""

    def spoilt(x: Any, w: Any, b: Any) -> tuple[Any, Any]:
        other = w.copy()
        other[41, 87] *= 2
        return affine_forward(x, other, b)[0], affine_forward(x, w, b)[1]

    for seed in range(5):
        outcomes = judge(LARGE, {"layers:affine_forward": spoilt}, seed=seed)
        assert statuses(outcomes)["dw"] is Status.PASSED
        assert "another derivative" in outcomes["dw"].evidence.notes[0]


def count_values(check: GradientCheck, *, knows_value: bool) -> list[int]:
    """Return how many values each round trip of a check of right code asks for."""
    trips: list[int] = []

    class Counted(type(check.experiment)):  # type: ignore[misc]  # whichever it is
        def evaluate(self, candidate: Any, points: Any) -> Any:
            trips.append(len(points))
            return super().evaluate(candidate, points)

        def scalar_of(self, seen: Any, values: Any) -> float:
            return super().scalar_of(seen, values) if knows_value else float("nan")

    fields = {f.name: getattr(check.experiment, f.name) for f in dataclass_fields(check.experiment)}
    counted = replace(check, experiment=Counted(**fields))
    reference = LocalCandidate(resolve)
    counted.run(reference, check.expect(reference, 0), 0)
    return trips


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_right_gradients_of_a_right_value_are_not_looked_at_again(check: GradientCheck) -> None:
    """Where both are the reference's, one derives the other."""
    assert count_values(check, knows_value=True) == []


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_right_gradients_cost_two_values_and_one_round_trip(check: GradientCheck) -> None:
    """One joint direction over all variables is enough when all agrees but the value is odd."""
    assert count_values(check, knows_value=False) == [2]
