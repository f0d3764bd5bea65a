"""Runs workers from a process that stands in for the zygote, as root and as nobody."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.isolation.visible import default_read_only

HERE = Path(__file__).parent
NOBODY = 65534
UNIQUE_UID = 61_234
MIB = 1024 * 1024
CONFINEMENT: dict[str, Any] = {
    "memory_bytes": 1024 * MIB,
    "cpu_seconds": 20,
    "file_bytes": MIB // 2,
    "open_files": 64,
    "scratch_bytes": MIB,
    "scratch_inodes": 32,
    "uid": UNIQUE_UID,
}


def needed_paths() -> str:
    """Give what the program reads: the interpreter, numpy, the checkout."""
    numpy = importlib.util.find_spec("numpy")
    folders = [sys.prefix, sys.base_prefix, str(HERE.parents[2])]
    if numpy and numpy.origin:
        folders.append(str(Path(numpy.origin).parents[1]))
    return ":".join(folders)


def command(user: str, order: dict[str, Any]) -> list[str]:
    """Write the command that runs the zygote's stand-in as root or as nobody."""
    program = [str(HERE / "zygote_program.py"), json.dumps(order)]
    python = [sys.executable, "-I", "-B"]
    if user == "nobody" and os.geteuid() == 0:
        launcher = [str(HERE / "unprivileged_program.py"), str(NOBODY), needed_paths()]
        return [*python, *launcher, *program]
    return [*python, *program]


@pytest.fixture(params=["root", "nobody"])
def user(request: pytest.FixtureRequest) -> str:
    """Give the user the stand-in runs as."""
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("the tests do not run as root")
    return str(request.param)


@pytest.fixture
def ask() -> Callable[..., dict[str, Any]]:
    """Send an order to the zygote's stand-in and give its answer."""

    def send(user: str, **order: Any) -> dict[str, Any]:
        finished = subprocess.run(
            command(user, order),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
        )
        assert finished.returncode == 0, finished.stderr
        answer: dict[str, Any] = json.loads(finished.stdout)
        return answer | {"stderr": finished.stderr}

    return send


def make_confinement(level: str, **changes: Any) -> dict[str, Any]:
    """Give a confinement's JSON object, with some fields changed."""
    base = {"level": level, "read_only": list(default_read_only())}
    return CONFINEMENT | base | changes


@pytest.fixture
def confinement() -> Callable[..., dict[str, Any]]:
    """Give the maker of confinements."""
    return make_confinement


@pytest.fixture
def run(ask: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Run a body in a worker; skip where the machine does not offer the level."""

    def start(user: str, level: str, body: str, **extra: Any) -> dict[str, Any]:
        changes = extra.pop("changes", {})
        result = ask(user, body=body, confinement=make_confinement(level, **changes), **extra)
        if "failure" in result and not changes:
            offered = ask(user, question="choose", level=level)
            if "error" in offered:
                pytest.skip(offered["error"])
        if result.get("answer"):
            result["answer"] = json.loads(result["answer"])
        return result

    return start


@pytest.fixture
def zygote_command() -> Callable[..., list[str]]:
    """Give the writer of the stand-in's command line."""
    return command
