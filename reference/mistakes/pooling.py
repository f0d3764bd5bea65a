"""What goes wrong in max pooling and in its gradient.

Which of several equal maxima gets the gradient, or whether all of them do, is left open.
"""

from __future__ import annotations

from reference.mistakes.mistake import Mistake
from reference.mistakes.shared import windows

_FORWARD = "layers:max_pool_forward_naive"
_BACKWARD = "layers:max_pool_backward_naive"

_CORNER = "top, left = i * stride, j * stride"
_PLAN = "height, width, stride, out_shape = plan_pooling(x, pool_param)"
_SQUARE_OUTPUT = "out_shape = (*out_shape[:3], (x.shape[2] - width) // stride + 1)"
_SIDES = "top : top + height, left : left + width"
_ROUTE = """\
        row, column = divmod(int(window.argmax()), width)
        dx[n, c, top + row, left + column] += dout[n, c, i, j]
"""
_LAST_LEFT_OUT = (
    "np.ndindex(out_shape)",
    "np.ndindex(*out_shape[:2], out_shape[2] - 1, out_shape[3] - 1)",
)

MISTAKES = (
    windows.stride_ignored(target=_FORWARD, edits=((_CORNER, "top, left = i, j"),)),
    Mistake(
        name="windows_never_overlap",
        target=_FORWARD,
        edits=((_CORNER, "top, left = i * height, j * width"),),
        title="the window moves by its own size",
        explanation="The step from window to window is the window's height and width, and not "
        "the stride.",
        hint="Where does the second window begin if windows are 3 pixels high and the stride is 2?",
    ),
    Mistake(
        name="window_as_large_as_stride",
        target=_FORWARD,
        edits=((_SIDES, "top : top + stride, left : left + stride"),),
        title="the window is as large as the stride",
        explanation="The size of the window is taken from the stride.",
        hint="How many pixels does a window see if it is 3 by 3 and moves by 2?",
    ),
    Mistake(
        name="averaged",
        target=_FORWARD,
        edits=((".max()", ".mean()"),),
        title="windows are averaged",
        explanation="The output is the mean of each window, which is another kind of pooling.",
        hint="What is left of a window with one bright pixel under each kind of pooling?",
    ),
    Mistake(
        name="never_below_zero",
        target=_FORWARD,
        edits=((".max()", ".max(initial=0.0)"),),
        title="the search for the largest starts at zero",
        explanation="Where a whole window is negative the output is zero.",
        hint="What does your code give for a window of -3, -1, -2 and -5?",
    ),
    Mistake(
        name="over_channels",
        target=_FORWARD,
        edits=(("x[n, c, top", "x[n, :, top"),),
        title="the largest is taken over all channels together",
        explanation="Every channel of the output holds the same, the maximum over all channels.",
        hint="Over which axes of the window is the maximum taken, and over which is it not?",
    ),
    Mistake(
        name="window_sides_swapped",
        target=_FORWARD,
        edits=((_SIDES, "top : top + width, left : left + height"),),
        title="the window's height and width are swapped",
        explanation="The window is as high as it should be wide, which shows as soon as it is no "
        "square.",
        hint="Along which axis of x does pool_height count?",
    ),
    Mistake(
        name="square_window",
        target=_FORWARD,
        edits=((_SIDES, "top : top + height, left : left + height"),),
        title="the window's height is used for its width, too",
        explanation="Windows are taken for squares.",
        hint="Where in your code does pool_width appear?",
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
    windows.rows_and_columns_swapped(
        target=_FORWARD, edits=((_CORNER, "top, left = j * stride, i * stride"),)
    ),
    Mistake(
        name="last_position_forgotten",
        target=_FORWARD,
        edits=(_LAST_LEFT_OUT,),
        title="the loops stop one window early",
        explanation="The last row and the last column of the output are never computed.",
        hint="What is the last value that your loop over rows takes, and how many rows are there?",
    ),
    Mistake(
        name="gradients_overwritten",
        target=_BACKWARD,
        edits=(("left + column] +=", "left + column] ="),),
        title="where windows overlap, only the last gradient is kept",
        explanation="A pixel that is the largest of several windows gets the gradient of one.",
        hint="What does a pixel owe to each of two windows that it is the largest of?",
    ),
    Mistake(
        name="windows_overwritten",
        target=_BACKWARD,
        edits=(
            (
                _ROUTE,
                f"        dx[n, c, {_SIDES}] = (window == window.max()) * dout[n, c, i, j]\n",
            ),
        ),
        title="overlapping windows overwrite each other",
        explanation="A window writes zeros where another one had already put its gradient.",
        hint="What does your line write at a pixel of the window that is not its largest, and what "
        "may have been there before?",
    ),
    Mistake(
        name="spread_evenly",
        target=_BACKWARD,
        edits=((_ROUTE, f"        dx[n, c, {_SIDES}] += dout[n, c, i, j] / (height * width)\n"),),
        title="the gradient is spread evenly over the window",
        explanation="This is the gradient of the mean of each window.",
        hint="By how much does the output change if a pixel that is not the largest grows a bit?",
    ),
    Mistake(
        name="to_every_pixel",
        target=_BACKWARD,
        edits=((_ROUTE, f"        dx[n, c, {_SIDES}] += dout[n, c, i, j]\n"),),
        title="every pixel of the window gets the gradient",
        explanation="The upstream gradient goes to all pixels, as if the output were their sum.",
        hint="Which pixels of a window does its output depend on?",
    ),
    Mistake(
        name="upstream_forgotten",
        target=_BACKWARD,
        edits=(("+= dout[n, c, i, j]", "+= 1.0"),),
        title="dout is left out",
        explanation="The largest pixel of each window gets one, whatever the upstream gradient.",
        hint="Does your dx change if dout is doubled?",
    ),
    windows.stride_ignored_on_the_way_back(
        target=_BACKWARD, edits=((_CORNER, "top, left = i, j"),)
    ),
    Mistake(
        name="window_sides_swapped",
        target=_BACKWARD,
        edits=(
            (_SIDES, "top : top + width, left : left + height"),
            ("window.argmax()), width)", "window.argmax()), window.shape[1])"),
        ),
        title="on the way back the window's height and width are swapped",
        explanation="The window is as high as it should be wide, which shows as soon as it is no "
        "square.",
        hint="Along which axis of x does pool_height count?",
    ),
    Mistake(
        name="windows_never_overlap",
        target=_BACKWARD,
        edits=((_CORNER, "top, left = i * height, j * width"),),
        title="on the way back the window moves by its own size",
        explanation="The step from window to window is the window's height and width, and not "
        "the stride.",
        hint="Where does the second window begin if windows are 3 pixels high and the stride is 2?",
    ),
    Mistake(
        name="place_in_window",
        target=_BACKWARD,
        edits=(("top + row, left + column]", "row, column]"),),
        title="a place in the window is taken for a place in the image",
        explanation="All gradients end up in the image's upper left corner.",
        hint="From where does argmax count rows and columns, and from where does dx?",
    ),
    Mistake(
        name="index_split_by_height",
        target=_BACKWARD,
        edits=(("window.argmax()), width)", "window.argmax()), height)"),),
        title="the place of the maximum is read with the window's height",
        explanation="A flat index is split into row and column by the wrong side of the window.",
        hint="How many pixels does a flat index pass before it is in the window's next row?",
    ),
    Mistake(
        name="last_position_forgotten",
        target=_BACKWARD,
        edits=(_LAST_LEFT_OUT,),
        title="on the way back the loops stop one window early",
        explanation="The last row and the last column of the upstream gradient reach nobody.",
        hint="What is the last value that your loop over rows takes, and how many rows has dout?",
    ),
)
