"""Prints what comes of every attack at every level, as root and as a user without privileges.

A program: ``python tests/attacks/battery.py [--levels LEVEL ...] [--users USER ...] [ATTACK ...]``.
It ends with 1 if anything comes of an attack where it is promised that nothing does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Self

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from attack import Attack
from attacks import ATTACKS

LEVELS = ("strict", "standard", "weak")
USERS = ("root", "nobody")
NOBODY = 65534
PROGRAM = HERE.parent / "grader" / "isolation" / "unprivileged_program.py"
WIDTH = 14


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of an attack at a level, as a user."""

    word: str
    """``blocked``, ``not promised``, or what is wrong in one word."""
    problems: tuple[str, ...] = ()
    """Empty where nothing came of it."""

    @property
    def holds(self) -> bool:
        """Whether what is promised is kept."""
        return not self.problems


class Server:
    """A process that grades attacks at one level as one user."""

    def __init__(self, level: str, user: str) -> None:
        self.level, self.user = level, user
        self._process = subprocess.Popen(
            _command(level, user),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1"},
        )
        self._receive()

    def judge(self, attack: Attack) -> dict[str, Any]:
        """Return what came of an attack."""
        _pipe(self._process.stdin).write(f"{attack.name}\n")
        _pipe(self._process.stdin).flush()
        return self._receive()

    def close(self) -> None:
        """End the process."""
        _pipe(self._process.stdin).close()
        self._process.wait(30)
        _pipe(self._process.stdout).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _receive(self) -> dict[str, Any]:
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise RuntimeError(f"the grader at {self.level} as {self.user} has died")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("there is no pipe")
    return stream


def _command(level: str, user: str) -> list[str]:
    python = [sys.executable, "-I", "-B"]
    program = [str(HERE / "bench.py"), level]
    if user == "nobody" and os.geteuid() == 0:
        return [*python, str(PROGRAM), str(NOBODY), _needed_paths(), *program]
    return [*python, *program]


def _needed_paths() -> str:
    """Return what the program reads: the interpreter, its packages, the checkout."""
    folders = {sys.prefix, sys.base_prefix, str(HERE.parents[1])}
    for name in ("numpy", "click", "nbformat", "hypothesis", "rich"):
        specification = find_spec(name)
        if specification is not None and specification.origin is not None:
            folders.add(str(Path(specification.origin).parents[1]))
    return ":".join(sorted(folders))


def present_users() -> tuple[str, ...]:
    """Return the users that this process can be."""
    return USERS if os.geteuid() == 0 else USERS[1:]


def judge(server: Server, attack: Attack) -> Cell:
    """Return what came of an attack; what is not promised is not tried."""
    if server.level not in attack.levels:
        return Cell("not promised")
    problems = tuple(server.judge(attack)["problems"])
    return Cell("GOT THROUGH" if problems else "blocked", problems)


def judge_all(
    level: str, user: str, attacks: Sequence[Attack], *, verbose: bool = False
) -> dict[str, Cell]:
    """Return what came of each attack at one level as one user, by its name."""
    if all(level not in attack.levels for attack in attacks):
        return {attack.name: Cell("not promised") for attack in attacks}
    found: dict[str, Cell] = {}
    try:
        with Server(level, user) as server:
            for attack in attacks:
                found[attack.name] = cell = judge(server, attack)
                if verbose:
                    print(level, user, attack.name, cell.word, *cell.problems, file=sys.stderr)
    except RuntimeError as error:
        left = [attack.name for attack in attacks if attack.name not in found]
        found |= dict.fromkeys(left, Cell("NOT TRIED", (str(error),)))
    return found


def write_table(
    attacks: Sequence[Attack], columns: Sequence[tuple[str, str, dict[str, Cell]]]
) -> Iterator[str]:
    """Yield the lines of the table, and below it what is wrong."""
    width = max(len(attack.name) for attack in attacks)
    yield " " * width + "".join(f"  {level:<{WIDTH}}" for level, _, _ in columns)
    yield " " * width + "".join(f"  {user:<{WIDTH}}" for _, user, _ in columns)
    for attack in attacks:
        cells = (cells[attack.name].word for _, _, cells in columns)
        yield f"{attack.name:<{width}}" + "".join(f"  {word:<{WIDTH}}" for word in cells)
    words = [cell.word for _, _, cells in columns for cell in cells.values()]
    counts = ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words)))
    yield f"\n{len(attacks)} attacks: {counts}"
    for level, user, cells in columns:
        for name, cell in cells.items():
            yield from (f"{name}, {level}, {user}: {problem}" for problem in cell.problems)


def main() -> int:
    """Try the attacks that are asked for, by default all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", nargs="+", choices=LEVELS, default=LEVELS)
    parser.add_argument("--users", nargs="+", choices=USERS, default=present_users())
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="tell each cell as it is known"
    )
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help="by default all")
    asked = parser.parse_args()
    attacks = [ATTACKS[name] for name in asked.attacks or ATTACKS]
    pairs = [(level, user) for level in asked.levels for user in asked.users]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda pair: judge_all(*pair, attacks, verbose=asked.verbose), pairs))
    columns = [(*pair, cells) for pair, cells in zip(pairs, found, strict=True)]
    print("\n".join(write_table(attacks, columns)))
    return 0 if all(cell.holds for cells in found for cell in cells.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
