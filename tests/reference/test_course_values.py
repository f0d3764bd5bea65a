"""The values that the course's notebooks print, at the printed precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest

from reference.layers.activations import relu_forward
from reference.layers.convolution import conv_forward_naive
from reference.layers.dense import affine_forward
from reference.layers.pooling import max_pool_forward_naive
from reference.losses import softmax_loss, svm_loss
from reference.models.convolutional import ThreeLayerConvNet
from reference.models.toy import OutputFirstTwoLayerNet
from reference.models.toy import TwoLayerNet as ToyTwoLayerNet
from reference.models.two_layer import TwoLayerNet
from reference.optim import adam, rmsprop, sgd_momentum

Measure: TypeAlias = Callable[[Any, Any], float]


def ramp(first: float, last: float, *shape: int) -> np.ndarray:
    """Return evenly spaced values, the course's way of making small fixed inputs."""
    return np.linspace(first, last, num=int(np.prod(shape))).reshape(shape)


def test_affine_forward_gives_the_printed_values(relative_error: Measure) -> None:
    """Two examples of shape (4, 5, 6) through three units."""
    x, w, b = ramp(-0.1, 0.5, 2, 4, 5, 6), ramp(-0.2, 0.3, 120, 3), ramp(-0.3, 0.1, 3)
    printed = np.array([[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]])
    assert relative_error(affine_forward(x, w, b)[0], printed) < 2e-9


def test_relu_forward_gives_the_printed_values(relative_error: Measure) -> None:
    """Twelve values from -0.5 to 0.5; the printed digits allow 5e-8."""
    printed = np.array(
        [
            [0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.04545455, 0.13636364],
            [0.22727273, 0.31818182, 0.40909091, 0.5],
        ]
    )
    assert relative_error(relu_forward(ramp(-0.5, 0.5, 3, 4))[0], printed) < 5.1e-8


@pytest.mark.parametrize(("loss_function", "expected"), [(svm_loss, 9.0), (softmax_loss, 2.3)])
def test_losses_of_small_random_scores(
    loss_function: Callable[..., tuple[float, np.ndarray]], expected: float
) -> None:
    """Ten classes whose scores are close to 0 lose 9 margins, or log 10."""
    generator = np.random.default_rng(0)
    scores = 0.001 * generator.standard_normal((50, 10))
    loss, _ = loss_function(scores, generator.integers(10, size=50))
    assert loss == pytest.approx(expected, abs=0.01)


@pytest.fixture
def fixed_two_layer_net() -> TwoLayerNet:
    """Return the modular network with the notebook's weights."""
    model = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=1e-2)
    model.params["W1"] = ramp(-0.7, 0.3, 5, 50)
    model.params["b1"] = ramp(-0.1, 0.9, 50)
    model.params["W2"] = ramp(-0.3, 0.4, 50, 7)
    model.params["b2"] = ramp(-0.9, 0.1, 7)
    return model


FIXED_X = ramp(-5.5, 4.5, 5, 3).T


def test_two_layer_net_gives_the_printed_scores(fixed_two_layer_net: TwoLayerNet) -> None:
    """The absolute differences sum to less than 1e-6, as the notebook asks."""
    printed = [
        [11.53165108, 12.2917344, 13.05181771, 13.81190102, 14.57198434, 15.33206765, 16.09215096],
        [12.05769098, 12.74614105, 13.43459113, 14.1230412, 14.81149128, 15.49994135, 16.18839143],
        [12.58373087, 13.20054771, 13.81736455, 14.43418138, 15.05099822, 15.66781506, 16.2846319],
    ]
    assert np.abs(fixed_two_layer_net.loss(FIXED_X) - np.array(printed)).sum() < 1e-6


@pytest.mark.parametrize(("reg", "printed"), [(0.0, 3.4702243556), (1.0, 26.5948426952)])
def test_two_layer_net_gives_the_printed_losses(
    fixed_two_layer_net: TwoLayerNet, reg: float, printed: float
) -> None:
    """The regularisation carries the factor one half."""
    fixed_two_layer_net.reg = reg
    loss, _ = fixed_two_layer_net.loss(FIXED_X, np.array([0, 5, 1]))
    assert abs(loss - printed) < 1e-10


