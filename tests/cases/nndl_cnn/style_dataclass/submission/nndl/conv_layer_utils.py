from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nndl.layers import affine_backward, affine_forward, relu_backward, relu_forward
from utils import fast_layers as fast


@dataclass
class Caches:
    first: Any
    relu: Any
    pool: Any = None


def affine_relu_forward(x, w, b):
    a, first = affine_forward(x, w, b)
    out, relu = relu_forward(a)
    return out, Caches(first, relu)


def affine_relu_backward(dout, cache: Caches):
    return affine_backward(relu_backward(dout, cache.relu), cache.first)


def conv_relu_forward(x, w, b, conv_param):
    a, first = fast.conv_forward_fast(x, w, b, conv_param)
    out, relu = relu_forward(a)
    return out, Caches(first, relu)


def conv_relu_backward(dout, cache: Caches):
    return fast.conv_backward_fast(relu_backward(dout, cache.relu), cache.first)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    a, cache = conv_relu_forward(x, w, b, conv_param)
    out, cache.pool = fast.max_pool_forward_fast(a, pool_param)
    return out, cache


def conv_relu_pool_backward(dout, cache: Caches):
    return conv_relu_backward(fast.max_pool_backward_fast(dout, cache.pool), cache)
