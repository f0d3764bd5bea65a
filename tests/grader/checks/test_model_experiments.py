from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader import GradientCheck, InitialisationCheck, ModelLoss, ValueCheck, integers, normal
from grader.candidate.base import CallFailed
from grader.checks.models import match_parameters
from grader.model import Outcome, Status
from reference.targets import resolve

Judge = Callable[..., dict[str, Outcome]]

EXPERIMENT = ModelLoss(
    target="fc_net:TwoLayerNet",
    keywords={"input_dim": 4, "hidden_dim": 6, "num_classes": 3},
    parameters={"W1": normal(4, 6), "b1": normal(6), "W2": normal(6, 3), "b2": normal(3)},
    attributes={"reg": 0.5},
    X=normal(5, 4),
    y=integers(3, 5),
    observed=("scores", "loss", "W1", "b1", "W2", "b2"),
)
VALUES = ValueCheck(id="TwoLayerNet.values", experiment=EXPERIMENT, points={"scores": 1, "loss": 1})
GRADIENTS = GradientCheck(
    id="TwoLayerNet.gradients",
    experiment=EXPERIMENT,
    tolerance=5e-6,
    points=dict.fromkeys(("W1", "b1", "W2", "b2"), 1),
)
INITIAL = InitialisationCheck(
    id="TwoLayerNet.init",
    target="fc_net:TwoLayerNet",
    keywords={"input_dim": 60, "hidden_dim": 150, "num_classes": 70, "weight_scale": 1e-2},
    shapes={"W1": (60, 150), "b1": (150,), "W2": (150, 70), "b2": (70,)},
    scale=1e-2,
    points=dict.fromkeys(("W1", "b1", "W2", "b2"), 1),
)
TwoLayerNet: Any = resolve("fc_net:TwoLayerNet")


class Renamed:
    """A network of other names for its parameters, and biases of another shape."""

    names = ("W1", "b1", "W2", "b2")
    row = False

    def __init__(self, **keywords: Any) -> None:
        self._model = TwoLayerNet(**keywords)
        self.reg = 0.0
        self.params = {
            name: value.reshape(1, -1) if self.row and value.ndim == 1 else value
            for name, value in zip(self.names, self._in_order(self._model.params), strict=True)
        }

    @staticmethod
    def _in_order(values: dict[str, Any]) -> list[Any]:
        return [values[name] for name in ("W1", "b1", "W2", "b2")]

    def loss(self, X: Any, y: Any = None) -> Any:
        """Give the parameters back to the network and rename its gradients."""
        own = [self.params[name] for name in self.names]
        self._model.params = dict(
            zip(("W1", "b1", "W2", "b2"), (v if v.shape[0] > 1 else v[0] for v in own), strict=True)
        )
        self._model.reg = self.reg
        result = self._model.loss(X, y)
        if y is None:
            return result
        grads = dict(zip(self.names, self._in_order(result[1]), strict=True))
        if self.row:
            grads = {key: g.reshape(1, -1) if g.ndim == 1 else g for key, g in grads.items()}
        return result[0], grads


class FromZero(Renamed):
    """A network whose layers are counted from zero."""

    names = ("W0", "b0", "W1", "b1")


class Rows(Renamed):
    """A network whose biases are rows."""

    row = True


class RowsFromZero(Renamed):
    """A network of both."""

    names = ("W0", "b0", "W1", "b1")
    row = True


def statuses(outcomes: dict[str, Outcome]) -> dict[str, Status]:
    """Return the status of each part."""
    return {part: outcome.status for part, outcome in outcomes.items()}


@pytest.mark.parametrize("network", [TwoLayerNet, FromZero, Rows, RowsFromZero])
@pytest.mark.parametrize("check", [VALUES, GRADIENTS, INITIAL], ids=lambda check: check.id)
def test_names_and_rows_do_not_matter(judge: Judge, check: Any, network: type) -> None:
    """Parameters counted from zero and biases kept as rows are as right as any."""
    outcomes = judge(check, {"fc_net:TwoLayerNet": network})
    assert set(statuses(outcomes).values()) == {Status.PASSED}


def drawing(change: Callable[[dict[str, Any]], dict[str, Any]]) -> type:
    """Return the network with its first parameters changed."""

    class Changed(TwoLayerNet):  # type: ignore[misc]
        def __init__(self, **keywords: Any) -> None:
            super().__init__(**keywords)
            self.params = change(self.params)

    return Changed


def test_parameter_that_is_not_there_is_named(judge: Judge) -> None:
    """A network without b2 is told what it holds instead."""
    lacking = drawing(lambda p: {key: value for key, value in p.items() if key != "b2"})
    for outcome in judge(VALUES, {"fc_net:TwoLayerNet": lacking}).values():
        assert outcome.status is Status.FAILED
        assert "has no 'b2'; it holds" in outcome.message


