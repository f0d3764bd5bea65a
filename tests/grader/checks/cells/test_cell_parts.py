"""A cell's parts are its comparisons, named after what they compare."""

from __future__ import annotations

import textwrap

import pytest

from grader.checks.cells import CellCheck, parts_of

SETUP = """
from anything.layers import *
from anything.classifiers.fc_net import TwoLayerNet
"""


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("print('dx error: ', rel_error(dx_num, dx))", ("dx",)),
        ("print('difference: ', rel_error(out, correct_out))", ("out",)),
        ("print('next_w error:\\t', rel_error(expected_next_w, next_w))", ("next_w",)),
        ("print('{} relative error: {}'.format(name, rel_error(num, grads[name])))", ("grads",)),
        ("print(f'dw error: {rel_error(dw_num, dw)}')", ("dw",)),
        ("print('%s relative error: %.2e' % (name, rel_error(num, grads[name])))", ("grads",)),
        ("print(np.sum(np.abs(scores - correct_scores)))", ("scores",)),
        ("d = np.linalg.norm(grad_naive - grad_vectorized, ord='fro')\nprint(d)", ("grad",)),
        ("grad_check_sparse(f, W, grad, 10)\ngrad_check_sparse(f, W, grad, 10)", ("grad",)),
        ("assert np.all(b1 == 0), 'biases'", ("b1",)),
        ("assert out.shape == (2, 3)", ("out_shape",)),
        ("np.testing.assert_allclose(out, expected)", ("out",)),
        ("std = abs(model.params['W1'].std() - s)\nassert std < s / 10", ("W1_std",)),
        ("print(rel_error(dx_naive, dx_fast))", ("dx",)),
        ("e = rel_error(num, dx)\nprint(e, rel_error(num, dx))", ("dx",)),
        ("print(rel_error(num, dx))\ndx = g()\nprint(rel_error(num, dx))", ("dx", "dx_2")),
        ("assert FOLDERNAME is not None", ()),
        ("def rel_error(x, y):\n    return np.max(np.abs(x - y))", ()),
        ("%cd /content\n!ls\nprint('dx error: ', rel_error(dx_num, dx))", ("dx",)),
    ],
)
def test_parts_are_named_after_what_is_compared(source: str, parts: tuple[str, ...]) -> None:
    """Labels name a part, else the variable that is judged does."""
    assert parts_of(source) == parts


def test_predicates_are_parts_of_their_own() -> None:
    """Declared predicates come after the cell's own comparisons, under their own names."""
    source = "print('dx error: ', rel_error(num, dx))\nprint(loss)"
    assert parts_of(source, {"loss": "abs(loss - 9) < 0.1"}) == ("dx", "loss")


def test_a_comparison_gives_way_to_a_predicate_of_its_name() -> None:
    """The instructor's own name stays as it is."""
    assert parts_of("print(rel_error(num, loss))", {"loss": "loss < 9"}) == ("loss_2", "loss")


@pytest.mark.parametrize(("source", "predicates"), [("x = (", {}), ("x = 1", {"p": "x ="})])
def test_what_is_no_python_is_a_value_error(source: str, predicates: dict[str, str]) -> None:
    """The instructor is told which cell or predicate is meant."""
    with pytest.raises(ValueError, match="is no Python"):
        parts_of(source, predicates)


def make_check(source: str, setup: str = SETUP) -> CellCheck:
    """Return a check with a point for every part."""
    source = textwrap.dedent(source)
    return CellCheck(
        id="some.cell",
        points=dict.fromkeys(parts_of(source), 1.0),
        source=source,
        setup=(setup,),
    )


def test_targets_are_what_the_cell_calls() -> None:
    """Without declared targets they are read off the calls, the one to blame last."""
    check = make_check(
        """
        num = eval_numerical_gradient_array(lambda x: affine_forward(x, w, b)[0], x, dout)
        _, cache = affine_forward(x, w, b)
        dx, dw, db = affine_backward(dout, cache)
        print('dw error: ', rel_error(num, dw))
        """
    )
    assert check.targets == ("layers:affine_forward", "layers:affine_backward")
    assert check.result_of("dw") == ("layers:affine_backward", 1)
    assert check.is_gradient("dw")


def test_a_second_derivation_makes_gradients_too() -> None:
    """What two backward passes are compared in is no number of the forward pass they go back."""
    check = make_check(
        """
        _, cache = batchnorm_forward(x, gamma, beta, {'mode': 'train'})
        dx1, dgamma1, dbeta1 = batchnorm_backward(dout, cache)
        dx2, dgamma2, dbeta2 = batchnorm_backward_alt(dout, cache)
        print('dx difference: ', rel_error(dx1, dx2))
        """
    )
    assert check.result_of("dx") == ("layers:batchnorm_backward_alt", 0)
    assert check.is_gradient("dx")


@pytest.mark.parametrize(
    ("imports", "target"),
    [
        ("from cs231n.classifiers.fc_net import *", "fc_net:TwoLayerNet"),
        ("from nndl.neural_net import TwoLayerNet", "neural_net:TwoLayerNet"),
        ("import course.neural_net as N; TwoLayerNet = N.TwoLayerNet", "fc_net:TwoLayerNet"),
    ],
)
def test_modules_are_known_by_their_last_name(imports: str, target: str) -> None:
    """Whatever the package is called, the module's own name decides."""
    check = make_check("net = TwoLayerNet(reg=0.0)\nassert net.reg == 0", imports)
    assert target in check.targets


def test_the_toy_network_is_known_by_its_keywords() -> None:
    """Two modules define a ``TwoLayerNet``; only one takes ``hidden_size``."""
    check = make_check("net = TwoLayerNet(4, hidden_size=3)\nassert net.reg == 0")
    assert check.targets == ("neural_net:TwoLayerNet",)


def test_a_star_brings_only_what_the_course_defines() -> None:
    """Names that a module happens to re-export are not bound by its star."""
    check = make_check("assert relu_forward(range(3)) is None")
    assert check.targets == ("layers:relu_forward",)


def test_points_for_an_unknown_part_are_refused() -> None:
    """The message lists the parts that there are."""
    with pytest.raises(ValueError, match="part 'dz', and the cell has dx"):
        CellCheck(id="some.cell", points={"dz": 1.0}, source="print(rel_error(num, dx))")
