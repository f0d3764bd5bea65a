import numpy as np

from .. import layers


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.reg, self.dtype, self.normalization = reg, dtype, normalization
        sizes = [input_dim, *hidden_dims, num_classes]
        self.num_layers = len(sizes) - 1
        self.params, self.bn_params = {}, []
        for i in range(1, len(sizes)):
            self.params[f"W{i}"] = weight_scale * np.random.randn(sizes[i - 1], sizes[i])
            self.params[f"b{i}"] = np.zeros(sizes[i])
            if normalization and i < self.num_layers:
                self.params[f"gamma{i}"], self.params[f"beta{i}"] = np.ones(sizes[i]), np.zeros(sizes[i])
                self.bn_params.append({"mode": "train"})
        self.params = {k: v.astype(dtype) for k, v in self.params.items()}
        self.dropout_param = {}
        if dropout_keep_ratio < 1:
            self.dropout_param.update(mode="train", p=dropout_keep_ratio)
            if seed is not None:
                self.dropout_param.update(seed=seed)

    def steps(self, i):
        """Name of the layer, names of its parameters, its settings."""
        yield "affine", ("W%d" % i, "b%d" % i), ()
        if i < self.num_layers:
            if self.normalization:
                yield self.normalization, ("gamma%d" % i, "beta%d" % i), (self.bn_params[i - 1],)
            yield "relu", (), ()
            if self.dropout_param:
                yield "dropout", (), (self.dropout_param,)

    def loss(self, X, y=None):
        mode = "test" if y is None else "train"
        for settings in (*self.bn_params, self.dropout_param):
            if settings:
                settings["mode"] = mode
        out, past = X.astype(self.dtype), []
        for i in range(1, self.num_layers + 1):
            for kind, names, settings in self.steps(i):
                forward = getattr(layers, kind + "_forward")
                out, cache = forward(out, *(self.params[n] for n in names), *settings)
                past.append((kind, names, cache))
        if y is None:
            return out
        loss, d = layers.softmax_loss(out, y)
        grads = {}
        for kind, names, cache in reversed(past):
            d = getattr(layers, kind + "_backward")(d, cache)
            if names:
                d, grads[names[0]], grads[names[1]] = d
        for i in range(1, self.num_layers + 1):
            loss += 0.5 * self.reg * np.sum(np.square(self.params[f"W{i}"]))
            grads[f"W{i}"] += self.reg * self.params[f"W{i}"]
        return loss, grads
