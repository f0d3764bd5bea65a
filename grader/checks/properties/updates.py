"""Laws of update rules: ``next_w, config = rule(w, dw, config)``."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import Call, CallFailed, Failure, Operation, Reply
from grader.checks.experiments import pick
from grader.checks.properties.base import Conversation, Example, Property
from grader.checks.properties.draw import Draw
from grader.checks.properties.judging import require, require_equal, take_array
from grader.checks.properties.showing import show_values
from grader.model import Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUGH = 1e-3
"""Tolerance where it is left open whether epsilon stands inside or outside of the root."""


@record(kw_only=True)
class UpdateLaw(Property):
    """A law about an update rule that begins with no past."""

    target: str
    settings: Mapping[str, float]
    """What the configuration holds besides the learning rate, by name."""
    state: tuple[str, ...]
    """Names of arrays in the configuration that are zero at first."""
    counter: str = ""
    """Name of the number of steps taken, zero at first; by default there is none."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the rule."""
        return (self.target,)

    def draw(self, draw: Draw) -> Example:
        """Return a parameter, a gradient without tiny entries, and a learning rate."""
        shape = tuple(draw.size(1, 3) for _ in range(draw.size(1, 3)))
        return {
            "w": draw.array(*shape),
            "dw": draw.array(*shape, step=0.1, nonzero=True),
            "learning_rate": draw.choice((0.1, 0.01, 0.5)),
        }

    def _begin(self, example: Example) -> dict[str, Any]:
        """Return the configuration before the first step."""
        counted = {self.counter: 0} if self.counter else {}
        zeros = {name: np.zeros_like(example["w"]) for name in self.state}
        rate = {"learning_rate": example["learning_rate"]}
        return {**rate, **self.settings, **zeros, **counted}

    def _step(self, w: NDArray[Any], dw: NDArray[Any], config: Mapping[str, Any]) -> Call:
        return Call(self.target, (w, dw, dict(config)))

    def _take(self, reply: Reply, shape: tuple[int, ...]) -> NDArray[Any]:
        return take_array(pick(reply.value, (0,), self._name), shape, "next_w")

    def _next_config(self, reply: Reply) -> dict[str, Any]:
        config = pick(reply.value, (1,), self._name)
        if not isinstance(config, dict):
            message = f"{self._name} returned no configuration beside next_w."
            raise CallFailed(Failure(Status.FAILED, message))
        return config

    def _go(
        self, example: Example, steps: int
    ) -> Generator[Sequence[Operation], list[Reply], tuple[list[NDArray[Any]], dict[str, Any]]]:
        """Take steps in a row with one gradient; return what they added, and the configuration."""
        w, config = example["w"], self._begin(example)
        taken = []
        for _ in range(steps):
            (reply,) = yield [self._step(w, example["dw"], config)]
            moved = self._take(reply, w.shape)
            config = self._next_config(reply)
            taken.append(moved - w)
            w = moved
        return taken, config

    @property
    def _name(self) -> str:
        return self.target.partition(":")[2]

    def _show_steps(self, example: Example, steps: int, *lines: str) -> str:
        values = {name: example[name] for name in ("w", "dw")}
        shown = (
            show_values({**values, "config": self._begin(example)}),
            f"for k in range(1, {steps + 1}):",
            f"    next_w, config = {self._name}(w, dw, config)",
            *lines,
            "    w = next_w",
        )
        return "\n".join(shown)


@record(kw_only=True)
class StandsStill(UpdateLaw):
    """With no gradient and no past, a parameter stays where it is.

    The configuration is the Solver's: the learning rate, and nothing that the rule can supply.
    """

    hint: ClassVar[str] = "What is divided by what, when every gradient so far was zero?"

    def _begin(self, example: Example) -> dict[str, Any]:
        counted = {self.counter: 0} if self.counter else {}
        return {"learning_rate": example["learning_rate"], **counted}

    def draw(self, draw: Draw) -> Example:
        """Return a parameter and no gradient."""
        example = UpdateLaw.draw(self, draw)
        return {**example, "dw": np.zeros_like(example["w"])}

    def converse(self, example: Example) -> Conversation:
        """Take a step with no gradient."""
        (step,), _ = yield from self._go(example, 1)
        message = "A parameter moves though its gradient is zero and always was."
        require_equal(message, step, np.zeros_like(step), self.tolerance, scale_of=(1.0,))

    def show(self, example: Example) -> str:
        """Return the step."""
        return self._show_steps(example, 1, "    print(next_w - w)  # zeros")


