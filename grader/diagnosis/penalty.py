"""What a network's regularisation holds of each parameter, whatever else of the network is wrong.

The penalty is the difference between the losses with and without it. With all parameters but one
at zero it shows how often that one is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.candidate.base import Candidate
from grader.checks.experiments import as_float
from grader.checks.models import ModelLoss
from grader.diagnosis.known import Text
from grader.diagnosis.probes import Probe
from grader.diagnosis.shapes import Shape
from grader.diagnosis.signature import as_numbers
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CLOSE = 1e-4
"""Largest difference of two counts that agree."""
_MOST = 4
"""Most parameters that are named."""


@record
class Penalty:
    """What of each parameter a regularisation holds, as shares of ``reg * sum(p * p)``."""

    loss: Mapping[str, float]
    gradients: Mapping[str, float]
    """Of the gradient ``2 * reg * p``; NaN where it is no multiple, nothing without a gradient."""
    uneven: frozenset[str]
    """Parameters that count otherwise once their signs are turned."""


@record
class PenaltyError:
    """What is wrong with a regularisation."""

    shape: Shape
    shown: frozenset[str]
    """Parts in which it shows: ``loss``, and parameters whose gradients it changes."""
    hidden: frozenset[str]
    """Parts in which it does not show."""

    def may_show(self, part: str) -> bool:
        """Return whether a part may be wrong because of it; of unknown parts nobody can tell."""
        return part in self.shown or part not in self.hidden


def regularisation_of(experiment: object) -> float:
    """Return the strength of the regularisation that a network is asked about with."""
    if not isinstance(experiment, ModelLoss):
        return 0.0
    return float(experiment.attributes.get("reg", experiment.keywords.get("reg", 0.0)))


def measure_penalty(candidate: Candidate, probes: Sequence[Probe]) -> Penalty | None:
    """Return what a network's regularisation holds, None if it is no network or has no loss.

    Parameters
    ----------
    candidate : Candidate
        A submission or a reference, in the middle of a check.
    probes : sequence of Probe
        Of the network.

    Raises
    ------
    CallFailed
        If a call fails.
    """
    probe = next((one for one in probes if regularisation_of(one.experiment)), None)
    if probe is None or not isinstance(probe.experiment, ModelLoss):
        return None
    with np.errstate(all="ignore"):
        return _measure(candidate, probe.experiment, probe.inputs)


def find_penalty_error(own: Penalty, right: Penalty) -> PenaltyError | None:
    """Return what is wrong with a regularisation, None if nothing is.

    Parameters
    ----------
    own, right : Penalty
        A submission's, and the reference's on the same parameters.
    """
    uneven = sorted(own.uneven - right.uneven)
    in_loss = _differences({k: v for k, v in own.loss.items() if k not in uneven}, right.loss)
    in_gradients = _differences(own.gradients, right.gradients)
    said = {
        "loss": [f"{_listed(names)} {what}" for what, names in in_loss.items()],
        "gradients": [f"{_listed(names)} {what}" for what, names in in_gradients.items()],
    }
    if uneven:
        said["loss"].append(f"{_listed(uneven)} not squared: the signs of the entries count")
    if not any(said.values()):
        return None
    explanation = " ".join(
        f"In the {place}, {'; '.join(found)}." for place, found in said.items() if found
    )
    wrong = frozenset(name for names in in_gradients.values() for name in names)
    shown = wrong | ({"loss"} if said["loss"] else frozenset())
    text = Text("a regularisation that counts weights wrongly", explanation, _HINT)
    everything = frozenset(("loss", "scores", *right.loss))
    return PenaltyError(Shape("regularisation", text), shown, everything - shown)


_HINT = (
    "Write the regularisation down for three layers: which weights does it hold, and which of "
    "them, and how often, does your code go through?"
)


def _measure(candidate: Candidate, network: ModelLoss, values: Mapping[str, Any]) -> Penalty:
    reg = regularisation_of(network)
    without = _without(network)
    names = list(network.parameters)
    nothing = {name: np.zeros_like(values[name]) for name in names}
    points = [
        {**values, **nothing, name: sign * values[name]} for name in names for sign in (1.0, -1.0)
    ]
    terms = network.evaluate(candidate, points) - without.evaluate(candidate, points)
    squares = np.array([float((values[name] ** 2).sum()) for name in names])
    shares = terms.reshape(-1, 2) / (reg * squares[:, None])
    seen, plain = (one.observe(candidate, values) for one in (network, without))
    return Penalty(
        {name: as_float(share) for name, share in zip(names, shares[:, 0], strict=True)},
        {
            name: _count(seen.get(name), plain.get(name), reg * values[name])
            for name in names
            if name in network.observed and as_numbers(seen.get(name)) is not None
        },
        frozenset(
            name
            for name, (one, other) in zip(names, shares, strict=True)
            if not abs(one - other) <= _CLOSE
        ),
    )


def _without(network: ModelLoss) -> ModelLoss:
    """Return the same network without regularisation."""
    if "reg" in network.attributes:
        return replace(network, attributes={**network.attributes, "reg": 0.0})
    return replace(network, keywords={**network.keywords, "reg": 0.0})


def _count(gradient: Any, plain: Any, penalty: NDArray[Any]) -> float:
    """Return how often a gradient holds twice a parameter times the strength."""
    own, other = as_numbers(gradient), as_numbers(plain)
    if own is None or other is None or own.size != penalty.size or other.size != penalty.size:
        return float("nan")
    term, wanted = (own - other).reshape(-1), 2.0 * penalty.reshape(-1)
    share = float(term @ wanted) / float(wanted @ wanted)
    fits = np.abs(term - share * wanted).max() <= _CLOSE * np.abs(wanted).max()
    return share if fits else float("nan")


def _differences(own: Mapping[str, float], right: Mapping[str, float]) -> dict[str, list[str]]:
    """Return the parameters that count otherwise than they should, by what is to be said."""
    groups: dict[str, list[str]] = {}
    for name in own:
        if not abs(own[name] - right[name]) <= _CLOSE:
            groups.setdefault(_say(own[name], right[name]), []).append(name)
    return groups


def _say(own: float, right: float) -> str:
    if not np.isfinite(own):
        return "not held as the squares ask for"
    if abs(own) <= _CLOSE:
        return "missing"
    return f"held {own / right:.3g} times" if right else "held, which should not be"


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:_MOST]) + ([f"{len(names) - _MOST} more"] if len(names) > _MOST else [])
    joined = " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
    return f"{joined} {'are' if len(names) > 1 else 'is'}"
