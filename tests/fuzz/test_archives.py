"""A short run of what the nightly programs do with archives and notebooks."""

from __future__ import annotations

from pathlib import Path
from random import Random

import archives
import notebooks
import pytest
from campaign import draw, run_campaign
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> archives.Opener:
    """Give what opens archives in one folder of its own."""
    return archives.Opener(tmp_path_factory.mktemp("opened"))


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 1 << 32))
def test_archives_with_lies_are_opened_or_refused(target: archives.Opener, seed: int) -> None:
    """Whatever a zip or tar says of itself, nothing but a SubmissionError is raised."""
    assert target.run(archives.make(Random(seed)))


def test_archives_take_little_memory_and_time(tmp_path: Path) -> None:
    """Some are opened, some refused for several reasons; no bound is crossed."""
    progress = run_campaign(archives.make_target(tmp_path), cases=120, seed=3)
    assert progress.failures == []
    assert progress.outcomes["opened"] > 10
    assert len(progress.outcomes) > 5


def test_notebooks_take_little_memory_and_time(tmp_path: Path) -> None:
    """Whatever is in a notebook, it is a submission or it is refused in one line."""
    progress = run_campaign(notebooks.make_target(tmp_path), cases=120, seed=3)
    assert progress.failures == []
    assert progress.outcomes["opened"] > 40


def test_files_that_are_touched_are_noticed(tmp_path: Path) -> None:
    """The watch over files sees what is opened, made and removed."""
    opener = archives.Opener(tmp_path)
    with archives.watched() as seen:
        (tmp_path / "new").write_bytes(b"")
        (tmp_path / "new").unlink()
    assert opener is not None
    assert [event for event, _ in seen] == ["open", "os.remove"]


def test_a_case_is_the_same_by_its_number(tmp_path: Path) -> None:
    """What a nightly run has found can be made again from its seed and its number."""
    made = archives.make_target(tmp_path)
    assert draw(made, 1, 2) == draw(made, 1, 2)
    assert draw(made, 1, 2) != draw(made, 1, 3)
