"""Batch normalisation and layer normalisation: forward, backward, and in a deep network.

Points add up to 100; a fifth of them is in the notebook's cells, five are a person's to give.
Not every year asks for the simplified backward pass and for layer normalisation: where the
handed-in notebook does not, they are left out of the total. So is layer normalisation where
modules are of the years before it, with or without a notebook.
"""

from dataclasses import replace

from grader import (
    Assignment,
    EarlierYear,
    ForwardBackward,
    FunctionCall,
    GradientCheck,
    InitialisationCheck,
    ModelLoss,
    Question,
    SettledScores,
    ValueCheck,
    Visibility,
    integers,
    normal,
)
from grader.checks.properties.normalization import EPS_IS_SMALL
from grader.families.earlier import earlier_layers
from grader.families.fully_connected import DEEP, TOLERANCE, deep_network
from grader.families.normalization import (
    given_averages_check,
    gradient_check,
    test_mode_check,
    train_checks,
)
from grader.families.normalization_laws import normalization_laws
from grader.families.variants import hidden_variant

FORWARD = "layers:batchnorm_forward"
SHAPE = (12, 5)

POINTS = {
    "batchnorm_forward": 5.5,
    "batchnorm_forward.hidden": 0.5,
    "batchnorm_forward.small_variance": 3,
    "batchnorm_forward.properties": 2,
    "batchnorm_forward.test_mode": {"running_mean": 3, "running_var": 3, "out": 3, "after_test": 1},
    "batchnorm_forward.given_averages": 4,
    "batchnorm_test.properties": 3,
    "batchnorm_backward": {"dx": 5.5, "dgamma": 2.25, "dbeta": 2.25},
    "batchnorm_backward.hidden": {"dx": 0.25, "dgamma": 0.125, "dbeta": 0.125},
    "batchnorm_backward.properties": 2.5,
    "batchnorm_backward_alt": {"dx": 2.75, "dgamma": 1, "dbeta": 1},
    "batchnorm_backward_alt.hidden": {"dx": 0.25},
    "batchnorm_backward_alt.properties": 1,
    "layernorm_forward.properties": 0.625,
    "layernorm_forward.hidden": 0.25,
    "layernorm_backward.properties": 1,
    "layernorm_backward.hidden": {"dx": 0.25},
    "FullyConnectedNet.batchnorm.properties": 3,
}

# --- the layer ------------------------------------------------------------------------------

in_training, small_variance = train_checks(FORWARD, "batchnorm_forward", SHAPE, POINTS)

scale_and_shift = {"gamma": normal(5, margin=0.5), "beta": normal(5, margin=0.5)}

test_mode = replace(
    test_mode_check(FORWARD, "batchnorm_forward.test_mode", SHAPE, POINTS), tolerance=EPS_IS_SMALL
)

given_averages = given_averages_check(FORWARD, "batchnorm_forward.given_averages", 5, POINTS)


def backward(name: str) -> GradientCheck:
    """Return the check of one of the two backward passes."""
    check = gradient_check(FORWARD, f"layers:{name}", name, (6, 5), POINTS)
    return replace(check, tolerance=EPS_IS_SMALL)


# --- layer normalisation --------------------------------------------------------------------

layer_input = {"x": normal(4, 7, scale=5.0, offset=12.0)}
layer_scale_and_shift = {"gamma": normal(7, margin=0.5), "beta": normal(7, margin=0.5)}

layernorm_forward = ValueCheck(
    id="layernorm_forward",
    experiment=FunctionCall(
        target="layers:layernorm_forward",
        arguments={**layer_input, **layer_scale_and_shift, "ln_param": {}},
        results={"out": (0,)},
    ),
    points={"out": 2},
    hint="Over which axis are mean and variance of one example taken?",
)

layernorm_small_variance = ValueCheck(
    id="layernorm_forward.small_variance",
    experiment=FunctionCall(
        target="layers:layernorm_forward",
        arguments={
            "x": normal(4, 7, scale=0.02, offset=1.0),
            **layer_scale_and_shift,
            "ln_param": {"eps": 1e-3},
        },
        results={"out": (0,)},
    ),
    points={"out": 0.625},
    hint="Where does eps go: is it in the root, and is it the one from the options?",
)

layernorm_backward = GradientCheck(
    id="layernorm_backward",
    experiment=ForwardBackward(
        forward="layers:layernorm_forward",
        backward="layers:layernorm_backward",
        arguments={**layer_input, **layer_scale_and_shift, "ln_param": {}},
        upstream=normal(4, 7),
        gradients={"dx": "x", "dgamma": "gamma", "dbeta": "beta"},
    ),
    points={"dx": 1.25, "dgamma": 0.75, "dbeta": 0.75},
    hint="Batch normalisation of the transposed input: which sums go over the other axis then?",
)

# --- the network ----------------------------------------------------------------------------

NORMALIZATION = {"normalization": "batchnorm"}

parameters = {
    **DEEP,
    "gamma1": normal(20, scale=0.3, offset=1.0),
    "beta1": normal(20, scale=0.3),
    "gamma2": normal(30, scale=0.3, offset=1.0),
    "beta2": normal(30, scale=0.3),
}

# What is added before a normalisation is taken off again by it: b1 and b2 have no gradient.
looked_at = ("W1", "W2", "W3", "b3", "gamma1", "beta1", "gamma2", "beta2")


