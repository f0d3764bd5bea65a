"""What goes wrong where convolutions are joined with what follows them.

Pooling before the ReLU instead of after it is no mistake: the largest entry is the same.
"""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import blocks, normalizing

_RELU = "layer_utils:conv_relu_forward"
_RELU_BACK = "layer_utils:conv_relu_backward"
_BATCHNORM = "layer_utils:conv_bn_relu_forward"
_BATCHNORM_BACK = "layer_utils:conv_bn_relu_backward"
_POOL = "layer_utils:conv_relu_pool_forward"
_POOL_BACK = "layer_utils:conv_relu_pool_backward"
_BATCHNORM_POOL = "layer_utils:conv_bn_relu_pool_forward"
_BATCHNORM_POOL_BACK = "layer_utils:conv_bn_relu_pool_backward"

_NORMALIZE = """\
    normalized, norm_cache = spatial_batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normalized)
"""
_NORMALIZE_LAST = """\
    rectified, relu_cache = relu_forward(a)
    out, norm_cache = spatial_batchnorm_forward(rectified, gamma, beta, bn_param)
"""
_POOLING = "layers.max_pool_forward(activations, pool_param)"
_POOL_LAST = """\
    activations, block_cache = conv_relu_forward(x, w, b, conv_param, layers=layers)
    out, pool_cache = layers.max_pool_forward(activations, pool_param)
"""
_POOL_FIRST = """\
    pooled, pool_cache = layers.max_pool_forward(x, pool_param)
    out, block_cache = conv_relu_forward(pooled, w, b, conv_param, layers=layers)
"""
_POOL_LAST_BACK = "conv_relu_backward(layers.max_pool_backward(dout, pool_cache), block_cache)"
_BATCHNORM_POOL_LAST_BACK = (
    "conv_bn_relu_backward(layers.max_pool_backward(dout, pool_cache), block_cache)"
)
_POOL_RECTIFIED_BACK = """\
layers.conv_backward(relu_forward(layers.max_pool_backward(dout, pool_cache))[0], block_cache[1])"""
_RECTIFIED_POOLING = """\
layers.max_pool_forward(
        relu_forward(layers.conv_forward(x, w, b, conv_param)[0])[0], pool_param
    )"""
_NORMALIZED_POOLING = """\
layers.max_pool_forward(
        spatial_batchnorm_forward(
            layers.conv_forward(x, w, b, conv_param)[0], gamma, beta, dict(bn_param)
        )[0],
        pool_param,
    )"""
_SWAPPED_BATCHNORM_POOL_BACK = f"""\
dx, dw, db, dgamma, dbeta = {_BATCHNORM_POOL_LAST_BACK}
    return dx, dw, db, dbeta, dgamma"""

_WITH_RELU = (
    Mistake(
        name="relu_forgotten",
        target=_RELU,
        edits=(("out, relu_cache = relu_forward(a)", "out, relu_cache = a, a"),),
        title="there is no ReLU",
        explanation="The convolution's output is returned as it is, negative entries included.",
        hint="What is the smallest number that this block may return?",
    ),
    Mistake(
        name="relu_first",
        target=_RELU,
        edits=(
            ("layers.conv_forward(x, w", "layers.conv_forward(relu_forward(x)[0], w"),
            ("out, relu_cache = relu_forward(a)", "out, relu_cache = a, a"),
        ),
        title="the ReLU comes before the convolution",
        explanation="The images are rectified, and the convolution's output is not.",
        hint="Which of the two layers sees the images, and which one gives the block's output?",
    ),
    Mistake(
        name="relu_skipped",
        target=_RELU_BACK,
        edits=(("relu_backward(dout, relu_cache)", "dout"),),
        title="the way back goes past the ReLU",
        explanation="The upstream gradient reaches the convolution unmasked.",
        hint="Which entries of the block's output do not change with the convolution's?",
    ),
    blocks.gradient_rectified(
        target=_RELU_BACK, edits=(("relu_backward(dout, relu_cache)", "relu_forward(dout)[0]"),)
    ),
    blocks.caches_swapped(
        target=_RELU_BACK,
        edits=(("layers, conv_cache, relu_cache", "layers, relu_cache, conv_cache"),),
    ),
)

