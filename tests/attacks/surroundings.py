"""What an attack may be after: secrets beside the grader, and traces that it must not leave."""

from __future__ import annotations

import ctypes
import os
import secrets
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

LOOT = "grade-attack-loot"
"""How the names of all files begin that attacks write."""
OPEN_FOLDERS = ("/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/dev/mqueue")  # noqa: S108 - watched
ROOT = Path(__file__).resolve().parents[2]
IPC_TABLES = ("shm", "msg", "sem")


class Surroundings:
    """Files, sockets and secrets of the grader, made for attacks to look for.

    Parameters
    ----------
    folder : Path
        An empty folder that everybody may enter.
    """

    def __init__(self, folder: Path) -> None:
        self.canary = secrets.token_hex(16)
        # Only in the grader's memory, its environment and files that are not the submission's.
        self._memory = ctypes.create_string_buffer(self.canary.encode())
        os.environ["GRADE_ATTACK_CANARY"] = self.canary
        self.folder = folder
        self._open = folder / "open"
        self._open.mkdir()
        self._open.chmod(0o777)
        self._victim = self._open / "victim.txt"
        self._readable = self._write(folder / "readable.txt", 0o644)
        self._private = self._write(folder / "private.txt", 0o600)
        self._other = self._write(folder / "other_submission" / "cs231n" / "layers.py", 0o644)
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._path = socket.socket(socket.AF_UNIX)
        self._path.bind(str(folder / "socket"))
        (folder / "socket").chmod(0o777)
        self._abstract = socket.socket(socket.AF_UNIX)
        self._abstract.bind(f"\0{LOOT}-{self.canary[:8]}")
        for listener in (self._path, self._abstract):
            listener.listen()
        for each in self._sockets():
            each.setblocking(False)
        self._restore()
        self._before = self._look()

    def facts(self) -> dict[str, object]:
        """Return what an attack is told, so that it need not search: never the secret itself."""
        return {
            "readable": str(self._readable),
            "private": str(self._private),
            "other": str(self._other),
            "folder": str(self.folder),
            "open": str(self._open),
            "victim": str(self._victim),
            "grader": os.getpid(),
            "address": ctypes.addressof(self._memory),
            "tcp": self._tcp.getsockname()[1],
            "udp": self._udp.getsockname()[1],
            "path": str(self.folder / "socket"),
            "abstract": f"\0{LOOT}-{self.canary[:8]}",
            "variable": "GRADE_ATTACK_CANARY",
            "loot": LOOT,
            "machine": os.uname().nodename,
        }

    def find_traces(self, zygote: int) -> Iterator[str]:
        """Yield what an attack has changed, and put things right for the next one.

        Parameters
        ----------
        zygote : int
            Process whose children have to be gone.
        """
        end = time.monotonic() + 2
        while (left := _children(zygote)) and time.monotonic() < end:
            time.sleep(0.005)
        if left:
            yield f"processes are left: {left}"
        after = self._look()
        for name, value in after.items():
            if value != self._before[name]:
                yield f"{name} changed from {self._before[name]} to {value}"
        yield from filter(None, map(_find_caller, self._sockets()))
        if after != self._before:
            self._restore()
            self.settle()

    def settle(self) -> None:
        """Take what there is now for what has to be there after each attack."""
        self._before = self._look()

    def close(self) -> None:
        """Close the sockets."""
        for each in self._sockets():
            each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _write(self, path: Path, mode: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"secret = '{self.canary}'\n", encoding="utf-8")
        path.chmod(mode)
        return path

    def _sockets(self) -> tuple[socket.socket, ...]:
        return self._tcp, self._udp, self._path, self._abstract

    def _restore(self) -> None:
        self._victim.unlink(missing_ok=True)
        self._victim.write_text("whole\n", encoding="utf-8")
        os.utime(self._victim, (1_000_000_000, 1_000_000_000))
        self._victim.chmod(0o666)

    def _look(self) -> dict[str, object]:
        """Return all that must be the same after an attack."""
        return {
            "the folder": sorted(path.name for path in self.folder.iterdir()),
            "the open folder": sorted(path.name for path in self._open.iterdir()),
            "the victim": _describe(self._victim),
            "loot": [name for folder in OPEN_FOLDERS for name in _find_loot(folder)],
            "IPC objects": [_list_objects(table) for table in IPC_TABLES],
            "mounts": _read(Path("/proc/self/mountinfo")),
            "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        }


def list_processes(
    *, grace: float = 0.0, known: frozenset[tuple[int, str]] = frozenset()
) -> frozenset[tuple[int, str]]:
    """Return all processes that run Python for us, by number and command.

    Parameters
    ----------
    grace : float
        Seconds that those which are not known may take to end.
    known : frozenset
        Those that were there before.
    """
    end = time.monotonic() + grace
    while True:
        found = frozenset(_list_ours())
        if found <= known or time.monotonic() >= end:
            return found
        time.sleep(0.05)


def _list_ours() -> Iterator[tuple[int, str]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(ROOT) in command and ("bootstrap.py" in command or "survival.py" in command):
            yield int(path.parent.name), command


def _find_loot(folder: str) -> list[str]:
    try:
        return [str(path) for path in Path(folder).iterdir() if path.name.startswith(LOOT)]
    except OSError:
        return []


def _describe(path: Path) -> object:
    if not path.exists():
        return None
    state = path.stat()
    mode, owner, changed = stat.S_IMODE(state.st_mode), state.st_uid, state.st_mtime
    return mode, owner, changed, state.st_nlink, path.read_bytes()


def _list_objects(table: str) -> list[str]:
    """Return the numbers of what there is of one kind of IPC object."""
    rows = _read(Path(f"/proc/sysvipc/{table}")).splitlines()[1:]
    return sorted(row.split()[1] for row in rows)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _children(process: int) -> list[int]:
    """Return the processes whose parent is `process`."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        except OSError:
            continue
        state, parent = after_name.split()[:2]
        if int(parent) == process and state != "Z":
            found.append(int(status.parent.name))
    return found


def _find_caller(listener: socket.socket) -> str:
    """Say whether anybody has called."""
    try:
        if listener.type == socket.SOCK_DGRAM:
            listener.recv(1)
        else:
            listener.accept()[0].close()
    except BlockingIOError:
        return ""
    return f"somebody called {listener.getsockname()!r}"
