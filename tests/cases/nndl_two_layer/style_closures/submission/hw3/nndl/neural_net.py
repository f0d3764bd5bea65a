import numpy as np
import matplotlib.pyplot as plt
from functools import partial


def linear(x, W, b):
    """Output, and a function from its gradient to those of x, W, b."""
    return x @ W.T + b, lambda g: (g @ W, g.T @ x, np.einsum('nm->m', g))


def rectify(x):
    mask = (x > 0).astype(x.dtype)
    return x * mask, mask.__mul__


def nll(scores, y):
    top = np.amax(scores, axis=1, keepdims=True)
    lse = top + np.log(np.sum(np.exp(scores - top), axis=1, keepdims=True))
    hit = np.arange(scores.shape[1])[None, :] == y[:, None]
    value = np.sum((lse - scores) * hit) / len(y)
    return value, lambda: (np.exp(scores - lse) - hit) / len(y)


class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        draw = partial(np.multiply, std)
        self.params = dict(
            W1=draw(np.random.randn(hidden_size, input_size)), b1=np.zeros(hidden_size),
            W2=draw(np.random.randn(output_size, hidden_size)), b2=np.zeros(output_size))

    def loss(self, X, y=None, reg=0.0):
        P = self.params
        a, a_back = linear(X, P['W1'], P['b1'])
        h, h_back = rectify(a)
        scores, s_back = linear(h, P['W2'], P['b2'])

        if y is None:
            return scores

        data_loss, back = nll(scores, y)
        dh, dW2, db2 = s_back(back())
        dX, dW1, db1 = a_back(h_back(dh))
        weights = np.concatenate([P['W1'].ravel(), P['W2'].ravel()])
        return data_loss + reg / 2 * weights.dot(weights), {
            'b2': db2, 'W2': dW2 + reg * P['W2'], 'b1': db1, 'W1': dW1 + reg * P['W1']}

    def train(self, X, y, X_val, y_val,
              learning_rate=1e-3, learning_rate_decay=0.95,
              reg=1e-5, num_iters=100,
              batch_size=200, verbose=False):
        N = X.shape[0]
        per_epoch = max(int(N / batch_size), 1)
        stats = {k: [] for k in ('loss_history', 'train_acc_history', 'val_acc_history')}
        accuracy = lambda A, b: float((self.predict(A) == b).mean())

        def step(rate):
            rows = np.random.randint(N, size=batch_size)
            loss, grads = self.loss(X[rows], y[rows], reg)
            self.params = {k: self.params[k] - rate * grads[k] for k in self.params}
            stats['loss_history'].append(loss)
            return rows

        for it in range(num_iters):
            rows = step(learning_rate)
            if verbose and it % 100 == 0:
                print(it, stats['loss_history'][-1])
            if it % per_epoch == 0:
                stats['train_acc_history'] += [accuracy(X[rows], y[rows])]
                stats['val_acc_history'] += [accuracy(X_val, y_val)]
                learning_rate = learning_rate * learning_rate_decay
        return stats

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)
