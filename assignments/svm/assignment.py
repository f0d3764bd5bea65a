"""Linear SVM: naive and vectorised hinge loss, gradient descent, prediction, grid search.

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
)
from grader.families.laws import linear_loss_laws, prediction_laws
from grader.families.training import linear_check
from grader.families.variants import hidden_linear_loss, hidden_prediction

NAIVE = "linear_svm:svm_loss_naive"
VECTORIZED = "linear_svm:svm_loss_vectorized"
CLASSIFIER = "linear_classifier:LinearSVM"

# --- losses and gradients -------------------------------------------------------------------


def drawn(target: str, reg: float) -> LinearLoss:
    """Return a loss on drawn weights, some of whose margins are met and some not."""
    return LinearLoss(target=target, W=normal(5, 7), X=normal(9, 5), y=integers(7, 9), reg=reg)


def value_checks(target: str, *, points: tuple[float, float]) -> tuple[ValueCheck, ...]:
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
            literals={"loss": 9.0},
            sibling={"W": normal(6, 4), "X": normal(11, 6), "y": integers(4, 11)},
            tolerance=1e-8,
            points={"loss": points[0]},
            hint="Which classes have a margin to the right one, and how large must it be?",
        ),
        ValueCheck(
            id=f"{name}.regularised_loss",
            experiment=LinearLoss(
                target=target, W=normal(8, 3), X=normal(5, 8), y=integers(3, 5), reg=0.7
            ),
            tolerance=1e-8,
            points={"loss": points[1]},
            hint="Is the regularisation added once, after the mean over the examples?",
        ),
    )


def gradient_checks(
    target: str, *, points: tuple[float, float]
) -> tuple[GradientCheck | PropertyCheck, ...]:
    """Return the checks of the gradient, without and with regularisation, and of laws."""
    name = target.partition(":")[2]
    return (
        GradientCheck(
            id=f"{name}.reg_0",
            experiment=drawn(target, 0.0),
            points={"dW": points[0]},
            hint="Which columns of W enter a margin that is not met, and with which sign?",
        ),
        GradientCheck(
            id=f"{name}.reg_0_5",
            experiment=drawn(target, 0.5),
            base=drawn(target, 0.0),
            points={"dW": points[1]},
            hint="What is the derivative of the regularisation that your loss adds?",
        ),
        linear_loss_laws(target, 3),
        hidden_linear_loss(target, 0.5),
    )


many_examples = ValueCheck(
    id="svm_loss_vectorized.many_examples",
    experiment=LinearLoss(
        target=VECTORIZED, W=normal(5, 10), X=normal(200000, 5), y=integers(10, 200000)
    ),
    tolerance=1e-6,
    cpu_seconds=1.0,
    points={"loss": 2, "dW": 2},
    hint="Which loop goes over all examples, and which array operation does the same at once?",
)

# --- training and prediction ----------------------------------------------------------------


def classifier(scale: float) -> Classifier:
    """Return an SVM; with small weights no example meets its margins, and a gradient is there."""
    return Classifier(
        target=CLASSIFIER,
        defined_in="linear_classifier:LinearClassifier",
        weights={"W": normal(5, 4, scale=scale)},
    )


train = (
    DescentCheck(
        id="LinearSVM.train_one_step",
        classifier=classifier(0.1),
        example=normal(5),
        label=3,
        steps=1,
        learning_rate=0.3,
        points={"W": 4, "loss_history": 2},
        hint="In which direction does the loss fall, and how far does one step go?",
    ),
    DescentCheck(
        id="LinearSVM.train_steps",
        classifier=classifier(0.1),
        example=normal(5),
        label=3,
        steps=5,
        learning_rate=0.2,
        reg=0.3,
        points={"W": 4, "loss_history": 4},
        hint="Which weights is the gradient of the next step taken at, and is reg handed on?",
    ),
    DrawsCheck(
        id="LinearSVM.train_minibatches",
        classifier=classifier(0.1),
        X=normal(9, 5),
        y=fixed([0, 3, 1, 2, 0, 2, 3, 1, 0]),
        reg=0.1,
        points={"loss_history": 4},
        hint="Are examples and labels of a step drawn by the same indices, anew at each step?",
    ),
    linear_check("LinearSVM", 4),
)

predict = ValueCheck(
    id="LinearSVM.predict",
    experiment=Prediction(classifier=classifier(1.0), X=normal(30, 5)),
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
    name="svm",
    title="Linear SVM",
    notebooks=("svm", "linear_svm"),
    masters=("svm.ipynb",),
    bound={
        "X_train": normal(60, 3073, scale=10.0),
        "y_train": integers(10, 60),
        "X_val": normal(20, 3073, scale=10.0),
        "y_val": integers(10, 20),
        "X_test": normal(20, 3073, scale=10.0),
        "y_test": integers(10, 20),
        # Small enough that no margin is near zero, where the loss has no derivative.
        "X_dev": normal(50, 3073, scale=10.0),
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
            id="svm_loss_naive",
            title="SVM loss by loops",
            checks=value_checks(NAIVE, points=(2, 2)),
            given=True,
        ),
        Question(
            id="svm_gradient_naive",
            title="SVM gradient by loops",
            checks=gradient_checks(NAIVE, points=(6, 4.5)),
        ),
        Question(id="inline_1", title="Inline question 1"),
        Question(
            id="svm_loss_vectorized",
            title="SVM loss and gradient without loops",
            checks=(
                *value_checks(VECTORIZED, points=(4.5, 2.5)),
                *gradient_checks(VECTORIZED, points=(3.5, 3)),
                many_examples,
            ),
        ),
        Question(id="train", title="Stochastic gradient descent", checks=train),
        Question(
            id="predict",
            title="Prediction",
            checks=(
                predict,
                prediction_laws(CLASSIFIER, 1),
                hidden_prediction(classifier(1.0), 5, 0.5),
            ),
        ),
        Question(id="grid_search", title="Grid search"),
        Question(id="learned_weights", title="Learned weights"),
        Question(id="inline_2", title="Inline question 2"),
    ),
)
