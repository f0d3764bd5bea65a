"""Mistakes in the losses of linear classifiers, and in their training and prediction."""

from __future__ import annotations

from reference.mistakes.linear_classifiers import hinge, softmax, training

MISTAKES = (*softmax.MISTAKES, *hinge.MISTAKES, *training.MISTAKES)
