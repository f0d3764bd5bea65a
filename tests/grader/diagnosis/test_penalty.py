"""What is wrong with a network's regularisation is told, whatever else of it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from grader.candidate.base import CallFailed
from grader.course.trial import TrialCandidate
from grader.diagnosis.penalty import (
    PenaltyError,
    find_penalty_error,
    measure_penalty,
    regularisation_of,
)
from grader.diagnosis.probes import probes_for
from reference.models.fully_connected import FullyConnectedNet
from reference.targets import resolve

NET = "fc_net:FullyConnectedNet"
PROBES = probes_for(NET)


def make_network(
    loss: Callable[[Mapping[str, Any]], float],
    gradient: Callable[[str, Any], Any] = lambda name, value: value if name[0] == "W" else 0.0,
    data: float = 1.0,
) -> type[FullyConnectedNet]:
    """Return a network with a regularisation of its own, and a loss some times what it is."""

    class Network(FullyConnectedNet):
        def loss(self, X: Any, y: Any = None) -> Any:
            reg, self.reg = self.reg, 0.0
            result = super().loss(X, y)
            self.reg = reg
            if y is None:
                return result
            value, grads = result
            for name, weights in self.params.items():
                grads[name] = data * grads[name] + reg * gradient(name, weights)
            return data * value + 0.5 * reg * loss(self.params), grads

    return Network


def squares(parameters: Mapping[str, Any], **counts: float) -> float:
    """Return the sum of squares of all weights, some of them counted otherwise."""
    return sum(
        counts.get(name, float(name[0] == "W")) * float((value**2).sum())
        for name, value in parameters.items()
    )


def examine(network: type[FullyConnectedNet]) -> PenaltyError | None:
    """Return what is said of a network."""
    own = measure_penalty(TrialCandidate(lambda _: network), PROBES)
    right = measure_penalty(TrialCandidate(resolve), PROBES)
    assert own is not None
    assert right is not None
    return find_penalty_error(own, right)


@pytest.mark.parametrize("data", [1.0, 3.0])
def test_right_regularisation_is_not_accused(data: float) -> None:
    """The rest of the loss may be wrong by any factor."""
    assert examine(make_network(squares, data=data)) is None


@pytest.mark.parametrize("data", [1.0, 3.0])
@pytest.mark.parametrize(
    ("loss", "said", "shown"),
    [
        (lambda p: squares(p, W1=0, W2=2), "loss, W1 is missing; W2 is held 2 times.", {"loss"}),
        (lambda p: squares(p, W2=0, W3=0), "loss, W2 and W3 are missing.", {"loss"}),
        (lambda p: squares(p) / 2, "loss, W1, W2 and W3 are held 0.5 times.", {"loss"}),
        (lambda p: squares(p, b2=1), "loss, b2 is held, which should not be.", {"loss"}),
        (
            lambda p: squares(p, W3=0) + float((p["W3"] ** 3).sum()),
            "loss, W3 is not squared: the signs of the entries count.",
            {"loss"},
        ),
    ],
)
def test_wrong_loss_is_told(
    data: float, loss: Callable[[Mapping[str, Any]], float], said: str, shown: set[str]
) -> None:
    """It says which weights count how often, also where the rest of the loss is wrong."""
    found = examine(make_network(loss, data=data))
    assert found is not None
    assert found.shape.text.explanation == f"In the {said}"
    assert found.shown == shown


def test_wrong_gradients_are_told_and_where_they_show() -> None:
    """A regularisation that is right in the loss may be wrong in some gradients."""
    found = examine(
        make_network(squares, lambda name, value: np.sign(value) if name == "W2" else 0 * value)
    )
    assert found is not None
    assert "In the gradients, W1 and W3 are missing; W2 is not held" in (
        found.shape.text.explanation
    )
    assert found.may_show("W2")
    assert found.may_show("grads")
    assert not found.may_show("loss")
    assert not found.may_show("b1")
    assert not found.may_show("scores")


def test_what_has_no_regularisation_is_not_looked_at() -> None:
    """Layers are asked about without any strength."""
    probes = probes_for("layers:affine_forward")
    assert not any(regularisation_of(probe.experiment) for probe in probes)
    assert measure_penalty(TrialCandidate(resolve), probes) is None


def test_network_that_raises_is_left_to_its_exception() -> None:
    """Nothing is measured of a loss that does not come back."""

    def fail(_: Mapping[str, Any]) -> float:
        raise ZeroDivisionError

    with pytest.raises(CallFailed):
        measure_penalty(TrialCandidate(lambda _: make_network(fail)), PROBES)


def test_gradients_that_are_not_there_are_not_accused() -> None:
    """A loss without gradients says what it holds itself, and nothing of them."""

    class Silent(FullyConnectedNet):
        def loss(self, X: Any, y: Any = None) -> Any:
            return super().loss(X) if y is None else (0.0, {})

    found = examine(Silent)
    assert found is not None
    assert found.shape.text.explanation == "In the loss, W1, W2 and W3 are missing."
