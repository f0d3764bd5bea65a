"""How a model is trained: by the course's Solver, or by a method of its own."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from grader.candidate.base import KEEP_ALL, Call, CallFailed, Candidate, Method, Read, Seed
from grader.candidate.wire import Earlier, Handle
from grader.checks.curves import curves_of
from grader.checks.training.images import Sets, as_data
from grader.checks.training.weights import PARAMETERS
from grader.model import Curve, Status
from grader.records import record

SOLVER = "solver:Solver"
_QUICK_SECONDS = 0.05
"""An epoch that takes no longer is one of a training that will not run out of time."""


@record
class Trained:
    """A model after one training, with what is known of the way there."""

    model: Handle
    solver: Handle | None = None
    """What has trained it and keeps the histories, if that is not the model itself."""
    returned: Any = None
    """What its own training gave back."""


class Training(ABC):
    """Makes a model and trains it where it lives."""

    predicts_by: str
    """Method that is asked for predictions."""
    kept_in: str
    """Attribute that holds the weights: ``params``, a dictionary, or the name of one array."""

    @property
    @abstractmethod
    def targets(self) -> tuple[str, ...]:
        """Canonical names of what takes part, the one to blame last."""

    @property
    @abstractmethod
    def duration(self) -> str:
        """How long training takes, in words: ``10 epochs``."""

    @abstractmethod
    def train(self, candidate: Candidate, sets: Sets, seed: int) -> Trained:
        """Return a new model, trained; weights and minibatches are drawn from the seed.

        Raises
        ------
        CallFailed
            If making or training it fails, or the time is used up first.
        """

    def tell(self, candidate: Candidate, trained: Trained) -> tuple[Curve, ...]:
        """Return how a training went, as the submission's side has it; it may ask for that.

        Raises
        ------
        CallFailed
            If it asks in vain.
        """
        del candidate
        return curves_of(trained.returned)

    @property
    def name(self) -> str:
        """The class's name."""
        return self.targets[-1].partition(":")[2]


@record(kw_only=True)
class SolverTraining(Training):
    """Train a model by the course's Solver, which is ours whatever was handed in."""

    target: str
    arguments: tuple[Any, ...] = ()
    """Positional arguments of the constructor."""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of the constructor, by their canonical names."""
    learning_rate: float
    epochs: int
    batch_size: int
    decay: float = 1.0
    """Factor on the learning rate after each epoch."""
    update_rule: str = "sgd"
    """Function of the student's ``optim``; plain ``sgd`` needs none."""
    predicts_by: str = field(default="loss", init=False)
    kept_in: str = field(default=PARAMETERS, init=False)

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the update rule, unless it is handed out, and the class."""
        rule = () if self.update_rule == "sgd" else (f"optim:{self.update_rule}",)
        return (*rule, self.target)

    @property
    def duration(self) -> str:
        """Return the epochs."""
        return f"{self.epochs} epochs"

    def train(self, candidate: Candidate, sets: Sets, seed: int) -> Trained:
        """Train epoch by epoch, so that it is known how far training came; all at once if quick."""
        quick = False
        candidate.run([Seed(seed)])
        model, solver = self._create(candidate, sets)
        candidate.run([Seed(seed)])
        done = 0
        while done < self.epochs:
            started = time.perf_counter()
            # What is quick needs nobody to tell how far it came.
            count = self.epochs - done if done and quick else 1
            try:
                candidate.run([Method(solver, "train", (), {"epochs": 1})] * count)
            except CallFailed as failed:
                raise CallFailed(_say_epoch(failed, done, self.epochs)) from failed
            quick = time.perf_counter() - started < _QUICK_SECONDS
            done += count
        return Trained(model, solver)

    def tell(self, candidate: Candidate, trained: Trained) -> tuple[Curve, ...]:
        """Return the Solver's histories; accuracies on the one image it watches are none."""
        if trained.solver is None:
            return ()
        names = ("loss_history", "val_acc_history")
        replies = candidate.run([Read(trained.solver, (("attr", name),)) for name in names])
        return curves_of({name: one.value for name, one in zip(names, replies, strict=True)})

    def _create(self, candidate: Candidate, sets: Sets) -> tuple[Handle, Handle]:
        """Return a new model and the Solver that is to train it."""
        settings = {
            "update_rule": self.update_rule,
            "optim_config": {"learning_rate": self.learning_rate},
            "lr_decay": self.decay,
            "batch_size": self.batch_size,
            "num_epochs": self.epochs,
            # Nothing is judged by the histories, and slow code has no time for them.
            "num_train_samples": 1,
            "verbose": False,
        }
        kept = frozenset({KEEP_ALL})
        made = Earlier(1, self.name)
        replies = candidate.run(
            [
                Call(self.target, self.arguments, self.keywords, kept),
                Call(SOLVER, (made, as_data(sets)), settings, kept),
            ]
        )
        return replies[0].value, replies[1].value


@record(kw_only=True)
class OwnTraining(Training):
    """Train a classifier by its method ``train``, and ask ``predict``."""

    target: str
    defined_in: str = ""
    """The target that holds ``train`` and ``predict``, if the class inherits them."""
    arguments: tuple[Any, ...] = ()
    """Positional arguments of the constructor."""
    settings: Mapping[str, Any]
    """Keyword arguments of ``train``: ``num_iters``, ``learning_rate`` and the like."""
    validates: bool = False
    """Whether ``train`` takes validation images after the training images."""
    kept_in: str = PARAMETERS
    """Attribute that holds the weights."""
    predicts_by: str = field(default="predict", init=False)

    @property
    def targets(self) -> tuple[str, ...]:
        """Return where ``train`` is, if it is inherited, and the class."""
        return (self.defined_in, self.target) if self.defined_in else (self.target,)

    @property
    def duration(self) -> str:
        """Return the steps."""
        return f"{self.settings['num_iters']} steps"

    def train(self, candidate: Candidate, sets: Sets, seed: int) -> Trained:
        """Train in one call."""
        candidate.run([Seed(seed)])
        model = candidate.create(self.target, *self.arguments)
        watched = (sets.validation.X, sets.validation.y) if self.validates else ()
        data = (sets.training.X, sets.training.y, *watched)
        settings = {**self.settings, "verbose": False}
        replies = candidate.run([Seed(seed), Method(model, "train", data, settings)])
        return Trained(model, returned=replies[-1].value)


def _say_epoch(failed: CallFailed, done: int, epochs: int) -> Any:
    """Return the failure with how far training came, where time ran out."""
    failure = failed.failure
    if failure.status is not Status.TIMED_OUT:
        return failure
    return replace(failure, message=f"{failure.message} {done} of {epochs} epochs were done.")
