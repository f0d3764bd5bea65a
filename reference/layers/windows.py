"""Where a window that slides over an image comes to stand."""

from __future__ import annotations


def count_positions(name: str, length: int, window: int, stride: int, pad: int = 0) -> int:
    """Count the positions of a window along one axis.

    The last position is the last that fits: what a stride leaves over at the end is not
    covered.

    Parameters
    ----------
    name : str
        What the window is called, for the error.
    length : int
        Length of the axis, in pixels.
    window, stride : int
        Size of the window and its step, in pixels.
    pad : int
        Zeros added on both ends.

    Returns
    -------
    int
        ``1 + (length + 2 * pad - window) // stride``.

    Raises
    ------
    ValueError
        If the window is longer than the padded axis.
    """
    if window > length + 2 * pad:
        raise ValueError(
            f"{name} is {window}: expected at most {length + 2 * pad}, the input's padded length"
        )
    return 1 + (length + 2 * pad - window) // stride
