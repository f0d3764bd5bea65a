import json
import os
import select
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., dict[str, Any]]
CONFINED = ["strict", "standard"]
LEVELS = [*CONFINED, "weak"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_worker_answers_ends_with_zero_and_leaves_nothing(
    run: Run, user: str, level: str
) -> None:
    """A worker runs its body and exits with 0, leaving neither processes nor mounts."""
    result = run(user, level, "say_hello")
    assert result["answer"]["pid"] > 0
    assert result["ended"] == 0
    assert result["readable"]
    assert result["leftover"] == "ChildProcessError"
    assert not result["mounts_changed"]
    assert not result["stderr"]
    print(f"{level} as {user}: ready after {1e3 * result['seconds']:.1f} ms")  # noqa: T201 - shown, not judged


@pytest.mark.parametrize("level", CONFINED)
def test_a_worker_takes_its_own_user_when_root_starts_it(run: Run, user: str, level: str) -> None:
    """Root's worker has the unique user number; nobody's worker stays nobody."""
    uid = run(user, level, "say_hello")["answer"]["uid"]
    assert uid == (61_234 if user == "root" else 65534)


def test_a_strict_worker_is_process_one_in_its_scratch_folder(run: Run, user: str) -> None:
    """A strict worker is alone in its process namespace and starts in the scratch folder."""
    answer = run(user, "strict", "say_hello")["answer"]
    assert (answer["pid"], answer["folder"]) == (1, "/scratch")


@pytest.mark.parametrize("level", LEVELS)
def test_an_exception_ends_the_worker_with_seventy(run: Run, user: str, level: str) -> None:
    """An exception that the body lets through is one line on stderr and exit code 70."""
    result = run(user, level, "fail")
    assert result["ended"] == 70
    assert result["stderr"] == "worker: LookupError: on purpose\n"


@pytest.mark.parametrize("level", LEVELS)
def test_a_worker_holds_no_other_descriptor(run: Run, user: str, level: str) -> None:
    """A worker has the standard descriptors and the one kept for it."""
    descriptors = run(user, level, "list_descriptors")["answer"]
    assert descriptors[:3] == [0, 1, 2]
    assert len(descriptors) == 4


@pytest.mark.parametrize("level", LEVELS)
def test_a_signal_through_the_pidfd_shows_the_stack(run: Run, user: str, level: str) -> None:
    """SIGUSR1 through the pidfd makes faulthandler write the stack; SIGKILL ends the worker."""
    result = run(user, level, "show_stack")
    assert "in show_stack" in result["stack"]
    assert result["ended"] == -signal.SIGKILL


@pytest.mark.parametrize("level", LEVELS)
def test_a_worker_dies_with_its_zygote(
    zygote_command: Callable[..., list[str]],
    confinement: Callable[..., dict[str, Any]],
    user: str,
    level: str,
) -> None:
    """Killing the zygote kills its worker."""
    order = {"body": "sleep", "confinement": confinement(level)}
    zygote = subprocess.Popen(zygote_command(user, order), stdout=subprocess.PIPE, text=True)
    with zygote:
        assert zygote.stdout is not None
        first = json.loads(zygote.stdout.readline())
        if "failure" in first:
            pytest.skip(first["failure"])
        worker = os.pidfd_open(first["pid"])
        assert not select.select([worker], [], [], 0.05)[0]
        zygote.kill()
        ended = select.select([worker], [], [], 10)[0]
        os.close(worker)
    assert ended


@pytest.mark.parametrize(("level", "layer"), [("strict", "root folder"), ("standard", "Landlock")])
def test_a_layer_that_fails_is_named_and_the_body_never_runs(
    run: Run, user: str, level: str, layer: str
) -> None:
    """A layer that cannot be put up is reported, no worker is left and nothing was answered."""
    # A link cannot be made twice in the new root; a file has nothing below it to open.
    paths = {"strict": ["/proc/self/exe", "/proc/self/exe"], "standard": ["/dev/null/x"]}
    result = run(user, level, "say_hello", changes={"read_only": paths[level]})
    assert result["failure"].startswith(f"{layer}: ")
    assert result["answer"] == ""
    assert result["leftover"] == "ChildProcessError"
