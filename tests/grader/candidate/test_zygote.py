"""The warm parent leaks nothing, ends with the grader, and knows nothing of assignments."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.zygote import Zygote
from grader.errors import SandboxError
from grader.isolation.confinement import Confinement, Level
from grader.isolation.levels import choose
from grader.isolation.visible import default_read_only
from grader.settings import Limits

Submit = Callable[..., SandboxedCandidate]
ROOT = Path(__file__).parents[3]


def descriptors(pid: int | str) -> int:
    """Return how many descriptors a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def children(pid: int) -> list[int]:
    """Return the processes that a process has started or adopted, ended ones included."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def confine(level: Level, **changes: Any) -> Confinement:
    """Return a small confinement."""
    small = {
        "read_only": default_read_only(),
        "memory_bytes": 2 << 30,
        "cpu_seconds": 60,
        "file_bytes": 1 << 20,
        "open_files": 64,
        "scratch_bytes": 1 << 20,
        "scratch_inodes": 64,
        "uid": 61_501,
    }
    return Confinement(level=level, **small | changes)


def test_a_worker_is_ended_first_when_memory_runs_out() -> None:
    """The kernel takes the worker before the grader and the warm parent."""
    with Zygote() as zygote:
        worker = zygote.start_worker(confine(choose("auto").level), Limits())
        (pid,) = children(zygote._process.pid)
        assert Path(f"/proc/{pid}/oom_score_adj").read_text() == "1000\n"
        assert Path(f"/proc/{zygote._process.pid}/oom_score_adj").read_text() != "1000\n"
        worker.kill()


def test_fifty_workers_leave_nothing_behind() -> None:
    """Neither side keeps a descriptor or a dead process for a worker that is gone."""
    level = choose("auto").level
    with Zygote() as zygote:
        zygote.start_worker(confine(level), Limits()).kill()
        pid = zygote._process.pid
        time.sleep(0.1)  # it answers before it closes what came with the request
        here, there = descriptors("self"), descriptors(pid)
        for _ in range(50):
            zygote.start_worker(confine(level), Limits()).kill()
        assert descriptors("self") <= here
        assert soon(lambda: descriptors(pid) <= there)
        time.sleep(0.1)
        zygote.start_worker(confine(level), Limits()).kill()  # collects those before it
        assert soon(lambda: len(children(pid)) <= 1)


def soon(fact: Callable[[], bool]) -> bool:
    """Return whether something becomes true within five seconds."""
    deadline = time.monotonic() + 5
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.02)
    return fact()


def test_a_worker_that_cannot_be_confined_is_an_error_that_harms_nobody() -> None:
    """The reason comes back, descriptors are closed, and the next worker starts."""
    level = choose("auto").level
    with Zygote() as zygote:
        zygote.start_worker(confine(level), Limits()).kill()
        here = descriptors("self")
        # A link cannot be made twice in a new root; a file has nothing below it to open.
        broken = ("/proc/self/exe",) * 2 if level is Level.STRICT else ("/dev/null/x",)
        with pytest.raises(SandboxError, match="a worker cannot be started"):
            zygote.start_worker(confine(level, read_only=broken), Limits())
        zygote.start_worker(confine(level), Limits()).kill()
        assert descriptors("self") == here


def test_a_closed_parent_is_told_apart_from_a_broken_worker() -> None:
    """A request to a parent that has died raises SandboxError."""
    with Zygote() as zygote:
        zygote._process.kill()
        with pytest.raises(SandboxError, match="parent process"):
            zygote.start_worker(confine(Level.WEAK), Limits())


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_a_parent_that_cannot_load_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds: float
) -> None:
    """Its last line is told, whether it had ended before the request or ends without reading it."""
    script = tmp_path / "bootstrap.py"
    script.write_text(f"import time\ntime.sleep({0.5 - seconds})\nraise OSError('no such library')")
    monkeypatch.setattr("grader.candidate.zygote.BOOTSTRAP", str(script))
    with Zygote() as zygote:
        here = descriptors("self")
        time.sleep(seconds)
        with pytest.raises(SandboxError, match=r"parent process.*no such library"):
            zygote.start_worker(confine(Level.WEAK), Limits())
        assert descriptors("self") == here


GRADER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from grader.candidate.zygote import Zygote
from grader.isolation.levels import choose
from grader.model import Limits
sys.path.insert(0, sys.argv[2])
from test_zygote import confine
zygote = Zygote()
worker = zygote.start_worker(confine(choose("auto").level), Limits())
print(zygote._process.pid, worker._clock._statistics.parent.name, flush=True)
time.sleep(60)
"""


