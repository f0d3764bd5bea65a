"""Probes of update rules: single steps from a given state, and the first steps from none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from grader.candidate.base import Call, CallFailed, Candidate
from grader.checks.experiments import Absent, Experiment, find
from grader.diagnosis.probes.probe import Probe, probes_of
from grader.inputs import normal, uniform
from grader.records import record


@record(kw_only=True)
class Steps(Experiment):
    """Take some steps with an update rule that hands its state on in ``config``.

    Parts are ``next_w`` and the keys of the state, each stacked over all steps.
    """

    target: str
    w: Any
    gradients: tuple[Any, ...]
    """Declared gradients, one a step."""
    config: Mapping[str, Any] = field(default_factory=dict)
    state: tuple[str, ...] = ()
    """Keys of ``config`` that are looked at."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the rule."""
        return (self.target,)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return the parameter, its gradients and the settings."""
        steps = {f"dw{number}": one for number, one in enumerate(self.gradients, start=1)}
        return {"w": self.w, **steps, "config": self.config}

    def place_of(self, part: str) -> int | str | None:
        """Return where a part is in what the rule returns."""
        return 0 if part == "next_w" else part

    def observe(self, candidate: Candidate, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameter after each step, and the state."""
        name = self.target.partition(":")[2]
        w, config = values["w"], dict(values["config"])
        seen: dict[str, Any] = {}
        for number in range(1, len(self.gradients) + 1):
            try:
                call = Call(self.target, (w, values[f"dw{number}"], config))
                result = candidate.run([call])[0].value
            except CallFailed as failed:
                absent = Absent(failed.failure)
                return {**seen, **{f"{part}.{number}": absent for part in ("next_w", *self.state)}}
            seen[f"next_w.{number}"] = find(result, (0,), name)
            seen |= {f"{key}.{number}": find(result, (1, key), name) for key in self.state}
            w, config = (
                _carry(seen[f"next_w.{number}"], w),
                _carry(find(result, (1,), name), config),
            )
        return seen


def _carry(found: Any, before: Any) -> Any:
    """Return what goes into the next step: what came back, if it is of the same kind."""
    return found if type(found) is type(before) else before


def _rule(
    target: str, state: Mapping[str, Any], settings: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[Probe, ...]:
    """Return probes of a rule: from a state under two settings, and from nothing by defaults."""

    def steps(shape: tuple[int, ...], config: Mapping[str, Any], count: int) -> Steps:
        given = {key: made(shape) if callable(made) else made for key, made in config.items()}
        return Steps(
            target=target,
            w=normal(*shape),
            gradients=tuple(normal(*shape, margin=0.1) for _ in range(count)),
            config=given,
            state=tuple(state),
        )

    return probes_of(
        {
            "from_state": steps((4, 3), {**settings, **state}, 1),
            "other_settings": steps((5,), {**other, **state}, 2),
            "from_nothing": steps((3, 2), {"learning_rate": 0.05}, 3),
        }
    )


def _drawn(shape: tuple[int, ...]) -> Any:
    return normal(*shape)


def _positive(shape: tuple[int, ...]) -> Any:
    return uniform(*shape, low=0.3, high=1.5)


PROBES: Mapping[str, tuple[Probe, ...]] = {
    "optim:sgd": _rule("optim:sgd", {}, {"learning_rate": 0.3}, {"learning_rate": 0.02}),
    "optim:sgd_momentum": _rule(
        "optim:sgd_momentum",
        {"velocity": _drawn},
        {"learning_rate": 0.3, "momentum": 0.6},
        {"learning_rate": 0.05, "momentum": 0.8},
    ),
    "optim:rmsprop": _rule(
        "optim:rmsprop",
        {"cache": _positive},
        {"learning_rate": 0.3, "decay_rate": 0.7, "epsilon": 0.05},
        {"learning_rate": 0.05, "decay_rate": 0.9, "epsilon": 0.2},
    ),
    "optim:adam": _rule(
        "optim:adam",
        {"m": _drawn, "v": _positive, "t": 4},
        {"learning_rate": 0.3, "beta1": 0.7, "beta2": 0.9, "epsilon": 0.05},
        {"learning_rate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.2},
    ),
}
