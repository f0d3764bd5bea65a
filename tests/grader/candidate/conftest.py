"""Submissions of a few lines, in real workers of one warm parent."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from grader.candidate.naming import Naming
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.world import World
from grader.candidate.zygote import Zygote
from grader.isolation.confinement import Confinement, Level
from grader.isolation.levels import choose
from grader.isolation.visible import default_read_only
from grader.settings import Limits
from grader.submission.archive import open_submission
from grader.submission.locate import locate
from grader.submission.overlay import lay_out

MIB = 1 << 20
Submit = Callable[..., SandboxedCandidate]


def confine(level: Level, memory_bytes: int = 2048 * MIB) -> Confinement:
    """Return what a worker of the tests is allowed."""
    return Confinement(
        level=level,
        read_only=default_read_only(),
        memory_bytes=memory_bytes,
        cpu_seconds=60,
        file_bytes=MIB,
        open_files=64,
        scratch_bytes=MIB,
        scratch_inodes=64,
        uid=61_500,
    )


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Give one warm parent for all tests."""
    with Zygote() as parent:
        yield parent


@pytest.fixture
def submit(zygote: Zygote, tmp_path: Path) -> Iterator[Submit]:
    """Give what turns files into a candidate, and end its workers afterwards."""
    candidates: list[SandboxedCandidate] = []

    def make(
        files: str | Mapping[str, str],
        *targets: str,
        limits: Limits | None = None,
        level: str = "auto",
        keywords: Mapping[str, tuple[str, ...]] | None = None,
        old_names: bool = True,
    ) -> SandboxedCandidate:
        if isinstance(files, str):
            files = {"layers.py": files}
        folder = tmp_path / f"submission{len(candidates)}"
        for path, text in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
        submission = open_submission(folder)
        located = locate(submission, targets or ("layers:f", "layers:g", "layers:Model"))
        limits = limits or Limits(cpu_seconds=10.0)
        confinement = confine(choose(level).level, limits.memory_bytes)
        worlds = [
            World(programme, zygote, confinement, limits, old_names=old_names)
            for programme in lay_out(submission, located)
        ]
        candidate = SandboxedCandidate(worlds, Naming(located.definitions, keywords or {}), {})
        candidates.append(candidate)
        candidate.begin_check()
        return candidate

    yield make
    for candidate in candidates:
        candidate.restart()
