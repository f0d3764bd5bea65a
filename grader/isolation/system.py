"""Calls the Linux kernel by system call name, for what Python's ``os`` does not offer.

Numbers differ by architecture. They are those of ``arch/x86/entry/syscalls/syscall_64.tbl``
and ``include/uapi/asm-generic/unistd.h`` (aarch64) of the Linux source, and a test compares
them with the headers of the machine it runs on.
"""

import ctypes
import functools
import os
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from grader.isolation.failure import IsolationError

# fmt: off
_X86_64 = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7,
    "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "pwrite64": 18,
    "readv": 19, "writev": 20, "access": 21, "pipe": 22, "select": 23, "sched_yield": 24,
    "mremap": 25, "msync": 26, "madvise": 28, "dup": 32, "dup2": 33, "nanosleep": 35,
    "getpid": 39, "exit": 60, "kill": 62, "uname": 63, "fcntl": 72, "fsync": 74,
    "fdatasync": 75, "truncate": 76, "ftruncate": 77, "getcwd": 79, "chdir": 80, "fchdir": 81,
    "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "unlink": 87, "readlink": 89,
    "umask": 95, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98, "sysinfo": 99,
    "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108,
    "getppid": 110, "getpgrp": 111, "getgroups": 115, "getresuid": 118, "getresgid": 120,
    "capget": 125, "capset": 126, "sigaltstack": 131, "pivot_root": 155, "prctl": 157,
    "mount": 165, "umount2": 166, "gettid": 186, "time": 201, "futex": 202,
    "sched_getaffinity": 204, "getdents64": 217, "set_tid_address": 218,
    "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230,
    "exit_group": 231, "tgkill": 234, "openat": 257, "mkdirat": 258, "newfstatat": 262,
    "unlinkat": 263, "renameat": 264, "readlinkat": 267, "faccessat": 269, "pselect6": 270,
    "ppoll": 271, "unshare": 272, "set_robust_list": 273, "dup3": 292, "pipe2": 293,
    "prlimit64": 302, "getcpu": 309, "renameat2": 316, "seccomp": 317, "getrandom": 318,
    "membarrier": 324, "statx": 332, "rseq": 334, "open_tree": 428, "move_mount": 429,
    "clone3": 435, "close_range": 436, "faccessat2": 439, "mount_setattr": 442,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
}
_AARCH64 = {
    "getcwd": 17, "dup": 23, "dup3": 24, "fcntl": 25, "ioctl": 29, "mkdirat": 34,
    "unlinkat": 35, "renameat": 38, "umount2": 39, "mount": 40, "pivot_root": 41,
    "truncate": 45, "ftruncate": 46, "faccessat": 48, "chdir": 49, "fchdir": 50, "openat": 56,
    "close": 57, "pipe2": 59, "getdents64": 61, "lseek": 62, "read": 63, "write": 64,
    "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68, "pselect6": 72, "ppoll": 73,
    "readlinkat": 78, "newfstatat": 79, "fstat": 80, "fsync": 82, "fdatasync": 83,
    "capget": 90, "capset": 91, "exit": 93, "exit_group": 94, "set_tid_address": 96,
    "unshare": 97, "futex": 98, "set_robust_list": 99, "nanosleep": 101, "clock_gettime": 113,
    "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124,
    "restart_syscall": 128, "kill": 129, "tgkill": 131, "sigaltstack": 132,
    "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "getresuid": 148,
    "getresgid": 150, "times": 153, "getgroups": 158, "uname": 160, "getrlimit": 163,
    "getrusage": 165, "umask": 166, "prctl": 167, "getcpu": 168, "gettimeofday": 169,
    "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175, "getgid": 176,
    "getegid": 177, "gettid": 178, "sysinfo": 179, "brk": 214, "munmap": 215, "mremap": 216,
    "mmap": 222, "mprotect": 226, "msync": 227, "madvise": 233, "prlimit64": 261,
    "renameat2": 276, "seccomp": 277, "getrandom": 278, "membarrier": 283, "statx": 291,
    "rseq": 293, "open_tree": 428, "move_mount": 429, "clone3": 435, "close_range": 436,
    "faccessat2": 439, "mount_setattr": 442, "landlock_create_ruleset": 444,
    "landlock_add_rule": 445, "landlock_restrict_self": 446,
}
# fmt: on
NUMBERS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {"x86_64": MappingProxyType(_X86_64), "aarch64": MappingProxyType(_AARCH64)}
)

# Absent on Windows, where this module must still be importable.
_libc = None if sys.platform == "win32" else ctypes.CDLL(None, use_errno=True)
if _libc is not None:
    _libc.syscall.restype = ctypes.c_long


@functools.cache
def get_machine() -> str:
    """Give this machine's architecture, a key of `NUMBERS`.

    Raises
    ------
    IsolationError
        On a system or processor that has no table here.
    """
    machine = os.uname().machine if sys.platform == "linux" else ""
    if sys.platform != "linux" or machine not in NUMBERS:
        raise IsolationError(f"no system call table for {sys.platform} {machine}".rstrip())
    return machine


def invoke(name: str, *arguments: int | bytes | bytearray | None) -> int:
    """Make one system call and return its result.

    Parameters
    ----------
    name
        A name in `NUMBERS`.
    *arguments
        ``bytes`` are passed as a pointer to them, None as a null pointer. A ``bytearray`` is one
        that the kernel fills.

    Raises
    ------
    OSError
        If the call fails; the message holds its name.
    """
    numbers = NUMBERS[get_machine()]
    if _libc is None:
        raise IsolationError("no system calls without a C library")
    result = int(_libc.syscall(ctypes.c_long(numbers[name]), *map(_convert, arguments)))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def _convert(argument: int | bytes | bytearray | None) -> Any:
    """Give an argument the full width of a register, which a variadic call needs."""
    if isinstance(argument, int):
        return ctypes.c_long(argument)
    if isinstance(argument, bytearray):
        return (ctypes.c_char * len(argument)).from_buffer(argument)
    return ctypes.c_char_p(argument)
