"""First-order update rules with the course's signature.

Every rule is called as ``next_w, config = rule(w, dw, config)`` with arrays of one shape.
`config` holds the hyperparameters and the rule's state; **it is changed in place and
returned**: missing keys get their defaults, and the state is stored as new arrays. `w`, `dw`
and the arrays that `config` held before are not changed. None stands for an empty dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from reference.validation import require_shape

if TYPE_CHECKING:
    from reference.arrays import Array

Config: TypeAlias = dict[str, Any]


def sgd(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """Take a step of plain stochastic gradient descent.

    Parameters
    ----------
    w, dw : ndarray of one shape
        Parameter and gradient.
    config : dict, optional
        ``learning_rate``: 1e-2 by default. Changed in place.

    Returns
    -------
    next_w : ndarray of the shape and dtype of `w`
        The parameter after the step.
    config : dict
        The dict that was passed, with its defaults filled in.

    Raises
    ------
    ValueError
        If `dw` has another shape than `w`.
    """
    config = _prepare(w, dw, config, learning_rate=1e-2)
    return w - _number(config, "learning_rate") * dw, config


def sgd_momentum(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """Take a step of stochastic gradient descent with momentum.

    Parameters
    ----------
    w, dw : ndarray of one shape
        Parameter and gradient.
    config : dict, optional
        ``learning_rate``: 1e-2 by default. ``momentum``: from 0 to 1, 0.9 by default.
        ``velocity``: a decaying sum of past steps, zeros by default. Changed in place.

    Returns
    -------
    next_w : ndarray of the shape and dtype of `w`
        The parameter after the step.
    config : dict
        The dict that was passed, holding the new velocity.

    Raises
    ------
    ValueError
        If `dw` or the velocity has another shape than `w`.

    References
    ----------
    B. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    CS231n notes, "Neural networks part 3".
    """
    config = _prepare(w, dw, config, learning_rate=1e-2, momentum=0.9)
    velocity = _number(config, "momentum") * _state(config, "velocity", w)
    velocity = velocity - _number(config, "learning_rate") * dw
    config["velocity"] = velocity
    return w + velocity, config


def nesterov(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """Take a step of stochastic gradient descent with Nesterov momentum.

    `w` is the looked-ahead parameter, at which `dw` was evaluated, as in the course's notes.

    Parameters
    ----------
    w, dw : ndarray of one shape
        Parameter and gradient.
    config : dict, optional
        ``learning_rate``: 1e-2 by default. ``momentum``: from 0 to 1, 0.9 by default.
        ``velocity``: zeros by default. Changed in place.

    Returns
    -------
    next_w : ndarray of the shape and dtype of `w`
        The parameter after the step.
    config : dict
        The dict that was passed, holding the new velocity.

    Raises
    ------
    ValueError
        If `dw` or the velocity has another shape than `w`.

    References
    ----------
    Y. Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k^2)", 1983. CS231n notes, "Neural networks part 3".
    """
    config = _prepare(w, dw, config, learning_rate=1e-2, momentum=0.9)
    momentum = _number(config, "momentum")
    previous = _state(config, "velocity", w)
    velocity = momentum * previous - _number(config, "learning_rate") * dw
    config["velocity"] = velocity
    return w + velocity + momentum * (velocity - previous), config


def adagrad(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """Take a step of AdaGrad, which scales by the root of the sum of squared gradients.

    Parameters
    ----------
    w, dw : ndarray of one shape
        Parameter and gradient.
    config : dict, optional
        ``learning_rate``: 1e-2 by default. ``epsilon``: keeps the divisor from 0, 1e-8 by
        default. ``cache``: sum of squared gradients, zeros by default. Changed in place.

    Returns
    -------
    next_w : ndarray of the shape and dtype of `w`
        The parameter after the step.
    config : dict
        The dict that was passed, holding the new cache.

    Raises
    ------
    ValueError
        If `dw` or the cache has another shape than `w`.

    References
    ----------
    J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and
    stochastic optimization", JMLR 2011.
    """
    config = _prepare(w, dw, config, learning_rate=1e-2, epsilon=1e-8)
    cache = _state(config, "cache", w) + dw * dw
    config["cache"] = cache
    return w - _scaled_step(config, dw, cache), config


def rmsprop(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """Take a step of RMSProp, which scales by the root of a moving mean of squared gradients.

    Parameters
    ----------
    w, dw : ndarray of one shape
        Parameter and gradient.
    config : dict, optional
        ``learning_rate``: 1e-2 by default. ``decay_rate``: of the moving mean, 0.99 by
        default. ``epsilon``: keeps the divisor from 0, 1e-8 by default. ``cache``: moving
        mean of squared gradients, zeros by default. Changed in place.

    Returns
    -------
    next_w : ndarray of the shape and dtype of `w`
        The parameter after the step.
    config : dict
        The dict that was passed, holding the new cache.

    Raises
    ------
    ValueError
        If `dw` or the cache has another shape than `w`.

    References
    ----------
    T. Tieleman and G. Hinton, "Lecture 6.5: RMSProp", COURSERA, 2012.
    """
    config = _prepare(w, dw, config, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8)
    decay_rate = _number(config, "decay_rate")
    cache = decay_rate * _state(config, "cache", w) + (1 - decay_rate) * (dw * dw)
    config["cache"] = cache
    return w - _scaled_step(config, dw, cache), config


def adam(w: Array, dw: Array, config: Config | None = None) -> tuple[Array, Config]:
    """Take a step of Adam, which combines momentum with RMSProp and corrects their bias.

    Parameters
    ----------
    w, dw : ndarray of one shape
        Parameter and gradient.
    config : dict, optional
        ``learning_rate``: 1e-3 by default. ``beta1``, ``beta2``: decay of the moving means,
        0.9 and 0.999 by default. ``epsilon``: keeps the divisor from 0, 1e-8 by default.
        ``m``, ``v``: moving means of gradient and squared gradient, zeros by default. ``t``:
        steps taken before this one, 0 by default; it is counted up before it is used.
        ``bias_correction``: False leaves the correction out, as the course's first variant
        of the rule does. Changed in place.

    Returns
    -------
    next_w : ndarray of the shape and dtype of `w`
        The parameter after the step.
    config : dict
        The dict that was passed, holding the new `m`, `v` and `t`.

    Raises
    ------
    ValueError
        If `dw`, `m` or `v` has another shape than `w`.

    References
    ----------
    D. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.
    """
    config = _prepare(w, dw, config, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, t=0)
    beta1, beta2 = _number(config, "beta1"), _number(config, "beta2")
    m = beta1 * _state(config, "m", w) + (1 - beta1) * dw
    v = beta2 * _state(config, "v", w) + (1 - beta2) * (dw * dw)
    t = config["t"] + 1
    config["m"], config["v"], config["t"] = m, v, t
    if config.get("bias_correction", True):
        m, v = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - _scaled_step(config, m, v), config


def _prepare(w: Array, dw: Array, config: Config | None, **defaults: float) -> Config:
    require_shape("dw", dw, np.shape(w))
    config = {} if config is None else config
    for name, value in defaults.items():
        config.setdefault(name, value)
    return config


def _state(config: Config, name: str, w: Array) -> Array:
    state = config.get(name)
    if state is None:
        return np.zeros_like(w)
    require_shape(f"config['{name}']", state, np.shape(w))
    kept: Array = state
    return kept


def _number(config: Config, name: str) -> float:
    # A plain float: a NumPy float64, as np.random gives, would turn float32 into float64.
    return float(config[name])


def _scaled_step(config: Config, direction: Array, mean_square: Array) -> Array:
    divisor = np.sqrt(mean_square) + _number(config, "epsilon")
    step: Array = _number(config, "learning_rate") * direction / divisor
    return step
