"""What goes wrong in batch and group normalisation of images."""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import normalizing

_BATCH = "layers:spatial_batchnorm_forward"
_BATCH_BACK = "layers:spatial_batchnorm_backward"
_GROUP = "layers:spatial_groupnorm_forward"
_GROUP_BACK = "layers:spatial_groupnorm_backward"

_CALL = "out, cache = batchnorm_forward(_to_rows(x), gamma, beta, bn_param)"
_BACK_CALL = "batchnorm_backward_alt(_to_rows(dout), cache)"
_EACH_IMAGE = """\
parts = [batchnorm_forward(_to_rows(image[None]), gamma, beta, bn_param) for image in x]
    out, cache = np.concatenate([part[0] for part in parts]), parts[-1][1]"""
_EACH_PIXEL = """\
pixels = x.shape[2] * x.shape[3]
    gamma, beta = gamma.repeat(pixels), beta.repeat(pixels)
    out, cache = batchnorm_forward(x.reshape(len(x), -1), gamma, beta, bn_param)"""
_ROWS = "rows = x.reshape(x.shape[0] * groups, channels // groups * x.shape[2] * x.shape[3])"
_NORMALIZED = "normalized = normalized_rows.reshape(x.shape)"

_BATCH_FORWARD = (
    Mistake(
        name="reshaped_without_transpose",
        target=_BATCH,
        edits=(
            ("_to_rows(x)", "x.reshape(-1, x.shape[1])"),
            ("_to_images(out, x.shape)", "out.reshape(x.shape)"),
        ),
        title="reshaped without moving the channels to the end",
        explanation="The columns that are normalised hold pixels of all channels mixed.",
        hint="Which entries of x share a column after your reshape: are they of one channel?",
    ),
    Mistake(
        name="not_moved_back",
        target=_BATCH,
        edits=(("_to_images(out, x.shape)", "out.reshape(x.shape)"),),
        title="the channels are not moved back",
        explanation="The normalised rows are put into the images' shape without undoing the "
        "transpose.",
        hint="In which order do the axes lie just before your last reshape?",
    ),
    Mistake(
        name="transposed_the_wrong_way",
        target=_BATCH,
        within="_to_rows",
        edits=(("transpose(0, 2, 3, 1)", "transpose(1, 0, 2, 3)"),),
        title="the channels are moved to the front and not to the end",
        explanation="After the reshape a column holds every C-th pixel, and not one channel.",
        hint="Which axis varies fastest in a reshape, and which one should become the columns?",
    ),
    Mistake(
        name="height_and_width_swapped",
        target=_BATCH,
        within="_to_images",
        edits=(("transpose(0, 3, 1, 2)", "transpose(0, 3, 2, 1)"),),
        title="images come back on their side",
        explanation="Height and width are swapped when the channels are moved back.",
        hint="Does each axis come back to the place that it left?",
    ),
    Mistake(
        name="per_pixel",
        target=_BATCH,
        edits=((_CALL, _EACH_PIXEL),),
        title="every pixel is normalised on its own",
        explanation="Mean and variance are taken over the examples alone, so that there is one "
        "for each pixel of each channel.",
        hint="How many means do you have, and how many channels?",
    ),
    Mistake(
        name="per_image",
        target=_BATCH,
        edits=((_CALL, _EACH_IMAGE),),
        title="every image is normalised on its own",
        explanation="Mean and variance are taken over height and width alone, one image at a time.",
        hint="Does one image's output change if another image of the batch does?",
    ),
    normalizing.averages_lost(
        target=_BATCH, edits=(("gamma, beta, bn_param)\n", "gamma, beta, dict(bn_param))\n"),)
    ),
    Mistake(
        name="always_training",
        target=_BATCH,
        edits=((_CALL, f'bn_param["mode"] = "train"\n    {_CALL}'),),
        title="the mode is always training",
        explanation="Images are normalised by their batch's own statistics in test mode, too.",
        hint="What would your network say about a batch of a single test image?",
    ),
)

