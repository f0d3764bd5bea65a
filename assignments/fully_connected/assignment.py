"""Fully connected networks: layers, losses, two models and three update rules.

Printed values and tolerances are those of the course's notebook. Points add up to 100.
"""

from grader import (
    Assignment,
    ForwardBackward,
    FunctionCall,
    GradientCheck,
    InitialisationCheck,
    Measure,
    ModelLoss,
    Question,
    ValueCheck,
    fixed,
    integers,
    linspace,
    normal,
)

MODEL_TOLERANCE = 5e-6
"""For gradients of whole networks: the course's own numeric check of them is not finer."""

# --- layers ---------------------------------------------------------------------------------

affine_forward = ValueCheck(
    id="affine_forward",
    experiment=FunctionCall(
        target="layers:affine_forward",
        arguments={
            "x": linspace(-0.1, 0.5, 2, 4, 5, 6),
            "w": linspace(-0.2, 0.3, 120, 3),
            "b": linspace(-0.3, 0.1, 3),
        },
        results={"out": (0,)},
    ),
    literals={"out": [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]},
    sibling={"x": normal(5, 3, 2, 4), "w": normal(24, 7), "b": normal(7)},
    tolerance=5e-9,
    points={"out": 6},
    hint="What shape must x have for one matrix product, and what is added to every row?",
)

affine_backward = GradientCheck(
    id="affine_backward",
    experiment=ForwardBackward(
        forward="layers:affine_forward",
        backward="layers:affine_backward",
        arguments={"x": normal(10, 2, 3), "w": normal(6, 5), "b": normal(5)},
        upstream=normal(10, 5),
        gradients={"dx": "x", "dw": "w", "db": "b"},
    ),
    points={"dx": 2, "dw": 2, "db": 2},
    hint="Write out one entry of out. Which entries of x, w and b does it depend on, and how?",
)

relu_forward = ValueCheck(
    id="relu_forward",
    experiment=FunctionCall(
        target="layers:relu_forward",
        arguments={"x": linspace(-0.5, 0.5, 3, 4)},
        results={"out": (0,)},
    ),
    literals={
        "out": [
            [0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.04545455, 0.13636364],
            [0.22727273, 0.31818182, 0.40909091, 0.5],
        ]
    },
    sibling={"x": normal(6, 2, 5)},
    tolerance=6e-8,
    points={"out": 4},
    hint="Which entries should pass unchanged, and what becomes of the others?",
)

relu_backward = GradientCheck(
    id="relu_backward",
    experiment=ForwardBackward(
        forward="layers:relu_forward",
        backward="layers:relu_backward",
        arguments={"x": normal(10, 10, margin=0.01)},
        upstream=normal(10, 10),
        gradients={"dx": "x"},
    ),
    points={"dx": 3},
    hint="Where the input was negative, how much does the output change when the input does?",
)

affine_relu = GradientCheck(
    id="affine_relu",
    experiment=ForwardBackward(
        forward="layer_utils:affine_relu_forward",
        backward="layer_utils:affine_relu_backward",
        arguments={"x": normal(2, 3, 4), "w": normal(12, 10), "b": normal(10)},
        upstream=normal(2, 10),
        gradients={"dx": "x", "dw": "w", "db": "b"},
    ),
    points={"out": 1, "dx": 1, "dw": 1, "db": 1},
    hint="In which order do the two backward passes run, and which cache does each need?",
)

# --- losses ---------------------------------------------------------------------------------


def loss_checks(
    name: str, about: float, hint: str, *, loss_points: float = 1
) -> tuple[ValueCheck, GradientCheck]:
    """Return the checks of a loss on scores: its value, and the gradient of the scores."""
    return (
        ValueCheck(
            id=name,
            experiment=FunctionCall(
                target=f"layers:{name}",
                arguments={"x": fixed([[0.0] * 10] * 4), "y": fixed([0, 3, 9, 3])},
                results={"loss": (0,)},
            ),
            literals={"loss": about},
            sibling={"x": normal(50, 10, scale=2.0), "y": integers(10, 50)},
            tolerance=1e-6,
            points={"loss": loss_points},
            hint=hint,
        ),
        GradientCheck(
            id=f"{name}_gradient",
            experiment=FunctionCall(
                target=f"layers:{name}",
                arguments={"x": normal(50, 10, scale=0.001), "y": integers(10, 50)},
                results={"loss": (0,), "dx": (1,)},
                gradients={"dx": "x"},
            ),
            points={"dx": 2},
            hint="Is the gradient averaged over the same number of examples as the loss?",
        ),
    )


svm_loss = loss_checks(
    "svm_loss",
    9.0,
    "With all scores equal every wrong class is one margin away: what is the sum?",
    loss_points=2,
)
softmax_loss = (
    *loss_checks(
        "softmax_loss",
        2.302585092994046,
        "With ten equal scores each class has probability 1/10: what is the loss of one example?",
    ),
    ValueCheck(
        id="softmax_loss.large_scores",
        experiment=FunctionCall(
            target="layers:softmax_loss",
            arguments={"x": normal(20, 10, offset=1000.0), "y": integers(10, 20)},
            results={"loss": (0,)},
        ),
        tolerance=1e-6,
        points={"loss": 1},
        hint="Which number can be subtracted from a row of scores without changing the loss?",
    ),
)

