import importlib.util
import signal
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., dict[str, Any]]
CONFINED = ["strict", "standard"]
needs_numpy = pytest.mark.skipif(
    importlib.util.find_spec("numpy") is None, reason="this Python has no numpy"
)

pytestmark = pytest.mark.parametrize("level", CONFINED)


def test_files_outside_are_out_of_reach(run: Run, user: str, level: str, tmp_path: Path) -> None:
    """Neither system files, behind listed links too, nor the checkout nor /proc can be opened."""
    secret = tmp_path / "secret"
    secret.write_text("42")
    paths = [
        "/etc/passwd",
        "/usr/lib/os-release",
        "/proc/self/environ",
        "/proc/1/cmdline",
        __file__,
        str(secret),
    ]
    answers = run(user, level, "read_files", paths=paths)["answer"]
    expected = {"FileNotFoundError", "NotADirectoryError"}
    expected = expected if level == "strict" else {"PermissionError", "FileNotFoundError"}
    assert set(answers.values()) <= expected


def test_other_packages_stay_hidden_inside_the_standard_library(
    run: Run, user: str, level: str
) -> None:
    """The standard library can be read but not the packages that are installed inside it."""
    library = Path(sysconfig.get_path("stdlib"))
    hidden = sorted((library / "site-packages").rglob("*.py"))[:3]
    if not hidden:
        pytest.skip("this Python keeps no packages inside its standard library")
    paths = [str(library / "this.py"), *map(str, hidden)]
    shown, *rest = run(user, level, "read_files", paths=paths)["answer"].values()
    assert shown.startswith("done")
    assert all(answer in {"FileNotFoundError", "PermissionError"} for answer in rest)


def test_devices_work(run: Run, user: str, level: str) -> None:
    """/dev/null takes output and /dev/urandom gives bytes."""
    assert run(user, level, "use_devices")["answer"] == 8


def test_the_standard_library_can_be_imported_late(run: Run, user: str, level: str) -> None:
    """Modules with and without compiled parts are importable once the worker is confined."""
    expected = ["bz2", "decimal", "sqlite3", "unittest.mock"]
    assert run(user, level, "import_late")["answer"] == expected


@needs_numpy
def test_numpy_works(run: Run, user: str, level: str) -> None:
    """Products, decompositions and both random generators run confined."""
    answer = run(user, level, "use_numpy", numpy=True)["answer"]
    assert answer["error"] < 1e-12
    assert answer["legacy"][0] == pytest.approx(1.764052345967664)
    assert answer["late"] == 5


def test_memory_is_limited(run: Run, user: str, level: str) -> None:
    """A worker that keeps allocating gets a MemoryError and lives on."""
    result = run(user, level, "fill_memory")
    assert result["answer"] == "MemoryError"
    assert result["ended"] == 0


def test_processor_time_is_limited(run: Run, user: str, level: str) -> None:
    """A worker that loops for ever is ended by the kernel."""
    result = run(user, level, "burn_time", changes={"cpu_seconds": 1})
    assert result["ended"] in {-signal.SIGXCPU, -signal.SIGKILL}


def test_forbidden_system_calls_fail_and_others_work(run: Run, user: str, level: str) -> None:
    """Processes, threads, sockets, modes, foreign signals and limits are refused, no more."""
    answers = run(user, level, "call_kernel")["answer"]
    allowed = {name for name, answer in answers.items() if answer.startswith("done")}
    assert allowed == {"own signal", "own limits"}
    refusals = {"PermissionError", "ValueError", "RuntimeError"}
    assert set(answers.values()) - refusals == {"done: None", "done: True"}


def test_files_outside_cannot_be_changed(run: Run, user: str, level: str, tmp_path: Path) -> None:
    """A file that everybody may write is neither truncated, renamed nor removed."""
    tmp_path.chmod(0o777)
    victim = tmp_path / "victim"
    victim.write_text("content")
    victim.chmod(0o666)
    answers = run(user, level, "truncate_files", victim=str(victim))["answer"]
    assert not any(answer.startswith("done") for answer in answers.values())
    assert victim.read_text() == "content"


def test_the_scratch_folder_is_capped(run: Run, user: str, level: str) -> None:
    """The scratch folder holds its bytes and files and no more; standard has none."""
    if level == "standard":
        assert run(user, level, "write_long_file", file_bytes=0)["answer"] == "PermissionError"
        return
    changes = {"file_bytes": 1 << 30}
    answer = run(user, level, "fill_scratch", changes=changes)["answer"]
    assert (answer["write"], answer["make"]) == ("OSError", "OSError")
    assert answer["size"] == 1 << 20
    assert 0 < answer["files"] < 32


def test_the_length_of_a_file_is_limited(run: Run, user: str, level: str) -> None:
    """A file longer than its limit is refused though the scratch folder would hold it."""
    if level == "standard":
        pytest.skip("standard has no folder to write in")
    answer = run(user, level, "write_long_file", file_bytes=1 << 19)["answer"]
    assert answer == "OSError"
