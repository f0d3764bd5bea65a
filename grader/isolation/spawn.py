"""Forks a confined worker: every layer of its level is in place, or its code never runs.

The zygote forks; the child confines itself and only then runs what it is for. In the strict
level one more fork is needed, because a process that makes a process namespace is not in it::

    zygote --fork--> child: session, namespaces, new root --fork--> worker (process 1 inside)
       ^               '-- hands over the worker's pidfd, ends         |
       '------------------------ adopts the worker <-------------------'

A socket pair joins the zygote with whoever sets up. The worker says READY on it after the last
layer and closes it; text after FAILED is the reason why there is no worker.

A worker must not outlive its zygote. It asks for SIGKILL at its parent's death, but that request
is lost by a change of user and would fire at once at the end of the child between. So the worker
makes it late, after the zygote has told it (GO) that the child is gone. Should the zygote have
died in the meantime, the socket is closed before the kernel looks for such requests, and READY
cannot be sent: either way the worker ends.
"""

import contextlib
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from grader.isolation import credentials, layers
from grader.isolation.channel import Channel, open_pair, receive, send
from grader.isolation.confinement import Confinement, Level
from grader.isolation.failure import IsolationError
from grader.records import record

READY = b"r"
GO = b"g"
FAILED = b"f"
PIDFD = b"p"

PID_BYTES = 4

# Setting up takes milliseconds; this ends a wait that a broken machine would make endless.
SETUP_SECONDS = 20.0
MESSAGE_BYTES = 500
EXIT_BODY_FAILED = 70  # EX_SOFTWARE of sysexits.h
EXIT_SETUP_FAILED = 71  # EX_OSERR


@record
class Spawned:
    """A confined worker, as its zygote sees it."""

    pid: int
    """Its process id outside; a number that may be used anew once the worker was reaped."""
    descriptor: int
    """A pidfd; where there are none, a pipe that ends with the worker (readable either way)."""


def spawn(confinement: Confinement, keep: frozenset[int], body: Callable[[], None]) -> int:
    """Fork a confined worker that runs `body`, and return its pidfd.

    See `spawn_process`, of which this is the descriptor.
    """
    return spawn_process(confinement, keep, body).descriptor


def spawn_process(
    confinement: Confinement, keep: frozenset[int], body: Callable[[], None]
) -> Spawned:
    """Fork a confined worker that runs `body`.

    To be called in a process with one thread and nothing secret in memory: the worker starts as
    its copy. The calling process becomes the parent of workers and has to reap them
    (`reap_finished`); it must not ignore SIGCHLD.

    Parameters
    ----------
    confinement
        The level, every layer of which is applied before `body` runs, and the limits.
    keep
        Descriptors the worker keeps besides 0, 1 and 2.
    body
        What the worker does. It then exits with 0, after an exception with 70; buffered output
        is not flushed.

    Raises
    ------
    IsolationError
        If a layer cannot be put up; no worker is left.
    """
    try:
        here, there = open_pair()
        with contextlib.closing(here), contextlib.closing(there):
            child = _fork_child(confinement, keep, there, body)
            there.close()
            here.settimeout(SETUP_SECONDS)
            if confinement.level is Level.STRICT:
                child = _exchange_for_grandchild(here, child)
            return _await_ready(here, child)
    except OSError as error:
        raise IsolationError(f"the worker cannot be started: {error}") from error


def _fork_child(
    confinement: Confinement,
    keep: frozenset[int],
    there: Channel,
    body: Callable[[], None],
) -> Spawned:
    """Fork what becomes the worker, or its parent."""
    if hasattr(os, "pidfd_open"):
        credentials.adopt_orphans()
        pid = os.fork()
        if pid == 0:
            _be_child(confinement, keep, there, body)
        return Spawned(pid, os.pidfd_open(pid))
    # Open in the worker alone, the pipe ends with it.
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be_child(confinement, keep | {writing}, there, body)
    os.close(writing)
    return Spawned(pid, reading)


def _exchange_for_grandchild(here: Channel, child: Spawned) -> Spawned:
    """Take over the worker from the child that set up its namespaces."""
    try:
        return _receive_worker(here)
    except BaseException:
        os.kill(child.pid, credentials.SIGKILL)
        raise
    finally:
        os.waitpid(child.pid, 0)
        os.close(child.descriptor)