_BATCH_BACKWARD = (
    Mistake(
        name="reshaped_without_transpose",
        target=_BATCH_BACK,
        edits=(
            ("_to_rows(dout)", "dout.reshape(-1, dout.shape[1])"),
            ("_to_images(dx, dout.shape)", "dx.reshape(dout.shape)"),
        ),
        title="the upstream gradient is reshaped without moving the channels to the end",
        explanation="The rows of dout do not belong to the rows that the forward pass normalised.",
        hint="Does row k of your reshaped dout belong to the same pixel as row k of x did?",
    ),
    Mistake(
        name="not_moved_back",
        target=_BATCH_BACK,
        edits=(("_to_images(dx, dout.shape)", "dx.reshape(dout.shape)"),),
        title="the channels of dx are not moved back",
        explanation="The rows of the gradient are put into the images' shape without undoing the "
        "transpose.",
        hint="In which order do the axes lie just before your last reshape?",
    ),
    Mistake(
        name="transposed_the_wrong_way",
        target=_BATCH_BACK,
        within="_to_rows",
        edits=(("transpose(0, 2, 3, 1)", "transpose(1, 0, 2, 3)"),),
        title="the channels of dout are moved to the front and not to the end",
        explanation="After the reshape a column of dout holds every C-th pixel, and not one "
        "channel.",
        hint="Which axis varies fastest in a reshape, and which one should become the columns?",
    ),
    Mistake(
        name="height_and_width_swapped",
        target=_BATCH_BACK,
        within="_to_images",
        edits=(("transpose(0, 3, 1, 2)", "transpose(0, 3, 2, 1)"),),
        title="dx comes back on its side",
        explanation="Height and width are swapped when the channels are moved back.",
        hint="Does each axis come back to the place that it left?",
    ),
    Mistake(
        name="statistics_held_constant",
        target=_BATCH_BACK,
        edits=((_BACK_CALL, "batchnorm_backward_alt(_to_rows(dout), cache._replace(axis=None))"),),
        title="mean and variance are taken for constants",
        explanation="Only the direct path of x to its own output is followed, as if the channels' "
        "statistics did not depend on it.",
        hint="If one pixel grows, which other pixels' outputs change?",
    ),
    Mistake(
        name="averaged_over_pixels",
        target=_BATCH_BACK,
        edits=(
            (
                "dout.shape), dgamma, dbeta",
                "dout.shape), dgamma / dout[0, 0].size, dbeta / dout[0, 0].size",
            ),
        ),
        title="dgamma and dbeta are averaged over the pixels",
        explanation="The gradients of scale and shift are divided by the number of pixels.",
        hint="To how many pixels is beta added, and does one of them count less if there are more?",
    ),
    Mistake(
        name="dgamma_and_dbeta_swapped",
        target=_BATCH_BACK,
        edits=(("dx, dgamma, dbeta = batch", "dx, dbeta, dgamma = batch"),),
        title="dgamma and dbeta are swapped",
        explanation="The gradients of scale and shift are returned in each other's place.",
        hint="In which order does batch normalisation's backward pass return its gradients?",
    ),
)

