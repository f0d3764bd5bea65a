"""Train a model, then ask it for predictions that only the grader can judge."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate, Failure, Write
from grader.checks.base import Check, Expected
from grader.checks.curves import TRAINING, VALIDATION
from grader.checks.training.calibration import require_reach, threshold
from grader.checks.training.images import Images, Labelled, Sets, perturb
from grader.checks.training.predictions import predict
from grader.checks.training.score import AccuracyScore
from grader.checks.training.ways import Trained, Training
from grader.checks.training.weights import disorder, read_weights
from grader.inputs import generator_for
from grader.model import Curve, Evidence, Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from grader.candidate.wire import Handle

ACCURACY = "accuracy"
_SEEDS = 1 << 31
_DISORDERS = 3
"""How often weights are shuffled at most: among few classes one order may happen to fit."""


@record(kw_only=True)
class TrainingCheck(Check):
    """Train a model on images that the grader draws, and count what it gets right.

    The one part is ``accuracy``. It is measured on images of a set whose labels never leave the
    grader, or, of a model that is to learn its training images by heart, on these: in another
    order and a little changed, so that a table of images seen does not know them. What is asked
    for is calibrated: somewhat less than the worst of several trainings of the reference.

    A model that falls short is trained again, from other weights, and its better training
    counts. Bad luck is rare then, and what does not learn does not learn twice.

    A model that is good enough is asked once more with its weights in disorder. If it is as good
    then, it has kept the images instead of learning from them.
    """

    kind: ClassVar[Kind] = Kind.TRAINING

    training: Training
    images: Images
    by_heart: bool = False
    """Whether accuracy is that on the training images."""
    score: AccuracyScore | None = None
    """How accuracy earns points; by default all of them from the calibrated threshold on."""
    margin: float = 0.1
    """How much less is asked for than the reference's worst accuracy."""
    runs: int = 5
    """How often the reference is trained to calibrate."""
    attempts: int = 2
    """How often a model is trained at most."""

    def __post_init__(self) -> None:
        Check.__post_init__(self)
        if set(self.points) != {ACCURACY}:
            raise ValueError(f"check {self.id}: its only part is {ACCURACY!r}")
        for name in ("runs", "attempts"):
            if getattr(self, name) < 1:
                raise ValueError(f"check {self.id}: {name} is {getattr(self, name)}, expected > 0")

    @property
    def targets(self) -> tuple[str, ...]:
        """Return what takes part in the training."""
        return self.training.targets

    def is_gradient(self, part: str) -> bool:
        """Return True: backward passes have a share in what a model learns."""
        return True

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return the accuracy from which on everything is earned."""
        reference.begin_check()
        sets = self._draw(seed)
        accuracies = [
            self._measure(reference, self._train(reference, sets, seed, run).model, sets, seed, run)
            for run in range(self.runs)
        ]
        if self.score is not None:
            wanted = self.score.everything_from
            require_reach(accuracies, wanted, margin=self.margin, name=self.id)
        else:
            wanted = threshold(
                accuracies, margin=self.margin, classes=self.images.classes, name=self.id
            )
        return {"at_least": np.array(wanted)}

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Train until it is good enough, but not too often."""
        sets = self._draw(seed)
        wanted = float(expected["at_least"])
        best, trained = self._try(candidate, sets, seed, 0)
        known = True
        for run in range(1, self.attempts):
            if best >= wanted:
                break
            # What has been measured stays, also where there is no time for another training.
            known = False
            with suppress(CallFailed):
                again = self._try(candidate, sets, seed, run)
                best, trained = max((best, trained), again, key=itemgetter(0))
                known = True
        # Where an attempt failed, there may be nobody left to ask.
        curves = self._tell(candidate, trained) if known else ()
        return {ACCURACY: self._judge(best, wanted, curves)}

    def _try(self, candidate: Candidate, sets: Sets, seed: int, run: int) -> tuple[float, Trained]:
        """Return the accuracy after one training, if it comes from what was trained."""
        trained = self._train(candidate, sets, seed, run)
        model = trained.model
        accuracy = self._measure(candidate, model, sets, seed, run)
        guess = 1 / self.images.classes
        if accuracy <= 2 * guess:
            return accuracy, trained
        generator = generator_for(seed, f"{self.id}/{run}/disorder")
        weights = read_weights(candidate, model, self.training.kept_in)
        for _ in range(_DISORDERS):
            writes = disorder(model, weights, generator)
            spoilt = self._measure(candidate, model, sets, seed, run, first=writes)
            if spoilt < (accuracy + guess) / 2:
                return accuracy, trained
        message = (
            f"{self.training.name} gives the same predictions whatever its weights are: they do "
            "not come from what was trained."
        )
        raise CallFailed(Failure(Status.FAILED, message))

    def _draw(self, seed: int) -> Sets:
        sets = self.images.draw(generator_for(seed, self.id))
        # The Solver keeps the parameters that do best on the images it watches.
        return replace(sets, validation=sets.training) if self.by_heart else sets

    def _tell(self, candidate: Candidate, trained: Trained) -> tuple[Curve, ...]:
        """Return how a training went, for display: all that is judged has been measured."""
        try:
            curves = self.training.tell(candidate, trained)
        except CallFailed:
            return ()
        if self.by_heart:  # what was watched is the training images themselves
            named = {VALIDATION: TRAINING}
            curves = tuple(replace(one, name=named.get(one.name, one.name)) for one in curves)
        return tuple({curve.name: curve for curve in curves}.values())

    def _train(self, candidate: Candidate, sets: Sets, seed: int, run: int) -> Trained:
        """Return a model after one training from new weights."""
        generator = generator_for(seed, f"{self.id}/{run}")
        return self.training.train(candidate, sets, int(generator.integers(_SEEDS)))

    def _measure(
        self,
        candidate: Candidate,
        model: Handle,
        sets: Sets,
        seed: int,
        run: int,
        *,
        first: Sequence[Write] = (),
    ) -> float:
        """Return what share of the images it is asked about a model gets right."""
        generator = generator_for(seed, f"{self.id}/{run}")
        generator.integers(_SEEDS)  # the training's
        asked = self._asked(sets, generator)
        method, classes = self.training.predicts_by, self.images.classes
        got = predict(candidate, model, method, asked.X, classes, first=first)
        return float(np.mean(got == asked.y))

    def _asked(self, sets: Sets, generator: np.random.Generator) -> Labelled:
        return perturb(sets.training, generator) if self.by_heart else sets.held_out

    def _judge(self, accuracy: float, wanted: float, curves: tuple[Curve, ...]) -> Outcome:
        evidence = Evidence(
            inputs=self._describe(), measure="share of wrong answers", curves=curves
        )
        error, allowed = 1.0 - accuracy, 1.0 - wanted
        if accuracy >= wanted:
            return Outcome(Status.PASSED, error=error, tolerance=allowed, evidence=evidence)
        which = "its training images" if self.by_heart else "images it has not seen"
        guess = 1 / self.images.classes
        unlearnt = " No more than a guess would." if accuracy < 1.5 * guess else ""
        return Outcome(
            Status.FAILED,
            f"After {self.training.duration} it gets {accuracy:.1%} of {which} right, "
            f"expected at least {wanted:.0%}.{unlearnt}",
            error=error,
            tolerance=allowed,
            hint=self.hint,
            evidence=evidence,
            earned=None if self.score is None else self.score.share(accuracy),
        )

    def _describe(self) -> str:
        shape = ",".join(map(str, self.images.shape))
        return f"{self.images.training} images ({shape}) of {self.images.classes} classes"
