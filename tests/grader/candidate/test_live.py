"""What of a result travels by value, and what stays behind a handle."""

from __future__ import annotations

import numpy as np
import pytest

from grader.candidate.live import bring_out, bring_out_part, travels

X = np.ones(2)


@pytest.mark.parametrize(
    "value", [1, 2.5, None, "text", X, np.float32(1), [1.0, 2.0], (1, 2), {"W1": X, "n": 3}]
)
def test_values_travel(value: object) -> None:
    """Arrays, numbers, text and flat containers of these say all there is to them."""
    assert travels(value)
    assert bring_out(value, lambda _: "held") is value or isinstance(value, tuple)


@pytest.mark.parametrize("value", [(X, X), [X], {"inner": {"a": 1}}, object(), {1, 2}, len])
def test_caches_and_objects_stay(value: object) -> None:
    """What is nested, and what is no plain value, is only ever handed back."""
    assert not travels(value)
    assert bring_out((X, value), lambda _: "held")[1] == "held"


def test_parts_of_objects_stay_alive() -> None:
    """An array that is part of an object comes with its handle, a dictionary as one."""
    assert bring_out_part({"a": 1}, lambda _: "held") == "held"
    handle, value = bring_out_part(X, lambda _: "held")
    assert handle == "held"
    assert value is X
    assert bring_out_part([0.5, 0.25], lambda _: "held") == [0.5, 0.25]