def network(observed: tuple[str, ...], reg: float) -> ModelLoss:
    """Return the handout's three-layer network with batch normalisation."""
    return deep_network(observed, reg=reg, parameters=parameters, examples=6, **NORMALIZATION)


def network_checks(name: str, reg: float) -> tuple[ValueCheck, GradientCheck]:
    """Return loss and gradients of the network at one strength of regularisation."""
    return (
        ValueCheck(
            id=f"FullyConnectedNet.batchnorm_loss_{name}",
            experiment=network(("loss",), reg),
            tolerance=1e-7,
            points={"loss": 1.5},
            hint="Between which two layers is the normalisation, and is there one after the last?",
        ),
        GradientCheck(
            id=f"FullyConnectedNet.batchnorm_{name}",
            experiment=network(looked_at, reg),
            base=network(("loss",), 0.0) if reg else None,
            tolerance=TOLERANCE,
            points=dict.fromkeys(looked_at, 0.5),
            hint="Are gamma and beta regularised, and which cache belongs to which layer?",
        ),
    )


FullyConnectedNet = (
    InitialisationCheck(
        id="FullyConnectedNet.batchnorm_init",
        target="fc_net:FullyConnectedNet",
        arguments=([20, 30],),
        keywords={"input_dim": 15, "num_classes": 10, "dtype": float, **NORMALIZATION},
        shapes={
            "gamma1": (20,),
            "beta1": (20,),
            "gamma2": (30,),
            "beta2": (30,),
            "b1": (20,),
            "b2": (30,),
            "b3": (10,),
        },
        scale=1e-2,
        points={
            **dict.fromkeys(("gamma1", "beta1", "gamma2", "beta2"), 0.6),
            **dict.fromkeys(("b1", "b2", "b3"), 0.2),
        },
    ),
    *network_checks("reg_0", 0.0),
    *network_checks("reg_3_14", 3.14),
    ValueCheck(
        id="FullyConnectedNet.batchnorm_averages",
        experiment=SettledScores(
            target="fc_net:FullyConnectedNet",
            arguments=([20, 30],),
            keywords={"input_dim": 15, "num_classes": 10, "dtype": float, **NORMALIZATION},
            parameters=parameters,
            X=normal(6, 15),
            y=integers(10, 6),
        ),
        tolerance=1e-6,
        points={"scores": 2},
        hint="Does each normalisation get the same dictionary at every call, and one of its own?",
    ),
    normalization_laws("FullyConnectedNet.batchnorm", POINTS),
    replace(
        network_checks("hidden", 0.6)[1],
        points=dict.fromkeys(looked_at, 0.125),
        visibility=Visibility.HIDDEN,
    ),
)

layernorm_network = GradientCheck(
    id="FullyConnectedNet.layernorm",
    experiment=deep_network(
        ("W1", "W3", "gamma1", "beta2"),
        reg=0.0,
        parameters=parameters,
        examples=6,
        normalization="layernorm",
    ),
    tolerance=TOLERANCE,
    points={"W1": 0.125, "W3": 0.125, "gamma1": 0.125, "beta2": 0.125},
    hint="Which normalisation does your network insert for 'layernorm', and which way back?",
)

# --- the handout's questions ----------------------------------------------------------------

assignment = Assignment(
    name="batch_normalization",
    title="Batch normalisation",
    notebooks=("BatchNormalization",),
    masters=("BatchNormalization.ipynb",),
    earlier=earlier_layers(),
    questions=(
        Question(
            id="batchnorm_forward",
            title="Batch normalisation: forward in training",
            checks=(
                replace(in_training, tolerance=EPS_IS_SMALL),
                small_variance,
                normalization_laws("batchnorm_forward", POINTS),
                hidden_variant("batchnorm_forward", POINTS),
            ),
        ),
        Question(
            id="batchnorm_test",
            title="Batch normalisation: running averages and test mode",
            checks=(test_mode, given_averages, normalization_laws("batchnorm_test", POINTS)),
        ),
        Question(
            id="batchnorm_backward",
            title="Batch normalisation: backward",
            checks=(
                backward("batchnorm_backward"),
                normalization_laws("batchnorm_backward", POINTS),
                hidden_variant("batchnorm_backward", POINTS),
            ),
        ),
        Question(
            id="batchnorm_backward_alt",
            title="Batch normalisation: simplified backward",
            checks=(
                backward("batchnorm_backward_alt"),
                normalization_laws("batchnorm_backward_alt", POINTS),
                hidden_variant("batchnorm_backward_alt", POINTS),
            ),
            optional=True,
        ),
        Question(
            id="fully_connected_batchnorm",
            title="Multilayer network with batch normalisation",
            checks=FullyConnectedNet,
        ),
        Question(id="weight_scale", title="Batch normalisation and initialisation"),
        Question(
            id="layernorm",
            title="Layer normalisation",
            checks=(
                layernorm_forward,
                layernorm_small_variance,
                normalization_laws("layernorm_forward", POINTS),
                hidden_variant("layernorm_forward", POINTS),
                layernorm_backward,
                normalization_laws("layernorm_backward", POINTS),
                hidden_variant("layernorm_backward", POINTS),
                layernorm_network,
            ),
            optional=True,
            before=EarlierYear(
                target="fc_net:FullyConnectedNet",
                old="use_batchnorm",
                new="normalization",
                word="layernorm",
            ),
        ),
    ),
)
