"""What a probe is: an experiment on fixed public inputs, whose parts tell mistakes apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.checks.experiments import Experiment
from grader.inputs import generator_for, make_inputs

_SEED = 231

OPTIONAL = "optional_"
"""How the name of a probe begins on which correct submissions differ, because the course leaves
open what is right there. It only counts for mistakes that show on it."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One experiment on inputs that are the same for every submission."""

    name: str
    """One word, unique among the probes of a target."""
    experiment: Experiment
    using: str = ""
    """Another target without which it makes no sense: an assignment that does not cover a layer
    does not ask of a network to have it."""
    left_out: frozenset[str] = frozenset()
    """Parts that say nothing of the target, such as the output of a forward pass that is called
    only for its cache."""

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        """Values of the experiment's inputs; nobody may write into them."""
        targets = "+".join(self.experiment.targets)
        return make_inputs(
            self.experiment.inputs, generator_for(_SEED, f"probe/{targets}/{self.name}")
        )


def probes_of(
    experiments: Mapping[str, Experiment], *, left_out: tuple[str, ...] = (), using: str = ""
) -> tuple[Probe, ...]:
    """Return a probe for each experiment, by name."""
    return tuple(
        Probe(name=name, experiment=experiment, left_out=frozenset(left_out), using=using)
        for name, experiment in experiments.items()
    )
