"""Convolutional networks: convolution, pooling, spatial batch normalisation and a network of them.

Printed values and tolerances are those of the course's notebook. Points add up to 100.
"""

from grader import Assignment, Question, uniform
from grader.families import (
    combined_convolution,
    convolution,
    convolutional_network,
    normalization,
    pooling,
)
from grader.families.earlier import earlier_batch_normalization, earlier_layers
from grader.families.normalization_laws import normalization_laws
from grader.families.variants import hidden_variant

SPATIAL = "layers:spatial_batchnorm"
SPATIAL_POINTS = {
    "spatial_batchnorm_forward": 2,
    "spatial_batchnorm_forward.hidden": 0.25,
    "spatial_batchnorm_forward.small_variance": 1,
    "spatial_batchnorm_forward.properties": 0.75,
    "spatial_batchnorm_test": {"running_mean": 1, "running_var": 1, "out": 1.5, "after_test": 0.5},
    "spatial_batchnorm_test.properties": 1,
    "spatial_batchnorm_backward": {"dx": 2, "dgamma": 1.25, "dbeta": 1.25},
    "spatial_batchnorm_backward.hidden": {"dx": 0.125, "dgamma": 0.0625, "dbeta": 0.0625},
    "spatial_batchnorm_backward.properties": 1.25,
}

assignment = Assignment(
    name="convolutional_networks",
    title="Convolutional networks",
    notebooks=("ConvolutionalNetworks", "ConvolutionalNetwork", "convnet", "conv_nets"),
    masters=("ConvolutionalNetworks.ipynb",),
    bound={
        # Small pictures instead of a kitten and a puppy, and a few images instead of a hundred:
        # naive layers loop over every pixel.
        "pictures": uniform(2, 3, 9, 12, high=255.0),
        "num_images": 3,
        "num_guesses": 4,
    },
    earlier=earlier_layers() + earlier_batch_normalization(),
    questions=(
        Question(
            id="conv_forward",
            title="Convolution: forward",
            checks=convolution.forward_checks(),
        ),
        Question(id="image_processing", title="Image processing by convolution"),
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
        Question(id="fast_layers", title="Naive layers against fast ones"),
        Question(
            id="conv_relu_pool",
            title="Convolution, ReLU and pooling",
            checks=combined_convolution.conv_relu_pool_checks(),
            given=True,
        ),
        Question(
            id="conv_relu",
            title="Convolution and ReLU",
            checks=combined_convolution.conv_relu_checks(),
            given=True,
        ),
        Question(
            id="three_layer_net",
            title="Three-layer network",
            checks=convolutional_network.network_checks(),
        ),
        Question(
            id="overfit",
            title="A hundred images by heart",
            checks=(convolutional_network.by_heart_check("overfit", 15, 4),),
        ),
        Question(
            id="one_epoch",
            title="One epoch",
            checks=(convolutional_network.one_epoch_check("one_epoch", 3),),
        ),
        Question(id="filters", title="The filters, looked at"),
        Question(
            id="spatial_batchnorm_forward",
            title="Spatial batch normalisation: forward",
            checks=(
                *normalization.train_checks(
                    f"{SPATIAL}_forward",
                    "spatial_batchnorm_forward",
                    (2, 3, 4, 5),
                    SPATIAL_POINTS,
                ),
                normalization_laws("spatial_batchnorm_forward", SPATIAL_POINTS),
                hidden_variant("spatial_batchnorm_forward", SPATIAL_POINTS),
                normalization.test_mode_check(
                    f"{SPATIAL}_forward", "spatial_batchnorm_test", (3, 4, 2, 5), SPATIAL_POINTS
                ),
                normalization_laws("spatial_batchnorm_test", SPATIAL_POINTS),
            ),
        ),
        Question(
            id="spatial_batchnorm_backward",
            title="Spatial batch normalisation: backward",
            checks=(
                normalization.gradient_check(
                    f"{SPATIAL}_forward",
                    f"{SPATIAL}_backward",
                    "spatial_batchnorm_backward",
                    (2, 3, 4, 5),
                    SPATIAL_POINTS,
                ),
                normalization_laws("spatial_batchnorm_backward", SPATIAL_POINTS),
                hidden_variant("spatial_batchnorm_backward", SPATIAL_POINTS),
            ),
        ),
    ),
)
