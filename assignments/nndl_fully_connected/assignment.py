"""Fully connected networks in nndl: layers, and networks of two layers and of any depth.

Printed values and tolerances are those of the course's notebook. Points add up to 100: the cells
of the notebook carry a fifth of them. The losses are handed out complete.
"""

from grader import Assignment, Question
from grader.families.dense import layer_checks, loss_checks
from grader.families.fully_connected import deep_checks, two_layer_checks
from grader.families.training import by_heart_check, two_layer_check

POINTS = {
    "affine_forward": 6,
    "affine_backward": 6,
    "relu_forward": 4,
    "relu_backward": 3,
    "affine_relu": 4,
    "svm_loss": 2,
    "svm_loss_gradient": 2,
    "softmax_loss": 1,
    "softmax_loss_gradient": 2,
    "softmax_loss.large_scores": 1,
    "TwoLayerNet.init": 2,
    "TwoLayerNet.forward": 5,
    "TwoLayerNet.loss": 4,
    "TwoLayerNet.regularised_loss": 3,
    "TwoLayerNet.reg_0": 4,
    "TwoLayerNet.reg_0_7": 4,
    "FullyConnectedNet.init": 3,
    "FullyConnectedNet.depth": 2,
    "FullyConnectedNet.loss_reg_0": 2,
    "FullyConnectedNet.reg_0": 6,
    "FullyConnectedNet.loss_reg_3_14": 2,
    "FullyConnectedNet.reg_3_14": 6,
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
