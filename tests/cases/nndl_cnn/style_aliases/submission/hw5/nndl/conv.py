import numpy as np


def forward(x, w, b, conv_param):
    def single(image):
        """One image: recursion over the rows of the output."""
        def rows(top):
            if top + HH > padded.shape[1]:
                return []
            band = padded[:, top:top + HH]
            row = [np.tensordot(w, band[:, :, left:left + WW], 3)
                   for left in range(0, padded.shape[2] - WW + 1, stride)]
            return [np.stack(row, -1)] + rows(top + stride)
        padded = np.pad(image, ((0, 0), (pad, pad), (pad, pad)), mode='constant')
        return np.stack(rows(0), 1) + b[:, None, None]

    stride, pad = conv_param['stride'], conv_param['pad']
    HH, WW = w.shape[2:]
    return np.array([single(image) for image in x]), (x, w, b, conv_param)


def backward(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param['stride'], conv_param['pad']
    HH, WW = w.shape[2:]
    H, W = x.shape[2:]
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n in range(len(x)):
        padded = np.pad(x[n], ((0, 0), (pad, pad), (pad, pad)), mode='constant')
        dpadded = np.zeros(padded.shape)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                g, top, left = dout[n, :, i, j], i * stride, j * stride
                db += g
                dw += np.multiply.outer(g, padded[:, top:top + HH, left:left + WW])
                dpadded[:, top:top + HH, left:left + WW] += np.tensordot(g, w, 1)
        dx[n] = dpadded[:, pad:pad + H, pad:pad + W]
    return dx, dw, db
