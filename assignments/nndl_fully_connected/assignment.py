"""Fully connected networks in nndl: layers, and networks of two layers and of any depth.

Printed values and tolerances are those of the course's notebook. Points add up to 100: the cells
of the notebook carry a fifth of them. The losses are handed out complete.
"""

from grader import Assignment, Question
from grader.families.dense import layer_checks, loss_checks
from grader.families.fully_connected import deep_checks, two_layer_checks
from grader.families.training import by_heart_check, two_layer_check

PARAMETERS = ("W1", "b1", "W2", "b2", "W3", "b3")
POINTS = {
    "affine_forward": 4.75,
    "affine_forward.properties": 1,
    "affine_forward.hidden": 0.25,
    "affine_backward": 4.5,
    "affine_backward.properties": 1.125,
    "affine_backward.hidden": 0.375,
    "relu_forward": 3.25,
    "relu_forward.properties": 0.5,
    "relu_forward.hidden": 0.25,
    "relu_backward": 2.375,
    "relu_backward.properties": 0.375,
    "relu_backward.hidden": 0.25,
    "affine_relu": 3,
    "affine_relu.properties": 0.5,
    "affine_relu.hidden": 0.5,
    "svm_loss": 1.75,
    "svm_loss_gradient": 1.5,
    "svm_loss.properties": 0.5,
    "svm_loss.hidden": 0.25,
    "softmax_loss": 0.75,
    "softmax_loss_gradient": 1.5,
    "softmax_loss.large_scores": {"loss": 0.75, "dx": 0.25},
    "softmax_loss.properties": 0.5,
    "softmax_loss.hidden": 0.25,
    "TwoLayerNet.init": 2,
    "TwoLayerNet.forward": 4.5,
    "TwoLayerNet.loss": 2.5,
    "TwoLayerNet.regularised_loss": 2.5,
    "TwoLayerNet.reg_0": 3.5,
    "TwoLayerNet.reg_0_7": 3.5,
    "TwoLayerNet.properties": 3,
    "TwoLayerNet.hidden": {"loss": 0.25, **dict.fromkeys(PARAMETERS[:4], 0.0625)},
    "FullyConnectedNet.init": 3,
    "FullyConnectedNet.depth": 2,
    "FullyConnectedNet.loss_reg_0": 1.75,
    "FullyConnectedNet.reg_0": 4.5,
    "FullyConnectedNet.loss_reg_3_14": 1.75,
    "FullyConnectedNet.reg_3_14": 5.25,
    "FullyConnectedNet.properties": 2,
    "FullyConnectedNet.hidden": {
        "loss": 0.25,
        **dict.fromkeys((*PARAMETERS, "W4", "b4"), 0.0625),
    },
}

layers = layer_checks(POINTS)
losses = loss_checks(POINTS)

assignment = Assignment(
    name="nndl_fully_connected",
    title="Fully connected networks (nndl)",
    course="nndl",
    notebooks=("FC_nets",),
    masters=("FC_nets.ipynb",),
    questions=(
        Question(
            id="affine_forward", title="Affine layer: forward", checks=layers["affine_forward"]
        ),
        Question(
            id="affine_backward", title="Affine layer: backward", checks=layers["affine_backward"]
        ),
        Question(id="relu_forward", title="ReLU layer: forward", checks=layers["relu_forward"]),
        Question(id="relu_backward", title="ReLU layer: backward", checks=layers["relu_backward"]),
        Question(
            id="affine_relu", title="Affine and ReLU", checks=layers["affine_relu"], given=True
        ),
        Question(id="svm_loss", title="SVM loss", checks=losses["svm_loss"], given=True),
        Question(
            id="softmax_loss", title="Softmax loss", checks=losses["softmax_loss"], given=True
        ),
        Question(id="two_layer_net", title="Two-layer network", checks=two_layer_checks(POINTS)),
        Question(id="solver", title="Training with the Solver", checks=(two_layer_check(3),)),
        Question(id="fully_connected_net", title="Multilayer network", checks=deep_checks(POINTS)),
        Question(id="by_heart", title="Fifty images by heart", checks=(by_heart_check(3),)),
    ),
)
