"""What goes wrong in a convolution and in its gradients."""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import windows

_FORWARD = "layers:conv_forward_naive"
_BACKWARD = "layers:conv_backward_naive"

_CORNER = "top, left = i * stride, j * stride"
_PADDING = "((0, 0), (0, 0), (pad, pad), (pad, pad))"
_PLAN = "stride, pad, out_shape = plan_convolution(x, w, b, conv_param)"
_SIZE_UNPADDED = """\
stride, pad, out_shape = plan_convolution(x, w, b, conv_param)
    lengths = zip(x.shape[2:], w.shape[2:], strict=True)
    sizes = [1 + (length - window) // stride for length, window in lengths]
    out_shape = (*out_shape[:2], *sizes)"""
_SQUARE_OUTPUT = "out_shape = (*out_shape[:3], 1 + (x.shape[2] + 2 * pad - w.shape[3]) // stride)"
_SUM = "(window * w[f]).sum() + b[f]"
_CROP = "dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]].copy()"
_ROWS = "slice(i * stride, i * stride + height)"
_COLUMNS = "slice(j * stride, j * stride + width)"
_LAST_LEFT_OUT = (
    "np.ndindex(out_shape)",
    "np.ndindex(*out_shape[:2], out_shape[2] - 1, out_shape[3] - 1)",
)

