"""The examples that README and documentation grade."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from grader.model import Kind, Status
from grader.pipeline import grade

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(scope="module")
def packer() -> ModuleType:
    """Return the script that packs the examples."""
    spec = importlib.util.spec_from_file_location("examples_pack", EXAMPLES / "pack.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["submission", "mistakes"])
def test_zip_holds_what_its_folder_holds(name: str, packer: ModuleType) -> None:
    """Each zip is what the script makes of the folder: run ``python examples/pack.py``."""
    assert name in packer.NAMES
    assert (EXAMPLES / f"{name}.zip").read_bytes() == packer.pack(EXAMPLES / name)


def test_complete_example_earns_everything() -> None:
    """The submission of the README's first command is recognised, complete and correct."""
    report = grade(EXAMPLES / "submission.zip")
    assert [info.name for info in report.assignments] == ["fully_connected"]
    assert {check.outcome.status for check in report.checks} == {Status.PASSED}
    assert report.percent == 100.0
    assert report.warnings == ()


def test_example_with_mistakes_loses_points_where_they_are() -> None:
    """Three mistakes show: an averaged gradient, a lost half, Adam without its correction."""
    report = grade(EXAMPLES / "mistakes.zip")
    failed = {
        check.id
        for check in report.checks
        if check.outcome.status is Status.FAILED and "cell." not in check.id
    }
    failed -= {check.id for check in report.checks if check.kind is Kind.TRAINING}
    own = {"affine_backward.dw", "TwoLayerNet.regularised_loss.loss", "adam.next_w"}
    assert own <= failed
    assert {check_id.rpartition(".")[2] for check_id in failed - own} == {"dw", "W1", "W2", "W3"}
    assert {check.outcome.status for check in report.checks} == {Status.PASSED, Status.FAILED}
