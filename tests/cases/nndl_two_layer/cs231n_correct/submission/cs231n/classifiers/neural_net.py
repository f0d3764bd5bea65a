from __future__ import print_function

import numpy as np
from past.builtins import xrange


class TwoLayerNet(object):
    """Weights with their inputs along the first axis, biases as rows."""

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        sizes = [input_size, hidden_size, output_size]
        self.params = {}
        for layer, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), 1):
            self.params["W%d" % layer] = std * np.random.randn(n_in, n_out)
            self.params["b%d" % layer] = np.zeros((1, n_out))

    def _forward(self, X):
        hidden = np.maximum(0, X @ self.params["W1"] + self.params["b1"])
        return hidden, hidden @ self.params["W2"] + self.params["b2"]

    def loss(self, X, y=None, reg=0.0):
        hidden, scores = self._forward(X)
        if y is None:
            return scores
        N = len(X)
        scores = scores - scores.max(axis=1)[:, None]
        log_p = scores - np.log(np.exp(scores).sum(axis=1))[:, None]
        loss = -log_p[range(N), y].mean()
        loss += reg * sum((self.params[k] ** 2).sum() for k in ("W1", "W2"))

        d = np.exp(log_p)
        d[range(N), y] -= 1
        d /= N
        back = d @ self.params["W2"].T
        back[hidden == 0] = 0
        return loss, {
            "W1": X.T @ back + 2 * reg * self.params["W1"],
            "b1": back.sum(axis=0, keepdims=True),
            "W2": hidden.T @ d + 2 * reg * self.params["W2"],
            "b2": d.sum(axis=0, keepdims=True),
        }

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95,
              reg=5e-6, num_iters=100, batch_size=200, verbose=False):
        num_train = X.shape[0]
        iterations_per_epoch = max(num_train // batch_size, 1)
        history = {"loss_history": [], "train_acc_history": [], "val_acc_history": []}
        for it in xrange(num_iters):
            chosen = np.random.randint(0, num_train, size=min(batch_size, num_train))
            loss, grads = self.loss(X[chosen], y[chosen], reg)
            history["loss_history"].append(loss)
            self.params = {k: v - learning_rate * grads[k] for k, v in self.params.items()}
            if it % iterations_per_epoch == 0:
                accuracy = np.mean(self.predict(X[chosen]) == y[chosen])
                history["train_acc_history"].append(accuracy)
                history["val_acc_history"].append(np.mean(self.predict(X_val) == y_val))
                learning_rate *= learning_rate_decay
        return history

    def predict(self, X):
        return self._forward(X)[1].argmax(axis=1)
