"""Stands in for the zygote: spawns one worker with a named body and prints what came of it.

Run as ``python -I -B zygote_program.py JSON``; bodies run inside the worker.
"""
# Bodies are named after what they do, print is how this program answers, and they call the system
# as plainly as hostile code would.
# ruff: noqa: D103, PLW0108, S103, S606, SIM115, T201
# ruff: noqa: PTH101, PTH104, PTH108, PTH109, PTH116, PTH123, PTH208

import ctypes
import errno
import faulthandler
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from grader.isolation import credentials, levels, self_test, system
from grader.isolation.confinement import Confinement
from grader.isolation.failure import IsolationError
from grader.isolation.spawn import Spawned, reap_finished, spawn_process

ORDER = json.loads(sys.argv[1])
if ORDER.get("numpy"):
    import numpy as np


def answer_with(act: Callable[[], Any]) -> str:
    """Say what an action gave, or the name of what stopped it."""
    try:
        return f"done: {act()}"
    except BaseException as error:  # noqa: BLE001 - its name is the answer
        return type(error).__name__


def say_hello() -> Any:
    return {"pid": os.getpid(), "uid": os.getuid(), "folder": os.getcwd()}


def fail() -> Any:
    raise LookupError("on purpose")


def list_descriptors() -> Any:
    return [number for number in range(64) if answer_with(lambda n=number: os.fstat(n))[0] == "d"]


def read_files() -> Any:
    return {path: answer_with(lambda p=path: len(Path(p).read_bytes())) for path in ORDER["paths"]}


def use_devices() -> Any:
    Path("/dev/null").open("w").write("x")
    return len(Path("/dev/urandom").open("rb").read(8))


def import_late() -> Any:
    import bz2
    import decimal
    import sqlite3
    import unittest.mock

    return [module.__name__ for module in (bz2, decimal, sqlite3, unittest.mock)]


def use_numpy() -> Any:
    generator = np.random.default_rng(0)
    x = generator.standard_normal((60, 60))
    u, s, v = np.linalg.svd(x)
    np.random.seed(0)  # noqa: NPY002 - student code draws from the legacy generator
    legacy = np.random.randn(3)  # noqa: NPY002
    return {
        "error": float(np.abs((u * s).dot(v) - x).max()),
        "dot": float(x.dot(x).trace()),
        "legacy": legacy.tolist(),
        "late": np.polynomial.Polynomial([1, 2])(2),
    }


def fill_memory() -> Any:
    return answer_with(lambda: len([bytearray(1 << 24) for _ in range(1000)]))


def burn_time() -> Any:
    while True:
        pass


def sleep() -> Any:
    time.sleep(60)


def fill_scratch() -> Any:
    def write() -> None:
        with open("big", "wb", buffering=0) as file:
            while file.write(b"x" * 4096) == 4096:
                pass
        raise OSError(errno.ENOSPC, "a short write")

    def make_files() -> None:
        os.unlink("big")
        for number in range(10_000):
            Path(f"file{number}").touch()

    bytes_answer = answer_with(write)
    size = os.stat("big").st_size
    files_answer = answer_with(make_files)
    return {
        "write": bytes_answer,
        "size": size,
        "make": files_answer,
        "files": len(os.listdir(".")),
    }


def write_long_file() -> Any:
    return answer_with(lambda: Path("long").write_bytes(b"x" * (ORDER["file_bytes"] + 1)))


def call_kernel() -> Any:
    """Try what needs a system call that no layer but seccomp stops."""
    process = os.getppid() or 2
    attempts = {
        "fork": os.fork,
        "thread": threading.Thread(target=time.time).start,
        "socket": socket.socket,
        "local socket": lambda: socket.socketpair(),
        "memory file": lambda: os.memfd_create("x"),
        "exec": lambda: os.execv("/nonexistent", ["x"]),
        "chmod": lambda: os.chmod("/dev/null", 0o666),
        "utime": lambda: os.utime("/dev/null"),
        "kill": lambda: os.kill(process, 0),
        "kill all": lambda: os.kill(-1, 0),
        "kill group": lambda: os.kill(0, 0),
        "own signal": lambda: os.kill(os.getpid(), 0),
        "other limits": lambda: resource.prlimit(process, resource.RLIMIT_AS),
        "own limits": lambda: resource.prlimit(0, resource.RLIMIT_AS)[0] > 0,
        "new limits": lambda: resource.prlimit(0, resource.RLIMIT_AS, (1 << 40, 1 << 40)),
        "session": os.setsid,
        "priority": lambda: os.nice(-1),
        "fcntl owner": lambda: __import__("fcntl").fcntl(2, 8, os.getpid()),
        "ptrace": lambda: raw_call(101 if os.uname().machine == "x86_64" else 117, 16, process),
        "unshare": lambda: system.invoke("unshare", 0x1000_0000),
        "dumpable": lambda: credentials.allow_inspection(),
        "capabilities": lambda: credentials.has_capability(0),
    }
    return {name: answer_with(attempt) for name, attempt in attempts.items()}


