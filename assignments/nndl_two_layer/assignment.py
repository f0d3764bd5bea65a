"""The two-layer network of the toy example: scores, loss, gradients, training, prediction.

Printed values are those of the course's notebook. Points add up to 100.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader import (
    Assignment,
    Choice,
    Classifier,
    ClassifierLoss,
    Convention,
    DescentCheck,
    DrawsCheck,
    GradientCheck,
    KeptShape,
    Measure,
    Prediction,
    Question,
    RegularizationProbe,
    ValueCheck,
    fixed,
    integers,
    normal,
)
from grader.checks.properties.fully_connected import ToyNetwork
from grader.checks.training import AccuracyScore
from grader.families.laws import network_laws
from grader.families.training import toy_check
from grader.families.variants import hidden_classifier_loss, hidden_prediction

NETWORK = "neural_net:TwoLayerNet"

# Weights are declared as this edition keeps them, (H, D) and (C, H); a submission may keep them
# the other way round. No two sizes are equal, so that it shows which way.
drawn_weights = {
    "W1": normal(6, 4, scale=0.7),
    "b1": normal(6, scale=0.7),
    "W2": normal(3, 6, scale=0.7),
    "b2": normal(3, scale=0.7),
}


def network(
    weights: Mapping[str, Any] = drawn_weights, *, sizes: tuple[int, ...] = (4, 6, 3)
) -> Classifier:
    """Return a network of D, H and C units."""
    return Classifier(target=NETWORK, arguments=sizes, weights=weights, store="params")


def loss_of(observed: tuple[str, ...], *, reg: float = 0.0) -> ClassifierLoss:
    """Return the network at drawn weights, looked at in some way."""
    return ClassifierLoss(
        classifier=network(), X=normal(8, 4), y=integers(3, 8), reg=reg, observed=observed
    )


wider = network(
    {
        "W1": normal(9, 7, scale=0.5),
        "b1": normal(9, scale=0.5),
        "W2": normal(5, 9, scale=0.5),
        "b2": normal(5, scale=0.5),
    },
    sizes=(7, 9, 5),
)

# --- scores, loss and gradients -------------------------------------------------------------

scores = (
    ValueCheck(
        id="TwoLayerNet.scores",
        experiment=loss_of(("scores",)),
        measure=Measure.ABSOLUTE_SUM,
        tolerance=1e-7,
        points={"scores": 4},
        hint="Which layer has a ReLU after it, and which has none?",
    ),
    ValueCheck(
        id="TwoLayerNet.scores_wider",
        experiment=ClassifierLoss(
            classifier=wider, X=normal(3, 7), y=integers(5, 3), observed=("scores",)
        ),
        measure=Measure.ABSOLUTE_SUM,
        tolerance=1e-7,
        points={"scores": 3},
        hint="Do the shapes fit for any number of examples, hidden units and classes?",
    ),
)

losses = (
    ValueCheck(
        id="TwoLayerNet.loss",
        experiment=loss_of(("loss",)),
        measure=Measure.ABSOLUTE,
        tolerance=1e-10,
        points={"loss": 5},
        hint="What is minus the logarithm of the right class's probability, on average?",
    ),
    ValueCheck(
        id="TwoLayerNet.regularised_loss",
        experiment=loss_of(("loss",), reg=0.4),
        measure=Measure.ABSOLUTE,
        tolerance=1e-10,
        points={"loss": 5},
        hint="Which weights are regularised, and with which factor besides reg?",
    ),
)

gradients = (
    GradientCheck(
        id="TwoLayerNet.reg_0",
        experiment=loss_of(("W1", "b1", "W2", "b2")),
        points={"W1": 1.5, "b1": 1.5, "W2": 1.5, "b2": 1.5},
        hint="Which hidden units pass a gradient on, and is it averaged over the examples?",
    ),
    GradientCheck(
        id="TwoLayerNet.reg_0_3",
        experiment=loss_of(("W1", "b1", "W2", "b2"), reg=0.3),
        base=loss_of(("W1", "b1", "W2", "b2")),
        points={"W1": 1.5, "b1": 1, "W2": 1.5, "b2": 1},
        hint="What is the derivative of the regularisation that your loss adds?",
    ),
)

# --- training and prediction ----------------------------------------------------------------

validation = (normal(40, 4), integers(3, 40))

# For small examples every hidden unit is above zero, so that a step moves all parameters.
lively = network({**drawn_weights, "b1": normal(6, scale=0.3, offset=2.0)})

train = (
    DescentCheck(
        id="TwoLayerNet.train_one_step",
        classifier=lively,
        example=normal(4, scale=0.3),
        label=2,
        steps=1,
        learning_rate=0.3,
        reg=0.1,
        decay=0.9,
        validation=validation,
        points={"W1": 2, "b1": 2, "W2": 2, "b2": 2},
        hint="Does the step go through all four parameters, against the gradient?",
    ),
    DescentCheck(
        id="TwoLayerNet.train_epochs",
        classifier=lively,
        example=normal(4, scale=0.3),
        label=1,
        steps=5,
        learning_rate=0.2,
        reg=0.1,
        decay=0.5,
        validation=validation,
        points={
            "W1": 1,
            "W2": 1,
            "loss_history": 1,
            "train_acc_history": 1,
            "val_acc_history": 1,
        },
        hint="Which parameters is the gradient of the next step taken at, and when does the "
        "learning rate decay?",
    ),
    DrawsCheck(
        id="TwoLayerNet.train_minibatches",
        classifier=network(),
        X=normal(9, 4),
        y=fixed([0, 2, 1, 2, 0, 2, 1, 1, 0]),
        reg=0.1,
        validation=validation,
        points={"loss_history": 3},
        hint="Are examples and labels of a step drawn by the same indices, anew at each step?",
    ),
)

predict = ValueCheck(
    id="TwoLayerNet.predict",
    experiment=Prediction(classifier=wider, X=normal(30, 7)),
    points={"labels": 4.5},
    hint="Which class does a row of scores speak for?",
)

# What a network reaches with settings that suit the images, by the handout's formula: for an
# accuracy X, min(floor(X - 28 %) / 22 %, 1) of the points. A person sees which settings the student
# chose.
search = replace(
    toy_check(7),
    id="TwoLayerNet.search",
    score=AccuracyScore(nothing_until=0.28, everything_from=0.50),
)

# --- what editions of the course do differently ---------------------------------------------

orientation = Convention(
    name="orientation",
    title="shape of the weights",
    choices={
        "output_first": Choice(
            title="(H, D) and (C, H)",
            substitutes={NETWORK: "neural_net:OutputFirstTwoLayerNet"},
        ),
        "input_first": Choice(title="(D, H) and (H, C)"),
    },
    probe=ValueCheck(
        id="orientation",
        experiment=KeptShape(classifier=network(), observed=("W1", "W2")),
        points={"W1": 0, "W2": 0},
    ),
)


def without_biases(reg: float) -> ClassifierLoss:
    """Return the network with biases of zero: whether these are regularised is another question."""
    weights = {**drawn_weights, "b1": fixed([0.0] * 6), "b2": fixed([0.0] * 3)}
    return ClassifierLoss(classifier=network(weights), X=normal(8, 4), y=integers(3, 8), reg=reg)


regularization = Convention(
    name="regularization",
    title="regularisation",
    choices={
        "half": Choice(title="half of reg * sum(W * W)"),
        "whole": Choice(
            title="reg * sum(W * W)",
            keywords={NETWORK: {"regularization_factor": 1.0}},
        ),
    },
    probe=RegularizationProbe(
        id="regularization",
        pairs=((without_biases(2.0), without_biases(0.0)),),
        points={"factor": 0},
    ),
)

# --- the handout's questions ----------------------------------------------------------------

assignment = Assignment(
    name="nndl_two_layer",
    title="Two-layer network, toy example",
    notebooks=("two_layer_nn", "two_layer"),
    course="nndl",
    masters=("two_layer_nn.ipynb",),
    bound={
        "X_train": normal(60, 3072, scale=50.0),
        "y_train": integers(10, 60),
        "X_val": normal(20, 3072, scale=50.0),
        "y_val": integers(10, 20),
        "X_test": normal(20, 3072, scale=50.0),
        "y_test": integers(10, 20),
    },
    conventions=(orientation, regularization),
    questions=(
        Question(id="scores", title="Scores", checks=scores),
        Question(id="loss", title="Loss", checks=losses),
        Question(
            id="gradients",
            title="Gradients",
            checks=(
                *gradients,
                network_laws(ToyNetwork(), {"TwoLayerNet.properties": 5}),
                hidden_classifier_loss(wider, (7, 5), 1),
            ),
        ),
        Question(id="train", title="Training", checks=train),
        Question(
            id="predict", title="Prediction", checks=(predict, hidden_prediction(wider, 7, 0.5))
        ),
        Question(id="validation_accuracy", title="Validation accuracy", checks=(toy_check(5),)),
        Question(id="analysis", title="What keeps the accuracy low"),
        Question(id="search", title="Search for hyperparameters", checks=(search,)),
        Question(id="learned_weights", title="Learned weights"),
        Question(id="test_accuracy", title="Test accuracy"),
    ),
)
