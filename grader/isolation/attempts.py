"""What a worker tries, to show that it is confined; run inside it, and meant to fail."""

import contextlib
import mmap
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from grader.isolation.confinement import Confinement, Level

# Absent on Windows, where this module must still be importable.
with contextlib.suppress(ModuleNotFoundError):
    import resource

# One that everybody may read exists on every Linux; only its being opened matters.
OUTSIDE_FILES = ("/etc/passwd", "/etc/group", "/etc/os-release", "/etc/fstab")
OUTSIDE_FOLDERS = ("/", "/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108 - only tried, never used
PROBE_NAME = "grade-isolation-probe"


class _AllowedError(Exception):
    """Something that should have been refused was done; the message says what."""


def _refuse(done: str, attempt: Callable[..., object], *arguments: object) -> str:
    """Make an attempt that an error of the system should stop, and say which it was."""
    try:
        attempt(*arguments)
    except (OSError, MemoryError, ValueError) as error:
        return str(error) or type(error).__name__
    raise _AllowedError(done)


def _open(path: str, flags: int) -> None:
    os.close(os.open(path, flags | os.O_CLOEXEC, 0o600))


def _read_outside(_: Confinement) -> str:
    for path in OUTSIDE_FILES:
        answer = _refuse(f"{path} was opened", _open, path, os.O_RDONLY)
    return answer


def _make_file(path: str) -> None:
    _open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL)
    os.unlink(path)


def _write_outside(confinement: Confinement) -> str:
    for folder in (*OUTSIDE_FOLDERS, *filter(os.path.isdir, confinement.read_only)):
        path = os.path.join(folder, f"{PROBE_NAME}-{os.getpid()}")
        answer = _refuse(f"a file was made in {folder}", _make_file, path)
    _refuse("a mode was changed", os.chmod, "/dev/null", 0o666)
    return answer


def _list_processes(_: Confinement) -> str:
    return _refuse("/proc was listed", os.listdir, "/proc")


def _make_socket(family: int) -> None:
    socket.socket(family).close()


def _use_network(_: Confinement) -> str:
    _refuse("a local socket was made", _make_socket, socket.AF_UNIX)
    return _refuse("an internet socket was made", _make_socket, socket.AF_INET)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _execute(path: str) -> None:
    """Start a program that does not exist, so that only a refusal is an error."""
    with contextlib.suppress(FileNotFoundError):
        os.execv(path, [path])  # noqa: S606 - never starts anything


def _start_process(_: Confinement) -> str:
    _refuse("a program could be started", _execute, "/nonexistent")
    return _refuse("a process was started", _fork)


def _signal_others(_: Confinement) -> str:
    # The parent, or outside a namespace of its own the nearest number; the group; everybody.
    for process in (os.getppid() or 2, 0, -1):
        answer = _refuse(f"process {process} could be signalled", os.kill, process, 0)
    os.kill(os.getpid(), 0)
    return answer


def _map(size: int) -> None:
    mmap.mmap(-1, size).close()


def _use_memory(confinement: Confinement) -> str:
    size = min(confinement.memory_bytes, sys.maxsize)
    return _refuse(f"{size} bytes more were mapped", _map, size)


def _raise_limits(confinement: Confinement) -> str:
    limit = confinement.cpu_seconds + 3600
    return _refuse("a limit was raised", resource.setrlimit, resource.RLIMIT_CPU, (limit, limit))


def _gain_privileges(_: Confinement) -> str:
    _refuse("the root folder was changed", os.chroot, "/")
    return _refuse("the user was changed", os.setuid, 0 if os.getuid() else 1)


def _look_around(_: Confinement) -> str:
    if os.getpid() != 1:
        raise _AllowedError(f"the worker is process {os.getpid()}, not 1")
    try:
        os.stat(OUTSIDE_FILES[0])
    except FileNotFoundError as error:
        return str(error)
    raise _AllowedError(f"{OUTSIDE_FILES[0]} is there")


def _fill_scratch(confinement: Confinement) -> str:
    """Write to the scratch folder, as is allowed, and then more than it holds."""
    with open(PROBE_NAME, "wb", buffering=0) as file:
        file.write(b"x")
        rest = b"x" * 4096
        for _ in range(confinement.scratch_bytes // len(rest) + 1):
            try:
                if file.write(rest) < len(rest):
                    return "full"
            except OSError as error:
                return str(error)
    raise _AllowedError(f"more than {confinement.scratch_bytes} bytes were written")


_CONFINED: dict[str, Callable[[Confinement], str]] = {
    "files": _read_outside,
    "writing": _write_outside,
    "other processes": _list_processes,
    "network": _use_network,
    "new processes": _start_process,
    "signals": _signal_others,
    "privileges": _gain_privileges,
    "limits": _raise_limits,
    "memory": _use_memory,
}
ATTEMPTS: Mapping[Level, Mapping[str, Callable[[Confinement], str]]] = MappingProxyType(
    {
        Level.STRICT: _CONFINED | {"namespaces": _look_around, "scratch": _fill_scratch},
        Level.STANDARD: _CONFINED,
        Level.WEAK: {"memory": _use_memory},
    }
)


def attempt_all(confinement: Confinement) -> Iterator[tuple[str, bool, str]]:
    """Try, inside a worker, what each layer of its level has to refuse.

    Yields
    ------
    tuple of (str, bool, str)
        What a layer keeps from the worker, whether it did, and how.
    """
    for name, attempt in ATTEMPTS[confinement.level].items():
        try:
            yield name, True, attempt(confinement)
        except _AllowedError as done:
            yield name, False, str(done)
        except Exception as error:  # noqa: BLE001 - any other error is a layer that does not hold
            yield name, False, f"{type(error).__name__}: {error}"
