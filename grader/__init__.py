"""An autograder for courses that build neural networks from scratch in NumPy.

What an ``assignment.py`` needs is importable from here; each name is loaded when first used, so
that ``import grader`` alone loads neither NumPy nor any check.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.checks.experiments import ForwardBackward, FunctionCall
    from grader.checks.gradient import GradientCheck
    from grader.checks.initialisation import InitialisationCheck
    from grader.checks.models import ModelLoss
    from grader.checks.options import TrainThenTest
    from grader.checks.value import ValueCheck
    from grader.compare import Measure
    from grader.course.assignment import Assignment, Question
    from grader.inputs import fixed, integers, linspace, normal, uniform
    from grader.model import Limits, Visibility
    from grader.pipeline import grade

__version__ = "0.1.0"

__all__ = [
    "Assignment",
    "ForwardBackward",
    "FunctionCall",
    "GradientCheck",
    "InitialisationCheck",
    "Limits",
    "Measure",
    "ModelLoss",
    "Question",
    "TrainThenTest",
    "ValueCheck",
    "Visibility",
    "fixed",
    "grade",
    "integers",
    "linspace",
    "normal",
    "uniform",
]

_HOMES = {
    "Assignment": "grader.course.assignment",
    "ForwardBackward": "grader.checks.experiments",
    "FunctionCall": "grader.checks.experiments",
    "GradientCheck": "grader.checks.gradient",
    "InitialisationCheck": "grader.checks.initialisation",
    "Limits": "grader.model",
    "Measure": "grader.compare",
    "ModelLoss": "grader.checks.models",
    "Question": "grader.course.assignment",
    "TrainThenTest": "grader.checks.options",
    "ValueCheck": "grader.checks.value",
    "Visibility": "grader.model",
    "fixed": "grader.inputs",
    "grade": "grader.pipeline",
    "integers": "grader.inputs",
    "linspace": "grader.inputs",
    "normal": "grader.inputs",
    "uniform": "grader.inputs",
}


def __getattr__(name: str) -> Any:
    """Load one of the names above."""
    if name not in _HOMES:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
