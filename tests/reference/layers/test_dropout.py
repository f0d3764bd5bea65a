from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.layers.dropout import dropout_backward, dropout_forward


@pytest.mark.parametrize(("convention", "p"), [("keep", 0.3), ("drop", 0.7)])
def test_p_is_the_chance_to_keep_or_to_drop_by_convention(convention: str, p: float) -> None:
    """Three of ten elements survive, and the mean is kept by rescaling them."""
    x = np.full((500, 500), 10.0)
    param = {"mode": "train", "p": p, "convention": convention, "seed": 1}
    out, _ = dropout_forward(x, param)
    assert (out != 0).mean() == pytest.approx(0.3, abs=0.005)
    assert out.mean() == pytest.approx(10, abs=0.15)
    np.testing.assert_allclose(np.unique(out), [0, 10 / 0.3])


def test_p_keeps_where_no_convention_is_named() -> None:
    """The convention of the later years is the default."""
    x = np.ones((50, 50))
    default, _ = dropout_forward(x, {"mode": "train", "p": 0.2, "seed": 4})
    named, _ = dropout_forward(x, {"mode": "train", "p": 0.2, "seed": 4, "convention": "keep"})
    np.testing.assert_array_equal(default, named)


def test_mask_is_the_one_that_the_course_draws_from_its_seed() -> None:
    """A submission that seeds NumPy's global generator and draws with rand has the same mask."""
    _, (_, mask) = dropout_forward(np.ones((4, 5)), {"mode": "train", "p": 0.6, "seed": 123})
    expected = (np.random.RandomState(123).rand(4, 5) < 0.6) / 0.6
    assert mask is not None
    np.testing.assert_array_equal(mask, expected)


def test_seed_leaves_the_global_generator_alone() -> None:
    """What is drawn afterwards does not depend on the dropout."""
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is the subject
    dropout_forward(np.ones((4, 5)), {"mode": "train", "p": 0.6, "seed": 123})
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_without_a_seed_masks_differ() -> None:
    """Each call draws a new mask."""
    param = {"mode": "train", "p": 0.5}
    first, second = (dropout_forward(np.ones((20, 20)), param)[0] for _ in range(2))
    assert (first != second).any()


def test_test_mode_drops_nothing_and_copies() -> None:
    """Writing to the output does not reach the input."""
    x = np.arange(6.0).reshape(2, 3)
    out, cache = dropout_forward(x, {"mode": "test", "p": 0.3})
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(dropout_backward(x, cache), x)
    assert not np.shares_memory(out, x)


@pytest.mark.parametrize(("convention", "p"), [("keep", 0.0), ("drop", 1.0)])
def test_no_chance_to_keep_drops_everything(convention: str, p: float) -> None:
    """Nothing is left to rescale, and nothing is divided by 0."""
    param = {"mode": "train", "p": p, "convention": convention}
    np.testing.assert_array_equal(dropout_forward(np.ones((3, 3)), param)[0], 0)


@pytest.mark.parametrize(("convention", "p"), [("keep", 1.0), ("drop", 0.0)])
def test_certainty_to_keep_changes_nothing(convention: str, p: float) -> None:
    """Every element survives with its value."""
    param = {"mode": "train", "p": p, "convention": convention}
    np.testing.assert_array_equal(dropout_forward(np.full((3, 3), 2.0), param)[0], 2)


@pytest.mark.parametrize(
    ("param", "message"),
    [
        ({"mode": "train", "p": 1.5}, r"dropout_param\['p'\] is 1.5: expected a number from 0"),
        ({"mode": "train", "p": -0.1}, r"dropout_param\['p'\] is -0.1"),
        ({"mode": "train", "p": float("nan")}, r"dropout_param\['p'\] is nan"),
        ({"mode": "train"}, r"dropout_param\['p'\] is None"),
        ({"p": 0.5}, r"dropout_param\['mode'\] is None: expected 'train' or 'test'"),
        ({"mode": "training", "p": 0.5}, r"dropout_param\['mode'\] is 'training'"),
        (
            {"mode": "train", "p": 0.5, "convention": "zero"},
            r"dropout_param\['convention'\] is 'zero': expected 'keep' or 'drop'",
        ),
    ],
)
def test_bad_settings_are_named(param: dict[str, Any], message: str) -> None:
    """The error says what was found and what was expected."""
    with pytest.raises(ValueError, match=message):
        dropout_forward(np.ones((2, 2)), param)