# --- two-layer network ----------------------------------------------------------------------

two_layer_parameters = {
    "W1": linspace(-0.7, 0.3, 5, 50),
    "b1": linspace(-0.1, 0.9, 50),
    "W2": linspace(-0.3, 0.4, 50, 7),
    "b2": linspace(-0.9, 0.1, 7),
}
two_layer_drawn = {
    "W1": normal(5, 50, scale=0.5),
    "b1": normal(50, scale=0.5),
    "W2": normal(50, 7, scale=0.5),
    "b2": normal(7, scale=0.5),
}
two_layer_keywords = {"input_dim": 5, "hidden_dim": 50, "num_classes": 7, "weight_scale": 1e-2}


def two_layer(observed: str, *, reg: float = 0.0) -> ModelLoss:
    """Return the handout's small network, looked at in one way."""
    return ModelLoss(
        target="fc_net:TwoLayerNet",
        keywords=two_layer_keywords,
        parameters=two_layer_parameters,
        attributes={"reg": reg},
        X=linspace(-5.5, 4.5, 5, 3, transposed=True),
        y=fixed([0, 5, 1]),
        observed=(observed,),
    )


def drawn_two_layer(reg: float) -> ModelLoss:
    """Return the small network at drawn parameters, and its gradients."""
    return ModelLoss(
        target="fc_net:TwoLayerNet",
        keywords=two_layer_keywords,
        parameters=two_layer_drawn,
        attributes={"reg": reg},
        X=normal(3, 5),
        y=integers(7, 3),
        observed=("W1", "b1", "W2", "b2"),
    )


def two_layer_gradients(name: str, reg: float) -> GradientCheck:
    """Return the gradient check of the two-layer network at one strength of regularisation."""
    return GradientCheck(
        id=f"TwoLayerNet.{name}",
        experiment=drawn_two_layer(reg),
        base=drawn_two_layer(0.0) if reg else None,
        tolerance=MODEL_TOLERANCE,
        points={"W1": 1, "b1": 1, "W2": 1, "b2": 1},
        hint="Which parameters are regularised, and what is the derivative of that term?",
    )


TwoLayerNet = (
    InitialisationCheck(
        id="TwoLayerNet.init",
        target="fc_net:TwoLayerNet",
        keywords={"input_dim": 60, "hidden_dim": 150, "num_classes": 70, "weight_scale": 1e-2},
        shapes={"W1": (60, 150), "b1": (150,), "W2": (150, 70), "b2": (70,)},
        scale=1e-2,
        points={"W1": 1, "b1": 1, "W2": 1, "b2": 1},
    ),
    ValueCheck(
        id="TwoLayerNet.forward",
        experiment=two_layer("scores"),
        literals={
            "scores": [
                [
                    *(11.53165108, 12.2917344, 13.05181771, 13.81190102),
                    *(14.57198434, 15.33206765, 16.09215096),
                ],
                [
                    *(12.05769098, 12.74614105, 13.43459113, 14.1230412),
                    *(14.81149128, 15.49994135, 16.18839143),
                ],
                [
                    *(12.58373087, 13.20054771, 13.81736455, 14.43418138),
                    *(15.05099822, 15.66781506, 16.2846319),
                ],
            ]
        },
        sibling={**two_layer_drawn, "X": normal(4, 5)},
        measure=Measure.ABSOLUTE_SUM,
        tolerance=1e-6,
        points={"scores": 5},
        hint="Which layer has no ReLU after it?",
    ),
    ValueCheck(
        id="TwoLayerNet.loss",
        experiment=two_layer("loss"),
        literals={"loss": 3.4702243556},
        sibling={**two_layer_drawn, "X": normal(4, 5), "y": integers(7, 4)},
        measure=Measure.ABSOLUTE,
        tolerance=1e-10,
        points={"loss": 4},
        hint="Which loss of the scores does the handout ask for?",
    ),
    ValueCheck(
        id="TwoLayerNet.regularised_loss",
        experiment=two_layer("loss", reg=1.0),
        literals={"loss": 26.5948426952},
        sibling={**two_layer_drawn, "X": normal(4, 5), "y": integers(7, 4)},
        measure=Measure.ABSOLUTE,
        tolerance=1e-10,
        points={"loss": 4},
        hint="Which parameters does the handout regularise, and with which factor in front?",
    ),
    two_layer_gradients("reg_0", 0.0),
    two_layer_gradients("reg_0_7", 0.7),
)

# --- fully connected network of any depth ---------------------------------------------------

fully_connected_parameters = {
    "W1": normal(15, 20, scale=0.3),
    "b1": normal(20, scale=0.3),
    "W2": normal(20, 30, scale=0.3),
    "b2": normal(30, scale=0.3),
    "W3": normal(30, 10, scale=0.3),
    "b3": normal(10, scale=0.3),
}


