from __future__ import annotations

import numpy as np

from deeplearning import layers as L

NORMALISATIONS = {
    "batchnorm": (L.batchnorm_forward, L.batchnorm_backward),
    "layernorm": (L.layernorm_forward, L.layernorm_backward),
}


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.reg = reg
        self.dtype = dtype
        self.hidden = len(hidden_dims)
        sizes = (input_dim, *hidden_dims, num_classes)
        shapes = {f"W{i + 1}": sizes[i:i + 2] for i in range(len(sizes) - 1)}
        self.params = {k: (np.random.randn(*s) * weight_scale).astype(dtype) for k, s in shapes.items()}
        self.params |= {"b" + k[1:]: np.zeros(s[1], dtype) for k, s in shapes.items()}
        self.bn_params: list[dict] = []
        if normalization is not None:
            for i, size in enumerate(hidden_dims, 1):
                self.params |= {f"gamma{i}": np.ones(size, dtype), f"beta{i}": np.zeros(size, dtype)}
                self.bn_params.append({"mode": "train"})

    def loss(self, X: np.ndarray, y: np.ndarray | None = None):
        training = y is not None
        for settings in self.bn_params:
            settings["mode"] = "train" if training else "test"
        tape, h = [], X.astype(self.dtype)

        def record(names, backward, result):
            tape.append((names, backward, result[1]))
            return result[0]

        p = self.params
        for i in range(1, self.hidden + 1):
            h = record((f"W{i}", f"b{i}"), L.affine_backward,
                       L.affine_forward(h, p[f"W{i}"], p[f"b{i}"]))
            if self.normalization is not None:
                forward, backward = NORMALISATIONS[self.normalization]
                h = record((f"gamma{i}", f"beta{i}"), backward,
                           forward(h, p[f"gamma{i}"], p[f"beta{i}"], self.bn_params[i - 1]))
            h = record((), lambda d, c: (L.relu_backward(d, c),), L.relu_forward(h))
        i = self.hidden + 1
        scores = record((f"W{i}", f"b{i}"), L.affine_backward,
                        L.affine_forward(h, p[f"W{i}"], p[f"b{i}"]))
        if not training:
            return scores

        loss, d = L.softmax_loss(scores, y)
        grads = {}
        for names, backward, cache in tape[::-1]:
            d, *rest = backward(d, cache)
            grads.update(zip(names, rest))
        for name in (k for k in p if k.startswith("W")):
            loss += 0.5 * self.reg * np.square(p[name]).sum()
            grads[name] += self.reg * p[name]
        return loss, grads
