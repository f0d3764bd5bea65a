"""seccomp: the list of system calls that a worker may make; every other one fails with EPERM.

A refused call fails instead of killing: libraries probe for optional calls and fall back. The
filter is classic BPF over ``struct seccomp_data`` (number at byte 0, architecture at 4, six
64-bit arguments from 16). Constants come from ``include/uapi/linux/seccomp.h``,
``linux/audit.h``, ``linux/bpf_common.h``, ``linux/prctl.h`` and ``asm-generic/ioctls.h``.

References
----------
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import os
import struct

from grader.isolation.system import NUMBERS, get_machine, invoke

SECCOMP_SET_MODE_FILTER = 1
SECCOMP_GET_ACTION_AVAIL = 2
RET_KILL_PROCESS = 0x8000_0000
RET_ERRNO = 0x0005_0000
RET_ALLOW = 0x7FFF_0000
AUDIT_ARCH = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
X32_SYSCALL_BIT = 0x4000_0000  # arch/x86/include/uapi/asm/unistd.h

LOAD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
JUMP_GREATER_EQUAL = 0x35  # BPF_JMP | BPF_JGE | BPF_K
JUMP_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
RETURN = 0x06  # BPF_RET | BPF_K

# The order matters little: the kernel keeps a bitmap of calls that are always allowed.
ALWAYS = (
    "read", "write", "readv", "writev", "pread64", "pwrite64", "close", "close_range", "lseek",
    "dup", "dup2", "dup3", "pipe", "pipe2", "open", "stat", "fstat", "lstat", "newfstatat",
    "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64",
    "getcwd", "chdir", "fchdir", "umask", "mmap", "munmap", "mprotect", "mremap", "brk",
    "madvise", "msync", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
    "restart_syscall", "futex", "set_robust_list", "set_tid_address", "rseq", "membarrier",
    "sched_yield", "getcpu", "poll", "ppoll", "select", "pselect6", "nanosleep",
    "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday", "time", "times",
    "getrusage", "getrlimit", "getrandom", "getpid", "gettid", "getppid", "getpgrp", "getuid",
    "geteuid", "getgid", "getegid", "getgroups", "getresuid", "getresgid", "uname", "sysinfo",
    "exit", "exit_group",
)  # fmt: skip
# Only where the one writable folder is a file system of its own, and nothing else is writable.
CHANGING_FILES = (
    "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2", "creat",
    "truncate", "ftruncate", "fsync", "fdatasync",
)  # fmt: skip
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: what Python asks of a file it opens.
IOCTL_REQUESTS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC. Not F_SETOWN and F_SETSIG,
# which together send any signal to any process of the same user.
FCNTL_COMMANDS = (0, 1, 2, 3, 4, 1030)
# PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (how glibc names its memory).
PRCTL_OPTIONS = (15, 16, 0x5356_4D41)


_INSTRUCTION = struct.Struct("=HBBI")


def _pack(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return _INSTRUCTION.pack(code, if_true, if_false, value)


def _refuse(number: int = errno.EPERM) -> bytes:
    return _pack(RETURN, RET_ERRNO | number)


def _get_argument_offset(index: int, *, high: bool = False) -> int:
    """Give the byte offset of one 32-bit half of an argument; both machines are little-endian."""
    return 16 + 8 * index + (4 if high else 0)


def _guard(number: int, body: bytes) -> bytes:
    """Run `body`, which must end in a return, for this system call only."""
    return _pack(JUMP_EQUAL, number, 0, len(body) // 8) + body


def _allow_values(index: int, values: tuple[int, ...]) -> bytes:
    """Allow a call if its 32-bit argument is listed; the kernel ignores the upper half too."""
    body = _pack(LOAD_WORD, _get_argument_offset(index))
    for value in values:
        body += _pack(JUMP_EQUAL, value, 0, 1) + _pack(RETURN, RET_ALLOW)
    return body + _refuse()


def _allow_own_limits(pid: int) -> bytes:
    """Allow prlimit64 to read this process's limits: pid 0 or itself, new_limit null."""
    return (
        _pack(LOAD_WORD, _get_argument_offset(2))
        + _pack(JUMP_EQUAL, 0, 1, 0)
        + _refuse()
        + _pack(LOAD_WORD, _get_argument_offset(2, high=True))
        + _pack(JUMP_EQUAL, 0, 1, 0)
        + _refuse()
        + _allow_values(0, (0, pid))
    )


