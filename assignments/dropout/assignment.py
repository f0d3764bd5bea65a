"""Dropout: the layer, whose mask is the student's own draw, and a network with it.

Points add up to 100; a fifth of them is in the notebook's cells, ten are a person's to give.
"""

from grader import (
    Assignment,
    Choice,
    Convention,
    DropoutBackwardCheck,
    DropoutForwardCheck,
    DropoutNetworkCheck,
    InitialisationCheck,
    Question,
    ValueCheck,
    Visibility,
)
from grader.families.earlier import earlier_layers
from grader.families.fully_connected import deep_network
from grader.families.normalization_laws import normalization_laws
from grader.families.variants import hidden_dropout_backward, hidden_dropout_forward

POINTS = {
    "dropout_forward.properties": 3,
    "dropout_forward.hidden": {"values": 0.25, "test": 0.25},
    "dropout_backward.properties": 3,
    "dropout_backward.hidden": 0.5,
    "FullyConnectedNet.dropout.properties": 3,
}
PARAMETERS = ("W1", "b1", "W2", "b2", "W3", "b3")

dropout_forward = DropoutForwardCheck(
    id="dropout_forward",
    points={"values": 6.5, "share": 7, "seed": 3, "test": 4},
    tolerance=1e-9,
)

dropout_backward = DropoutBackwardCheck(
    id="dropout_backward",
    points={"dx": 10.5, "test": 5},
    tolerance=1e-9,
)

FullyConnectedNet = (
    DropoutNetworkCheck(
        id="FullyConnectedNet.dropout",
        points={"scores": 4, "masks": 5},
        tolerance=1e-6,
    ),
    DropoutNetworkCheck(
        id="FullyConnectedNet.dropout_gradients",
        points={"loss": 4, **dict.fromkeys(PARAMETERS, 1.25)},
        tolerance=1e-6,
    ),
    InitialisationCheck(
        id="FullyConnectedNet.dropout_init",
        target="fc_net:FullyConnectedNet",
        arguments=([100, 120],),
        keywords={
            "input_dim": 60,
            "num_classes": 90,
            "weight_scale": 3e-2,
            "dropout_keep_ratio": 0.5,
        },
        shapes={
            "W1": (60, 100),
            "b1": (100,),
            "W2": (100, 120),
            "b2": (120,),
            "W3": (120, 90),
            "b3": (90,),
        },
        scale=3e-2,
        points=dict.fromkeys(PARAMETERS, 0.125),
    ),
    ValueCheck(
        id="FullyConnectedNet.without_dropout",
        experiment=deep_network(("loss",), reg=0.6, examples=4),
        tolerance=1e-8,
        points={"loss": 1.25},
        hint="If nobody asks for dropout, is your network what it was before?",
    ),
    normalization_laws("FullyConnectedNet.dropout", POINTS),
    DropoutNetworkCheck(
        id="FullyConnectedNet.dropout_hidden",
        sizes=(12, 30, 25, 8),
        points={"scores": 0.25, "W1": 0.25},
        tolerance=1e-6,
        visibility=Visibility.HIDDEN,
    ),
)

meaning_of_p = Convention(
    name="dropout",
    title="what dropout's p is",
    choices={
        "keep": Choice(title="the chance to keep an entry"),
        "drop": Choice(
            title="the chance to drop an entry",
            keywords={"layers:dropout_forward": {"convention": "drop"}},
        ),
    },
    probe=DropoutForwardCheck(id="meaning_of_p", points={"values": 0, "share": 0}, tolerance=1e-3),
)

assignment = Assignment(
    name="dropout",
    title="Dropout",
    notebooks=("Dropout",),
    masters=("Dropout.ipynb",),
    conventions=(meaning_of_p,),
    earlier=earlier_layers(),
    questions=(
        Question(
            id="dropout_forward",
            title="Dropout: forward",
            checks=(
                dropout_forward,
                normalization_laws("dropout_forward", POINTS),
                hidden_dropout_forward(POINTS),
            ),
        ),
        Question(
            id="dropout_backward",
            title="Dropout: backward",
            checks=(
                dropout_backward,
                normalization_laws("dropout_backward", POINTS),
                hidden_dropout_backward(POINTS),
            ),
        ),
        Question(
            id="fully_connected_dropout",
            title="Multilayer network with dropout",
            checks=FullyConnectedNet,
        ),
        Question(id="regularization", title="Dropout as a regulariser"),
    ),
)