_GROUP_FORWARD = (
    Mistake(
        name="group_size_for_number",
        target=_GROUP,
        edits=((_ROWS, f"groups = channels // groups\n    {_ROWS}"),),
        title="G is taken for the size of a group",
        explanation="There are C / G groups of G channels each, and not G groups.",
        hint="With six channels and G = 2, how many channels does each of your groups have?",
    ),
    Mistake(
        name="one_group",
        target=_GROUP,
        edits=((_ROWS, f"groups = 1\n    {_ROWS}"),),
        title="all channels are one group",
        explanation="Statistics are taken over the whole image, which is layer normalisation.",
        hint="Does your output change with G?",
    ),
    Mistake(
        name="each_channel_alone",
        target=_GROUP,
        edits=((_ROWS, f"groups = channels\n    {_ROWS}"),),
        title="every channel is a group of its own",
        explanation="Statistics are taken over one channel, which is instance normalisation.",
        hint="Does your output change with G?",
    ),
    Mistake(
        name="over_batch",
        target=_GROUP,
        edits=(
            (_ROWS, "rows = x.swapaxes(0, 1).reshape(groups, -1)"),
            (
                _NORMALIZED,
                "normalized = normalized_rows.reshape(x.swapaxes(0, 1).shape).swapaxes(0, 1)",
            ),
        ),
        title="groups are normalised over the batch",
        explanation="Mean and variance of a group are taken over all examples together.",
        hint="Does one image's output change if another image of the batch does?",
    ),
    Mistake(
        name="gamma_and_beta_forgotten",
        target=_GROUP,
        edits=(("_per_channel(gamma) * normalized + _per_channel(beta)", "normalized"),),
        title="gamma and beta are left out",
        explanation="Images are normalised, and neither scaled nor shifted.",
        hint="What do you expect of the output if gamma is 3 and beta is 5 in every channel?",
    ),
    normalizing.eps_fixed(
        target=_GROUP,
        edits=(
            (
                "layernorm_forward(rows, unit, zero, gn_param)",
                "layernorm_forward(rows, unit, zero, {})",
            ),
        ),
    ),
)

_GROUP_BACKWARD = (
    Mistake(
        name="statistics_held_constant",
        target=_GROUP_BACK,
        edits=(
            (
                "layernorm_backward(dnormalized, row_cache)",
                "layernorm_backward(dnormalized, row_cache._replace(axis=None))",
            ),
        ),
        title="mean and variance are taken for constants",
        explanation="Only the direct path of x to its own output is followed, as if the groups' "
        "statistics did not depend on it.",
        hint="If one pixel grows, which other pixels' outputs change?",
    ),
    Mistake(
        name="gamma_forgotten",
        target=_GROUP_BACK,
        edits=(("(dout * _per_channel(gamma))", "dout"),),
        title="gamma is left out of dx",
        explanation="The upstream gradient goes past the scale unchanged.",
        hint="By what does the forward pass multiply the normalised images, and what is that on "
        "the way back?",
    ),
    Mistake(
        name="gamma_at_the_end",
        target=_GROUP_BACK,
        edits=(
            ("(dout * _per_channel(gamma))", "dout"),
            (
                "return dx.reshape(dout.shape)",
                "return dx.reshape(dout.shape) * _per_channel(gamma)",
            ),
        ),
        title="gamma is multiplied after the means were taken",
        explanation="The scale is put in front of the formula, as if it were the same for all the "
        "channels of a group.",
        hint="Is gamma one number along the axes that your means run over?",
    ),
    Mistake(
        name="dbeta_averaged",
        target=_GROUP_BACK,
        edits=(("dbeta = dout.sum(", "dbeta = dout.mean("),),
        title="dbeta is an average",
        explanation="The upstream gradients that reach the shift are averaged, and not added.",
        hint="If each of many outputs grows by one with beta, by how much does their sum grow?",
    ),
    Mistake(
        name="dgamma_over_examples_only",
        target=_GROUP_BACK,
        edits=(
            (
                "dgamma = (dout * normalized).sum(axis=(0, 2, 3))",
                "dgamma = (dout * normalized).sum(axis=0)[:, 0, 0]",
            ),
        ),
        title="dgamma is made of one pixel",
        explanation="The gradient of the scale is summed over the examples, and not over height "
        "and width.",
        hint="Over which axes has gamma been broadcast?",
    ),
)

MISTAKES = (*_BATCH_FORWARD, *_BATCH_BACKWARD, *_GROUP_FORWARD, *_GROUP_BACKWARD)
