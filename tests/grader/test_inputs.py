from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.inputs import (
    describe_inputs,
    fixed,
    generator_for,
    integers,
    linspace,
    make_inputs,
    normal,
    rows,
    uniform,
)
from grader.lengths import length

DECLARED = {
    "x": normal(4, 3, scale=2.0, offset=1.0),
    "u": uniform(5, low=-1.0, high=2.0),
    "y": integers(7, 6),
    "config": {"rate": 1e-2, "velocity": normal(2, 2), "t": 5},
}
SCRIPT = """
import hashlib
from grader.inputs import generator_for, integers, make_inputs, normal
made = make_inputs({"x": normal(4, 3), "y": integers(7, 6)}, generator_for(11, "adam/seeded"))
print(hashlib.sha256(made["x"].tobytes() + made["y"].tobytes()).hexdigest())
"""
seeds = st.integers(0, 2**63)


@given(seeds, st.text(max_size=20))
def test_same_seed_and_id_give_the_same_inputs(seed: int, name: str) -> None:
    """Draws depend on the declaration, the seed and the check's id, and nothing else."""
    one = make_inputs(DECLARED, generator_for(seed, name))
    other = make_inputs(DECLARED, generator_for(seed, name))
    assert np.array_equal(one["x"], other["x"])
    assert np.array_equal(one["y"], other["y"])
    assert np.array_equal(one["config"]["velocity"], other["config"]["velocity"])


@given(seeds, seeds)
def test_other_seeds_and_ids_give_other_inputs(seed: int, other: int) -> None:
    """Neither two seeds nor two checks share their numbers."""
    drawn = generator_for(seed, "adam").standard_normal(8)
    assert not np.array_equal(drawn, generator_for(seed, "adam/seeded").standard_normal(8))
    same = np.array_equal(drawn, generator_for(other, "adam").standard_normal(8))
    assert same == (seed == other)


def test_inputs_are_the_same_in_another_process() -> None:
    """Hash randomisation and the state of ``np.random`` change nothing."""
    made = make_inputs({"x": normal(4, 3), "y": integers(7, 6)}, generator_for(11, "adam/seeded"))
    here = hashlib.sha256(made["x"].tobytes() + made["y"].tobytes()).hexdigest()
    root = Path(__file__).parents[2]
    for hash_seed in ("0", "123"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stdout.strip() == here


def test_drawing_leaves_the_legacy_generator_alone() -> None:
    """Student constructors draw from ``np.random``; inputs must not disturb it."""
    before = np.random.get_state()[1].tobytes()  # type: ignore[index,union-attr] # noqa: NPY002
    make_inputs(DECLARED, generator_for(1, "x"))
    after = np.random.get_state()[1].tobytes()  # type: ignore[index,union-attr] # noqa: NPY002
    assert before == after


@given(seeds, st.floats(1e-3, 10.0))
def test_margin_keeps_every_entry_away_from_zero(seed: int, margin: float) -> None:
    """No entry lies nearer to zero than the margin, on either side."""
    made = normal(30, margin=margin).make(generator_for(seed, "relu"))
    assert np.abs(made).min() >= margin
    assert (made > 0).any()
    assert (made < 0).any()


def test_declared_ranges_hold() -> None:
    """Uniform, integer and evenly spaced entries lie where they were declared."""
    made = make_inputs(DECLARED, generator_for(3, "ranges"))
    assert made["u"].min() >= -1.0
    assert made["u"].max() < 2.0
    assert set(made["y"]) <= set(range(7))
    assert made["config"]["t"] == 5
    spaced = linspace(-1.0, 1.0, 3, 2).make(generator_for(0, ""))
    assert spaced.ravel().tolist() == pytest.approx([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])


def test_transposed_entries_are_contiguous() -> None:
    """The handout's transposed inputs travel as ordinary arrays."""
    made = linspace(-5.5, 4.5, 5, 3, transposed=True).make(generator_for(0, ""))
    assert made.shape == (3, 5)
    assert made.flags.c_contiguous
    assert made[0, 1] == pytest.approx(-5.5 + 3 * 10 / 14)


def test_rows_are_drawn_as_each_block_declares() -> None:
    """The blocks lie one below the other, also where a length is drawn."""
    size = length("N", 2, 5)
    declared = {"x": rows(normal(size, 3, offset=1000.0), uniform(2, 3)), "y": integers(4, size)}
    made = make_inputs(declared, generator_for(0, "rows"))
    count = len(made["y"])
    assert made["x"].shape == (count + 2, 3)
    assert made["x"][:count].min() > 900.0
    assert made["x"][count:].max() <= 1.0


def test_fixed_lists_become_new_arrays() -> None:
    """A list is made an array each time; anything else stays as it is."""
    declared = fixed([1, 2])
    one, other = (declared.make(generator_for(0, "")) for _ in range(2))
    assert isinstance(one, np.ndarray)
    assert one is not other
    assert fixed("train").make(generator_for(0, "")) == "train"


def test_description_is_short() -> None:
    """Arrays are told by their shapes, settings by their values, dictionaries inline."""
    values = {"x": np.zeros((10, 2, 3)), "config": {"v": np.zeros(4), "t": 5}, "p": 0.5}
    assert describe_inputs(values) == "x (10,2,3), v (4), t 5, p 0.5"
