import ast
import textwrap

import pytest

from grader.submission.stub import is_stub


def judge(source: str, module: str = "layers") -> bool:
    """Return whether the one definition in ``source`` is a stub."""
    node = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    return is_stub(node, module)


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "raise NotImplementedError",
        "'''Documented.'''",
        "return",
        "out = None\ncache = (x, w, b)\nreturn out, cache",
        "x, w, b = cache\ndx, dw, db = None, None, None\nreturn dx, dw, db",
        """if config is None: config = {}
config.setdefault('rho', 0.9)
next_w = None
return next_w, config""",
        """N, D = x.shape
mean = p.get('mean', np.zeros(D, dtype=x.dtype))
out = None
if p['mode'] == 'train':
    pass
else:
    raise ValueError('mode %s' % mode)
p['mean'] = mean
return out, None""",
        "out = out.astype(x.dtype, copy=False)\nreturn out, (param, mask)",
        "print('Not done yet', x.shape)\nloss = 0.0\ndW = np.zeros_like(W)\nreturn loss, dW",
    ],
)
def test_what_courses_hand_out_is_a_stub(body: str) -> None:
    """Plumbing around a gap computes nothing."""
    assert judge("def f(x):\n" + textwrap.indent(body, "    "))


@pytest.mark.parametrize(
    "body",
    [
        "return x @ w + b, cache",
        "out = np.maximum(0, x)\nreturn out, x",
        "out = x.copy()\nout[out < 0] = 0\nreturn out, x",
        "mask = x < 0\nout = x\nout[mask] = 0\nreturn out, x",
        "w -= lr * dw\nreturn w, config",
        "return affine_forward(x, w, b)",
        "out = x * 2",
        "while True: pass",
        "out = None\nif mode == 'train':\n    out = (x > 0) * x\nreturn out",
        "f = lambda z: z * 2\nreturn f",
        "out = [a * b for a, b in zip(x, w)]\nreturn out",
    ],
)
def test_anything_computed_is_an_implementation(body: str) -> None:
    """One line of work is enough, however it is written."""
    assert not judge("def f(x):\n" + textwrap.indent(body, "    "))


NET = """
class TwoLayerNet(object):
    def __init__(self, hidden_dim=100, reg=0.0):
        self.params = {}
        self.reg = reg
        self.use_dropout = dropout > 0
        self.num_layers = 1 + len(hidden_dims)
        self.bn_params = [{'mode': 'train'} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)
        INIT
    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        for bn_param in self.bn_params:
            bn_param[mode] = mode
        conv_param = {'stride': 1, 'pad': (filter_size - 1) // 2}
        LOSS
        if mode == 'test':
            return scores
        loss, grads = 0, {}
        return loss, grads
"""


@pytest.mark.parametrize(
    ("init", "loss", "stub"),
    [
        ("pass", "scores = None", True),
        ("self.params['W1'] = scale * np.random.randn(D, H)", "scores = None", False),
        ("pass", "scores = X.dot(self.params['W1'])", False),
    ],
)
def test_a_network_is_a_stub_until_a_method_computes(init: str, loss: str, stub: bool) -> None:
    """The skeleton of a network holds much, and computes nothing."""
    assert judge(NET.replace("INIT", init).replace("LOSS", loss), "fc_net") is stub


def test_the_toy_network_is_judged_by_its_loss() -> None:
    """Its constructor comes complete from the course."""
    source = NET.replace("INIT", "self.W = std * randn(D, H)").replace("LOSS", "scores = None")
    assert judge(source, "neural_net")