MISTAKES = (
    windows.stride_ignored(target=_FORWARD, edits=((_CORNER, "top, left = i, j"),)),
    Mistake(
        name="stride_along_rows_only",
        target=_FORWARD,
        edits=((_CORNER, "top, left = i * stride, j"),),
        title="the stride counts along one axis only",
        explanation="From column to column of the output the window moves by one pixel.",
        hint="Which of your loop variables are multiplied by the stride, and which should be?",
    ),
    Mistake(
        name="filters_flipped",
        target=_FORWARD,
        edits=(("window * w[f]", "window * w[f, :, ::-1, ::-1]"),),
        title="the filters are flipped",
        explanation="Filters are mirrored before they are laid over the image, as in signal "
        "processing.",
        hint="Which weight does the handout's formula multiply with the window's first pixel?",
    ),
    Mistake(
        name="bias_forgotten",
        target=_FORWARD,
        edits=((" + b[f]", ""),),
        title="the bias is left out",
        explanation="Outputs are the weighted sums alone.",
        hint="What does the output hold where the whole window is zero?",
    ),
    Mistake(
        name="bias_per_channel",
        target=_FORWARD,
        edits=((" + b[f]", " + x.shape[1] * b[f]"),),
        title="the bias is added once for every channel",
        explanation="The output holds as many biases as the image has channels.",
        hint="How often does your innermost line run for one entry of out, and what does it add?",
    ),
    Mistake(
        name="bias_in_every_product",
        target=_FORWARD,
        edits=((_SUM, "(window * w[f] + b[f]).sum()"),),
        title="the bias is added to every product, before the sum",
        explanation="The output holds as many biases as the filter has weights.",
        hint="How many numbers does your sum run over, and in how many of them is the bias?",
    ),
    Mistake(
        name="padded_on_one_side",
        target=_FORWARD,
        edits=((_PADDING, "((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad))"),),
        title="all of the padding is on one side",
        explanation="The zeros are below and right of the image only, so every window sees an "
        "image that is shifted.",
        hint="Where does pixel (0, 0) of the image lie in the padded one?",
    ),
    Mistake(
        name="padded_with_border",
        target=_FORWARD,
        edits=((f"np.pad(x, {_PADDING})", f'np.pad(x, {_PADDING}, mode="edge")'),),
        title="padded with copies of the border",
        explanation="Outside the image stand its outermost pixels again, and not zeros.",
        hint="Print a padded image of ones and look outside: what does the handout pad with?",
    ),
    Mistake(
        name="padded_all_axes",
        target=_FORWARD,
        edits=((_PADDING, "pad"),),
        title="examples and channels are padded, too",
        explanation="Zeros are added along all four axes, so that there are more channels than "
        "the filters have.",
        hint="What is the shape of your padded array, and which two of its lengths should grow?",
    ),
    Mistake(
        name="square_output",
        target=_FORWARD,
        edits=((_PLAN, f"{_PLAN}\n    {_SQUARE_OUTPUT}"),),
        title="the output's width is computed from the image's height",
        explanation="The number of columns is that of a square image, which shows as soon as an "
        "image is none.",
        hint="Where in your code does the width of the image appear?",
    ),
    Mistake(
        name="padding_not_in_size",
        target=_FORWARD,
        edits=((_PLAN, _SIZE_UNPADDED),),
        title="the output's size leaves out the padding",
        explanation="The number of positions is counted in the image as it was before padding.",
        hint="In which image does the window slide, and how long are that image's sides?",
    ),
    Mistake(
        name="last_position_forgotten",
        target=_FORWARD,
        edits=(_LAST_LEFT_OUT,),
        title="the loops stop one position early",
        explanation="The last row and the last column of the output are never computed.",
        hint="What is the last value that your loop over rows takes, and how many rows are there?",
    ),
    Mistake(
        name="first_channel_only",
        target=_FORWARD,
        edits=((_SUM, "(window * w[f])[0].sum() + b[f]"),),
        title="only the first channel counts",
        explanation="The sum runs over height and width, and over no more than one channel.",
        hint="Over which axes of the image does one filter reach?",
    ),
    Mistake(
        name="one_filter_for_all_channels",
        target=_FORWARD,
        edits=(("window * w[f]", "window * w[f, :1]"),),
        title="every channel meets the filter's first channel",
        explanation="One channel of the filter is broadcast over all channels of the image.",
        hint="What is the shape of what you multiply the window with?",
    ),
    Mistake(
        name="first_image_only",
        target=_FORWARD,
        edits=(("padded[n, :", "padded[0, :"),),
        title="every example gets the first image's output",
        explanation="The window is cut out of the first image, whichever example it is for.",
        hint="Feed two different images: do their outputs differ?",
    ),
    windows.rows_and_columns_swapped(
        target=_FORWARD, edits=((_CORNER, "top, left = j * stride, i * stride"),)
    ),
    Mistake(
        name="filter_sides_swapped",
        target=_FORWARD,
        edits=(("height, width = w.shape[2:]", "width, height = w.shape[2:]"),),
        title="the filter's height and width are swapped",
        explanation="The window is as high as the filter is wide, which shows as soon as filters "
        "are no squares.",
        hint="Which axis of w is the height of a filter?",
    ),
    windows.stride_ignored_on_the_way_back(
        target=_BACKWARD, edits=((_ROWS, "slice(i, i + height)"), (_COLUMNS, "slice(j, j + width)"))
    ),
    Mistake(
        name="stride_along_rows_only",
        target=_BACKWARD,
        edits=((_COLUMNS, "slice(j, j + width)"),),
        title="on the way back the stride counts along one axis only",
        explanation="From column to column of the upstream gradient the window moves by one pixel.",
        hint="Which of your loop variables are multiplied by the stride, and which should be?",
    ),
    Mistake(
        name="cropped_to_nothing",
        target=_BACKWARD,
        edits=((_CROP, "dpadded[:, :, pad:-pad, pad:-pad]"),),
        title="cropped from pad to -pad, which leaves nothing where pad is 0",
        explanation="Cutting the border off with a negative index gives an empty array if there "
        "is no border.",
        hint="What is a[0:-0], and what would you like it to be?",
    ),
    Mistake(
        name="not_cropped",
        target=_BACKWARD,
        edits=((_CROP, "dpadded"),),
        title="the padding is still in dx",
        explanation="The gradient of the padded image is returned, whose border belongs to no "
        "pixel.",
        hint="Of which array is dpadded the gradient, and what is x's shape?",
    ),
    Mistake(
        name="cropped_on_one_side",
        target=_BACKWARD,
        edits=((_CROP, "dpadded[:, :, : x.shape[2], : x.shape[3]].copy()"),),
        title="the whole border is cut off at one end",
        explanation="dx has the right shape, and is shifted by the padding.",
        hint="Where in the padded image does pixel (0, 0) of x lie?",
    ),
    Mistake(
        name="windows_overwritten",
        target=_BACKWARD,
        edits=(("dpadded[n, :, rows, columns] +=", "dpadded[n, :, rows, columns] ="),),
        title="windows overwrite each other's part of dx",
        explanation="A pixel that several windows see keeps the gradient of the last of them "
        "alone.",
        hint="Of how many outputs is one pixel a part, and what becomes of their gradients?",
    ),
    Mistake(
        name="filter_gradient_overwritten",
        target=_BACKWARD,
        edits=(("dw[f] +=", "dw[f] ="),),
        title="dw keeps the last position's part alone",
        explanation="Each position of the window, and each example, overwrites what those before "
        "it had given to the filter.",
        hint="In how many outputs does one weight have a share?",
    ),
    Mistake(
        name="padded_on_one_side",
        target=_BACKWARD,
        edits=((_PADDING, "((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad))"),),
        title="x is padded on one side only for dw",
        explanation="The windows that dw is made of are shifted against those of the forward pass.",
        hint="Is the image padded in the same way on the way forward and on the way back?",
    ),
    Mistake(
        name="filters_flipped",
        target=_BACKWARD,
        edits=(("+= w[f] * dout", "+= w[f, :, ::-1, ::-1] * dout"),),
        title="the filters are flipped once too often for dx",
        explanation="Each window receives the mirrored filter times the upstream gradient.",
        hint="By which weight was the window's first pixel multiplied on the way forward?",
    ),
    Mistake(
        name="bias_per_pixel",
        target=_BACKWARD,
        edits=(("dout.sum(axis=(0, 2, 3))", "dout.sum(axis=0)"),),
        title="db has an entry for every pixel",
        explanation="The upstream gradient is summed over the examples, and not over the "
        "positions.",
        hint="How many biases are there, and to how many outputs is each of them added?",
    ),
    Mistake(
        name="bias_averaged",
        target=_BACKWARD,
        edits=(("dout.sum(axis=(0, 2, 3))", "dout.mean(axis=(0, 2, 3))"),),
        title="db is an average",
        explanation="The upstream gradients that reach a bias are averaged, and not added.",
        hint="If each of two outputs grows by one with the bias, by how much does their sum grow?",
    ),
    Mistake(
        name="bias_per_channel",
        target=_BACKWARD,
        edits=(("dout.sum(axis=(0, 2, 3))", "x.shape[1] * dout.sum(axis=(0, 2, 3))"),),
        title="db is counted once for every channel",
        explanation="The gradient of the bias is as many times too large as there are channels.",
        hint="Inside which loops does your line for db stand, and which of them does it need?",
    ),
    Mistake(
        name="divided_by_n",
        target=_BACKWARD,
        edits=(("return dx, dw,", "return dx, dw / x.shape[0],"),),
        title="dw is divided by the number of examples",
        explanation="The gradient is averaged over the batch in a layer that averages nothing.",
        hint="Which function averages over the batch, and did it do so before dout got here?",
    ),
    Mistake(
        name="last_position_forgotten",
        target=_BACKWARD,
        edits=(_LAST_LEFT_OUT,),
        title="on the way back the loops stop one position early",
        explanation="The last row and the last column of the upstream gradient reach nobody.",
        hint="What is the last value that your loop over rows takes, and how many rows has dout?",
    ),
    Mistake(
        name="first_image_only",
        target=_BACKWARD,
        edits=(("padded[n, :, rows, columns] * dout", "padded[0, :, rows, columns] * dout"),),
        title="dw is made of the first image alone",
        explanation="Upstream gradients of all examples are multiplied with windows of the first.",
        hint="Which example's window belongs to dout[n]?",
    ),
    Mistake(
        name="filter_sides_swapped",
        target=_BACKWARD,
        edits=(("height, width = w.shape[2:]", "width, height = w.shape[2:]"),),
        title="the filter's height and width are swapped on the way back",
        explanation="The window is as high as the filter is wide, which shows as soon as filters "
        "are no squares.",
        hint="Which axis of w is the height of a filter?",
    ),
)