W, DW = ramp(-0.4, 0.6, 4, 5), ramp(-0.6, 0.4, 4, 5)


def test_sgd_momentum_gives_the_printed_step(relative_error: Measure) -> None:
    """Both parameter and velocity agree to 1e-8."""
    config: dict[str, Any] = {"learning_rate": 1e-3, "velocity": ramp(0.6, 0.9, 4, 5)}
    next_w, _ = sgd_momentum(W, DW, config)
    printed_w = [
        [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789],
        [0.47454737, 0.54133684, 0.60812632, 0.67491579, 0.74170526],
        [0.80849474, 0.87528421, 0.94207368, 1.00886316, 1.07565263],
        [1.14244211, 1.20923158, 1.27602105, 1.34281053, 1.4096],
    ]
    printed_velocity = [
        [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158],
        [0.61138947, 0.62554737, 0.63970526, 0.65386316, 0.66802105],
        [0.68217895, 0.69633684, 0.71049474, 0.72465263, 0.73881053],
        [0.75296842, 0.76712632, 0.78128421, 0.79544211, 0.8096],
    ]
    assert relative_error(next_w, np.array(printed_w)) < 1e-8
    assert relative_error(config["velocity"], np.array(printed_velocity)) < 1e-8


def test_rmsprop_gives_the_printed_step(relative_error: Measure) -> None:
    """Both parameter and cache agree to 1e-7."""
    config: dict[str, Any] = {"learning_rate": 1e-2, "cache": ramp(0.6, 0.9, 4, 5)}
    next_w, _ = rmsprop(W, DW, config)
    printed_w = [
        [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247],
        [-0.132737, -0.08078555, -0.02881884, 0.02316247, 0.07515774],
        [0.12716641, 0.17918792, 0.23122175, 0.28326742, 0.33532447],
        [0.38739248, 0.43947102, 0.49155973, 0.54365823, 0.59576619],
    ]
    printed_cache = [
        [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321],
        [0.67329252, 0.68859723, 0.70395734, 0.71937285, 0.73484377],
        [0.75037008, 0.7659518, 0.78158892, 0.79728144, 0.81302936],
        [0.82883269, 0.84469141, 0.86060554, 0.87657507, 0.8926],
    ]
    assert relative_error(next_w, np.array(printed_w)) < 1e-7
    assert relative_error(config["cache"], np.array(printed_cache)) < 1e-8


def test_adam_gives_the_printed_step(relative_error: Measure) -> None:
    """Parameter and both moments agree to 1e-7; five steps were taken before."""
    config: dict[str, Any] = {"learning_rate": 1e-2, "t": 5}
    config |= {"m": ramp(0.6, 0.9, 4, 5), "v": ramp(0.7, 0.5, 4, 5)}
    next_w, _ = adam(W, DW, config)
    printed_w = [
        [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977],
        [-0.1380274, -0.08544591, -0.03286534, 0.01971428, 0.0722929],
        [0.1248705, 0.17744702, 0.23002243, 0.28259667, 0.33516969],
        [0.38774145, 0.44031188, 0.49288093, 0.54544852, 0.59801459],
    ]
    printed_v = [
        [0.69966, 0.68908382, 0.67851319, 0.66794809, 0.65738853],
        [0.64683452, 0.63628604, 0.6257431, 0.61520571, 0.60467385],
        [0.59414753, 0.58362676, 0.57311152, 0.56260183, 0.55209767],
        [0.54159906, 0.53110598, 0.52061845, 0.51013645, 0.49966],
    ]
    printed_m = [
        [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474],
        [0.57736842, 0.59684211, 0.61631579, 0.63578947, 0.65526316],
        [0.67473684, 0.69421053, 0.71368421, 0.73315789, 0.75263158],
        [0.77210526, 0.79157895, 0.81105263, 0.83052632, 0.85],
    ]
    assert relative_error(next_w, np.array(printed_w)) < 2.2e-7
    assert relative_error(config["v"], np.array(printed_v)) < 1e-8
    assert relative_error(config["m"], np.array(printed_m)) < 1e-8


