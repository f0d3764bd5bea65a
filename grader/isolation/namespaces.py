"""Namespaces: a worker's own processes, mounts, network, IPC objects, host name and users.

Constants are those of ``include/uapi/linux/sched.h``.

References
----------
namespaces(7), user_namespaces(7)
"""

import contextlib
import os

from grader.isolation.channel import set_host_name
from grader.isolation.credentials import CAP_SYS_ADMIN, allow_inspection, has_capability
from grader.isolation.system import invoke

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWUSER = 0x1000_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000
ISOLATED = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET

# Who an unprivileged user is inside a user namespace: "nobody", as on most systems.
NOBODY = 65534
HOST_NAME = "worker"


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode("ascii"))
    finally:
        os.close(descriptor)


def enter_namespaces() -> None:
    """Leave the machine's namespaces; the next child is process 1 of a new one.

    A process without CAP_SYS_ADMIN enters a user namespace too, where it has every capability
    over what it has just made and none over anything else.

    Raises
    ------
    OSError
        If the machine does not offer namespaces to this user.
    """
    if has_capability(CAP_SYS_ADMIN):
        invoke("unshare", ISOLATED)
        _forget_name()
        return
    uid, gid = os.geteuid(), os.getegid()
    allow_inspection()
    invoke("unshare", ISOLATED | CLONE_NEWUSER)
    # The kernel asks for this order from whoever lacks privileges outside.
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{NOBODY} {uid} 1")
    _write("/proc/self/gid_map", f"{NOBODY} {gid} 1")
    _forget_name()


def _forget_name() -> None:
    """Have another name than the machine, which a new namespace begins with."""
    with contextlib.suppress(OSError):  # a courtesy: nothing else depends on it
        set_host_name(HOST_NAME)
