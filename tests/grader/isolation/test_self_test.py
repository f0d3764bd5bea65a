"""What is graded with was shown to hold, or there is no grading."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest

from grader.cli import main
from grader.errors import SandboxError
from grader.isolation import self_test
from grader.isolation.attempts import ATTEMPTS, _AllowedError, attempt_all
from grader.isolation.confinement import Confinement, Level
from grader.isolation.failure import IsolationError
from grader.isolation.levels import LevelReport, choose, describe
from grader.isolation.self_test import SelfTest, find_next
from grader.pipeline import Grader

CASES = Path(__file__).parents[2] / "cases" / "softmax"
SUBMISSION = CASES / "cs231n_correct" / "submission"
Spoil = Callable[..., None]


def is_offered(level: Level) -> bool:
    """Say whether this machine has what a level is made of."""
    return describe(level).available


needs_strict = pytest.mark.skipif(not is_offered(Level.STRICT), reason="no namespaces here")


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Let a layer of some levels seem not to bite: what has to be refused is reported done."""

    def get_through(confinement: Confinement) -> str:
        del confinement
        raise _AllowedError("/etc/passwd was opened")

    def spoil_levels(*levels: Level) -> None:
        attempts = {
            level: {**tries, "files": get_through} if level in levels else tries
            for level, tries in ATTEMPTS.items()
        }
        monkeypatch.setattr("grader.isolation.attempts.ATTEMPTS", MappingProxyType(attempts))

    return spoil_levels


@needs_strict
def test_a_self_test_runs_beside_its_caller_and_shows_every_layer() -> None:
    """Asked twice it says the same: each layer refused what was tried."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    before = children.read_text()
    test = SelfTest(Level.STRICT)
    report = test.wait()
    assert report is test.wait()
    assert report.available
    assert {layer.name for layer in report.layers} == set(ATTEMPTS[Level.STRICT])
    assert children.read_text() == before


@needs_strict
def test_auto_falls_back_where_strict_does_not_bite(spoil: Spoil) -> None:
    """The report says standard when a layer of strict lets something through."""
    spoil(Level.STRICT)
    with Grader(["softmax"]) as grader:
        assert grader.grade(SUBMISSION).grader.isolation == "standard"


@needs_strict
@pytest.mark.parametrize("asked", ["auto", "strict"])
def test_nothing_is_graded_where_no_layer_bites(spoil: Spoil, asked: str) -> None:
    """The error names the layer, what got through, and what to do."""
    spoil(Level.STRICT, Level.STANDARD)
    with (
        Grader(["softmax"], isolation=asked) as grader,
        pytest.raises(SandboxError, match="does not hold here: files: /etc/passwd was opened") as e,
    ):
        grader.grade(SUBMISSION)
    assert "--isolation weak" in str(e.value)


def test_only_auto_falls_back() -> None:
    """A level that was asked for by name is never replaced."""
    failed = LevelReport(Level.STRICT, False, (), "network: a socket was made")
    with pytest.raises(IsolationError, match="network"):
        find_next("strict", failed)


@pytest.mark.parametrize(
    ("platform", "name"), [("darwin", "macOS"), ("win32", "Windows"), ("freebsd14", "freebsd14")]
)
@pytest.mark.parametrize("asked", ["auto", "strict", "standard"])
def test_other_systems_refuse_other_peoples_code(
    monkeypatch: pytest.MonkeyPatch, platform: str, name: str, asked: str
) -> None:
    """The refusal names the system, what it lacks, and where to grade instead."""
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(IsolationError, match=rf"{name} has neither .* on Linux: .* WSL 2"):
        choose(asked)


def test_the_command_refuses_on_other_systems(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is one line and exit code 5, before anything is started."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert main([str(SUBMISSION), "--assignment", "softmax"]) == 5
    assert capsys.readouterr().err.startswith("grade: isolation 'auto' is not available: macOS")


def test_an_attempt_that_breaks_is_a_layer_that_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, confinement: Callable[..., dict[str, object]]
) -> None:
    """An error that is no refusal does not count as one."""
    broken = {Level.WEAK: {"memory": lambda _: 1 / 0}}
    monkeypatch.setattr("grader.isolation.attempts.ATTEMPTS", broken)
    made = Confinement(**{**confinement("weak"), "level": Level.WEAK, "read_only": ()})  # type: ignore[arg-type]
    assert [works for _, works, _ in attempt_all(made)] == [False]
    assert self_test.PROBE_UID != 0
