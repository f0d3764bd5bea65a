"""Puts up the layers of a level around the process that calls it, in the order that works.

As root, mounts come before the change of user, who may not mount. Landlock's rules are written
before it too, because the user may not reach the paths, and enforced after it. seccomp comes
last, since it forbids most of what the other layers need.
"""

import contextlib
import os
from collections.abc import Iterator

from grader.isolation import credentials, landlock, seccomp
from grader.isolation.confinement import Confinement, Level
from grader.isolation.limits import apply_limits, offer_to_be_ended
from grader.isolation.namespaces import enter_namespaces
from grader.isolation.root import SCRATCH, enter_root

FIRST_DESCRIPTOR = 3
# Above the highest number a descriptor can have on common systems (sysctl fs.nr_open).
LAST_DESCRIPTOR = 1 << 30
TRUNCATION_ABI = 3


@contextlib.contextmanager
def _naming(layer: str) -> Iterator[None]:
    """Name the layer in whatever goes wrong while it is put up."""
    try:
        yield
    except Exception as error:
        error.add_note(layer)
        raise


def leave_zygote(keep: frozenset[int]) -> None:
    """Close every descriptor but 0, 1, 2 and `keep`, and lead a session of one's own."""
    offer_to_be_ended()
    with _naming("session"):
        start = FIRST_DESCRIPTOR
        for descriptor in sorted(number for number in keep if number >= FIRST_DESCRIPTOR):
            os.closerange(start, descriptor)
            start = descriptor + 1
        os.closerange(start, LAST_DESCRIPTOR)
        os.setsid()


def choose_uid(confinement: Confinement) -> int | None:
    """Give the user number to take, if this process may take one.

    To be asked before `leave_machine`: afterwards there is no ``/proc`` to ask, and a new user
    namespace gives capabilities that are worth nothing outside.
    """
    uid = confinement.uid
    with _naming("user"):
        return uid if uid is not None and credentials.can_become(uid) else None


def leave_machine(confinement: Confinement) -> None:
    """Enter new namespaces and a new root; the next child is process 1 there."""
    with _naming("namespaces"):
        enter_namespaces()
    with _naming("root folder"):
        enter_root(
            confinement.read_only,
            scratch_bytes=confinement.scratch_bytes,
            scratch_inodes=confinement.scratch_inodes,
        )


def limit(confinement: Confinement) -> None:
    """Apply the resource limits."""
    with _naming("resource limits"):
        apply_limits(
            memory_bytes=confinement.memory_bytes,
            cpu_seconds=confinement.cpu_seconds,
            file_bytes=confinement.file_bytes,
            open_files=confinement.open_files,
        )


def prepare(confinement: Confinement, uid: int | None) -> int:
    """Give up limits, user and capabilities, and return the Landlock ruleset for `lock`."""
    strict = confinement.level is Level.STRICT
    with _naming("Landlock"):
        writable = (SCRATCH,) if strict else ()
        ruleset = landlock.build_ruleset(confinement.read_only, writable, masked=strict)
        os.chdir(SCRATCH if strict else "/")
    limit(confinement)
    with _naming("user and capabilities"):
        credentials.drop_privileges(uid, confinement.read_only)
        credentials.refuse_inspection()
    return ruleset


def lock(confinement: Confinement, ruleset: int) -> None:
    """Forbid new privileges, then files and system calls that are not allowed, for good."""
    strict = confinement.level is Level.STRICT
    with _naming("no new privileges"):
        credentials.forbid_new_privileges()
    with _naming("Landlock"):
        landlock.restrict(ruleset)
    with _naming("seccomp"):
        program = seccomp.build_program(
            os.getpid(),
            changing_files=strict,
            refuse_truncation=not strict and landlock.get_abi() < TRUNCATION_ABI,
        )
        seccomp.install(program)
