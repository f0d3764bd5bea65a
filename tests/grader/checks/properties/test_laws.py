"""Laws of dense layers, losses, classifiers, rules and networks: what obeys them and what not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.checks.properties import PropertyCheck
from grader.course.catalogue import load_assignment
from grader.course.trial import TrialCandidate
from grader.model import Outcome, Status
from reference.layers.activations import relu_backward, relu_forward
from reference.layers.combined import affine_relu_backward, affine_relu_forward
from reference.layers.dense import affine_backward, affine_forward
from reference.losses import softmax_loss, svm_loss
from reference.mistakes import make_wrong, mistakes_of
from reference.models.fully_connected import FullyConnectedNet
from reference.models.toy import OutputFirstTwoLayerNet as ToyNet
from reference.models.two_layer import TwoLayerNet
from reference.optim import adam, rmsprop, sgd_momentum
from reference.targets import resolve

ASSIGNMENTS = ("fully_connected", "softmax", "svm", "nndl_two_layer")
FAMILIES = {
    (assignment, check.id): check
    for assignment in ASSIGNMENTS
    for check in load_assignment(assignment).assignment.checks
    if isinstance(check, PropertyCheck)
}
SEEDS = range(4)
CPU_SECONDS = 10.0

Function = Callable[..., Any]


def run(check: PropertyCheck, changed: dict[str, Any], seed: int) -> dict[str, Outcome]:
    """Run a check on the reference with some functions replaced."""
    candidate = TrialCandidate(lambda name: changed.get(name) or resolve(name), CPU_SECONDS)
    return check.run(candidate, {}, seed)


def newest_cache(forward: Function, backward: Function) -> tuple[Function, Function]:
    """Return a layer whose backward pass goes by the newest cache, whichever it is given."""
    newest: list[Any] = []

    def remember(*arguments: Any) -> Any:
        out, cache = forward(*arguments)
        newest[:] = [cache]
        return out, cache

    return remember, lambda dout, _: backward(dout, newest[0])


def averaged(dout: Any, cache: Any) -> Any:
    """Take the mean over the examples where the sum is right."""
    dx, dw, db = affine_relu_backward(dout, cache)
    return dx, dw / len(dout), db


def first_class_counts_twice(x: Any, y: Any) -> Any:
    """Weigh the examples of one class more than those of the others."""
    loss, dx = softmax_loss(x, y)
    factor = 1 + np.mean(y == 0)
    return factor * loss, factor * dx


def centred(x: Any, w: Any, b: Any) -> Any:
    """Take the mean over the examples off the input of the joined layer."""
    return affine_relu_forward(x - x.mean(axis=0), w, b)


def with_squares(loss: Function) -> Function:
    """Return a loss to which the squares of the scores are added."""

    def penalised(x: Any, y: Any) -> Any:
        value, dx = loss(x, y)
        return value + 0.1 * np.sum(x * x) / len(x), dx + 0.2 * x / len(x)

    return penalised


def decayed(rule: Function) -> Function:
    """Return a rule that pulls the parameter towards zero besides."""

    def step(w: Any, dw: Any, config: Any = None) -> Any:
        moved, config = rule(w, dw, config)
        return moved - 0.1 * w, config

    return step


def by_norm(rule: Function) -> Function:
    """Return a rule that clips the norm of the gradient."""

    def step(w: Any, dw: Any, config: Any = None) -> Any:
        return rule(w, dw / max(1.0, float(np.linalg.norm(dw)) / 0.1), config)

    return step


def moving(cls: type) -> type:
    """Return a network whose loss takes a step of its own."""

    class Moving(cls):  # type: ignore[misc]  # whichever network it is
        def loss(self, X: Any, y: Any = None, *reg: float) -> Any:
            result = super().loss(X, y, *reg)
            if y is not None:
                self.params["W1"] -= 0.1 * result[1]["W1"]
            return result

    return Moving


# What breaks each law: the name of a known mistake of the target, or a wrong function.
WRONG: dict[tuple[str, str, str], dict[str, str | Any]] = {
    ("fully_connected", "affine_forward", "one_by_one"): {
        "layers:affine_forward": "examples_mixed"
    },
    ("fully_connected", "affine_forward", "picks_entries"): {
        "layers:affine_forward": "flattened_backwards"
    },
    ("fully_connected", "affine_backward", "examples_add_up"): {
        "layers:affine_backward": "bias_averaged"
    },
    ("fully_connected", "affine_backward", "caches_apart"): dict(
        zip(
            ("layers:affine_forward", "layers:affine_backward"),
            newest_cache(affine_forward, affine_backward),
            strict=True,
        )
    ),
    ("fully_connected", "affine_backward", "follows_forward"): {
        "layers:affine_backward": "all_divided_by_n"
    },
    ("fully_connected", "relu_forward", "splits_signs"): {"layers:relu_forward": "absolute_value"},
    ("fully_connected", "relu_forward", "grows_with_input"): {
        "layers:relu_forward": "clipped_at_one"
    },
    ("fully_connected", "relu_backward", "shares_gradient"): {"layers:relu_backward": "no_mask"},
    ("fully_connected", "relu_backward", "follows_forward"): {
        "layers:relu_backward": "mask_inverted"
    },
    ("fully_connected", "relu_backward", "caches_apart"): dict(
        zip(
            ("layers:relu_forward", "layers:relu_backward"),
            newest_cache(relu_forward, relu_backward),
            strict=True,
        )
    ),
    ("fully_connected", "affine_relu", "one_by_one"): {"layer_utils:affine_relu_forward": centred},
    ("fully_connected", "affine_relu", "joins_layers"): {
        "layer_utils:affine_relu_forward": "relu_forgotten"
    },
    ("fully_connected", "affine_relu", "examples_add_up"): {
        "layer_utils:affine_relu_backward": averaged
    },
    ("fully_connected", "affine_relu", "caches_apart"): dict(
        zip(
            ("layer_utils:affine_relu_forward", "layer_utils:affine_relu_backward"),
            newest_cache(affine_relu_forward, affine_relu_backward),
            strict=True,
        )
    ),
    ("fully_connected", "svm_loss", "shift"): {"layers:svm_loss": with_squares(svm_loss)},
    ("fully_connected", "svm_loss", "mean"): {"layers:svm_loss": "loss_not_averaged"},
    ("fully_connected", "svm_loss", "classes_alike"): {"layers:svm_loss": "labels_off_by_one"},
    ("fully_connected", "svm_loss", "margins"): {"layers:svm_loss": "squared"},
    ("fully_connected", "softmax_loss", "shift"): {
        "layers:softmax_loss": with_squares(softmax_loss)
    },
    ("fully_connected", "softmax_loss", "mean"): {"layers:softmax_loss": "gradient_not_averaged"},
    ("fully_connected", "softmax_loss", "classes_alike"): {
        "layers:softmax_loss": first_class_counts_twice
    },
    ("fully_connected", "softmax_loss", "probabilities"): {
        "layers:softmax_loss": "one_not_subtracted"
    },
    ("fully_connected", "sgd_momentum", "steps"): {"optim:sgd_momentum": "velocity_not_stored"},
    ("fully_connected", "sgd_momentum", "stands_still"): {
        "optim:sgd_momentum": decayed(sgd_momentum)
    },
    ("fully_connected", "sgd_momentum", "entries_apart"): {
        "optim:sgd_momentum": by_norm(sgd_momentum)
    },
    ("fully_connected", "rmsprop", "steps"): {"optim:rmsprop": "decay_swapped"},
    ("fully_connected", "rmsprop", "stands_still"): {"optim:rmsprop": decayed(rmsprop)},
    ("fully_connected", "rmsprop", "entries_apart"): {"optim:rmsprop": "not_squared"},
    ("fully_connected", "adam", "steps"): {"optim:adam": "no_bias_correction"},
    ("fully_connected", "adam", "stands_still"): {"optim:adam": decayed(adam)},
    ("fully_connected", "adam", "entries_apart"): {"optim:adam": "not_squared"},
    **{
        (assignment, f"{loss}_loss_{way}", part): {f"{module}:{loss}_loss_{way}": mistake}
        for assignment, loss, module in (
            ("softmax", "softmax", "softmax"),
            ("svm", "svm", "linear_svm"),
        )
        for way in ("naive", "vectorized")
        for part, mistake in {
            "mean": "not_averaged",
            "shift": "one_not_subtracted" if loss == "softmax" else "true_class_gradient_missing",
            "penalty": "regularisation_gradient_halved",
        }.items()
    },
    ("softmax", "Softmax", "predictions"): {"linear_classifier:Softmax": "over_examples"},
    ("svm", "LinearSVM", "predictions"): {"linear_classifier:LinearSVM": "scores_returned"},
    **{
        (assignment, name, part): {target: mistake}
        for assignment, target, network in (
            ("fully_connected", "fc_net:TwoLayerNet", TwoLayerNet),
            ("fully_connected", "fc_net:FullyConnectedNet", FullyConnectedNet),
            ("nndl_two_layer", "neural_net:TwoLayerNet", ToyNet),
        )
        for name in [target.partition(":")[2]]
        for part, mistake in {
            "scores": "probabilities_returned",
            "parameters_kept": moving(network),
            "mean": "averaged_twice",
            "shift": "relu_on_scores",
            "penalty": "first_layer_gradient_not_regularised",
        }.items()
    },
}


def make(target: str, wrong: str | Function) -> Function:
    """Return a wrong function, or the known mistake of that name."""
    if not isinstance(wrong, str):
        return wrong
    return make_wrong([next(one for one in mistakes_of(target) if one.name == wrong)])


def test_every_law_has_a_wrong_version() -> None:
    """No law is there that nothing is known to break."""
    laws = {
        (assignment, check_id.removesuffix(".properties"), part)
        for (assignment, check_id), check in FAMILIES.items()
        for part in check.parts
        if check_id.count(".") == 1
    }
    assert laws == WRONG.keys()


@pytest.mark.parametrize("law", WRONG, ids="/".join)
def test_wrong_function_breaks_the_law(law: tuple[str, str, str]) -> None:
    """A named wrong version fails, and what is shown of it says how to see it."""
    assignment, name, part = law
    check = FAMILIES[assignment, f"{name}.properties"]
    changed = {target: make(target, wrong) for target, wrong in WRONG[law].items()}
    outcomes = [run(check, changed, seed)[part] for seed in SEEDS]
    broken = [outcome for outcome in outcomes if outcome.status is not Status.PASSED]
    assert len(broken) >= len(SEEDS) - 1
    for outcome in broken:
        assert outcome.status is Status.FAILED
        assert outcome.message.endswith(".")
        assert outcome.hint.endswith("?") or "has shape" in outcome.message
        assert "print(" in outcome.evidence.counterexample


@pytest.mark.parametrize("key", FAMILIES, ids="/".join)
def test_lines_that_are_shown_run_as_they_are(key: tuple[str, str]) -> None:
    """Every example can be pasted into a notebook that has the functions."""
    check = FAMILIES[key]
    functions = {target.partition(":")[2]: resolve(target) for target in check.targets}
    functions |= {"affine_forward": affine_forward, "relu_forward": relu_forward}
    if check.targets == ("neural_net:TwoLayerNet",):
        functions["TwoLayerNet"] = ToyNet
    for part in check.parts:
        for example, _ in check.draw_examples(part, 5):
            printed: list[Any] = []
            names = {**functions, "np": np, "print": lambda *values, to=printed: to.append(values)}
            exec(check.property_of(part).show(example), names)  # noqa: S102 - lines of our own
            assert printed


@pytest.mark.parametrize("key", FAMILIES, ids="/".join)
def test_the_reference_obeys_its_laws(key: tuple[str, str]) -> None:
    """No draw of an example breaks a law."""
    for seed in range(25):
        for part, outcome in run(FAMILIES[key], {}, seed).items():
            assert outcome.status is Status.PASSED, f"{part}, seed {seed}: {outcome.message}"


# --- written differently, and right ------------------------------------------------------------


def in_single_precision(function: Function) -> Function:
    """Return a function that computes in float32."""

    def narrow(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype == np.float64:
            return value.astype(np.float32)
        if isinstance(value, tuple | list):
            return type(value)(map(narrow, value))
        return {k: narrow(v) for k, v in value.items()} if isinstance(value, dict) else value

    return lambda *arguments: function(*map(narrow, arguments))


def affine_by_loops(x: Any, w: Any, b: Any) -> Any:
    """Return the output, and a cache of another kind."""
    rows = [example.reshape(-1) for example in x]
    out = np.array([[row @ column for column in w.T] for row in rows]) + b
    return out, {"shape": x.shape, "rows": np.array(rows), "w": w}


def affine_back_by_loops(dout: Any, cache: Any) -> Any:
    """Return the gradients, that of the biases as a row."""
    dx = np.array(list(dout @ cache["w"].T)).reshape(cache["shape"])
    dw = sum(np.outer(row, d) for row, d in zip(cache["rows"], dout, strict=True))
    return dx, dw, dout.sum(axis=0, keepdims=True)


def relu_in_place(dout: Any, cache: Any) -> Any:
    """Write into the upstream gradient and into the cache, which nobody needs any more."""
    dout[cache <= 0] = 0
    cache[:] = 0
    return dout


class RowBiases(TwoLayerNet):
    """A network that keeps its biases as rows, in single precision underneath."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        for name in ("b1", "b2"):
            self.params[name] = self.params[name].reshape(1, -1)

    def loss(self, X: Any, y: Any = None) -> Any:
        """Compute as ever, on flat biases."""
        kept = dict(self.params)
        self.params = {name: v.ravel() if name[0] == "b" else v for name, v in kept.items()}
        result = super().loss(X, y)
        self.params = kept
        if y is not None:
            for name in ("b1", "b2"):
                result[1][name] = result[1][name].reshape(1, -1)
        return result


