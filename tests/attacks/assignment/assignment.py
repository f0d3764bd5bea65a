"""A small assignment: two layers, one made of both, a hidden check and two notebook cells."""

from grader import Assignment, Question
from grader.families.dense import layer_checks

POINTS = {
    "affine_forward": 10,
    "affine_forward.properties": 5,
    "affine_forward.hidden": 5,
    "affine_backward": 15,
    "affine_backward.properties": 5,
    "affine_backward.hidden": 5,
    "relu_forward": 10,
    "relu_forward.properties": 5,
    "relu_forward.hidden": 5,
    "relu_backward": 10,
    "relu_backward.properties": 5,
    "relu_backward.hidden": 5,
    "affine_relu": 8,
    "affine_relu.properties": 3,
    "affine_relu.hidden": 2,
}

layers = layer_checks(POINTS)

assignment = Assignment(
    name="two_layers",
    title="Two layers",
    notebooks=("TwoLayers",),
    masters=("TwoLayers.ipynb",),
    questions=tuple(
        Question(id=name, title=name.replace("_", " "), checks=checks)
        for name, checks in layers.items()
    ),
)
