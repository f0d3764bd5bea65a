from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

import numpy as np
from numpy.typing import NDArray

from nndl.layers import NormCache, batchnorm_backward, batchnorm_forward


@dataclass(frozen=True)
class Grid:
    """The positions at which a window of height x width fits into an image."""

    image: tuple[int, int]
    height: int
    width: int
    stride: int
    pad: int = 0

    @property
    def out(self) -> tuple[int, int]:
        H, W = self.image
        return ((H + 2 * self.pad - self.height) // self.stride + 1,
                (W + 2 * self.pad - self.width) // self.stride + 1)

    def overlap(self, i: int, j: int) -> tuple[slice, slice, slice, slice]:
        """Rows and columns of the image under the window, and those of the window inside it."""
        parts = []
        for start, size, limit in ((i, self.height, self.image[0]), (j, self.width, self.image[1])):
            first = start * self.stride - self.pad
            low, high = max(first, 0), max(min(first + size, limit), 0)
            parts.append((slice(low, high), slice(low - first, max(high - first, low - first))))
        return parts[0][0], parts[1][0], parts[0][1], parts[1][1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(np.ndindex(*self.out))


@dataclass(frozen=True)
class ConvCache:
    x: NDArray
    w: NDArray
    grid: Grid


@dataclass(frozen=True)
class PoolCache:
    x: NDArray
    grid: Grid


def conv_forward_naive(x: NDArray, w: NDArray, b: NDArray, conv_param: dict):
    """Nothing is padded: at the border only that part of the filter is used which is inside."""
    grid = Grid(x.shape[2:], w.shape[2], w.shape[3], conv_param['stride'], conv_param['pad'])
    out = np.zeros((x.shape[0], w.shape[0], *grid.out)) + b[:, None, None]
    for i, j in grid:
        r, c, fr, fc = grid.overlap(i, j)
        out[:, :, i, j] += np.einsum('nchw,fchw->nf', x[:, :, r, c], w[:, :, fr, fc])
    return out, ConvCache(x, w, grid)


def conv_backward_naive(dout: NDArray, cache: ConvCache):
    dx, dw = np.zeros(cache.x.shape), np.zeros(cache.w.shape)
    for i, j in cache.grid:
        r, c, fr, fc = cache.grid.overlap(i, j)
        dx[:, :, r, c] += np.einsum('nf,fchw->nchw', dout[:, :, i, j], cache.w[:, :, fr, fc])
        dw[:, :, fr, fc] += np.einsum('nf,nchw->fchw', dout[:, :, i, j], cache.x[:, :, r, c])
    return dx, dw, np.einsum('nfij->f', dout)


def max_pool_forward_naive(x: NDArray, pool_param: dict):
    grid = Grid(x.shape[2:], pool_param['pool_height'], pool_param['pool_width'],
                pool_param['stride'])
    out = np.zeros((*x.shape[:2], *grid.out))
    for i, j in grid:
        r, c, *_ = grid.overlap(i, j)
        out[:, :, i, j] = np.sort(x[:, :, r, c].reshape(*x.shape[:2], -1), axis=-1)[..., -1]
    return out, PoolCache(x, grid)


def max_pool_backward_naive(dout: NDArray, cache: PoolCache) -> NDArray:
    x, grid = cache.x, cache.grid
    dx = np.zeros(x.shape)
    n, k = np.ogrid[:x.shape[0], :x.shape[1]]
    for i, j in grid:
        r, c, *_ = grid.overlap(i, j)
        best = x[:, :, r, c].reshape(*x.shape[:2], -1).argmax(axis=-1)
        rows, columns = np.unravel_index(best, (grid.height, grid.width))
        dx[n, k, r.start + rows, c.start + columns] += dout[:, :, i, j]
    return dx


def spatial_batchnorm_forward(x: NDArray, gamma: NDArray, beta: NDArray, bn_param: dict):
    N, C, H, W = x.shape
    out, cache = batchnorm_forward(np.einsum('nchw->nhwc', x).reshape(N * H * W, C), gamma, beta,
                                   bn_param)
    return np.einsum('nhwc->nchw', out.reshape(N, H, W, C)), cache


def spatial_batchnorm_backward(dout: NDArray, cache: NormCache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(np.einsum('nchw->nhwc', dout).reshape(N * H * W, C), cache)
    return np.einsum('nhwc->nchw', dx.reshape(N, H, W, C)), dgamma, dbeta
