"""An autograder for courses that build neural networks from scratch in NumPy.

What an ``assignment.py`` needs is importable from here; each name is loaded when first used, so
that ``import grader`` alone loads neither NumPy nor any check.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.checked import Checked, assert_passes, check
    from grader.checks.classifiers import Classifier
    from grader.checks.descent import DescentCheck
    from grader.checks.draws import DrawsCheck
    from grader.checks.dropout import DropoutBackwardCheck, DropoutForwardCheck
    from grader.checks.dropout_network import DropoutNetworkCheck
    from grader.checks.experiments import ForwardBackward, FunctionCall
    from grader.checks.gradient import GradientCheck
    from grader.checks.initialisation import InitialisationCheck
    from grader.checks.linear import ClassifierLoss, KeptShape, LinearLoss, Prediction
    from grader.checks.models import ModelLoss
    from grader.checks.options import TrainThenTest
    from grader.checks.probes import RegularizationProbe
    from grader.checks.properties import PropertyCheck
    from grader.checks.review import ReviewCheck
    from grader.checks.settled_scores import SettledScores
    from grader.checks.training import (
        AccuracyScore,
        Form,
        Images,
        OwnTraining,
        SolverTraining,
        TrainingCheck,
    )
    from grader.checks.value import ValueCheck
    from grader.compare import Measure
    from grader.course.assignment import Assignment, EarlierYear, Question, Vectorised
    from grader.course.conventions import Choice, Convention
    from grader.course.hand_in import HandIn
    from grader.inputs import fixed, integers, linspace, normal, rows, uniform
    from grader.lengths import length
    from grader.pipeline import grade
    from grader.settings import Detail, Feedback, Limits, Policy, Rule, Visibility

__version__ = "0.1.0"

__all__ = [
    "AccuracyScore",
    "Assignment",
    "Checked",
    "Choice",
    "Classifier",
    "ClassifierLoss",
    "Convention",
    "DescentCheck",
    "Detail",
    "DrawsCheck",
    "DropoutBackwardCheck",
    "DropoutForwardCheck",
    "DropoutNetworkCheck",
    "EarlierYear",
    "Feedback",
    "Form",
    "ForwardBackward",
    "FunctionCall",
    "GradientCheck",
    "HandIn",
    "Images",
    "InitialisationCheck",
    "KeptShape",
    "Limits",
    "LinearLoss",
    "Measure",
    "ModelLoss",
    "OwnTraining",
    "Policy",
    "Prediction",
    "PropertyCheck",
    "Question",
    "RegularizationProbe",
    "ReviewCheck",
    "Rule",
    "SettledScores",
    "SolverTraining",
    "TrainThenTest",
    "TrainingCheck",
    "ValueCheck",
    "Vectorised",
    "Visibility",
    "assert_passes",
    "check",
    "fixed",
    "grade",
    "integers",
    "length",
    "linspace",
    "normal",
    "rows",
    "uniform",
]

_HOMES = {
    "AccuracyScore": "grader.checks.training",
    "Assignment": "grader.course.assignment",
    "Checked": "grader.checked",
    "Choice": "grader.course.conventions",
    "Classifier": "grader.checks.classifiers",
    "ClassifierLoss": "grader.checks.linear",
    "Convention": "grader.course.conventions",
    "DescentCheck": "grader.checks.descent",
    "Detail": "grader.settings",
    "DrawsCheck": "grader.checks.draws",
    "DropoutBackwardCheck": "grader.checks.dropout",
    "DropoutForwardCheck": "grader.checks.dropout",
    "DropoutNetworkCheck": "grader.checks.dropout_network",
    "EarlierYear": "grader.course.assignment",
    "Form": "grader.checks.training",
    "ForwardBackward": "grader.checks.experiments",
    "Feedback": "grader.settings",
    "FunctionCall": "grader.checks.experiments",
    "GradientCheck": "grader.checks.gradient",
    "HandIn": "grader.course.hand_in",
    "Images": "grader.checks.training",
    "InitialisationCheck": "grader.checks.initialisation",
    "KeptShape": "grader.checks.linear",
    "Limits": "grader.settings",
    "LinearLoss": "grader.checks.linear",
    "Measure": "grader.compare",
    "ModelLoss": "grader.checks.models",
    "OwnTraining": "grader.checks.training",
    "Policy": "grader.settings",
    "Prediction": "grader.checks.linear",
    "PropertyCheck": "grader.checks.properties",
    "Question": "grader.course.assignment",
    "RegularizationProbe": "grader.checks.probes",
    "ReviewCheck": "grader.checks.review",
    "Rule": "grader.settings",
    "SettledScores": "grader.checks.settled_scores",
    "SolverTraining": "grader.checks.training",
    "TrainThenTest": "grader.checks.options",
    "TrainingCheck": "grader.checks.training",
    "ValueCheck": "grader.checks.value",
    "Vectorised": "grader.course.assignment",
    "Visibility": "grader.settings",
    "assert_passes": "grader.checked",
    "check": "grader.checked",
    "fixed": "grader.inputs",
    "grade": "grader.pipeline",
    "integers": "grader.inputs",
    "length": "grader.lengths",
    "linspace": "grader.inputs",
    "normal": "grader.inputs",
    "rows": "grader.inputs",
    "uniform": "grader.inputs",
}


def __getattr__(name: str) -> Any:
    """Load one of the names above."""
    if name not in _HOMES:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def load_ipython_extension(ipython: Any) -> None:
    """Give a session of IPython or Jupyter the magic ``%grade``: ``%load_ext grader``."""
    from grader.cli.magic import load

    load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Take it away again: ``%unload_ext grader``."""
    from grader.cli.magic import unload

    unload(ipython)
