"""Convolution and max pooling for training and benchmarks, in the naive layers' API.

The work is done by compiled kernels. On a machine without them the same functions run NumPy
code, several times slower with the same results; `kernel_status` says which, and why.
"""

from reference.fast.convolution import conv_backward_fast, conv_forward_fast
from reference.fast.kernels import KernelStatus, kernel_status, kernels_available
from reference.fast.pooling import max_pool_backward_fast, max_pool_forward_fast

__all__ = [
    "KernelStatus",
    "conv_backward_fast",
    "conv_forward_fast",
    "kernel_status",
    "kernels_available",
    "max_pool_backward_fast",
    "max_pool_forward_fast",
]