@record(kw_only=True)
class EntriesApart(UpdateLaw):
    """Every entry of a parameter is moved by its own gradient alone."""

    hint: ClassVar[str] = "Is something summed or averaged over the entries of a parameter?"

    def draw(self, draw: Draw) -> Example:
        """Return a few entries."""
        size = draw.size(2, 3)
        return {
            "w": draw.array(size),
            "dw": draw.array(size, step=0.1, nonzero=True),
            "learning_rate": draw.choice((0.1, 0.01, 0.5)),
        }

    def converse(self, example: Example) -> Conversation:
        """Compare a step of all entries with steps of each."""
        w, dw = example["w"], example["dw"]
        singles = [{**example, "w": w[i : i + 1], "dw": dw[i : i + 1]} for i in range(len(w))]
        whole, *alone = yield [
            self._step(each["w"], each["dw"], self._begin(each)) for each in (example, *singles)
        ]
        together = self._take(whole, w.shape)
        against = bool((np.sign(together - w) == -np.sign(dw)).all())
        require(against, "A first step does not go against the gradient.")
        apart = np.concatenate([self._take(reply, (1,)) for reply in alone])
        message = "An entry is moved by another amount when there are other entries beside it."
        require_equal(message, together, apart, self.tolerance, scale_of=(w,))

    def show(self, example: Example) -> str:
        """Return both ways."""
        first = self._begin(example)
        zeros = ", ".join(f"{name!r}: np.zeros_like(w)" for name in self.state)
        rest = {name: value for name, value in first.items() if name not in self.state}
        lines = (
            show_values({"w": example["w"], "dw": example["dw"]}),
            f"def new(w): return {{**{rest!r}, {zeros}}}",
            f"next_w, _ = {self._name}(w, dw, new(w))",
            "for i in range(len(w)):",
            f"    one, _ = {self._name}(w[i:i+1], dw[i:i+1], new(w[i:i+1]))",
            "    print(next_w[i], one)  # the same",
        )
        return "\n".join(lines)


@record(kw_only=True)
class MomentumSteps(UpdateLaw):
    """SGD with momentum: each step is the last one shortened, and the gradient's on top."""

    hint: ClassVar[str] = "What is left of the last step, and where is it kept?"

    settings: Mapping[str, float] = field(default_factory=lambda: {"momentum": 0.8})
    state: tuple[str, ...] = ("velocity",)

    def converse(self, example: Example) -> Conversation:
        """Take two steps."""
        taken, _ = yield from self._go(example, 2)
        downhill = -example["learning_rate"] * example["dw"]
        message = "The first step is not minus the learning rate times the gradient."
        scale = (example["w"], 10 * downhill)
        require_equal(message, taken[0], downhill, self.tolerance, scale_of=scale)
        message = "A step is not the one before it times the momentum, and the gradient's besides."
        for before, after in pairwise(taken):
            wanted = self.settings["momentum"] * before + downhill
            require_equal(message, after, wanted, self.tolerance, scale_of=scale)

    def show(self, example: Example) -> str:
        """Return the steps."""
        return self._show_steps(
            example,
            2,
            "    step = next_w - w",
            '    print(step, config["momentum"], config["learning_rate"] * dw)',
        )


@record(kw_only=True)
class MeanSquareSteps(UpdateLaw):
    """RMSProp: with one gradient throughout, its size plays no part, and steps shrink as known."""

    hint: ClassVar[str] = "After k equal gradients, how far below their square is the moving mean?"

    settings: Mapping[str, float] = field(
        default_factory=lambda: {"decay_rate": 0.9, "epsilon": 1e-8}
    )
    state: tuple[str, ...] = ("cache",)
    tolerance: float = ROUGH

    def converse(self, example: Example) -> Conversation:
        """Take two steps."""
        taken, _ = yield from self._go(example, 2)
        message = (
            "With the same gradient at each step, step k is not the learning rate divided by "
            "sqrt(1 - decay_rate ** k), against the gradient's sign."
        )
        for k, step in enumerate(taken, start=1):
            size = example["learning_rate"] / np.sqrt(1 - self.settings["decay_rate"] ** k)
            require_equal(message, step, -size * np.sign(example["dw"]), self.tolerance)

    def show(self, example: Example) -> str:
        """Return the steps."""
        return self._show_steps(
            example,
            2,
            "    size = config['learning_rate'] / np.sqrt(1 - config['decay_rate'] ** k)",
            "    print(next_w - w, -size * np.sign(dw))  # the same",
        )


@record(kw_only=True)
class AdamSteps(UpdateLaw):
    """Adam: with one gradient throughout, every step is as long as the learning rate."""

    hint: ClassVar[str] = "What are the corrected means of equal gradients, and of their squares?"

    settings: Mapping[str, float] = field(
        default_factory=lambda: {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-8}
    )
    state: tuple[str, ...] = ("m", "v")
    counter: str = "t"
    tolerance: float = ROUGH

    def converse(self, example: Example) -> Conversation:
        """Take two steps."""
        taken, config = yield from self._go(example, 2)
        message = (
            "With the same gradient at each step, a step is not as long as the learning rate, "
            "against the gradient's sign."
        )
        for step in taken:
            wanted = -example["learning_rate"] * np.sign(example["dw"])
            require_equal(message, step, wanted, self.tolerance)
        counted = take_array(pick(config, ("t",), "config"), (), "config['t']")
        message = "After two steps from t = 0, config['t'] is not 2."
        require_equal(message, counted, 2, self.tolerance)

    def show(self, example: Example) -> str:
        """Return the steps."""
        return self._show_steps(
            example,
            2,
            "    print(next_w - w, -config['learning_rate'] * np.sign(dw), config['t'])",
        )