def test_convolution_gives_the_printed_values(relative_error: Measure) -> None:
    """Two images of 4x4 pixels, three filters of the same size, stride 2 and padding 1."""
    x, w, b = ramp(-0.1, 0.5, 2, 3, 4, 4), ramp(-0.2, 0.3, 3, 3, 4, 4), ramp(-0.1, 0.2, 3)
    printed = [
        [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
        [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
        [[0.50813986, 0.54309974], [0.64082444, 0.67101435]],
        [[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
        [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
        [[2.36270298, 2.36904306], [2.38090835, 2.38247847]],
    ]
    out, _ = conv_forward_naive(x, w, b, {"stride": 2, "pad": 1})
    assert relative_error(out, np.array(printed).reshape(2, 3, 2, 2)) < 3e-8


def test_max_pooling_gives_the_printed_values(relative_error: Measure) -> None:
    """Two images of 4x4 pixels, windows of 2x2 that tile them."""
    printed = [
        [[-0.26315789, -0.24842105], [-0.20421053, -0.18947368]],
        [[-0.14526316, -0.13052632], [-0.08631579, -0.07157895]],
        [[-0.02736842, -0.01263158], [0.03157895, 0.04631579]],
        [[0.09052632, 0.10526316], [0.14947368, 0.16421053]],
        [[0.20842105, 0.22315789], [0.26736842, 0.28210526]],
        [[0.32631579, 0.34105263], [0.38526316, 0.4]],
    ]
    pool_param = {"pool_width": 2, "pool_height": 2, "stride": 2}
    out, _ = max_pool_forward_naive(ramp(-0.3, 0.4, 2, 3, 4, 4), pool_param)
    assert relative_error(out, np.array(printed).reshape(2, 3, 2, 2)) < 5e-8


def make_toy(network: type[ToyTwoLayerNet], **options: float) -> ToyTwoLayerNet:
    """Return a toy network with the weights that the notebook's seed gives."""
    state = np.random.get_state()  # noqa: NPY002 - the notebook seeds the global generator
    np.random.seed(0)  # noqa: NPY002
    model = network(4, 10, 3, std=1e-1, **options)
    np.random.set_state(state)  # noqa: NPY002
    return model


TOY_X = 10 * np.random.RandomState(1).standard_normal((5, 4))
TOY_Y = np.array([0, 1, 2, 2, 1])


def test_toy_network_gives_the_printed_scores() -> None:
    """Weights of shape (H, D), drawn from NumPy's global generator in the course's order."""
    printed = [
        [-1.07260209, 0.05083871, -0.87253915],
        [-2.02778743, -0.10832494, -1.52641362],
        [-0.74225908, 0.15259725, -0.39578548],
        [-0.38172726, 0.10835902, -0.17328274],
        [-0.64417314, -0.18886813, -0.41106892],
    ]
    scores = make_toy(OutputFirstTwoLayerNet).loss(TOY_X)
    assert np.abs(scores - np.array(printed)).sum() < 1e-7


def test_toy_network_gives_the_printed_loss() -> None:
    """The regularisation carries the factor one half."""
    loss, _ = make_toy(OutputFirstTwoLayerNet).loss(TOY_X, TOY_Y, reg=0.05)
    assert abs(loss - 1.071696123862817) < 1e-12


def test_toy_network_trains_to_the_printed_loss() -> None:
    """A hundred steps on the toy data end at the notebook's final loss."""
    state = np.random.get_state()  # noqa: NPY002 - the notebook seeds the global generator
    np.random.seed(0)  # noqa: NPY002
    model = OutputFirstTwoLayerNet(4, 10, 3, std=1e-1)
    stats = model.train(TOY_X, TOY_Y, TOY_X, TOY_Y, learning_rate=1e-1, reg=5e-6, num_iters=100)
    np.random.set_state(state)  # noqa: NPY002
    assert stats["loss_history"][-1] == pytest.approx(0.020371427168192176, rel=1e-10)


def test_fresh_conv_net_loses_the_logarithm_of_the_number_of_classes() -> None:
    """With weights close to 0, ten classes are equally likely."""
    generator = np.random.default_rng(0)
    model = ThreeLayerConvNet(input_dim=(3, 8, 8), num_filters=4, filter_size=3)
    loss, _ = model.loss(generator.standard_normal((10, 3, 8, 8)), generator.integers(10, size=10))
    assert loss == pytest.approx(np.log(10), abs=1e-3)
