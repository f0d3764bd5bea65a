"""Probes of losses: on scores, and on the weights of linear classifiers."""

from __future__ import annotations

from collections.abc import Mapping

from grader.checks.experiments import FunctionCall
from grader.checks.linear import LinearLoss
from grader.diagnosis.probes.probe import Probe, probes_of
from grader.inputs import integers, normal, uniform


def _of_scores(target: str) -> tuple[Probe, ...]:
    def call(examples: int, classes: int, scale: float, offset: float = 0.0) -> FunctionCall:
        return FunctionCall(
            target=target,
            arguments={
                "x": normal(examples, classes, scale=scale, offset=offset),
                "y": integers(classes, examples),
            },
            results={"loss": (0,), "dx": (1,)},
        )

    return probes_of(
        {
            "spread": call(6, 4, 2.0),
            "near": call(5, 7, 0.2),
            "one_example": call(1, 5, 1.0),
            # Not too large for an exponential, but the sum of two would be.
            "rather_large": call(5, 4, 2.0, 400.0),
            "large": call(4, 3, 2.0, 1000.0),
            "very_negative": call(3, 4, 2.0, -1000.0),
        }
    )


def _of_weights(target: str) -> tuple[Probe, ...]:
    def call(examples: int, features: int, classes: int, reg: float = 0.0) -> LinearLoss:
        return LinearLoss(
            target=target,
            W=normal(features, classes),
            X=normal(examples, features),
            y=integers(classes, examples),
            reg=reg,
        )

    def offset(examples: int, features: int, classes: int, weight: float) -> LinearLoss:
        """Return a loss whose scores are all about as large."""
        return LinearLoss(
            target=target,
            W=normal(features, classes, scale=0.3, offset=weight),
            X=uniform(examples, features, low=0.5, high=1.5),
            y=integers(classes, examples),
        )

    return probes_of(
        {
            "plain": call(7, 5, 3),
            "regularised": call(6, 4, 5, 0.7),
            "strongly_regularised": call(4, 3, 6, 3.0),
            "one_example": call(1, 3, 4, 0.3),
            # Not too large for an exponential, but the sum of two would be.
            "rather_large": offset(6, 4, 3, 100.0),
            "large": offset(5, 4, 3, 300.0),
        }
    )


PROBES: Mapping[str, tuple[Probe, ...]] = {
    **{name: _of_scores(name) for name in ("layers:svm_loss", "layers:softmax_loss")},
    **{
        name: _of_weights(name)
        for name in (
            "softmax:softmax_loss_naive",
            "softmax:softmax_loss_vectorized",
            "linear_svm:svm_loss_naive",
            "linear_svm:svm_loss_vectorized",
        )
    },
}
