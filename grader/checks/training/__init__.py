"""Checks that train a student's model and measure what it has learnt.

A model is trained where it lives, in the worker. What it has learnt is measured here, on images
whose labels never leave the grader: a history or an accuracy that the student's side reports
earns nothing.
"""

from grader.checks.training.check import TrainingCheck
from grader.checks.training.images import Form, Images
from grader.checks.training.score import AccuracyScore
from grader.checks.training.ways import OwnTraining, SolverTraining

__all__ = ["AccuracyScore", "Form", "Images", "OwnTraining", "SolverTraining", "TrainingCheck"]
