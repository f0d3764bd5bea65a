import errno
import os
import struct

import pytest

from grader.isolation.seccomp import (
    ALWAYS,
    AUDIT_ARCH,
    CHANGING_FILES,
    RET_ALLOW,
    RET_ERRNO,
    RET_KILL_PROCESS,
    build_program,
)
from grader.isolation.system import NUMBERS

PID = 77
REFUSED = RET_ERRNO | errno.EPERM
machines = pytest.mark.parametrize("machine", sorted(NUMBERS))


def judge(program: bytes, machine: str, number: int, *arguments: int) -> int:
    """Interpret the filter as the kernel does, and give its verdict on a call."""
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    words = [argument & (1 << 64) - 1 for argument in padded]
    data = struct.pack("=IIQ6Q", number, AUDIT_ARCH[machine], 0, *words)
    instructions = list(struct.iter_unpack("=HBBI", program))
    position, accumulator = 0, 0
    while True:
        code, if_true, if_false, value = instructions[position]
        position += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
            continue
        holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value}
        position += if_true if holds[code] else if_false


def build(machine: str, *, changing_files: bool = True, refuse_truncation: bool = False) -> bytes:
    """Write the filter for a worker whose process id is PID."""
    return build_program(
        PID, changing_files=changing_files, refuse_truncation=refuse_truncation, machine=machine
    )


@machines
def test_only_listed_calls_are_allowed(machine: str) -> None:
    """Of all numbers up to 500 exactly the listed calls are allowed without conditions."""
    program = build(machine)
    numbers = NUMBERS[machine]
    listed = {numbers[name] for name in ALWAYS + CHANGING_FILES if name in numbers}
    never = (1 << 64) - 1
    allowed = {n for n in range(500) if judge(program, machine, n, *[never] * 6) == RET_ALLOW}
    assert allowed == listed | {numbers["openat"]}


@machines
def test_files_are_changed_only_where_that_is_asked_for(machine: str) -> None:
    """Without a scratch folder, renaming and removing are refused."""
    program = build(machine, changing_files=False)
    for name in CHANGING_FILES:
        if name in NUMBERS[machine]:
            assert judge(program, machine, NUMBERS[machine][name]) == REFUSED


@machines
@pytest.mark.parametrize("name", ["kill", "tgkill"])
def test_signals_reach_only_the_worker(machine: str, name: str) -> None:
    """Signals to oneself are allowed; to a group, to all, to others refused."""
    program, number = build(machine), NUMBERS[machine][name]
    assert judge(program, machine, number, PID) == RET_ALLOW
    for other in (0, -1, 1, -PID, PID + 1):
        assert judge(program, machine, number, other) == REFUSED


@machines
def test_limits_are_read_and_never_set(machine: str) -> None:
    """A new limit is refused wherever in memory it lies."""
    program, number = build(machine), NUMBERS[machine]["prlimit64"]
    assert judge(program, machine, number, 0, 9, 0) == RET_ALLOW
    assert judge(program, machine, number, PID, 9, 0) == RET_ALLOW
    assert judge(program, machine, number, 1, 9, 0) == REFUSED
    assert judge(program, machine, number, 0, 9, 0x1000) == REFUSED
    assert judge(program, machine, number, 0, 9, 0x7F00_0000_0000) == REFUSED


@machines
def test_truncating_opens_are_refused_for_an_old_landlock(machine: str) -> None:
    """O_TRUNC is refused on request and other flags are not."""
    program, number = build(machine, refuse_truncation=True), NUMBERS[machine]["openat"]
    assert judge(program, machine, number, 0, 0, os.O_RDONLY) == RET_ALLOW
    refused = RET_ERRNO | errno.EACCES
    assert judge(program, machine, number, 0, 0, os.O_WRONLY | os.O_TRUNC) == refused
    if "open" in NUMBERS[machine]:
        assert judge(program, machine, NUMBERS[machine]["open"]) == REFUSED


@machines
def test_clone3_is_unknown_so_that_libraries_fall_back(machine: str) -> None:
    """The one call that must look unknown does."""
    number = NUMBERS[machine]["clone3"]
    assert judge(build(machine), machine, number) == RET_ERRNO | errno.ENOSYS


def test_other_doors_into_the_kernel_kill() -> None:
    """A call by another architecture's numbers, x32's included, ends the worker."""
    program = build("x86_64")
    assert judge(program, "aarch64", NUMBERS["aarch64"]["read"]) == RET_KILL_PROCESS
    assert judge(program, "x86_64", 0x4000_0000) == RET_KILL_PROCESS
    assert judge(build("aarch64"), "x86_64", 0) == RET_KILL_PROCESS
