import numpy as np


class Affine(object):
    """One layer that reads its weights from the net's dictionary."""

    def __init__(self, params, number, size_in, size_out, std):
        self.params = params
        self.W, self.b = 'W%d' % number, 'b%d' % number
        params[self.W] = np.random.normal(0., std, (size_out, size_in))
        params[self.b] = np.zeros((size_out,))

    def forward(self, x):
        self.x = x
        return np.dot(x, self.params[self.W].T) + self.params[self.b]

    def backward(self, dout, grads):
        grads[self.W] = np.dot(dout.T, self.x)
        grads[self.b] = dout.sum(0)
        return np.dot(dout, self.params[self.W])


class Relu(object):
    def forward(self, x):
        self.on = x > 0
        return np.where(self.on, x, 0)

    def backward(self, dout, grads):
        return np.where(self.on, dout, 0)


class CrossEntropy(object):
    def __call__(self, scores, y):
        n = scores.shape[0]
        scores = scores - scores.max(axis=1, keepdims=True)
        p = np.exp(scores)
        total = p.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(total[:, 0]) - scores[np.arange(n), y])
        p /= total
        p[np.arange(n), y] -= 1
        return loss, p / n


class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        self.layers = [
            Affine(self.params, 1, input_size, hidden_size, std),
            Relu(),
            Affine(self.params, 2, hidden_size, output_size, std),
        ]

    def loss(self, X, y=None, reg=0.0):
        out = X
        for layer in self.layers:
            out = layer.forward(out)
        if y is None:
            return out
        loss, dout = CrossEntropy()(out, y)
        grads = {}
        for layer in reversed(self.layers):
            dout = layer.backward(dout, grads)
        for name, value in self.params.items():
            if value.ndim == 2:
                loss += 0.5 * reg * np.sum(value * value)
                grads[name] += reg * value
        return loss, grads

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95,
              reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        num_train = X.shape[0]
        iterations_per_epoch = max(num_train / batch_size, 1)
        loss_history, train_acc_history, val_acc_history = [], [], []
        for it in np.arange(num_iters):
            batch = np.random.choice(np.arange(num_train), batch_size)
            loss, grads = self.loss(X[batch], y=y[batch], reg=reg)
            loss_history.append(loss)
            for name, grad in grads.items():
                self.params[name] -= learning_rate * grad
            if verbose and it % 100 == 0:
                print('iteration {} / {}: loss {}'.format(it, num_iters, loss))
            if it % iterations_per_epoch == 0:
                train_acc_history.append(np.mean(self.predict(X[batch]) == y[batch]))
                val_acc_history.append(np.mean(self.predict(X_val) == y_val))
                learning_rate *= learning_rate_decay
        return {'loss_history': loss_history, 'train_acc_history': train_acc_history,
                'val_acc_history': val_acc_history}

    def predict(self, X):
        return self.loss(X).argmax(axis=1)