def _allow_without_flags(index: int, flags: int) -> bytes:
    return (
        _pack(LOAD_WORD, _get_argument_offset(index))
        + _pack(JUMP_ANY_BIT, flags, 0, 1)
        + _refuse(errno.EACCES)
        + _pack(RETURN, RET_ALLOW)
    )


def _check_machine(machine: str) -> bytes:
    """Kill a process that calls through another architecture's door; then load the number."""
    check = (
        _pack(LOAD_WORD, 4)
        + _pack(JUMP_EQUAL, AUDIT_ARCH[machine], 1, 0)
        + _pack(RETURN, RET_KILL_PROCESS)
        + _pack(LOAD_WORD, 0)
    )
    if machine == "x86_64":
        check += _pack(JUMP_GREATER_EQUAL, X32_SYSCALL_BIT, 0, 1)
        check += _pack(RETURN, RET_KILL_PROCESS)
    return check


def build_program(
    pid: int, *, changing_files: bool, refuse_truncation: bool, machine: str | None = None
) -> bytes:
    """Write the filter for the worker whose own process id is `pid`.

    Parameters
    ----------
    pid
        The only process that may be signalled, as the worker itself sees its number.
    changing_files
        Whether files may be renamed, removed, truncated and folders made.
    refuse_truncation
        Whether opening with O_TRUNC is refused: Landlock before ABI 3 lets it through.
    machine
        A key of `NUMBERS`; None for the machine this runs on.

    Returns
    -------
    bytes
        BPF instructions of 8 bytes each.
    """
    machine = get_machine() if machine is None else machine
    numbers = NUMBERS[machine]
    names = ALWAYS + (CHANGING_FILES if changing_files else ())
    if refuse_truncation:
        names = tuple(name for name in names if name != "open")
    guarded = {
        "ioctl": _allow_values(1, IOCTL_REQUESTS),
        "fcntl": _allow_values(1, FCNTL_COMMANDS),
        "prctl": _allow_values(0, PRCTL_OPTIONS),
        "kill": _allow_values(0, (pid,)),
        "tgkill": _allow_values(0, (pid,)),
        "sched_getaffinity": _allow_values(0, (0, pid)),
        "prlimit64": _allow_own_limits(pid),
        # "Unknown call" makes the C library fall back to clone, which is refused.
        "clone3": _refuse(errno.ENOSYS),
        "openat": _allow_without_flags(2, os.O_TRUNC)
        if refuse_truncation
        else _pack(RETURN, RET_ALLOW),
    }
    allow = _pack(RETURN, RET_ALLOW)
    parts = [_check_machine(machine)]
    parts += [_guard(numbers[name], allow) for name in names if name in numbers]
    parts += [_guard(numbers[name], body) for name, body in guarded.items()]
    return b"".join([*parts, _refuse()])


def is_available() -> bool:
    """Say whether this kernel filters system calls with an error as the answer."""
    try:
        invoke("seccomp", SECCOMP_GET_ACTION_AVAIL, 0, struct.pack("=I", RET_ERRNO))
    except OSError:
        return False
    return True


def install(program: bytes) -> None:
    """Filter this process's system calls from now on, for good; needs no_new_privs."""
    instructions = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: unsigned short, padding, pointer, in native alignment.
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(instructions))
    invoke("seccomp", SECCOMP_SET_MODE_FILTER, 0, header)
