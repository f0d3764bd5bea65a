"""Everything of the SVM in one module."""
import collections
import numpy

Hinge = collections.namedtuple("Hinge", "value slope")


class Margins:
    """Which classes come closer than 1 to the right one."""

    def __init__(self, scores, labels):
        self.scores, self.labels = scores, labels
        self.n = scores.shape[0]

    @property
    def hinge(self):
        rows = numpy.r_[: self.n]
        margins = self.scores - self.scores[rows, self.labels, None] + 1.
        positive = margins > 0.
        positive[rows, self.labels] = False
        slope = positive.astype(numpy.float64)
        slope[rows, self.labels] = 0. - positive.sum(-1)
        return Hinge(value=numpy.sum(margins, where=positive), slope=slope)


def svm_loss_naive(W, X, y, reg):
    loss = 0.
    grads = [numpy.zeros(W.shape[0]) for _ in range(W.shape[1])]
    for n in range(X.shape[0]):
        for c in set(range(W.shape[1])) - {int(y[n])}:
            margin = 1. + X[n].dot(W[:, c]) - X[n].dot(W[:, y[n]])
            if margin > 0.:
                loss += margin
                grads[c] = grads[c] + X[n]
                grads[y[n]] = grads[y[n]] - X[n]
    dW = numpy.stack(grads, axis=1) / X.shape[0]
    for d, c in numpy.ndindex(*W.shape):
        dW[d, c] += 2. * reg * W[d, c]
    return loss / X.shape[0] + reg * sum(w * w for w in W.flat), dW


def svm_loss_vectorized(W, X, y, reg):
    value, slope = Margins(X.dot(W), y).hinge
    return value / len(y) + reg * (W ** 2).sum(), numpy.dot(slope.T, X).T / len(y) + 2. * reg * W


class LinearClassifier:
    def __init__(self, W=None):
        self.W = W

    def train(self, X, y, learning_rate=0.001, reg=0.00001, num_iters=100, batch_size=200,
              verbose=False):
        n, d = numpy.shape(X)
        if self.W is None:
            self.W = 0.001 * numpy.random.randn(d, numpy.max(y) + 1)
        order = [numpy.random.choice(n, batch_size) for _ in range(num_iters)]
        losses = []
        for rows in order:
            loss, dW = self.loss(X[rows], y[rows], reg)
            losses.append(loss)
            self.W = self.W - learning_rate * dW
        if verbose:
            for it, loss in list(enumerate(losses))[::100]:
                print("%5d %g" % (it, loss))
        return losses

    def predict(self, X):
        best = numpy.zeros(len(X), dtype=numpy.int32)
        top = X.dot(self.W[:, 0])
        for c in range(1, self.W.shape[1]):
            s = X.dot(self.W[:, c])
            best[s > top] = c
            top = numpy.maximum(top, s)
        return best

    def loss(self, X_batch, y_batch, reg):
        raise NotImplementedError


class LinearSVM(LinearClassifier):
    def loss(self, *batch):
        return svm_loss_vectorized(self.W, *batch)
