"""Nothing comes of an attack: the battery at the strongest level that each user has."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from attack import Attack
from attacks import ATTACKS
from battery import Server, judge, present_users
from bench import Bench

# Here as one user, and as all of them what is shown below to get through where nothing holds it;
# battery.py tries everything as everybody at every level, which takes long.
CELLS = [
    (attack.name, user)
    for attack in ATTACKS.values()
    for user in (present_users() if attack.real else present_users()[:1])
]
REAL = [attack.name for attack in ATTACKS.values() if attack.real]


def start_strongest(user: str) -> Server:
    """Start a grader at the strongest level that a user has here."""
    try:
        return Server("strict", user)
    except RuntimeError:
        return Server("standard", user)


@pytest.fixture(scope="module")
def grader() -> Iterator[Callable[[str], Server]]:
    """Give the warm grader of a user."""
    servers: dict[str, Server] = {}

    def find(user: str) -> Server:
        if user not in servers:
            servers[user] = start_strongest(user)
        return servers[user]

    yield find
    for server in servers.values():
        server.close()


@pytest.fixture(scope="module")
def unprotected() -> Iterator[Server]:
    """Give a grader that holds nothing back."""
    with Server("weak", present_users()[0]) as server:
        yield server


@pytest.fixture(scope="module")
def weak_bench() -> Iterator[Bench]:
    """Give a bench without isolation, in this process."""
    with Bench("weak") as bench:
        yield bench


@pytest.mark.parametrize(("name", "user"), CELLS)
def test_nothing_comes_of_an_attack(grader: Callable[[str], Server], name: str, user: str) -> None:
    """It earns and reads nothing, leaves nothing, costs what it breaks, and the next one 0."""
    assert judge(grader(user), ATTACKS[name]).problems == ()


@pytest.mark.parametrize("name", REAL)
def test_attacks_get_through_where_nothing_holds_them(unprotected: Server, name: str) -> None:
    """What is blocked elsewhere works at the level that promises nothing."""
    assert unprotected.judge(ATTACKS[name])["through"]


@pytest.mark.parametrize(
    ("body", "broken", "problem"),
    [
        ("def relu_backward(dout, cache): return dout * (cache > 0)", "relu_backward", "it earns"),
        ("raise ValueError(read(FACTS['private']))", "", "a secret is in the report"),
        ("raise ValueError('/elsewhere/lib/python3/x.py')", "", "the report tells"),
        ("open(FACTS['open'] + '/x', 'w').close()", "", "the open folder changed"),
        ("os.chmod(FACTS['victim'], 0o600)", "", "the victim changed"),
        ("attempt('all', str)", "", "got through"),
        ("raise ValueError", "", "is errored"),
    ],
)
def test_the_bench_notices_what_came_of_an_attack(
    weak_bench: Bench, body: str, broken: str, problem: str
) -> None:
    """Points, secrets, paths, files, modes and other outcomes are all told."""
    text = body if broken else f"def strike():\n    {body}\n"
    where = "nowhere" if broken else "affine_forward"
    attack = Attack("control", "Is to be noticed.", text, where=where, broken=broken)
    assert any(problem in told for told in weak_bench.judge(attack)["problems"])
