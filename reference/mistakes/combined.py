"""What goes wrong where affine layers are joined with what follows them."""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import blocks, normalizing

_RELU = "layer_utils:affine_relu_forward"
_RELU_BACK = "layer_utils:affine_relu_backward"
_BATCHNORM = "layer_utils:affine_bn_relu_forward"
_BATCHNORM_BACK = "layer_utils:affine_bn_relu_backward"
_DROPOUT = "layer_utils:affine_bn_relu_dropout_forward"
_DROPOUT_BACK = "layer_utils:affine_bn_relu_dropout_backward"

_RECTIFY = "out, relu_cache = relu_forward(a)"
_RETURN = "return affine_backward(relu_backward(dout, relu_cache), affine_cache)"
_MASK_OF_INPUT = """\
dx, dw, db = affine_backward(dout, affine_cache)
    return dx * (affine_cache[0] > 0), dw, db"""
_NORMALIZE = """\
    normalized, norm_cache = batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normalized)
"""
_NORMALIZE_LAST = """\
    rectified, relu_cache = relu_forward(a)
    out, norm_cache = batchnorm_forward(rectified, gamma, beta, bn_param)
"""
_DROP = "out, dropout_cache = dropout_forward(activations, dropout_param)"
_DROP_NOTHING = """\
_, dropout_cache = dropout_forward(activations, dropout_param)
    out = activations"""

MISTAKES = (
    Mistake(
        name="relu_forgotten",
        target=_RELU,
        edits=((_RECTIFY, "out, relu_cache = a, a"),),
        title="there is no ReLU",
        explanation="The affine layer's output is returned as it is, negative entries included.",
        hint="What is the smallest number that this block may return?",
    ),
    Mistake(
        name="relu_first",
        target=_RELU,
        edits=(
            ("affine_forward(x, w, b)", "affine_forward(relu_forward(x)[0], w, b)"),
            (_RECTIFY, "out, relu_cache = a, a"),
        ),
        title="the ReLU comes before the affine layer",
        explanation="The input is rectified, and the affine layer's output is not.",
        hint="Which of the two layers sees the block's input, and which one gives its output?",
    ),
    Mistake(
        name="relu_skipped",
        target=_RELU_BACK,
        edits=((_RETURN, "return affine_backward(dout, affine_cache)"),),
        title="the way back goes past the ReLU",
        explanation="The upstream gradient reaches the affine layer unmasked.",
        hint="Which entries of the block's output do not change with the affine layer's?",
    ),
    blocks.gradient_rectified(
        target=_RELU_BACK, edits=(("relu_backward(dout, relu_cache)", "relu_forward(dout)[0]"),)
    ),
    Mistake(
        name="masked_by_block_input",
        target=_RELU_BACK,
        edits=((_RETURN, _MASK_OF_INPUT),),
        title="the ReLU's mask is taken from the block's input",
        explanation="The layers are gone through in the order of the forward pass, so that the "
        "ReLU masks dx by x.",
        hint="Which layer does the upstream gradient meet first on its way back?",
    ),
    blocks.caches_swapped(
        target=_RELU_BACK,
        edits=(("affine_cache, relu_cache = cache", "relu_cache, affine_cache = cache"),),
    ),
    Mistake(
        name="relu_forgotten",
        target=_BATCHNORM,
        edits=(
            ("out, relu_cache = relu_forward(normalized)", "out, relu_cache = 2 * (normalized,)"),
        ),
        title="there is no ReLU",
        explanation="The normalised values are returned as they are, negative entries included.",
        hint="What is the smallest number that this block may return?",
    ),
    normalizing.normalized_last(target=_BATCHNORM, edits=((_NORMALIZE, _NORMALIZE_LAST),)),
    normalizing.averages_lost(
        target=_BATCHNORM, edits=(("gamma, beta, bn_param)\n", "gamma, beta, dict(bn_param))\n"),)
    ),
    Mistake(
        name="normalization_skipped",
        target=_BATCHNORM_BACK,
        edits=(
            ("affine_backward(da, affine_cache)", "affine_backward(dnormalized, affine_cache)"),
        ),
        title="the way back goes past the normalisation",
        explanation="The affine layer gets the gradient of the normalised values.",
        hint="Of which layer's output is the gradient that you give to the affine layer?",
    ),
    Mistake(
        name="relu_skipped",
        target=_BATCHNORM_BACK,
        edits=(("relu_backward(dout, relu_cache)", "dout"),),
        title="the way back goes past the ReLU",
        explanation="The upstream gradient reaches the normalisation unmasked.",
        hint="Which entries of the block's output do not change with the normalised values?",
    ),
    blocks.gradient_rectified(
        target=_BATCHNORM_BACK,
        edits=(("relu_backward(dout, relu_cache)", "relu_forward(dout)[0]"),),
    ),
    normalizing.dgamma_and_dbeta_swapped(
        target=_BATCHNORM_BACK,
        edits=(("return dx, dw, db, dgamma, dbeta", "return dx, dw, db, dbeta, dgamma"),),
    ),
    Mistake(
        name="dropout_forgotten",
        target=_DROPOUT,
        edits=((_DROP, _DROP_NOTHING),),
        title="nothing is dropped",
        explanation="A mask is drawn, and the activations are returned without it.",
        hint="How many entries of the block's output are zero, with and without dropout?",
    ),
    Mistake(
        name="dropout_first",
        target=_DROPOUT,
        edits=(
            (
                "affine_bn_relu_forward(x, w",
                "affine_bn_relu_forward(dropout_forward(x, dropout_param)[0], w",
            ),
            (_DROP, _DROP_NOTHING),
        ),
        title="dropout comes first",
        explanation="The block's input is dropped from, and its activations are not.",
        hint="Which layer of the block gives its output?",
    ),
    Mistake(
        name="dropout_skipped",
        target=_DROPOUT_BACK,
        edits=(("dropout_backward(dout, dropout_cache)", "dout"),),
        title="the way back goes past the dropout",
        explanation="Activations that were dropped receive a gradient as if they had been kept.",
        hint="How does the block's output change with an activation that was dropped?",
    ),
    Mistake(
        name="dropout_scale_forgotten",
        target=_DROPOUT_BACK,
        edits=(("dropout_backward(dout, dropout_cache)", "dout * (dropout_cache[1] != 0)"),),
        title="dropout's scale is forgotten on the way back",
        explanation="The upstream gradient is masked, and not multiplied by what the kept entries "
        "were multiplied by.",
        hint="By what was a kept activation multiplied on the way forward?",
    ),
)
