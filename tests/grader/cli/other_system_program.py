"""Runs the program as on another system: without fork, fcntl and what else Linux alone has."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time

# What has looked for its system by now has found the one that is here.
import hypothesis
import numpy as np

LACKING = {
    os: (
        *("fork", "readv", "writev", "pidfd_open", "memfd_create", "set_blocking", "geteuid"),
        *("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "setsid", "sched_getaffinity"),
    ),
    select: ("poll", "epoll"),
    signal: ("pidfd_send_signal", "setitimer", "SIGVTALRM"),
    socket: ("AF_UNIX", "SOCK_SEQPACKET", "send_fds", "recv_fds", "socketpair"),
    time: ("clock_gettime",),
}
ABSENT = ("fcntl", "resource", "pwd", "grp")


class Absence:
    """Finds none of the modules that are absent."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise for these, as if there were no such file."""
        if name in ABSENT:
            raise ModuleNotFoundError(name)


def main() -> int:
    """Take everything away, then run the program."""
    assert hypothesis.__version__
    assert np.__version__
    for module, names in LACKING.items():
        for name in names:
            vars(module).pop(name, None)
    for name in ABSENT:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Absence())  # type: ignore[arg-type]
    sys.platform = "darwin"
    from grader.cli import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
