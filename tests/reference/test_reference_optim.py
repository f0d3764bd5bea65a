from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest

from reference.optim import adagrad, adam, nesterov, rmsprop, sgd, sgd_momentum

Rule: TypeAlias = Callable[..., tuple[np.ndarray, dict[str, Any]]]
RULES: list[Rule] = [sgd, sgd_momentum, nesterov, adagrad, rmsprop, adam]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
STATE = {
    sgd: (),
    sgd_momentum: ("velocity",),
    nesterov: ("velocity",),
    adagrad: ("cache",),
    rmsprop: ("cache",),
    adam: ("m", "v"),
}


def descend(rule: Rule, steps: int, **config: float) -> np.ndarray:
    """Minimise ``sum(scale * w**2) / 2`` from 1 and return where it ends."""
    scale = np.array([1.0, 10.0])
    w, state = np.ones(2), dict(config)
    for _ in range(steps):
        w, state = rule(w, scale * w, state)
    return w


@pytest.mark.parametrize(
    ("rule", "rate"),
    # AdaGrad's steps shrink with all it has seen: at the others' rate it is still at 0.195 here.
    [(rule, 0.1 if rule is adagrad else 1e-2) for rule in RULES],
    ids=[rule.__name__ for rule in RULES],
)
def test_rule_descends_to_the_minimum(rule: Rule, rate: float) -> None:
    """A badly scaled bowl is no trouble."""
    assert np.abs(descend(rule, 3000, learning_rate=rate)).max() < 0.02


@every_rule
def test_config_is_changed_in_place_and_returned(rule: Rule) -> None:
    """The dict that comes back is the one that went in, with defaults and state."""
    config: dict[str, Any] = {}
    _, returned = rule(np.ones(3), np.ones(3), config)
    assert returned is config
    assert config["learning_rate"] == (1e-3 if rule is adam else 1e-2)
    assert set(STATE[rule]) <= set(config)


@every_rule
def test_arrays_stay_as_they_were(rule: Rule) -> None:
    """Parameter, gradient and former state are not written to."""
    w, dw = np.full(3, 2.0), np.full(3, 0.5)
    config: dict[str, Any] = {name: np.full(3, 0.25) for name in STATE[rule]}
    arrays = [w, dw, *config.values()]
    for array in arrays:
        array.flags.writeable = False
    next_w, _ = rule(w, dw, config)
    assert not np.shares_memory(next_w, w)


@every_rule
def test_float32_stays_float32_with_a_numpy_learning_rate(rule: Rule) -> None:
    """A float64 scalar from a random search does not widen parameters or state."""
    w = np.ones(3, np.float32)
    config: dict[str, Any] = {"learning_rate": np.float64(1e-2)}
    for _ in range(2):
        w, _ = rule(w, np.ones(3, np.float32), config)
    assert w.dtype == np.float32
    for name in STATE[rule]:
        assert config[name].dtype == np.float32


@every_rule
def test_gradient_of_another_shape_is_rejected(rule: Rule) -> None:
    """Broadcasting would hide the mistake."""
    with pytest.raises(ValueError, match=r"dw has shape \(3, 1\): expected \(3,\)"):
        rule(np.ones(3), np.ones((3, 1)))


@pytest.mark.parametrize(
    ("rule", "name"), [(rule, name) for rule, names in STATE.items() for name in names]
)
def test_state_of_another_shape_is_rejected(rule: Rule, name: str) -> None:
    """State that belongs to another parameter is named."""
    with pytest.raises(ValueError, match=rf"config\['{name}'\] has shape \(2,\): expected \(3,\)"):
        rule(np.ones(3), np.ones(3), {name: np.ones(2)})


def test_first_step_of_adam_has_the_length_of_the_learning_rate() -> None:
    """Bias correction undoes the moments' start at 0, with the step counted before its use."""
    dw = np.array([1e-3, -5.0])
    next_w, config = adam(np.zeros(2), dw)
    assert config["t"] == 1
    np.testing.assert_allclose(next_w, [-1e-3, 1e-3], rtol=2e-5)


def test_adam_without_bias_correction_uses_the_moments_as_they_are() -> None:
    """The first step is then (1 - beta1) / sqrt(1 - beta2) learning rates long."""
    next_w, _ = adam(np.zeros(1), np.ones(1), {"bias_correction": False})
    assert next_w[0] == pytest.approx(-1e-3 * 0.1 / np.sqrt(0.001), rel=1e-6)


def test_nesterov_equals_momentum_at_the_point_looked_ahead_to() -> None:
    """In the variable without look-ahead it is gradient at ``w + momentum * velocity``."""
    momentum, rate = 0.9, 0.1
    w, velocity = np.array([1.0, -2.0]), np.array([0.3, 0.1])
    ahead = w + momentum * velocity
    gradient = ahead**3
    next_velocity = momentum * velocity - rate * gradient
    expected = w + next_velocity + momentum * next_velocity
    config = {"learning_rate": rate, "momentum": momentum, "velocity": velocity}
    np.testing.assert_allclose(nesterov(ahead, gradient, config)[0], expected, rtol=1e-14)
    np.testing.assert_allclose(config["velocity"], next_velocity, rtol=1e-14)


def test_adagrad_divides_by_the_root_of_the_sum_of_squares() -> None:
    """Two gradients of 3 and 4 make a divisor of 5."""
    w, config = adagrad(np.zeros(1), np.array([3.0]), {"learning_rate": 1.0})
    assert w[0] == pytest.approx(-1.0)
    w, _ = adagrad(w, np.array([4.0]), config)
    assert w[0] == pytest.approx(-1.8)
