import re
from pathlib import Path

import pytest

from grader.isolation.failure import IsolationError
from grader.isolation.system import NUMBERS, invoke

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", sorted(NUMBERS))
def test_numbers_are_those_of_the_kernel_headers(machine: str) -> None:
    """Each system call has the number that the kernel's own header gives it."""
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text(encoding="utf-8"))
    numbers = {name: int(number) for name, number in found}
    # The generic table has one entry for both word sizes.
    numbers.setdefault("newfstatat", numbers.get("fstatat", -1))
    assert {name: numbers.get(name) for name in NUMBERS[machine]} == NUMBERS[machine]


def test_recent_calls_have_one_number_everywhere() -> None:
    """Since Linux 5.1 a new system call has the same number on every machine, from 424 on."""
    recent = [{n: k for n, k in table.items() if k >= 424} for table in NUMBERS.values()]
    assert recent[0]
    assert all(table == recent[0] for table in recent)


@pytest.mark.parametrize("machine", sorted(NUMBERS))
def test_no_number_stands_twice(machine: str) -> None:
    """Two names of one table are two calls."""
    numbers = list(NUMBERS[machine].values())
    assert len(numbers) == len(set(numbers))


def test_a_failing_call_is_named() -> None:
    """An error carries the kernel's reason and the name of the call."""
    try:
        invoke("getpid")
    except IsolationError as error:
        pytest.skip(str(error))
    with pytest.raises(OSError, match="fchdir: Bad file descriptor"):
        invoke("fchdir", -1)


def test_a_process_knows_itself() -> None:
    """A call without arguments gives the kernel's answer."""
    import os

    assert invoke("getpid") == os.getpid()
