"""The command that checks the same again, as a shell or a notebook takes it."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

import pytest

from grader.own import check_command


def test_everything_asked_for_is_asked_for_again() -> None:
    """Seconds and seed too, without which other inputs would be checked."""
    again = partial(
        check_command,
        assignments=(Path("bundle.zip"),),
        targets=("relu_forward",),
        timeout=120.0,
        seed=7,
    )
    words = "--assignment bundle.zip --timeout 120 --seed 7"
    assert again(Path("a b")) == f"grade check {words} relu_forward 'a b'"
    assert again(None) == f"%grade relu_forward {words}"


def test_nothing_asked_for_is_nothing_to_repeat() -> None:
    """By default this folder is checked, or the session."""
    assert check_command(Path()) == "grade check"
    assert check_command(None) == "%grade"


def test_a_target_that_a_file_is_called_like_is_named_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what exists the shell's command would take the word for the path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "relu_forward").mkdir()
    assert check_command(Path(), targets=("relu_forward", "Solver")) == (
        "grade check --target relu_forward Solver"
    )
    assert check_command(None, targets=("relu_forward",)) == "%grade relu_forward"


def test_a_path_is_no_option() -> None:
    """Whatever it is called."""
    words = shlex.split(check_command(Path("-q"), targets=("relu_forward",)))
    assert words == ["grade", "check", "relu_forward", "--", "-q"]