def test_parent_and_workers_end_with_the_grader() -> None:
    """After kill -9 of the grader, neither the parent nor its worker is left."""
    command = [sys.executable, "-B", "-c", GRADER, str(ROOT), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pids = [int(word) for word in process.stdout.readline().split()]
        assert all(is_running(pid) for pid in pids)
        process.kill()
        assert soon(lambda: not any(is_running(pid) for pid in pids))


def is_running(pid: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


LOOK = """
    import importlib, os, sys
    def f(extra):
        sys.path += extra
        found = []
        for name in ("reference", "grader", "grader.checks", "grader.course", "grader.candidate",
                     "grader.worker.main", "assignments", "pip", "yaml", "click", "pytest"):
            try:
                importlib.import_module(name)
                found.append(name)
            except (ModuleNotFoundError, PermissionError):
                pass
        return found
    def g():
        try:
            with open("/proc/self/cmdline") as file: line = file.read()
        except OSError: line = ""
        return [list(sys.argv), sorted(os.environ), line]
"""


@pytest.mark.parametrize("level", ["strict", "standard", "weak"])
def test_nothing_that_knows_answers_can_be_imported(submit: Submit, level: str) -> None:
    """Not the grader, not the reference, no other package; not even by the folders they are in."""
    try:
        choose(level)
    except Exception as error:  # noqa: BLE001 - whatever the machine's reason is
        pytest.skip(str(error))
    candidate = submit(LOOK, level=level)
    folders = [] if level == "weak" else [entry for entry in (*sys.path, str(ROOT)) if entry]
    outside = [entry for entry in folders if "python3" not in Path(entry).name]
    assert candidate.call("layers:f", outside) == []


def test_a_worker_knows_neither_arguments_nor_environment(submit: Submit) -> None:
    """Arguments are empty, variables are the few that NumPy needs."""
    arguments, variables, line = submit(LOOK).call("layers:g")
    assert arguments == [""]
    assert set(variables) <= {
        *("PATH", "LANG", "LC_CTYPE", "PYTHONHASHSEED"),
        *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"),
        *("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "NPY_DISABLE_CPU_FEATURES"),
    }
    assert "expected" not in line


TYPED = """
    import secrets
    from numpy.typing import NDArray

    def f():
        return NDArray is list, len(secrets.token_hex(4))
"""


def test_what_the_parent_loads_numpy_without_is_there_for_students(submit: Submit) -> None:
    """Annotations of arrays, and the module that NumPy's generators take their seeds from."""
    assert submit(TYPED).call("layers:f") == (False, 8)


def test_the_parent_is_started_with_a_clean_slate() -> None:
    """No variable of the grader's own environment reaches the parent process."""
    program = f"""
        import os, sys
        sys.path.insert(0, {str(ROOT)!r})
        os.environ["SECRET_TOKEN"] = "s3cret"
        from pathlib import Path
        from grader.candidate.zygote import Zygote
        with Zygote() as zygote:
            zygote._await_ready()  # the kernel shows nothing while it still loads the program
            print(Path(f"/proc/{{zygote._process.pid}}/environ").read_bytes())
    """
    finished = subprocess.run(
        [sys.executable, "-B", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert "OPENBLAS_NUM_THREADS" in finished.stdout
    assert "s3cret" not in finished.stdout
