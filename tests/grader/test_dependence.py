"""Who may be stood in for when somebody else is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.course.catalogue import load_assignment
from grader.dependence import floor_of, may_stand_in, partners_of
from grader.reach import NameGraph
from grader.submission.overlay import ModuleSource

LAYERS = "layers:"


@pytest.mark.parametrize(
    ("target", "owner"),
    [
        ("layers:affine_forward", "layer_utils:affine_relu_forward"),
        ("layers:affine_backward", "fc_net:TwoLayerNet"),
        ("layer_utils:affine_relu_forward", "fc_net:TwoLayerNet"),
        ("layers:softmax_loss", "cnn:ThreeLayerConvNet"),
        ("softmax:softmax_loss_vectorized", "linear_classifier:Softmax"),
        ("layers:batchnorm_forward", "layers:spatial_batchnorm_forward"),
        # Of these courses say what the cache holds.
        ("layers:affine_forward", "layers:affine_backward"),
        ("layers:max_pool_forward_naive", "layers:max_pool_backward_naive"),
    ],
)
def test_what_is_lower_may_be_stood_in_for(target: str, owner: str) -> None:
    """Layers for combined layers, both for networks, a documented forward for its backward."""
    assert may_stand_in(target, owner)
    assert floor_of(target) <= floor_of(owner)


@pytest.mark.parametrize(
    ("target", "owner"),
    [
        ("softmax:softmax_loss_naive", "softmax:softmax_loss_vectorized"),
        ("layers:batchnorm_backward", "layers:batchnorm_backward_alt"),
        ("layers:batchnorm_forward", "layers:layernorm_forward"),
        ("layers:spatial_batchnorm_forward", "layers:batchnorm_forward"),
        ("layer_utils:affine_relu_backward", "layers:affine_backward"),
        ("layer_utils:affine_bn_relu_forward", "layer_utils:affine_relu_forward"),
        ("layers:affine_backward", "layers:affine_forward"),
        ("layers:batchnorm_forward", "layers:batchnorm_backward"),
        ("fc_net:TwoLayerNet", "fc_net:FullyConnectedNet"),
        ("optim:adam", "optim:rmsprop"),
    ],
)
def test_nothing_stands_in_for_what_computes_the_same(target: str, owner: str) -> None:
    """Neither a sibling, nor what is made of the owner, nor a class answers for it."""
    assert not may_stand_in(target, owner)


def test_passes_that_share_a_cache_are_partners() -> None:
    """Both backward passes of batch normalisation take the cache of its forward pass."""
    assert "layers:relu_backward" in partners_of("layers:relu_forward")
    assert "layers:conv_forward_naive" in partners_of("layers:conv_backward_naive")
    forward, alt = partners_of("layers:batchnorm_backward")
    assert (forward, alt) == ("layers:batchnorm_forward", "layers:batchnorm_backward_alt")
    assert forward in partners_of("layers:batchnorm_backward_alt")
    assert partners_of("layers:softmax_loss") == ()


@pytest.mark.parametrize("carried", [-0.1, 1.5, float("nan")])
def test_a_share_lies_between_nothing_and_everything(carried: float) -> None:
    """An assignment cannot give more for a row because something else is broken."""
    with pytest.raises(ValueError, match="carried is"):
        replace(load_assignment("dropout").assignment, carried=carried)


def make_module(path: str, source: str, *, provided: bool = False) -> ModuleSource:
    """Return a module of a submission."""
    return ModuleSource(path, (path.removesuffix(".py"),), False, source, provided)


def test_names_are_followed_through_helpers_and_tables() -> None:
    """What a class uses is found behind functions of the student's own and without a call."""
    graph = NameGraph(
        [
            make_module("net.py", "class Net:\n  def loss(self):\n    return helper(self)"),
            make_module("helpers.py", "def helper(net):\n  return [affine, layers.relu][0](net)"),
            make_module("layers.py", "def affine(x): return x\ndef relu(x): return x"),
            make_module("course.py", "def affine(x): return provided(x)", provided=True),
            make_module("broken.py", "def f(:"),
        ]
    )
    assert {"helper", "affine", "relu", "provided"} <= graph.reach(["Net"])
    assert "helper" not in graph.reach(["affine"])
    assert graph.files_of("affine") == ("layers.py",)
