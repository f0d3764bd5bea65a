import numpy as np


def _read(pool_param):
    return pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']


def forward(x, pool_param):
    h, w, s = _read(pool_param)
    out = [[x[:, :, t:t + h, l:l + w].max((2, 3)) for l in range(0, x.shape[3] - w + 1, s)]
           for t in range(0, x.shape[2] - h + 1, s)]
    return np.array(out).transpose(2, 3, 0, 1), (x, pool_param)


def backward(dout, cache):
    x, pool_param = cache
    h, w, s = _read(pool_param)
    dx = np.zeros_like(x)
    for i, j in np.ndindex(dout.shape[2], dout.shape[3]):
        window = np.index_exp[:, :, i * s:i * s + h, j * s:j * s + w]
        flat = x[window].reshape(dout.shape[:2] + (-1,))
        share = np.zeros(flat.shape)
        np.put_along_axis(share, flat.argmax(-1)[..., None], dout[:, :, i, j, None], -1)
        dx[window] += share.reshape(x[window].shape)
    return dx