def test_transposed_weights_are_told_by_their_shapes(judge: Judge) -> None:
    """Weights of shape (H, D) are another network; the message says both shapes."""
    transposed = drawing(lambda p: {key: value.T for key, value in p.items()})
    for outcome in judge(VALUES, {"fc_net:TwoLayerNet": transposed}).values():
        assert outcome.status is Status.FAILED
        assert "has shape (6, 4), expected" in outcome.message


def test_matching_takes_names_as_they_are() -> None:
    """Where all names are there, extra ones such as gamma1 change nothing."""
    held = {"W1": (4, 6), "b1": (6,), "gamma1": (6,)}
    assert match_parameters({"W1": (4, 6), "b1": (6,)}, held, "Net") == {"W1": "W1", "b1": "b1"}


def test_matching_counts_by_number_not_by_spelling() -> None:
    """W9 comes before W10."""
    wanted = {f"W{k}": (k, k + 1) for k in range(1, 12)}
    held = {f"W{k - 1}": (k, k + 1) for k in range(11, 0, -1)}
    names = match_parameters(wanted, held, "Net")
    assert names["W10"] == "W9"
    assert names["W11"] == "W10"


def test_matching_refuses_another_depth() -> None:
    """A network of fewer layers cannot be matched."""
    with pytest.raises(CallFailed, match="has no 'W2'; it holds W1"):
        match_parameters({"W1": (2, 2), "W2": (2, 2), "W3": (2, 2)}, {"W1": (2, 2)}, "Net")


def test_reference_draws_as_asked(judge: Judge) -> None:
    """The right constructor passes whatever the seed."""
    for seed in range(40):
        assert set(statuses(judge(INITIAL, seed=seed)).values()) == {Status.PASSED}


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (lambda p: {k: v * 100 for k, v in p.items()}, {"W1", "W2"}),
        (lambda p: {k: v / 1.2 if k == "W2" else v for k, v in p.items()}, {"W2"}),
        (lambda p: {k: abs(v) for k, v in p.items()}, {"W1", "W2"}),
        (lambda p: {k: v + 2e-3 if k == "W1" else v for k, v in p.items()}, {"W1"}),
        (lambda p: {k: 0 * v for k, v in p.items()}, {"W1", "W2"}),
        (lambda p: {k: np.full_like(v, 1e-2) for k, v in p.items()}, {"W1", "b1", "W2", "b2"}),
        (lambda p: {k: v + (k == "b1") * 1e-9 for k, v in p.items()}, {"b1"}),
        (lambda p: {k: v.T for k, v in p.items()}, {"W1", "W2"}),
        (lambda p: {k: v * np.nan for k, v in p.items()}, {"W1", "b1", "W2", "b2"}),
        (lambda p: {k: v for k, v in p.items() if k != "b2"}, {"b2"}),
        (lambda _: {}, {"W1", "b1", "W2", "b2"}),
        (lambda p: {k: list(v) for k, v in p.items()}, {"W1", "W2"}),
        (lambda p: {k: v if k[0] == "W" else [] for k, v in p.items()}, {"b1", "b2"}),
        (lambda p: {**p, "b1": [[0.0], [0.0, 0.0]]}, {"b1"}),
    ],
    ids=[
        *("scale ignored", "one scale off", "not centred", "shifted", "all zero", "constant"),
        *("bias not zero", "transposed", "not a number", "no b2", "nothing", "lists"),
        *("empty", "ragged"),
    ],
)
def test_wrongly_drawn_parameters_lose_their_own_points(
    judge: Judge, change: Callable[[dict[str, Any]], dict[str, Any]], lost: set[str]
) -> None:
    """Each parameter is judged by itself; what was drawn as asked keeps its point."""
    outcomes = judge(INITIAL, {"fc_net:TwoLayerNet": drawing(change)})
    assert {part for part, s in statuses(outcomes).items() if s is not Status.PASSED} == lost
    assert all(outcomes[part].message for part in lost)


def test_other_distribution_of_the_same_scale_passes(judge: Judge) -> None:
    """The handout asks for mean and deviation; a uniform draw that has them is accepted."""

    def uniform(params: dict[str, Any]) -> dict[str, Any]:
        generator = np.random.default_rng(3)
        width = 1e-2 * np.sqrt(3.0)
        return {
            key: generator.uniform(-width, width, value.shape) if value.ndim == 2 else value
            for key, value in params.items()
        }

    outcomes = judge(INITIAL, {"fc_net:TwoLayerNet": drawing(uniform)})
    assert set(statuses(outcomes).values()) == {Status.PASSED}
