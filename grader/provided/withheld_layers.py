"""Stands for the fast layers while naive ones are judged: whoever calls one is told why not."""

import contextlib
from typing import Any, NoReturn

# As in the file it stands for: student files that star-import it find these names here, too.
with contextlib.suppress(ImportError):
    from .im2col import col2im_indices, get_im2col_indices, im2col_indices  # noqa: F401


def conv_forward_fast(*_: Any, **__: Any) -> NoReturn:
    """Refuse to work.

    Raises
    ------
    RuntimeError
        Always.
    """
    raise RuntimeError("the fast layers are not there while a naive layer is judged")


conv_backward_fast = conv_forward_fast
conv_forward_im2col = conv_forward_fast
conv_backward_im2col = conv_forward_fast
conv_forward_strides = conv_forward_fast
conv_backward_strides = conv_forward_fast
max_pool_forward_fast = conv_forward_fast
max_pool_backward_fast = conv_forward_fast
max_pool_forward_im2col = conv_forward_fast
max_pool_backward_im2col = conv_forward_fast
max_pool_forward_reshape = conv_forward_fast
max_pool_backward_reshape = conv_forward_fast
