"""Fully connected networks: layers, losses, two models and three update rules.

Printed values and tolerances are those of the course's notebook. Points add up to 100: the cells
of the notebook carry a fifth of them.
"""

from grader import Assignment, FunctionCall, Question, ValueCheck, linspace, normal
from grader.families.dense import layer_checks, loss_checks
from grader.families.fully_connected import deep_checks, two_layer_checks
from grader.families.laws import update_laws
from grader.families.training import by_heart_check, two_layer_check, update_rule_check
from grader.families.variants import hidden_variant

PARAMETERS = ("W1", "b1", "W2", "b2", "W3", "b3")
POINTS = {
    "affine_forward": 3.75,
    "affine_forward.properties": 1,
    "affine_forward.hidden": 0.25,
    "affine_backward": 3,
    "affine_backward.properties": 0.75,
    "affine_backward.hidden": 0.75,
    "relu_forward": 2.25,
    "relu_forward.properties": 0.5,
    "relu_forward.hidden": 0.25,
    "relu_backward": 1.25,
    "relu_backward.properties": 0.375,
    "relu_backward.hidden": 0.375,
    "affine_relu": 2,
    "affine_relu.properties": 0.5,
    "affine_relu.hidden": 0.5,
    "svm_loss": 1.25,
    "svm_loss_gradient": 1,
    "svm_loss.properties": 0.5,
    "svm_loss.hidden": 0.25,
    "softmax_loss": 0.75,
    "softmax_loss_gradient": 1,
    "softmax_loss.large_scores": {"loss": 0.75, "dx": 0.25},
    "softmax_loss.properties": 0.5,
    "softmax_loss.hidden": 0.25,
    "TwoLayerNet.init": 2,
    "TwoLayerNet.forward": 3.5,
    "TwoLayerNet.loss": 2,
    "TwoLayerNet.regularised_loss": 2.5,
    "TwoLayerNet.reg_0": 2.5,
    "TwoLayerNet.reg_0_7": 2.5,
    "TwoLayerNet.properties": 2.5,
    "TwoLayerNet.hidden": {"loss": 0.25, **dict.fromkeys(PARAMETERS[:4], 0.0625)},
    "FullyConnectedNet.init": 3,
    "FullyConnectedNet.depth": 1,
    "FullyConnectedNet.loss_reg_0": 1.25,
    "FullyConnectedNet.reg_0": 3,
    "FullyConnectedNet.loss_reg_3_14": 1.25,
    "FullyConnectedNet.reg_3_14": 3.75,
    "FullyConnectedNet.properties": 2,
    "FullyConnectedNet.hidden": {
        "loss": 0.25,
        **dict.fromkeys((*PARAMETERS, "W4", "b4"), 0.0625),
    },
    "sgd_momentum.hidden": 0.25,
    "rmsprop.hidden": 0.25,
    "adam.hidden": {"next_w": 0.125, "m": 0.0625, "v": 0.0625},
}

layers = layer_checks(POINTS)
losses = loss_checks(POINTS)

# --- update rules ---------------------------------------------------------------------------

step = {"w": linspace(-0.4, 0.6, 4, 5), "dw": linspace(-0.6, 0.4, 4, 5)}
drawn_step = {"w": normal(6, 3), "dw": normal(6, 3)}

sgd_momentum = ValueCheck(
    id="sgd_momentum",
    experiment=FunctionCall(
        target="optim:sgd_momentum",
        arguments={
            **step,
            "config": {"learning_rate": 1e-3, "velocity": linspace(0.6, 0.9, 4, 5)},
        },
        results={"next_w": (0,), "velocity": (1, "velocity")},
    ),
    literals={
        "next_w": [
            [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789],
            [0.47454737, 0.54133684, 0.60812632, 0.67491579, 0.74170526],
            [0.80849474, 0.87528421, 0.94207368, 1.00886316, 1.07565263],
            [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096],
        ],
        "velocity": [
            [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158],
            [0.61138947, 0.62554737, 0.63970526, 0.65386316, 0.66802105],
            [0.68217895, 0.69633684, 0.71049474, 0.72465263, 0.73881053],
            [0.75296842, 0.76712632, 0.78128421, 0.79544211, 0.8096],
        ],
    },
    sibling={
        **drawn_step,
        "config": {"learning_rate": 0.03, "momentum": 0.7, "velocity": normal(6, 3)},
    },
    tolerance=1e-7,
    points={"next_w": 1.5, "velocity": 1.5},
    hint="What does the learning rate scale, and is every setting of config used?",
)

