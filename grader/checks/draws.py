"""Checks how a classifier's training draws its minibatches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import Candidate
from grader.checks.base import Check, Expected
from grader.checks.classifiers import Classifier, Held, run_training
from grader.checks.experiments import Absent, as_float, pick
from grader.inputs import describe_inputs, generator_for, make_inputs
from grader.model import Evidence, Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray


@record(kw_only=True)
class DrawsCheck(Check):
    """A new minibatch of ``batch_size`` examples with their labels is drawn at every step.

    With minibatches of one and a learning rate of zero each loss is that of one example, and not
    always of the same few. A classifier without a store is trained as its constructor leaves it:
    it must make weights of the declared shapes first.
    """

    kind: ClassVar[Kind] = Kind.PROPERTY

    classifier: Classifier
    X: Any
    y: Any
    """Declared labels; the last class must be among them."""
    steps: int = 40
    reg: float = 0.0
    validation: tuple[Any, Any] | None = None
    """Declared examples and labels, for a classifier whose ``train`` takes them."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the class, and the one that holds ``train``."""
        return self.classifier.targets

    @property
    def method(self) -> str:
        """Return the method that is judged."""
        return "train"

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return nothing: what is right is a property."""
        return {}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Train without moving, and look for each loss among those of single examples."""
        validation = self.validation or (None, None)
        declared = {"X": self.X, "y": self.y, **self.classifier.weights}
        declared |= {"X_val": validation[0], "y_val": validation[1]}
        values = make_inputs(declared, generator_for(seed, self.id))
        made = self.classifier.create(candidate)
        if self.classifier.store:
            candidate.run(made.writes(values))
        held_out = () if self.validation is None else (values["X_val"], values["y_val"])
        settings = {
            "learning_rate": 0.0,
            "reg": self.reg,
            "num_iters": self.steps,
            "batch_size": 1,
        }
        history = run_training(made, (values["X"], values["y"]), held_out, settings)
        problem = self._wrong_shape(made, values) or self._wrong_draws(
            made, values, history["loss_history"]
        )
        inputs = describe_inputs({"X": values["X"], "batch_size": 1, "num_iters": self.steps})
        status = Status.FAILED if problem else Status.PASSED
        evidence = Evidence(inputs=inputs)
        outcome = Outcome(status, problem, hint=self.hint if problem else "", evidence=evidence)
        return dict.fromkeys(self.parts, outcome)

    def _wrong_shape(self, made: Held, values: Mapping[str, Any]) -> str:
        for name in self.classifier.weights if not self.classifier.store else ():
            weight = made.read(name)
            if not isinstance(weight, np.ndarray) or weight.shape != values[name].shape:
                kind = weight.shape if isinstance(weight, np.ndarray) else type(weight).__name__
                return f"After training, {name} is {kind}, expected shape {values[name].shape}."
        return ""

    def _wrong_draws(self, made: Held, values: Mapping[str, Any], history: Any) -> str:
        if isinstance(history, Absent):
            return history.failure.message
        if not isinstance(history, (list, np.ndarray)) or len(history) != self.steps:
            count = len(history) if isinstance(history, (list, np.ndarray)) else "no"
            return f"The loss history holds {count} losses after {self.steps} steps."
        calls = [
            made.loss(values["X"][i : i + 1], values["y"][i : i + 1], self.reg)
            for i in range(len(values["y"]))
        ]
        name = f"{self.classifier.name}.loss"
        replies = made.candidate.run(calls)
        single = np.array([as_float(pick(reply.value, (0,), name)) for reply in replies])
        losses = np.array([as_float(loss) for loss in history])
        if not np.isfinite(losses).all():
            return "The loss history holds something that is no finite number."
        off = np.abs(losses[:, None] - single[None, :])
        drawn = np.argmin(np.where(np.isfinite(off), off, np.inf), axis=1)
        odd = np.flatnonzero(~(off.min(axis=1) <= 1e-9 * np.maximum(1.0, np.abs(losses))))
        if odd.size:
            return (
                f"The loss of step {odd[0]} is that of no single example with its label, "
                "though batch_size is 1."
            )
        return self._too_few(np.unique(single[drawn]).size, np.unique(single).size)

    def _too_few(self, drawn: int, different: int) -> str:
        """Return what is wrong where some examples are never drawn, as chance alone never does."""
        if drawn == 1:
            return "Every step takes the same example."
        if 5 * drawn <= 3 * different and 4 * different <= self.steps:
            return f"{self.steps} steps take no more than {drawn} of {different} examples."
        return ""
