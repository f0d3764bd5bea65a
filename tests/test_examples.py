"""The examples that README and documentation grade."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from grader.model import Status
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
    lost = {check.id for check in report.checks if check.outcome.status is Status.FAILED}
    by_function: dict[str, set[str]] = {}
    for check_id in lost:
        function, _, rest = check_id.partition(".")
        by_function.setdefault(function, set()).add(rest)
    assert by_function == {
        "affine_backward": {
            *("dw", "cell.dw", "hidden.dw"),
            *("properties.examples_add_up", "properties.follows_forward"),
        },
        "TwoLayerNet": {
            *("regularised_loss.loss", "loss_cell.loss_2", "loss_cell.grads", "hidden.loss"),
            "properties.penalty",
        },
        "adam": {"next_w", "cell.next_w", "hidden.next_w", "properties.steps"},
    }
    assert {check.outcome.status for check in report.checks} == {Status.PASSED, Status.FAILED}


def test_each_mistake_of_the_example_is_named() -> None:
    """The report says which mistake it is, and charges no network for a layer's."""
    report = grade(EXAMPLES / "mistakes.zip")
    named = {check.id: check.outcome.diagnosis for check in report.checks}
    assert named["affine_backward.dw"] == "weights_divided_by_n"
    assert named["TwoLayerNet.regularised_loss.loss"] == "regularisation_not_halved_in_loss"
    assert named["adam.next_w"] == "no_bias_correction"
    carried = {check.id for check in report.checks if check.outcome.carried_forward}
    assert {"affine_relu.dw", "FullyConnectedNet.reg_0.W1"} <= carried
    assert "sgd_momentum.training.accuracy" in carried
