from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np

from ..layers import softmax_loss


@dataclass
class History:
    loss_history: list[float] = field(default_factory=list)
    train_acc_history: list[float] = field(default_factory=list)
    val_acc_history: list[float] = field(default_factory=list)


class TwoLayerNet:
    params: dict[str, np.ndarray]

    def __init__(self, input_size: int, hidden_size: int, output_size: int, std: float = 1e-4):
        self.params = {"W1": np.random.randn(input_size, hidden_size), "b1": np.zeros(hidden_size),
                       "W2": np.random.randn(hidden_size, output_size), "b2": np.zeros(output_size)}
        for name in "W1", "W2":
            self.params[name] *= std

    @property
    def weights(self):
        return {name: p for name, p in self.params.items() if name.startswith("W")}

    def hidden(self, X: np.ndarray) -> np.ndarray:
        out = X @ self.params["W1"]
        out += self.params["b1"]
        return np.maximum(out, 0, out=out)

    def loss(self, X, y=None, reg: float = 0.0):
        h = self.hidden(X)
        scores = np.add(h @ self.params["W2"], self.params["b2"])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        dh = dscores @ self.params["W2"].T * np.sign(h)
        grads = {
            "W1": X.T @ dh, "b1": np.add.reduce(dh),
            "W2": h.T @ dscores, "b2": np.add.reduce(dscores),
        }
        for name, W in self.weights.items():
            loss += 0.5 * reg * float(np.vdot(W, W))
            grads[name] += reg * W
        return loss, grads

    def train(self, X, y, X_val, y_val, *, learning_rate=1e-3, learning_rate_decay=0.95,
              reg=1e-5, num_iters=100, batch_size=200, verbose=False) -> dict:
        history = History()
        per_epoch = max(len(X) // batch_size, 1)
        rng = np.random.default_rng()
        for it in range(num_iters):
            rows = rng.choice(len(X), batch_size, replace=True)
            loss, grads = self.loss(X[rows], y[rows], reg=reg)
            history.loss_history.append(loss)
            for name in self.params:
                self.params[name] = self.params[name] - learning_rate * grads[name]
            if it % per_epoch == 0:
                history.train_acc_history.append(np.mean(self.predict(X[rows]) == y[rows]))
                history.val_acc_history.append(np.mean(self.predict(X_val) == y_val))
                learning_rate *= learning_rate_decay
                if verbose:
                    print(f"{it}: {loss:.3f}")
        return asdict(history)

    def predict(self, X):
        return np.argmax(self.loss(X), axis=-1)