def fully_connected(observed: tuple[str, ...], *, reg: float) -> ModelLoss:
    """Return the handout's three-layer network at one strength of regularisation."""
    return ModelLoss(
        target="fc_net:FullyConnectedNet",
        arguments=([20, 30],),
        keywords={
            "input_dim": 15,
            "num_classes": 10,
            "reg": reg,
            "weight_scale": 5e-2,
            "dtype": float,
        },
        parameters=fully_connected_parameters,
        X=normal(2, 15),
        y=integers(10, 2),
        observed=observed,
    )


def fully_connected_checks(name: str, reg: float) -> tuple[ValueCheck, GradientCheck]:
    """Return loss and gradients of the three-layer network at one strength."""
    return (
        ValueCheck(
            id=f"FullyConnectedNet.loss_{name}",
            experiment=fully_connected(("loss",), reg=reg),
            tolerance=1e-8,
            points={"loss": 2},
            hint="Is every weight matrix in the regularisation term, and with which factor?",
        ),
        GradientCheck(
            id=f"FullyConnectedNet.{name}",
            experiment=fully_connected(tuple(fully_connected_parameters), reg=reg),
            base=fully_connected(("loss",), reg=0.0) if reg else None,
            tolerance=MODEL_TOLERANCE,
            points=dict.fromkeys(fully_connected_parameters, 1),
            hint="Which cache belongs to this layer, and is its regularisation in the gradient?",
        ),
    )


FullyConnectedNet = (
    InitialisationCheck(
        id="FullyConnectedNet.init",
        target="fc_net:FullyConnectedNet",
        arguments=([90, 110],),
        keywords={"input_dim": 100, "num_classes": 60, "weight_scale": 5e-2, "dtype": float},
        shapes={
            "W1": (100, 90),
            "b1": (90,),
            "W2": (90, 110),
            "b2": (110,),
            "W3": (110, 60),
            "b3": (60,),
        },
        scale=5e-2,
        points=dict.fromkeys(("W1", "b1", "W2", "b2", "W3", "b3"), 0.5),
    ),
    ValueCheck(
        id="FullyConnectedNet.depth",
        experiment=ModelLoss(
            target="fc_net:FullyConnectedNet",
            arguments=([11, 7, 9, 5],),
            keywords={"input_dim": 8, "num_classes": 4, "weight_scale": 5e-2, "dtype": float},
            parameters={
                "W1": normal(8, 11, scale=0.5),
                "b1": normal(11, scale=0.5),
                "W2": normal(11, 7, scale=0.5),
                "b2": normal(7, scale=0.5),
                "W3": normal(7, 9, scale=0.5),
                "b3": normal(9, scale=0.5),
                "W4": normal(9, 5, scale=0.5),
                "b4": normal(5, scale=0.5),
                "W5": normal(5, 4, scale=0.5),
                "b5": normal(4, scale=0.5),
            },
            X=normal(6, 8),
            observed=("scores",),
        ),
        tolerance=1e-8,
        points={"scores": 1},
        hint="Does your loop go over as many layers as hidden_dims asks for?",
    ),
    *fully_connected_checks("reg_0", 0.0),
    *fully_connected_checks("reg_3_14", 3.14),
)

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
    points={"next_w": 4, "velocity": 3},
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
        "config": {"learning_rate": 0.03, "cache": normal(6, 3, scale=0.1, offset=1.0)},
    },
    tolerance=5e-7,
    points={"next_w": 4, "cache": 3},
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
            "m": normal(6, 3),
            "v": normal(6, 3, scale=0.1, offset=1.0),
            "t": 2,
        },
    },
    tolerance=5e-7,
    points={"next_w": 4, "m": 3, "v": 2, "t": 1},
    hint="m and v start at zero: how far below their true averages are they after t steps?",
)

# --- the handout's questions ----------------------------------------------------------------

assignment = Assignment(
    name="fully_connected",
    title="Fully connected networks",
    notebooks=(
        "FullyConnectedNets",
        "FullyConnectedNet",
        "FC_nets",
        "fully_connected_nets",
    ),
    questions=(
        Question(id="affine_forward", title="Affine layer: forward", checks=(affine_forward,)),
        Question(id="affine_backward", title="Affine layer: backward", checks=(affine_backward,)),
        Question(id="relu_forward", title="ReLU layer: forward", checks=(relu_forward,)),
        Question(id="relu_backward", title="ReLU layer: backward", checks=(relu_backward,)),
        Question(id="affine_relu", title="Affine and ReLU", checks=(affine_relu,), given=True),
        Question(id="svm_loss", title="SVM loss", checks=svm_loss, given=True),
        Question(id="softmax_loss", title="Softmax loss", checks=softmax_loss, given=True),
        Question(id="two_layer_net", title="Two-layer network", checks=TwoLayerNet),
        Question(id="fully_connected_net", title="Multilayer network", checks=FullyConnectedNet),
        Question(id="sgd_momentum", title="SGD with momentum", checks=(sgd_momentum,)),
        Question(id="rmsprop", title="RMSProp", checks=(rmsprop,)),
        Question(id="adam", title="Adam", checks=(adam,)),
    ),
)
