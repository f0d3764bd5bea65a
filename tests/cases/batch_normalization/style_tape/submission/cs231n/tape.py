import numpy as np


class Node(object):
    """A value, and for each parent how a gradient goes back to it."""

    def __init__(self, value, parents=()):
        self.value = value
        self.parents = parents
        self.grad = 0.0

    def __add__(self, other):
        return Node(self.value + other.value, ((self, lambda g: g), (other, lambda g: g)))

    def __sub__(self, other):
        return Node(self.value - other.value, ((self, lambda g: g), (other, lambda g: -g)))

    def __mul__(self, other):
        a, b = self.value, other.value
        return Node(a * b, ((self, lambda g: g * b), (other, lambda g: g * a)))

    def mean(self, axis):
        n, shape = self.value.shape[axis], self.value.shape
        return Node(self.value.mean(axis=axis, keepdims=True),
                    ((self, lambda g: np.broadcast_to(g / n, shape)),))

    def rsqrt(self, eps):
        r = 1 / np.sqrt(self.value + eps)
        return Node(r, ((self, lambda g: -g * r ** 3 / 2),))

    def back(self, grad):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        for node in order:
            node.grad = np.zeros(np.shape(node.value))
        self.grad = grad
        for node in order[::-1]:
            for parent, rule in node.parents:
                parent.grad = parent.grad + fold(rule(node.grad), parent.value)


def fold(grad, like):
    """Add up over what was broadcast."""
    while grad.ndim > np.ndim(like):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(np.shape(like)):
        if size == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad
