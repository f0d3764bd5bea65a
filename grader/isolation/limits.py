"""Resource limits of a worker: memory, processor time, files."""

import contextlib
import os
import sys

# Absent on Windows, where this module must still be importable.
with contextlib.suppress(ModuleNotFoundError):
    import resource

# Room for deep recursion of Python code; the default of Linux distributions.
STACK_BYTES = 8 * 1024 * 1024
# Between the signal that ends most programs at the soft limit and the kill nobody survives.
CPU_GRACE_SECONDS = 1
# OOM_SCORE_ADJ_MAX of include/uapi/linux/oom.h; proc_pid_oom_score_adj(5).
LARGEST_OOM_SCORE = b"1000"


def _lower(kind: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, never above the hard limit that this process already has."""
    hard = soft if hard is None else hard
    ceiling = resource.getrlimit(kind)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))


def offer_to_be_ended() -> None:
    """Be the first that the kernel ends when the machine runs out of memory, not the grader."""
    if sys.platform == "linux":
        # Not everywhere is there a /proc, and no promise depends on it.
        with contextlib.suppress(OSError):
            score = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.write(score, LARGEST_OOM_SCORE)
            finally:
                os.close(score)


def apply_limits(*, memory_bytes: int, cpu_seconds: int, file_bytes: int, open_files: int) -> None:
    """Limit this process for good; it can start no other, unless it is the superuser's.

    Parameters
    ----------
    memory_bytes
        Address space, what is mapped already included. Not enforced outside Linux.
    cpu_seconds
        Processor time of the whole process.
    file_bytes
        Length of any file written.
    open_files
        Descriptors open at once.
    """
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + CPU_GRACE_SECONDS)
    _lower(resource.RLIMIT_FSIZE, file_bytes)
    _lower(resource.RLIMIT_NOFILE, open_files)
    _lower(resource.RLIMIT_STACK, STACK_BYTES)
    # Counted by user, but asked only of the process that forks: others are not affected.
    _lower(resource.RLIMIT_NPROC, 0)
    if sys.platform == "linux":
        _lower(resource.RLIMIT_MEMLOCK, 0)
        _lower(resource.RLIMIT_MSGQUEUE, 0)
        # Last: nothing above should fail for want of memory.
        _lower(resource.RLIMIT_AS, memory_bytes)
