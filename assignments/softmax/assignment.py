"""Softmax classifier: naive and vectorised loss, gradient descent, prediction, grid search.

Points add up to 100.
"""

from grader import (
    Assignment,
    Choice,
    Classifier,
    Convention,
    DescentCheck,
    DrawsCheck,
    GradientCheck,
    LinearLoss,
    Prediction,
    PropertyCheck,
    Question,
    RegularizationProbe,
    ValueCheck,
    Vectorised,
    fixed,
    integers,
    normal,
    rows,
)
from grader.families.laws import linear_loss_laws, prediction_laws
from grader.families.training import linear_check
from grader.families.variants import hidden_linear_loss, hidden_prediction

NAIVE = "softmax:softmax_loss_naive"
VECTORIZED = "softmax:softmax_loss_vectorized"
CLASSIFIER = "linear_classifier:Softmax"

# --- losses and gradients -------------------------------------------------------------------


def drawn(target: str, reg: float) -> LinearLoss:
    """Return a loss on drawn weights."""
    return LinearLoss(target=target, W=normal(5, 7), X=normal(9, 5), y=integers(7, 9), reg=reg)


def large(target: str) -> LinearLoss:
    """Return a loss on scores of which no exponential can be taken.

    Four examples have scores near 1200, four near 0: no one number fits both. Of the last one's
    scores only the largest will do; even there, no probability is zero.
    """
    return LinearLoss(
        target=target,
        W=rows(fixed([[0.0, 7.25, 7.253, 7.257]]), normal(6, 4, offset=200.0)),
        X=rows(
            normal(4, 7, scale=0.3, offset=1.0),
            normal(4, 7, scale=0.05),
            fixed([[100.0] + [0.0] * 6]),
        ),
        y=rows(integers(4, 8), fixed([2])),
    )


def value_checks(target: str) -> tuple[ValueCheck, ...]:
    """Return the checks of the loss itself, without and with regularisation."""
    name = target.partition(":")[2]
    return (
        ValueCheck(
            id=f"{name}.loss",
            experiment=LinearLoss(
                target=target,
                W=fixed([[0.0] * 10] * 6),
                X=normal(4, 6),
                y=fixed([0, 3, 9, 3]),
            ),
            literals={"loss": 2.302585092994046},
            sibling={"W": normal(6, 4), "X": normal(11, 6), "y": integers(4, 11)},
            tolerance=1e-8,
            points={"loss": 3.5},
            hint="What is minus the logarithm of the right class's probability, on average?",
        ),
        ValueCheck(
            id=f"{name}.regularised_loss",
            experiment=LinearLoss(
                target=target, W=normal(8, 3), X=normal(5, 8), y=integers(3, 5), reg=0.7
            ),
            tolerance=1e-8,
            points={"loss": 2.5},
            hint="Is the regularisation added once, after the mean over the examples?",
        ),
        ValueCheck(
            id=f"{name}.large_scores",
            experiment=large(target),
            tolerance=1e-6,
            points={"loss": 2},
            hint="Which number can be subtracted from a row of scores without changing the loss?",
        ),
    )


def gradient_checks(target: str) -> tuple[ValueCheck | GradientCheck | PropertyCheck, ...]:
    """Return the checks of the gradient, without and with regularisation, and of laws."""
    name = target.partition(":")[2]
    return (
        GradientCheck(
            id=f"{name}.reg_0",
            experiment=drawn(target, 0.0),
            points={"dW": 3.5},
            hint="How does one score enter the loss of its example, and how a weight the score?",
        ),
        GradientCheck(
            id=f"{name}.reg_0_5",
            experiment=drawn(target, 0.5),
            base=drawn(target, 0.0),
            points={"dW": 3},
            hint="What is the derivative of the regularisation that your loss adds?",
        ),
        ValueCheck(
            id=f"{name}.large_scores_gradient",
            experiment=large(target),
            tolerance=1e-6,
            points={"dW": 1},
            hint="Which number can be subtracted from a row of scores without changing the loss?",
        ),
        linear_loss_laws(target, 3),
        hidden_linear_loss(target, 0.5),
    )


many_examples = ValueCheck(
    id="softmax_loss_vectorized.many_examples",
    experiment=LinearLoss(
        target=VECTORIZED, W=normal(5, 10), X=normal(200000, 5), y=integers(10, 200000)
    ),
    tolerance=1e-6,
    cpu_seconds=1.0,
    points={"loss": 2, "dW": 2},
    hint="Which loop goes over all examples, and which array operation does the same at once?",
)

