"""The warm parent: forks one confined worker for each request on its control socket."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import time

from grader.isolation import channel
from grader.isolation.confinement import Confinement
from grader.isolation.failure import IsolationError
from grader.isolation.spawn import reap_finished, spawn
from grader.worker.main import serve

MAX_MESSAGE = 64 << 10
_REAP_TRIES = 100
_REAP_PAUSE = 0.001


def run(control: int) -> None:
    """Serve until the grader closes the socket.

    A request is a JSON message with a ``confinement`` and four descriptors: requests, replies,
    output and trace. The answer carries the worker's pidfd, or says why there is none.
    """
    gc.freeze()  # pages shared with every worker stay unwritten
    here = channel.adopt(control)
    here.send(b'{"ready": true}')
    while True:
        message, descriptors = channel.receive(here, MAX_MESSAGE, 4)
        if not message:
            _await_children()
            os._exit(0)
        _answer(here, message, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        reap_finished()


def _await_children() -> None:
    """Give the workers, which the grader has ended, a moment to be collected.

    Their processor time then counts as the grader's own, and none is left over for the system.
    """
    with contextlib.suppress(ChildProcessError):
        for _ in range(_REAP_TRIES):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            time.sleep(_REAP_PAUSE)


def _answer(here: channel.Channel, message: bytes, descriptors: list[int]) -> None:
    requests, replies, output, trace = descriptors

    def body() -> None:
        serve(requests, replies, output, trace)

    try:
        confinement = Confinement.from_json(json.loads(message)["confinement"])
        pidfd = spawn(confinement, frozenset(descriptors), body)
    except (IsolationError, OSError, ValueError) as error:
        here.send(json.dumps({"error": str(error)[:1000]}).encode())
        return
    channel.send(here, b'{"ok": true}', [pidfd])
    os.close(pidfd)
