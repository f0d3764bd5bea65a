"""A convolutional network of three layers, and all the layers that it and its rivals are made of.

The course has the layers copied from the notebooks before; they are judged here, too, because a
network is only as right as what it is made of. Points add up to 100.
"""

from grader import (
    Assignment,
    Choice,
    Convention,
    DropoutBackwardCheck,
    DropoutForwardCheck,
    Question,
)
from grader.families import (
    combined_convolution,
    convolution,
    convolutional_network,
    normalization,
    pooling,
)
from grader.families.earlier import earlier_layers
from grader.families.normalization_laws import normalization_laws
from grader.families.variants import (
    hidden_dropout_backward,
    hidden_dropout_forward,
    hidden_variant,
)

NORMALIZATION_POINTS = {
    "spatial_batchnorm_forward": 2,
    "spatial_batchnorm_forward.hidden": 0.25,
    "spatial_batchnorm_forward.small_variance": 1,
    "spatial_batchnorm_forward.properties": 0.75,
    "spatial_batchnorm_test": {"running_mean": 1, "running_var": 1, "out": 1.5, "after_test": 0.5},
    "spatial_batchnorm_test.properties": 1,
    "spatial_batchnorm_backward": {"dx": 2, "dgamma": 1.25, "dbeta": 1.25},
    "spatial_batchnorm_backward.hidden": {"dx": 0.125, "dgamma": 0.0625, "dbeta": 0.0625},
    "spatial_batchnorm_backward.properties": 1.25,
    "batchnorm_forward": 1.375,
    "batchnorm_forward.hidden": 0.125,
    "batchnorm_forward.small_variance": 1,
    "batchnorm_forward.properties": 0.5,
    "batchnorm_test": {"running_mean": 0.5, "running_var": 0.5, "out": 1, "after_test": 0.5},
    "batchnorm_test.properties": 0.5,
    "batchnorm_backward": {"dx": 1.25, "dgamma": 0.5, "dbeta": 0.5},
    "batchnorm_backward.hidden": {"dx": 0.125},
    "batchnorm_backward.properties": 0.625,
}

COMBINED_POINTS = {
    "conv_relu": 0.6875,
    "conv_relu.hidden": 0.125,
    "conv_relu.properties": 0.1875,
    "conv_relu_pool": 0.6875,
    "conv_relu_pool.hidden": 0.125,
    "conv_relu_pool.properties": 0.1875,
}
DROPOUT_POINTS = {
    "dropout_forward.properties": 0.25,
    "dropout_forward.hidden": {"values": 0.0625, "test": 0.0625},
    "dropout_backward.properties": 0.25,
    "dropout_backward.hidden": 0.125,
}


def normalization_questions(name: str, title: str, shape: tuple[int, ...]) -> tuple[Question, ...]:
    """Return the two questions of one kind of batch normalisation."""
    forward, backward = f"layers:{name}_forward", f"layers:{name}_backward"
    points = NORMALIZATION_POINTS
    return (
        Question(
            id=f"{name}_forward",
            title=f"{title}: forward",
            checks=(
                *normalization.train_checks(forward, f"{name}_forward", shape, points),
                normalization_laws(f"{name}_forward", points),
                hidden_variant(f"{name}_forward", points),
                normalization.test_mode_check(forward, f"{name}_test", shape, points),
                normalization_laws(f"{name}_test", points),
            ),
        ),
        Question(
            id=f"{name}_backward",
            title=f"{title}: backward",
            checks=(
                normalization.gradient_check(forward, backward, f"{name}_backward", shape, points),
                normalization_laws(f"{name}_backward", points),
                hidden_variant(f"{name}_backward", points),
            ),
        ),
    )


dropout_forward = DropoutForwardCheck(
    id="dropout_forward",
    points={"values": 0.75, "share": 0.875, "seed": 0.5, "test": 0.5},
    hint="What do p and the mask mean, and what is divided by what in training?",
)

dropout_backward = DropoutBackwardCheck(
    id="dropout_backward",
    points={"dx": 0.25, "test": 0.375},
    hint="By what was each entry of the input multiplied on the way forward?",
)

dropout_p = Convention(
    name="dropout",
    title="dropout's p",
    choices={
        name: Choice(title=title, keywords={"layers:dropout_forward": {"convention": name}})
        for name, title in (("drop", "the chance to drop"), ("keep", "the chance to keep"))
    },
    probe=DropoutForwardCheck(id="dropout_p", points={"values": 0, "share": 0}),
)

assignment = Assignment(
    name="nndl_cnn",
    title="A three-layer convolutional network",
    notebooks=("CNN", "CNN-Layers", "CNN_Layers", "CNN-BatchNorm", "CNN_BatchNorm"),
    course="nndl",
    masters=("CNN.ipynb",),
    conventions=(dropout_p,),
    earlier=earlier_layers(),
    questions=(
        Question(
            id="three_layer_net",
            title="Three-layer network",
            checks=convolutional_network.network_checks(),
        ),
        Question(
            id="overfit",
            title="A hundred images by heart",
            checks=(convolutional_network.by_heart_check("overfit", 10, 3),),
        ),
        Question(
            id="one_epoch",
            title="One epoch",
            checks=(convolutional_network.one_epoch_check("one_epoch", 2),),
        ),
        Question(
            id="accuracy",
            title="More than 65 %",
            checks=(convolutional_network.accuracy_check("accuracy", 8),),
        ),
        Question(
            id="conv_forward",
            title="Convolution: forward",
            checks=convolution.forward_checks(),
        ),
        Question(
            id="conv_backward",
            title="Convolution: backward",
            checks=convolution.backward_checks(),
        ),
        Question(
            id="max_pool_forward",
            title="Max pooling: forward",
            checks=pooling.forward_checks(),
        ),
        Question(
            id="max_pool_backward",
            title="Max pooling: backward",
            checks=pooling.backward_checks(),
        ),
        Question(
            id="conv_relu",
            title="Convolution, ReLU and pooling",
            checks=(
                *combined_convolution.conv_relu_checks(COMBINED_POINTS),
                *combined_convolution.conv_relu_pool_checks(COMBINED_POINTS),
            ),
            given=True,
        ),
        *normalization_questions("spatial_batchnorm", "Spatial batch normalisation", (2, 3, 4, 5)),
        *normalization_questions("batchnorm", "Batch normalisation", (7, 4)),
        Question(
            id="dropout",
            title="Dropout",
            checks=(
                dropout_forward,
                normalization_laws("dropout_forward", DROPOUT_POINTS),
                hidden_dropout_forward(DROPOUT_POINTS),
                dropout_backward,
                normalization_laws("dropout_backward", DROPOUT_POINTS),
                hidden_dropout_backward(DROPOUT_POINTS),
            ),
        ),
    ),
)
