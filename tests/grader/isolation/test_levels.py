from collections.abc import Callable
from typing import Any

import pytest

from grader.isolation.levels import choose

Ask = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("level", ["strict", "standard", "weak"])
def test_probe_shows_that_every_layer_holds(ask: Ask, user: str, level: str) -> None:
    """Every layer of a level refuses what the probing worker attempts."""
    report = ask(user, question="probe", level=level)
    if not report["layers"]:
        pytest.skip(report["reason"])
    failed = [layer for layer in report["layers"] if not layer[1]]
    assert failed == []
    assert report["available"]
    assert report["leftover"] == "ChildProcessError"
    print(f"probe of {level} as {user}: {1e3 * report['seconds']:.1f} ms")  # noqa: T201 - shown, not judged


def test_auto_takes_strict_where_namespaces_work(ask: Ask, user: str) -> None:
    """On a machine that offers everything, auto is strict."""
    if "error" in ask(user, question="choose", level="strict"):
        pytest.skip("this machine has no namespaces for this user")
    report = ask(user, question="choose", level="auto")
    assert (report["level"], report["available"]) == ("strict", True)
    assert report["leftover"] == "ChildProcessError"
    print(f"choose as {user}: {1e3 * report['seconds']:.1f} ms")  # noqa: T201 - shown, not judged


@pytest.mark.parametrize("forbidden", ["unshare", "mount"])
def test_auto_falls_back_to_standard_without_namespaces(
    ask: Ask, user: str, forbidden: str
) -> None:
    """Where namespaces cannot be made, or made but not used, auto is standard."""
    report = ask(user, question="choose", level="auto", forbid=[forbidden])
    assert report["level"] == "standard"


def test_standard_runs_where_namespaces_are_forbidden(
    ask: Ask, confinement: Callable[..., dict[str, Any]], user: str
) -> None:
    """A standard worker starts under a profile that refuses namespaces."""
    order = {"body": "say_hello", "confinement": confinement("standard")}
    assert ask(user, forbid=["unshare", "mount"], **order)["ended"] == 0


def test_strict_asked_for_and_missing_is_an_error_with_its_cause(ask: Ask, user: str) -> None:
    """A level asked for by name is never replaced by a weaker one."""
    error = ask(user, question="choose", level="strict", forbid=["unshare"])["error"]
    assert error.startswith("IsolationError: isolation 'strict' is not available: namespaces")
    assert "unshare: Operation not permitted" in error
    assert "--isolation auto" in error
    assert "\n" not in error


def test_auto_refuses_below_standard(ask: Ask, user: str) -> None:
    """Without Landlock auto refuses and says how weak can be asked for."""
    error = ask(user, question="choose", level="auto", forbid=["landlock_create_ruleset"])["error"]
    assert "Landlock is missing" in error
    assert "--isolation weak" in error


def test_a_worker_is_never_weaker_than_asked_for(
    ask: Ask, confinement: Callable[..., dict[str, Any]], user: str
) -> None:
    """A strict worker on a machine without namespaces is an error that names them."""
    order = {"body": "say_hello", "confinement": confinement("strict")}
    result = ask(user, forbid=["unshare"], **order)
    assert result["failure"].startswith("namespaces: ")
    assert result["answer"] == ""


def test_weak_is_chosen_by_name_only() -> None:
    """Weak is available everywhere to whoever asks for it."""
    assert choose("weak").available


def test_an_unknown_level_is_rejected() -> None:
    """A name that is no level raises, listing the levels."""
    with pytest.raises(ValueError, match="auto, strict, standard, weak, got 'docker'"):
        choose("docker")
