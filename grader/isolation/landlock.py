"""Landlock: file access by path, and no TCP, for a process that has given up asking for more.

Constants are those of ``include/uapi/linux/landlock.h``.

References
----------
https://docs.kernel.org/userspace-api/landlock.html
"""

import os
import stat
import struct
from collections.abc import Iterable

from grader.isolation.system import invoke
from grader.isolation.visible import find_hidden

CREATE_RULESET_VERSION = 1 << 0
RULE_PATH_BENEATH = 1
# Denials are not written to the audit log: hostile code could fill it. Known from ABI 7 on.
RESTRICT_SELF_LOG_SAME_EXEC_OFF = 1 << 0

WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
REMOVE_DIR = 1 << 4
REMOVE_FILE = 1 << 5
MAKE_DIR = 1 << 7
MAKE_REG = 1 << 8
TRUNCATE = 1 << 14
# Bits 0 to 12 came with ABI 1, REFER (13) with 2, TRUNCATE (14) with 3, IOCTL_DEV (15) with 5.
HANDLED_BITS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NET_BIND_AND_CONNECT_TCP = 0b11  # ABI 4
SCOPE_ABSTRACT_UNIX_SOCKET_AND_SIGNAL = 0b11  # ABI 6

# EXECUTE is granted nowhere: it rules execve only, libraries are mapped without it.
READ = READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | TRUNCATE
FILE_RIGHTS = WRITE_FILE | READ_FILE | TRUNCATE

# Opened for writing by code that silences its output.
WRITABLE_DEVICE = "/dev/null"


def get_abi() -> int:
    """Give the kernel's Landlock version; 0 without Landlock.

    Raises
    ------
    IsolationError
        On a system that has no system call table.
    """
    try:
        return invoke("landlock_create_ruleset", None, 0, CREATE_RULESET_VERSION)
    except OSError:
        return 0


def _get_handled(abi: int) -> int:
    """Give every file right that a kernel of this ABI can withhold."""
    bits: int = HANDLED_BITS_BY_ABI[min(abi, max(HANDLED_BITS_BY_ABI))]
    return int((1 << bits) - 1)


def _create_ruleset(abi: int) -> int:
    network = NET_BIND_AND_CONNECT_TCP if abi >= 4 else 0
    scoped = SCOPE_ABSTRACT_UNIX_SOCKET_AND_SIGNAL if abi >= 6 else 0
    attributes = struct.pack("=QQQ", _get_handled(abi), network, scoped)
    # An older kernel refuses a structure that is longer than it knows.
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    return invoke("landlock_create_ruleset", attributes[:size], size, 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Grant `rights` at and below `path`; a path that does not exist needs no rule."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        mode = os.fstat(descriptor).st_mode
        # A symbolic link is listed to be seen, not to grant what it leads to.
        if stat.S_ISLNK(mode):
            return
        if not stat.S_ISDIR(mode):
            rights &= FILE_RIGHTS
        rule = struct.pack("=Qi", rights, descriptor)
        invoke("landlock_add_rule", ruleset, RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)


def _allow_reading(ruleset: int, path: str, masked: bool) -> None:
    hidden = () if masked else find_hidden(path)
    if not hidden:
        _allow(ruleset, path, READ)
        return
    # Rules only add rights, so what is hidden is left out by naming its neighbours. The importer
    # must list the folder itself, which shows the names below `hidden` but none of their contents.
    _allow(ruleset, path, READ_DIR)
    for name in os.listdir(path):
        entry = f"{path}/{name}"
        if entry not in hidden:
            _allow(ruleset, entry, READ)


def build_ruleset(
    read_only: Iterable[str], writable: Iterable[str], *, masked: bool = False
) -> int:
    """Make a ruleset that grants the given paths and nothing else.

    Parameters
    ----------
    read_only
        Paths that may be read, with everything below; ``/dev/null`` may be written too.
    writable
        Folders in which files and folders may be made, changed and removed.
    masked
        Whether hidden folders (`grader.isolation.visible`) are already covered by mounts.

    Returns
    -------
    int
        The ruleset's descriptor, for `restrict`.

    Raises
    ------
    OSError
        If the kernel has no Landlock or a path cannot be opened.
    """
    abi = get_abi()
    ruleset = _create_ruleset(max(abi, 1))
    for path in read_only:
        _allow_reading(ruleset, path, masked)
        if path == WRITABLE_DEVICE:
            _allow(ruleset, path, READ_FILE | WRITE_FILE | (TRUNCATE & _get_handled(abi)))
    for path in writable:
        _allow(ruleset, path, WRITE & _get_handled(abi))
    return ruleset


def restrict(ruleset: int) -> None:
    """Confine this process to `ruleset`, for good, and close it; needs no_new_privs."""
    flags = RESTRICT_SELF_LOG_SAME_EXEC_OFF if get_abi() >= 7 else 0
    invoke("landlock_restrict_self", ruleset, flags)
    os.close(ruleset)