# --- training and prediction ----------------------------------------------------------------

softmax = Classifier(
    target=CLASSIFIER,
    defined_in="linear_classifier:LinearClassifier",
    weights={"W": normal(5, 4)},
)

train = (
    DescentCheck(
        id="Softmax.train_one_step",
        classifier=softmax,
        example=normal(5),
        label=3,
        steps=1,
        learning_rate=0.3,
        points={"W": 4, "loss_history": 2},
        hint="In which direction does the loss fall, and how far does one step go?",
    ),
    DescentCheck(
        id="Softmax.train_steps",
        classifier=softmax,
        example=normal(5),
        label=3,
        steps=5,
        learning_rate=0.2,
        reg=0.3,
        points={"W": 4, "loss_history": 4},
        hint="Which weights is the gradient of the next step taken at, and is reg handed on?",
    ),
    DrawsCheck(
        id="Softmax.train_minibatches",
        classifier=softmax,
        X=normal(9, 5),
        y=fixed([0, 3, 1, 2, 0, 2, 3, 1, 0]),
        reg=0.1,
        points={"loss_history": 4},
        hint="Are examples and labels of a step drawn by the same indices, anew at each step?",
    ),
    linear_check("Softmax", 4),
)

predict = ValueCheck(
    id="Softmax.predict",
    experiment=Prediction(classifier=softmax, X=normal(30, 5)),
    points={"labels": 4.5},
    hint="Which class does a row of scores speak for?",
)

# --- what years of the course do differently ------------------------------------------------


def small(target: str, reg: float) -> LinearLoss:
    """Return a loss whose regularisation is looked at."""
    return LinearLoss(target=target, W=normal(4, 3), X=normal(6, 4), y=integers(3, 6), reg=reg)


regularization = Convention(
    name="regularization",
    title="regularisation",
    choices={
        "whole": Choice(title="reg * sum(W * W)"),
        "half": Choice(
            title="half of reg * sum(W * W)",
            keywords={
                key: {"regularization_factor": 0.5} for key in (NAIVE, VECTORIZED, CLASSIFIER)
            },
        ),
    },
    probe=RegularizationProbe(
        id="regularization",
        points={"factor": 0},
        pairs=tuple((small(target, 2.0), small(target, 0.0)) for target in (NAIVE, VECTORIZED)),
    ),
)

# --- the handout's questions ----------------------------------------------------------------

assignment = Assignment(
    name="softmax",
    title="Softmax classifier",
    notebooks=("softmax", "softmax_classifier"),
    masters=("softmax.ipynb",),
    bound={
        "X_train": normal(60, 3073, scale=50.0),
        "y_train": integers(10, 60),
        "X_val": normal(20, 3073, scale=50.0),
        "y_val": integers(10, 20),
        "X_test": normal(20, 3073, scale=50.0),
        "y_test": integers(10, 20),
        "X_dev": normal(50, 3073, scale=50.0),
        "y_dev": integers(10, 50),
    },
    conventions=(regularization,),
    vectorised=(
        Vectorised(
            target=VECTORIZED,
            naive=NAIVE,
            arguments={
                "W": normal(20, 10),
                "X": normal(1000, 20),
                "y": integers(10, 1000),
                "reg": fixed(0.1),
            },
        ),
    ),
    questions=(
        Question(
            id="softmax_loss_naive",
            title="Softmax loss by loops",
            checks=value_checks(NAIVE),
            given=True,
        ),
        Question(
            id="softmax_gradient_naive",
            title="Softmax gradient by loops",
            checks=gradient_checks(NAIVE),
        ),
        Question(id="inline_1", title="Inline question 1"),
        Question(
            id="softmax_loss_vectorized",
            title="Softmax loss and gradient without loops",
            checks=(*value_checks(VECTORIZED), *gradient_checks(VECTORIZED), many_examples),
        ),
        Question(id="train", title="Stochastic gradient descent", checks=train),
        Question(
            id="predict",
            title="Prediction",
            checks=(predict, prediction_laws(CLASSIFIER, 1), hidden_prediction(softmax, 5, 0.5)),
        ),
        Question(id="grid_search", title="Grid search"),
        Question(id="inline_2", title="Inline question 2"),
        Question(id="learned_weights", title="Learned weights"),
    ),
)