def raw_call(*arguments: int) -> int:
    result = ctypes.CDLL(None, use_errno=True).syscall(*map(ctypes.c_long, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return int(result)


def truncate_files() -> Any:
    return {
        "open": answer_with(lambda: os.close(os.open(ORDER["victim"], os.O_RDONLY | os.O_TRUNC))),
        "call": answer_with(lambda: os.truncate(ORDER["victim"], 0)),
        "rename": answer_with(lambda: os.rename(ORDER["victim"], ORDER["victim"] + "2")),
        "unlink": answer_with(lambda: os.unlink(ORDER["victim"])),
    }


def show_stack() -> Any:
    """Wait in a named function, to be found there by the grader's signal."""
    faulthandler.register(signal.SIGUSR1, file=ORDER["writing"])
    os.write(ORDER["writing"], b"waiting\n")
    burn_time()


def ask_nothing() -> Any:
    return None


def forbid(names: list[str]) -> None:
    """Refuse system calls with EPERM from here on, as a container's profile does."""
    pack = struct.Struct("=HBBI").pack
    program = pack(0x20, 0, 0, 0)
    for name in names:
        number = system.NUMBERS[os.uname().machine][name]
        program += pack(0x15, 0, 1, number) + pack(0x06, 0, 0, 0x0005_0000 | errno.EPERM)
    credentials.forbid_new_privileges()
    from grader.isolation.seccomp import install

    install(program + pack(0x06, 0, 0, 0x7FFF_0000))


def mounts() -> str:
    return Path("/proc/self/mountinfo").read_text(encoding="utf-8")


def start(confinement: Confinement, writing: int) -> Spawned:
    """Spawn a worker that writes its body's answer to the pipe."""
    body = globals()[ORDER["body"]]

    def work() -> None:
        os.write(writing, json.dumps(body()).encode())

    Path("/dev/null").open("rb")  # left open: the worker must not have it
    return spawn_process(confinement, frozenset({writing}), work)


def read_all(descriptor: int) -> str:
    with open(descriptor, "rb") as pipe:
        return pipe.read().decode()


def run_worker() -> dict[str, Any]:
    confinement = Confinement.from_json(json.dumps(ORDER["confinement"]))
    before = mounts()
    reading, writing = os.pipe()
    ORDER["writing"] = writing
    started = time.perf_counter()
    try:
        worker = start(confinement, writing)
    except IsolationError as error:
        os.close(writing)
        leftover = bool(reap_finished()) or answer_with(lambda: os.waitpid(-1, os.WNOHANG))
        return {"failure": str(error), "answer": read_all(reading), "leftover": leftover}
    seconds = time.perf_counter() - started
    os.close(writing)
    result: dict[str, Any] = {"seconds": seconds}
    if ORDER["body"] == "show_stack":
        os.read(reading, 8)
        signal.pidfd_send_signal(worker.descriptor, signal.SIGUSR1)
        stack = b""
        while b"in show_stack" not in stack:
            stack += os.read(reading, 4096)
        signal.pidfd_send_signal(worker.descriptor, signal.SIGKILL)
        result["stack"] = stack.decode() + read_all(os.dup(reading))
    if ORDER["body"] == "sleep":
        print(json.dumps({"pid": worker.pid}), flush=True)
        time.sleep(60)
    result["answer"] = read_all(reading)
    result["readable"] = bool(select.select([worker.descriptor], [], [], 10)[0])
    result["ended"] = reap_finished()[worker.pid]
    result["leftover"] = answer_with(lambda: os.waitpid(-1, os.WNOHANG))
    result["mounts_changed"] = mounts() != before
    return result


def ask_level() -> dict[str, Any]:
    question = {"choose": levels.choose, "probe": self_test.probe}[ORDER["question"]]
    level = ORDER["level"]
    started = time.perf_counter()
    try:
        report = question(levels.Level(level) if ORDER["question"] == "probe" else level)
    except (IsolationError, ValueError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {
        "level": report.level,
        "available": report.available,
        "reason": report.reason,
        "layers": [[layer.name, layer.works, layer.detail] for layer in report.layers],
        "seconds": time.perf_counter() - started,
        "leftover": answer_with(lambda: os.waitpid(-1, os.WNOHANG)),
    }


if __name__ == "__main__":
    if ORDER.get("forbid"):
        forbid(ORDER["forbid"])
    print(json.dumps(ask_level() if "question" in ORDER else run_worker()))