def momentum_in_place(w: Any, dw: Any, config: Any = None) -> Any:
    """Move the parameter itself, and hand out a new dictionary."""
    velocity = config.get("velocity", np.zeros_like(w))
    velocity *= config.get("momentum", 0.9)
    velocity -= config["learning_rate"] * dw
    w += velocity
    return w, {**config, "velocity": velocity}


def root_with_epsilon(w: Any, dw: Any, config: Any = None) -> Any:
    """Keep the divisor from zero inside the root."""
    config = {"decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w), **config}
    cache = config["decay_rate"] * config["cache"] + (1 - config["decay_rate"]) * dw**2
    step = config["learning_rate"] * dw / np.sqrt(cache + config["epsilon"])
    return w - step, {**config, "cache": cache}


RIGHT: dict[str, tuple[str, dict[str, Any]]] = {
    "affine in float32": (
        "affine_backward",
        {"layers:affine_forward": in_single_precision(affine_forward)},
    ),
    "affine by loops": (
        "affine_backward",
        {
            "layers:affine_forward": affine_by_loops,
            "layers:affine_backward": affine_back_by_loops,
        },
    ),
    "affine forward by loops": ("affine_forward", {"layers:affine_forward": affine_by_loops}),
    "relu in place": ("relu_backward", {"layers:relu_backward": relu_in_place}),
    "relu in float32": (
        "relu_forward",
        {"layers:relu_forward": in_single_precision(relu_forward)},
    ),
    "losses as arrays of one entry": (
        "svm_loss",
        {"layers:svm_loss": lambda x, y: (np.array([svm_loss(x, y)[0]]), svm_loss(x, y)[1])},
    ),
    "softmax with a small number in the logarithm": (
        "softmax_loss",
        {
            "layers:softmax_loss": lambda x, y: (
                -np.mean(np.log(_chances(x)[np.arange(len(y)), y] + 1e-8)),
                softmax_loss(x, y)[1],
            )
        },
    ),
    "biases as rows": ("TwoLayerNet", {"fc_net:TwoLayerNet": RowBiases}),
    "momentum in place": ("sgd_momentum", {"optim:sgd_momentum": momentum_in_place}),
    "epsilon inside the root": ("rmsprop", {"optim:rmsprop": root_with_epsilon}),
}


def _chances(x: Any) -> Any:
    """Return the classes' probabilities, without care for large scores."""
    return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", RIGHT)
def test_right_functions_obey_whatever_they_look_like(name: str) -> None:
    """Dtypes, caches, shapes of biases and writing into one's own arrays cost nothing."""
    function, changed = RIGHT[name]
    check = FAMILIES["fully_connected", f"{function}.properties"]
    for seed in range(15):
        for part, outcome in run(check, changed, seed).items():
            assert outcome.status is Status.PASSED, f"{part}, seed {seed}: {outcome.message}"
