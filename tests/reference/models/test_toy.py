from __future__ import annotations

import numpy as np
import pytest

from reference.models.toy import OutputFirstTwoLayerNet, TwoLayerNet

both_layouts = pytest.mark.parametrize("network", [TwoLayerNet, OutputFirstTwoLayerNet])


def draw_clusters() -> tuple[np.ndarray, np.ndarray]:
    """Return three clusters of four values."""
    generator = np.random.default_rng(0)
    y = np.repeat(np.arange(3), 40)
    return 3 * np.eye(4)[y] + 0.3 * generator.standard_normal((120, 4)), y


def test_both_layouts_are_one_network() -> None:
    """With transposed weights, scores, loss and gradients are the same."""
    X, y = draw_clusters()
    plain, output_first = TwoLayerNet(4, 8, 3, 0.5), OutputFirstTwoLayerNet(4, 8, 3, 0.5)
    assert output_first.params["W1"].shape == (8, 4)
    output_first.params = {
        name: array.T if name.startswith("W") else array for name, array in plain.params.items()
    }
    np.testing.assert_allclose(output_first.loss(X), plain.loss(X), rtol=1e-12)
    loss, grads = output_first.loss(X, y, reg=0.3)
    expected_loss, expected_grads = plain.loss(X, y, reg=0.3)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    for name, gradient in grads.items():
        expected = expected_grads[name]
        expected = expected.T if name.startswith("W") else expected
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-12)


@both_layouts
def test_training_learns_clusters_and_reports_each_epoch(network: type[TwoLayerNet]) -> None:
    """120 examples in minibatches of 40 make an epoch of three steps."""
    X, y = draw_clusters()
    model = network(4, 10, 3, 0.1, generator=np.random.default_rng(1))
    stats = model.train(X, y, X, y, learning_rate=0.5, num_iters=60, batch_size=40)
    assert len(stats["loss_history"]) == 60
    assert len(stats["train_acc_history"]) == len(stats["val_acc_history"]) == 20
    assert stats["loss_history"][-1] < 0.1 * stats["loss_history"][0]
    np.testing.assert_array_equal(model.predict(X), y)


@both_layouts
def test_training_repeats_itself_from_a_seed(network: type[TwoLayerNet]) -> None:
    """Weights and minibatches come from the generator alone."""
    X, y = draw_clusters()
    first, second = (
        network(4, 10, 3, 0.1, generator=np.random.default_rng(2)).train(X, y, X, y, num_iters=5)
        for _ in range(2)
    )
    assert first == second


def test_learning_rate_decays_at_the_first_step_of_each_epoch() -> None:
    """With a decay to 0 only the first step moves anything."""
    X, y = draw_clusters()
    model = TwoLayerNet(4, 10, 3, 0.1, generator=np.random.default_rng(2))
    before = model.params["W2"]
    model.train(X, y, X, y, learning_rate_decay=0.0, num_iters=1)
    after = model.params["W2"]
    assert (after != before).any()
    again = TwoLayerNet(4, 10, 3, 0.1, generator=np.random.default_rng(2))
    again.train(X, y, X, y, learning_rate_decay=0.0, num_iters=10)
    np.testing.assert_array_equal(again.params["W2"], after)


def test_labels_are_checked_before_training() -> None:
    """The error says what was found and what was expected."""
    X, y = draw_clusters()
    with pytest.raises(ValueError, match="expected a label from 0 to 1"):
        TwoLayerNet(4, 10, 2).train(X, y, X, y)


def test_training_prints_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for every hundredth step."""
    X, y = draw_clusters()
    TwoLayerNet(4, 10, 3).train(X, y, X, y, num_iters=2, verbose=True)
    assert capsys.readouterr().out.startswith("iteration 0 / 2: loss 1.09")