rmsprop = ValueCheck(
    id="rmsprop",
    experiment=FunctionCall(
        target="optim:rmsprop",
        arguments={**step, "config": {"learning_rate": 1e-2, "cache": linspace(0.6, 0.9, 4, 5)}},
        results={"next_w": (0,), "cache": (1, "cache")},
    ),
    literals={
        "next_w": [
            [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247],
            [-0.132737, -0.08078555, -0.02881884, 0.02316247, 0.07515774],
            [0.12716641, 0.17918792, 0.23122175, 0.28326742, 0.33532447],
            [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619],
        ],
        "cache": [
            [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321],
            [0.67329252, 0.68859723, 0.70395734, 0.71937285, 0.73484377],
            [0.75037008, 0.7659518, 0.78158892, 0.79728144, 0.81302936],
            [0.82883269, 0.84469141, 0.86060554, 0.87657507, 0.8926],
        ],
    },
    sibling={
        **drawn_step,
        "config": {
            "learning_rate": 0.03,
            "decay_rate": 0.9,
            "cache": normal(6, 3, scale=0.1, offset=1.0),
        },
    },
    tolerance=5e-7,
    points={"next_w": 1.5, "cache": 1.5},
    hint="What is divided by the root of the cache, and is the cache the old or the new one?",
)

adam = ValueCheck(
    id="adam",
    experiment=FunctionCall(
        target="optim:adam",
        arguments={
            **step,
            "config": {
                "learning_rate": 1e-2,
                "m": linspace(0.6, 0.9, 4, 5),
                "v": linspace(0.7, 0.5, 4, 5),
                "t": 5,
            },
        },
        results={"next_w": (0,), "m": (1, "m"), "v": (1, "v"), "t": (1, "t")},
    ),
    literals={
        "next_w": [
            [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977],
            [-0.1380274, -0.08544591, -0.03286534, 0.01971428, 0.0722929],
            [0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969],
            [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459],
        ],
        "v": [
            [0.69966, 0.68908382, 0.67851319, 0.66794809, 0.65738853],
            [0.64683452, 0.63628604, 0.6257431, 0.61520571, 0.60467385],
            [0.59414753, 0.58362676, 0.57311152, 0.56260183, 0.55209767],
            [0.54159906, 0.53110598, 0.52061845, 0.51013645, 0.49966],
        ],
        "m": [
            [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474],
            [0.57736842, 0.59684211, 0.61631579, 0.63578947, 0.65526316],
            [0.67473684, 0.69421053, 0.71368421, 0.73315789, 0.75263158],
            [0.77210526, 0.79157895, 0.81105263, 0.83052632, 0.85],
        ],
        "t": 6,
    },
    sibling={
        **drawn_step,
        "config": {
            "learning_rate": 0.03,
            "beta1": 0.8,
            "beta2": 0.99,
            "m": normal(6, 3),
            "v": normal(6, 3, scale=0.1, offset=1.0),
            "t": 2,
        },
    },
    tolerance=5e-7,
    points={"next_w": 1.5, "m": 1.75, "v": 1.25, "t": 0.5},
    hint="m and v start at zero: how far below their true averages are they after t steps?",
)

# --- the handout's questions ----------------------------------------------------------------

assignment = Assignment(
    name="fully_connected",
    title="Fully connected networks",
    notebooks=("FullyConnectedNets", "FullyConnectedNet"),
    masters=("FullyConnectedNets.ipynb",),
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
        # Since 2022 the two-layer network is a part of the course's first assignment.
        Question(
            id="two_layer_net",
            title="Two-layer network",
            checks=two_layer_checks(POINTS),
            optional=True,
        ),
        Question(
            id="solver",
            title="Training with the Solver",
            checks=(two_layer_check(2),),
            optional=True,
        ),
        Question(id="fully_connected_net", title="Multilayer network", checks=deep_checks(POINTS)),
        Question(
            id="by_heart",
            title="Fifty images by heart",
            checks=(by_heart_check(2), by_heart_check(1, layers=5)),
        ),
        Question(
            id="sgd_momentum",
            title="SGD with momentum",
            checks=(
                sgd_momentum,
                update_laws("sgd_momentum", 0.75),
                update_rule_check("sgd_momentum", 1),
                hidden_variant("sgd_momentum", POINTS),
            ),
        ),
        Question(
            id="rmsprop",
            title="RMSProp",
            checks=(
                rmsprop,
                update_laws("rmsprop", 0.75),
                update_rule_check("rmsprop", 1),
                hidden_variant("rmsprop", POINTS),
            ),
        ),
        Question(
            id="adam",
            title="Adam",
            checks=(
                adam,
                update_laws("adam", 0.75),
                update_rule_check("adam", 1),
                hidden_variant("adam", POINTS),
            ),
        ),
    ),
)
