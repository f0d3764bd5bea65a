"""What the course's modules define, by canonical module: names as handouts use them."""

from collections.abc import Mapping

COURSE_NAMES: Mapping[str, tuple[str, ...]] = {
    "layers": (
        *("affine_forward", "affine_backward"),
        *("relu_forward", "relu_backward", "leaky_relu_forward", "leaky_relu_backward"),
        *("sigmoid_forward", "sigmoid_backward", "tanh_forward", "tanh_backward"),
        *("batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt"),
        *("layernorm_forward", "layernorm_backward"),
        *("spatial_batchnorm_forward", "spatial_batchnorm_backward"),
        *("spatial_groupnorm_forward", "spatial_groupnorm_backward"),
        *("dropout_forward", "dropout_backward"),
        *("conv_forward_naive", "conv_backward_naive"),
        *("max_pool_forward_naive", "max_pool_backward_naive"),
        *("svm_loss", "softmax_loss"),
    ),
    "layer_utils": (
        *("affine_relu_forward", "affine_relu_backward"),
        *("affine_bn_relu_forward", "affine_bn_relu_backward"),
        *("affine_bn_relu_dropout_forward", "affine_bn_relu_dropout_backward"),
        *("conv_relu_forward", "conv_relu_backward"),
        *("conv_bn_relu_forward", "conv_bn_relu_backward"),
        *("conv_relu_pool_forward", "conv_relu_pool_backward"),
        *("conv_bn_relu_pool_forward", "conv_bn_relu_pool_backward"),
    ),
    "fast_layers": (
        *("conv_forward_fast", "conv_backward_fast"),
        *("conv_forward_im2col", "conv_backward_im2col"),
        *("conv_forward_strides", "conv_backward_strides"),
        *("max_pool_forward_fast", "max_pool_backward_fast"),
        *("max_pool_forward_im2col", "max_pool_backward_im2col"),
        *("max_pool_forward_reshape", "max_pool_backward_reshape"),
    ),
    "optim": (
        *("sgd", "sgd_momentum", "nesterov", "sgd_nesterov_momentum"),
        *("adagrad", "rmsprop", "adam"),
    ),
    "softmax": ("softmax_loss_naive", "softmax_loss_vectorized"),
    "linear_svm": ("svm_loss_naive", "svm_loss_vectorized"),
    "linear_classifier": ("LinearClassifier", "LinearSVM", "Softmax"),
    "fc_net": ("TwoLayerNet", "FullyConnectedNet"),
    "cnn": ("ThreeLayerConvNet",),
    "neural_net": ("TwoLayerNet",),
    "solver": ("Solver",),
    "gradient_check": (
        *("eval_numerical_gradient", "eval_numerical_gradient_array"),
        *("eval_numerical_gradient_blobs", "eval_numerical_gradient_net", "grad_check_sparse"),
    ),
    "data_utils": (
        *("get_CIFAR10_data", "get_CIFAR10_data2", "load_CIFAR10", "load_CIFAR_batch"),
        *("load_tiny_imagenet", "load_models", "load_imagenet_val"),
    ),
    "vis_utils": ("visualize_grid", "vis_grid", "vis_nn"),
}
"""Names by canonical module. A name may be in several: two modules define a ``TwoLayerNet``."""

PROVIDED = ("fast_layers", "solver", "gradient_check", "data_utils", "vis_utils")
"""Canonical modules that the course hands out complete."""


def targets_named(name: str) -> tuple[str, ...]:
    """Return the canonical targets that carry a name, in the order of the course."""
    return tuple(f"{module}:{name}" for module, names in COURSE_NAMES.items() if name in names)