def _await_ready(here: Channel, spawned: Spawned) -> Spawned:
    """Let the worker finish its set-up; end it if it cannot."""
    try:
        # A worker that failed has closed its side; its reason is still to be read.
        with contextlib.suppress(BrokenPipeError):
            here.sendall(GO)
        _check_answer(_receive(here, 1), READY, here)
    except BaseException:
        # Still ours to kill: nobody else reaps it.
        os.kill(spawned.pid, credentials.SIGKILL)
        os.waitpid(spawned.pid, 0)
        os.close(spawned.descriptor)
        raise
    return spawned


def _receive(here: Channel, size: int) -> bytes:
    try:
        return here.recv(size)
    except TimeoutError:
        raise IsolationError(f"no confined worker within {SETUP_SECONDS:g} seconds") from None
    except ConnectionResetError:
        # The end, too: the other side closed without having read GO.
        return b""


def _receive_worker(here: Channel) -> Spawned:
    try:
        answer, descriptors = receive(here, 1, 1)
    except TimeoutError:
        raise IsolationError(f"no confined worker within {SETUP_SECONDS:g} seconds") from None
    _check_answer(answer, PIDFD, here)
    pid = int.from_bytes(_receive(here, PID_BYTES), "little")
    return Spawned(pid, descriptors[0])


def _check_answer(answer: bytes, expected: bytes, here: Channel) -> None:
    """Raise what explains why there is no worker, unless all is well."""
    if answer == expected:
        return
    if answer != FAILED:
        raise IsolationError("the worker ended while it was being confined")
    text = b""
    while len(text) < MESSAGE_BYTES and (part := _receive(here, MESSAGE_BYTES)):
        text += part
    raise IsolationError(text.decode("utf-8", "replace"))


def reap_finished() -> dict[int, int]:
    """Collect every worker that has ended, without waiting.

    Returns
    -------
    dict of int to int
        Process ids and how they ended, as `os.waitstatus_to_exitcode` gives it.
    """
    finished = {}
    with contextlib.suppress(ChildProcessError):
        while (result := os.waitpid(-1, os.WNOHANG))[0]:
            finished[result[0]] = os.waitstatus_to_exitcode(result[1])
    return finished


def _be_child(
    confinement: Confinement,
    keep: frozenset[int],
    there: Channel,
    body: Callable[[], None],
) -> NoReturn:
    """Be confined, then run `body`; never return into the zygote's code."""
    code = EXIT_SETUP_FAILED
    try:
        _set_up(confinement, keep, there)
        code = EXIT_BODY_FAILED
        body()
        code = 0
    except BaseException as error:  # noqa: BLE001 - nothing may unwind into the zygote's code
        if code == EXIT_SETUP_FAILED:
            _report_failure(there, error)
        else:
            os.write(2, f"worker: {type(error).__name__}: {error}\n".encode()[:MESSAGE_BYTES])
    finally:
        os._exit(code)


def _report_failure(there: Channel, error: BaseException) -> None:
    notes = "; ".join(getattr(error, "__notes__", ()))
    text = f"{notes or 'set-up'}: {type(error).__name__}: {error}"
    os.write(there.fileno(), FAILED + text.encode("utf-8", "replace")[:MESSAGE_BYTES])


def _set_up(confinement: Confinement, keep: frozenset[int], there: Channel) -> None:
    layers.leave_zygote(keep | {there.fileno()})
    if confinement.level is Level.WEAK:
        layers.limit(confinement)
        _await_go(there)
        if sys.platform == "linux":
            credentials.die_with_parent()
            credentials.forbid_new_privileges()
    else:
        uid = layers.choose_uid(confinement)
        if confinement.level is Level.STRICT:
            layers.leave_machine(confinement)
            _go_on_inside(there)
        ruleset = layers.prepare(confinement, uid)
        _await_go(there)
        credentials.die_with_parent()
        layers.lock(confinement, ruleset)
    # Not send: that system call is forbidden by now. Fails if the zygote has died.
    os.write(there.fileno(), READY)
    there.close()


def _go_on_inside(there: Channel) -> None:
    """Fork into the new process namespace; only the worker to be returns."""
    pid = os.fork()
    if pid:
        send(there, PIDFD, [os.pidfd_open(pid)])
        os.write(there.fileno(), pid.to_bytes(PID_BYTES, "little"))
        os._exit(0)


def _await_go(there: Channel) -> None:
    if there.recv(1) != GO:
        os._exit(EXIT_SETUP_FAILED)
