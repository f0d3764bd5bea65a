import numpy


def affine_forward(x, w, b):
    flat = numpy.ravel(x).reshape(x.shape[0], w.shape[0])

    def pull_back(dout):
        return (numpy.matmul(w, dout.T).T.reshape(x.shape),
                numpy.matmul(dout.T, flat).T,
                numpy.add.reduce(dout, axis=0))

    return numpy.matmul(flat, w) + b[numpy.newaxis, :], pull_back


def affine_backward(dout, cache):
    return cache(dout)


def relu_forward(x):
    slope = numpy.heaviside(x, 0)
    return (x + numpy.abs(x)) / 2, lambda dout: dout * slope


relu_backward = lambda dout, cache: cache(dout)


def svm_loss(x, y):
    rows = range(len(y))
    gaps = x - x[rows, y].reshape(-1, 1) + 1
    gaps[rows, y] = -1
    active = gaps > 0
    g = active.astype(float)
    g[rows, y] = -numpy.count_nonzero(active, axis=1)
    return float(gaps[active].sum()) / len(y), g / len(y)


def softmax_loss(x, y):
    n = len(y)
    lse = numpy.logaddexp.reduce(x, axis=1)
    dx = numpy.exp(x - lse[:, None])
    numpy.subtract.at(dx, (numpy.arange(n), y), 1)
    return float(numpy.mean(lse - x[numpy.arange(n), y])), dx / n
