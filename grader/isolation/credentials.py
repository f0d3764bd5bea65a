"""Who a worker is: its user, its capabilities, and what it may never regain.

Constants are those of ``include/uapi/linux/prctl.h`` and ``include/uapi/linux/capability.h``.

References
----------
prctl(2), capabilities(7), credentials(7)
"""

import contextlib
import os
import struct
from collections.abc import Iterable

from grader.isolation.system import invoke

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

SIGKILL = 9  # signal(7); the module `signal` makes enumerations first

CAP_DAC_READ_SEARCH = 2
CAP_SETGID = 6
CAP_SETUID = 7
CAP_SYS_ADMIN = 21
CAPABILITY_VERSION_3 = 0x2008_0522
# One word holds 32 capabilities, so both words of version 3 are covered.
CAPABILITY_COUNT = 64


def set_attribute(option: int, value: int) -> None:
    """Set one attribute of this process with prctl."""
    invoke("prctl", option, value, 0, 0, 0)


def adopt_orphans() -> None:
    """Make this process the parent of its descendants whose own parent has ended."""
    set_attribute(PR_SET_CHILD_SUBREAPER, 1)


def forbid_new_privileges() -> None:
    """Forbid for good that an exec gives privileges; Landlock and seccomp ask for it."""
    set_attribute(PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """Ask to be killed when the parent ends; a change of user takes the request back."""
    set_attribute(PR_SET_PDEATHSIG, SIGKILL)


def refuse_inspection() -> None:
    """Keep processes of the same user from tracing this one, and from a core dump of it."""
    set_attribute(PR_SET_DUMPABLE, 0)


def allow_inspection() -> None:
    """Own ``/proc/self`` again, whose files belong to root after `refuse_inspection`."""
    set_attribute(PR_SET_DUMPABLE, 1)


def has_capability(capability: int) -> bool:
    """Say whether this process has a capability in effect."""
    sets = bytearray(24)
    invoke("capget", struct.pack("=Ii", CAPABILITY_VERSION_3, 0), sets)
    effective_low, _, _, effective_high, _, _ = struct.unpack("=6I", sets)
    return bool((effective_high << 32 | effective_low) >> capability & 1)


def keep_capabilities(capabilities: Iterable[int]) -> None:
    """Give up every capability but the listed ones, which must be permitted already."""
    bits = sum(1 << capability for capability in capabilities)
    low, high = bits & 0xFFFF_FFFF, bits >> 32
    sets = struct.pack("=6I", low, low, 0, high, high, 0)
    invoke("capset", struct.pack("=Ii", CAPABILITY_VERSION_3, 0), sets)


def _empty_bounding_set() -> None:
    for capability in range(CAPABILITY_COUNT):
        try:
            set_attribute(PR_CAPBSET_DROP, capability)
        except OSError:
            # Past the kernel's last capability, or not permitted to: no_new_privs does the same.
            return


def _is_mapped(uid: int) -> bool:
    """Say whether this user number exists in this process's user namespace."""
    # As bytes: a codec that is not there yet would be imported by every worker anew.
    with open("/proc/self/uid_map", "rb") as uid_map:
        ranges = [tuple(map(int, line.split())) for line in uid_map]
    return any(first <= uid < first + count for first, _, count in ranges)


def can_become(uid: int) -> bool:
    """Say whether this process may take the user number `uid`; asks ``/proc``."""
    return has_capability(CAP_SETUID) and has_capability(CAP_SETGID) and _is_mapped(uid)


def _can_read_as(uid: int, paths: Iterable[str]) -> bool:
    """Say whether `uid`, without capabilities, reaches and reads every path."""
    user, group = os.geteuid(), os.getegid()
    os.setegid(uid)
    os.seteuid(uid)
    try:
        # Opened, not asked: what access(2) says of effective ids depends on the C library.
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                os.close(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    except PermissionError:
        return False
    else:
        return True
    finally:
        os.seteuid(user)
        os.setegid(group)


def _become(uid: int) -> None:
    os.setresgid(uid, uid, uid)
    set_attribute(PR_SET_KEEPCAPS, 1)
    os.setresuid(uid, uid, uid)
    set_attribute(PR_SET_KEEPCAPS, 0)


def drop_privileges(uid: int | None, paths: Iterable[str]) -> None:
    """Give up capabilities and, where possible, the user that started this process.

    The interpreter may live where only root looks (``/root/.pyenv``), and its modules are
    imported for as long as the worker runs. A user who cannot reach `paths` then keeps
    CAP_DAC_READ_SEARCH, which reads past permissions; Landlock, applied next, still allows
    nothing but `paths`. Without that capability to keep, the worker stays the user it was.

    Parameters
    ----------
    uid
        A user number that nothing else on the machine has and that this process `can_become`;
        None to stay the same user.
    paths
        What the worker must be able to read.
    """
    _empty_bounding_set()
    kept: tuple[int, ...] = ()
    if uid is not None:
        os.setgroups([])
        reaches = _can_read_as(uid, paths)
        if reaches or has_capability(CAP_DAC_READ_SEARCH):
            kept = () if reaches else (CAP_DAC_READ_SEARCH,)
            _become(uid)
    keep_capabilities(kept)