_WITH_NORMALIZATION = (
    Mistake(
        name="relu_forgotten",
        target=_BATCHNORM,
        edits=(
            ("out, relu_cache = relu_forward(normalized)", "out, relu_cache = 2 * (normalized,)"),
        ),
        title="there is no ReLU",
        explanation="The normalised images are returned as they are, negative entries included.",
        hint="What is the smallest number that this block may return?",
    ),
    normalizing.normalized_last(target=_BATCHNORM, edits=((_NORMALIZE, _NORMALIZE_LAST),)),
    normalizing.averages_lost(
        target=_BATCHNORM, edits=(("gamma, beta, bn_param)\n", "gamma, beta, dict(bn_param))\n"),)
    ),
    Mistake(
        name="normalization_skipped",
        target=_BATCHNORM_BACK,
        edits=(("conv_backward(da, conv_cache)", "conv_backward(dnormalized, conv_cache)"),),
        title="the way back goes past the normalisation",
        explanation="The convolution gets the gradient of the normalised images.",
        hint="Of which layer's output is the gradient that you give to the convolution?",
    ),
    Mistake(
        name="relu_skipped",
        target=_BATCHNORM_BACK,
        edits=(("relu_backward(dout, relu_cache)", "dout"),),
        title="the way back goes past the ReLU",
        explanation="The upstream gradient reaches the normalisation unmasked.",
        hint="Which entries of the block's output do not change with the normalised images?",
    ),
    normalizing.dgamma_and_dbeta_swapped(
        target=_BATCHNORM_BACK,
        edits=(("return dx, dw, db, dgamma, dbeta", "return dx, dw, db, dbeta, dgamma"),),
    ),
)

_WITH_POOLING = (
    Mistake(
        name="relu_forgotten",
        target=_POOL,
        edits=(
            (
                _POOLING,
                "layers.max_pool_forward(layers.conv_forward(x, w, b, conv_param)[0], pool_param)",
            ),
        ),
        title="there is no ReLU",
        explanation="The convolution's output is pooled as it is, negative entries included.",
        hint="What is the smallest number that this block may return?",
    ),
    Mistake(
        name="pooled_first",
        target=_POOL,
        edits=((_POOL_LAST, _POOL_FIRST),),
        title="pooling comes first",
        explanation="The images are pooled before they meet the filters.",
        hint="Which layer of the block sees the images, and which one gives its output?",
    ),
    blocks.pooling_forgotten(
        target=_POOL,
        edits=(
            (f"out, pool_cache = {_POOLING}", f"out, (_, pool_cache) = activations, {_POOLING}"),
        ),
    ),
    Mistake(
        name="relu_skipped",
        target=_POOL_BACK,
        edits=(
            (
                _POOL_LAST_BACK,
                "layers.conv_backward(layers.max_pool_backward(dout, pool_cache), block_cache[1])",
            ),
        ),
        title="the way back goes past the ReLU",
        explanation="The pooling's gradient reaches the convolution unmasked.",
        hint="Which entries of the block's output do not change with the convolution's?",
    ),
    blocks.gradient_rectified(
        target=_POOL_BACK,
        edits=(
            (
                _POOL_LAST_BACK,
                _POOL_RECTIFIED_BACK,
            ),
        ),
    ),
    blocks.pooling_skipped(
        target=_POOL_BACK, edits=(("layers.max_pool_backward(dout, pool_cache)", "dout"),)
    ),
    Mistake(
        name="relu_forgotten",
        target=_BATCHNORM_POOL,
        edits=(
            (
                _POOLING,
                _NORMALIZED_POOLING,
            ),
        ),
        title="there is no ReLU",
        explanation="The normalised images are pooled as they are, negative entries included.",
        hint="What is the smallest number that this block may return?",
    ),
    Mistake(
        name="normalization_forgotten",
        target=_BATCHNORM_POOL,
        edits=(
            (
                _POOLING,
                _RECTIFIED_POOLING,
            ),
        ),
        title="nothing is normalised",
        explanation="The convolution's output goes straight to the ReLU.",
        hint="Does the block's output change with gamma and beta?",
    ),
    blocks.pooling_forgotten(
        target=_BATCHNORM_POOL,
        edits=(
            (f"out, pool_cache = {_POOLING}", f"out, (_, pool_cache) = activations, {_POOLING}"),
        ),
    ),
    normalizing.dgamma_and_dbeta_swapped(
        target=_BATCHNORM_POOL_BACK,
        edits=(
            (
                f"return {_BATCHNORM_POOL_LAST_BACK}",
                _SWAPPED_BATCHNORM_POOL_BACK,
            ),
        ),
    ),
    blocks.pooling_skipped(
        target=_BATCHNORM_POOL_BACK, edits=(("layers.max_pool_backward(dout, pool_cache)", "dout"),)
    ),
)

MISTAKES = (*_WITH_RELU, *_WITH_NORMALIZATION, *_WITH_POOLING)
