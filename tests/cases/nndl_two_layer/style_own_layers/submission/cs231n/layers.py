import numpy as np


def softmax_loss(x, y):
    shifted = x - np.max(x, axis=-1, keepdims=True)
    expo = np.exp(shifted)
    sums = expo.sum(axis=-1, keepdims=True)
    rows = range(len(x))
    loss = (np.log(sums).sum() - shifted[rows, y].sum()) / len(x)
    dx = expo / sums
    dx[rows, y] -= 1
    return loss, dx / len(x)
