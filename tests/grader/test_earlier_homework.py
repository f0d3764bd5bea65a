"""Functions of earlier homework that this one's networks are made of: told, and charged once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from grader import (
    Assignment,
    FunctionCall,
    GradientCheck,
    Question,
    ValueCheck,
    Visibility,
    normal,
)
from grader.course.bundle import BUNDLE, FINGERPRINTS, write_declaration
from grader.course.catalogue import assignments_folder, load_assignment, load_declaration
from grader.course.expected import FILE, expected_for, pack, regenerate
from grader.course.handout import import_handout
from grader.course.release.contents import only_public_values
from grader.course.trial import run_trial
from grader.dependence import may_stand_in
from grader.diagnosis.fingerprints import make_fingerprints
from grader.diagnosis.known import resolve_wrong
from grader.errors import SelectionError
from grader.families.earlier import earlier_for
from grader.model import CheckResult, Report, Status
from grader.pipeline import Grader, grade
from grader.report.terminal import render
from grader.selection import Selection
from reference.mistakes import make_wrong, mistakes_of
from reference.targets import resolve

CASES = Path(__file__).parents[1] / "cases"
LATER = ("batch_normalization", "convolutional_networks", "dropout", "nndl_cnn")

SPOILT = {
    "dropout_backward": "return 2 * right(*given)",
    "affine_forward": "out, cache = right(*given)\n    return 1.1 * out, cache",
    "affine_backward": "dx, dw, db = right(*given)\n    return dx, dw, 2 * db",
    "relu_backward": "dout, cache = given\n    return right(np.ones_like(dout), cache)",
    "softmax_loss": "loss, dx = right(*given)\n    return loss, dx * len(dx)",
    "batchnorm_backward": "dx, dgamma, dbeta = right(*given)\n    return dx, 2 * dgamma, dbeta",
}
"""Bodies of functions that spoil what the right function gives."""

Spoil = Callable[..., Path]


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """Give what copies a case and spoils functions of its layers."""

    def run(assignment: str, *names: str) -> Path:
        case = CASES / assignment / _case(assignment) / "submission"
        folder = shutil.copytree(case, tmp_path / "work")
        with next(folder.rglob("layers.py")).open("a", encoding="utf-8") as layers:
            for name in names:
                body = SPOILT[name].replace("right(", f"right_{name}(")
                layers.write(f"\n\nright_{name} = {name}\n\n\ndef {name}(*given):\n    {body}\n")
        return folder

    return run


def _case(assignment: str) -> str:
    return "nndl_correct" if assignment == "nndl_cnn" else "cs231n_correct"


def fails(report: Report) -> dict[str, CheckResult]:
    """Return the rows that did not pass, by id."""
    settled = (Status.PASSED, Status.NEEDS_REVIEW)
    return {row.id: row for row in report.checks if row.outcome.status not in settled}


def points(report: Report) -> Mapping[str, float]:
    """Return the points by assignment."""
    return {one.name: one.score for one in report.assignments}


@pytest.mark.parametrize(
    ("assignment", "name"),
    [
        (assignment, name)
        for assignment in LATER
        for name in ("affine_forward", "affine_backward", "relu_backward", "softmax_loss")
    ]
    + [("convolutional_networks", "batchnorm_backward")],
)
def test_an_error_in_earlier_homework_costs_nothing_and_is_told(
    assignment: str, name: str, spoil: Spoil
) -> None:
    """What is built on it keeps its points; the report names the function that is to be mended."""
    submission = spoil(assignment, name)
    report = grade(submission, [assignment])
    right = grade(CASES / assignment / _case(assignment) / "submission", [assignment])
    assert report.score == right.score
    wrong = fails(report)
    assert wrong
    assert {row.question for row in wrong.values()} == {"earlier"}
    assert {row.targets[-1].partition(":")[2] for row in wrong.values()} <= {
        name,
        name.replace("forward", "backward"),
        "affine_relu_backward",
    }
    assert not any(row.max_score for row in wrong.values())
    assert any(row.outcome.carried_forward for row in report.checks)
    told = render(report, command="grade work")
    assert f"FAIL {name}" in told
    assert "worth nothing here" in told


def test_one_error_is_charged_once_in_the_whole_hand_in(spoil: Spoil) -> None:
    """Where the function itself is graded too, it is told and charged there alone."""
    asked = ["dropout", "fully_connected"]
    report = grade(spoil("dropout", "affine_backward"), asked)
    right = grade(CASES / "dropout" / "cs231n_correct" / "submission", asked)
    assert points(report)["dropout"] == points(right)["dropout"]
    new = fails(report).keys() - fails(right).keys()
    assert new
    assert {name.partition(".")[0] for name in new} == {"fully_connected/affine_backward"}
    lost = sum(row.max_score for row in report.checks if row.id in new)
    assert report.score == pytest.approx(right.score - lost)
    assert not any("earlier" in row.question for row in report.checks)


def test_two_later_assignments_tell_one_error_once(spoil: Spoil) -> None:
    """Where neither asks for the function, the first speaks for both."""
    asked = ["batch_normalization", "dropout"]
    report = grade(spoil("batch_normalization", "affine_backward"), asked)
    told = [row for row in fails(report).values() if row.question.endswith("/earlier")]
    assert {row.question for row in told} == {"batch_normalization/earlier"}
    assert not any(one.id == "dropout/earlier" for one in report.questions)


@pytest.mark.parametrize(
    ("assignments", "name"),
    [
        (["dropout"], "affine_backward"),
        (["dropout", "fully_connected"], "affine_backward"),
        (["fully_connected"], "affine_backward"),
        (["dropout"], "dropout_backward"),
    ],
)
def test_who_asks_for_a_network_alone_is_told_what_is_wrong_below(
    assignments: list[str], name: str, spoil: Spoil
) -> None:
    """What is not asked for is looked at all the same, and the network is not accused."""
    folder = spoil("dropout", name)
    with Grader(assignments, targets=["FullyConnectedNet"], public_only=True) as grader:
        wrong = fails(grader.grade(folder))
    assert wrong
    assert {row.question.rpartition("/")[2] for row in wrong.values()} == {"earlier"}
    assert {row.targets[-1] for row in wrong.values()} == {f"layers:{name}"}
    with pytest.raises(SelectionError, match="'relu_forward' is of earlier homework, and dropout"):
        Selection.of(["relu_forward"], [load_declaration("dropout").assignment], public_only=True)


def test_an_earlier_check_that_we_break_is_marked(
    spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then nobody knows what the rows above it are worth, and the report is to be graded again."""
    run = GradientCheck.run

    def broken(check: GradientCheck, *rest: Any) -> Any:
        if check.id == "affine_backward":
            raise RuntimeError("ours")
        return run(check, *rest)

    monkeypatch.setattr(GradientCheck, "run", broken)
    assert grade(spoil("dropout", "affine_backward"), ["dropout"]).needs_regrade


def test_a_mistake_of_the_network_itself_still_costs(spoil: Spoil) -> None:
    """Beside an error in earlier homework it is charged as without one."""
    costs = []
    for names in ((), ("affine_backward",)):
        folder = spoil("dropout", *names)
        network = next(folder.rglob("fc_net.py"))
        text = network.read_text()
        assert text.count("0.5 * self.reg") == 1
        network.write_text(text.replace("0.5 * self.reg", "self.reg"))
        report = grade(folder, ["dropout"])
        rows = (row for row in report.checks if row.score < row.max_score)
        costs.append({row.id for row in rows if row.outcome.status is not Status.NEEDS_REVIEW})
        shutil.rmtree(folder)
    assert costs[0] == costs[1] != set()


def test_what_is_right_is_not_mentioned() -> None:
    """Without failures, or where a failure comes from elsewhere, nothing of it is in the report."""
    for case in ("cs231n_correct", "not_rescaled", "cs231n_starter"):
        report = grade(CASES / "dropout" / case / "submission", ["dropout"])
        assert not any(row.question == "earlier" for row in report.checks)
        assert not any(question.id == "earlier" for question in report.questions)


def test_what_spoils_nothing_is_not_mentioned(spoil: Spoil) -> None:
    """A mistake of this week's own is told alone, whatever else is wrong beside it."""
    folder = spoil("dropout", "softmax_loss")
    layers = next(folder.rglob("layers.py"))
    layers.write_text(layers.read_text().replace("return loss, dx * len(dx)", OVERFLOWS))
    network = next(folder.rglob("fc_net.py"))
    network.write_text(network.read_text().replace("0.5 * self.reg", "self.reg"))
    report = grade(folder, ["dropout"])
    assert fails(report)
    assert not any(row.question == "earlier" for row in report.checks)


OVERFLOWS = "return loss, dx if np.abs(given[0]).max() < 100 else 2 * dx"


@pytest.mark.parametrize("assignment", LATER)
def test_the_reference_passes_all_of_them_and_known_mistakes_do_not(assignment: str) -> None:
    """Else the wrong function would be blamed, or none."""
    whole = load_assignment(assignment).assignment.with_earlier()
    alone = replace(whole, questions=whole.questions[-1:], conventions=())

    def failing(find: Callable[[str], Callable[..., Any]]) -> set[str]:
        outcomes = run_trial(alone, find)
        return {row for row, outcome in outcomes.items() if outcome.status is not Status.PASSED}

    assert failing(resolve) == set()
    for target in alone.targets:
        for mistake in mistakes_of(target):
            if mistake.using in ("", *alone.targets):
                find = partial(resolve_wrong, resolve, target, make_wrong([mistake]))
                assert failing(find), f"{target}: {mistake.name}"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what students get of the dropout assignment."""
    loaded = load_assignment("dropout")
    values = pack(only_public_values(loaded.assignment, expected_for(loaded, None)))
    known = json.dumps(make_fingerprints(only_known(loaded.assignment))).encode()
    folder = tmp_path_factory.mktemp("bundle")
    (folder / FILE).write_bytes(values)
    (folder / FINGERPRINTS).write_bytes(known)
    (folder / BUNDLE).write_text(write_declaration(loaded.assignment, values, known))
    return folder


def only_known(assignment: Assignment) -> Assignment:
    """Return an assignment without the network, whose fingerprints take long."""
    questions = tuple(one for one in assignment.questions if one.id == "dropout_forward")
    return replace(assignment, questions=questions)


@pytest.mark.parametrize("name", ["affine_forward", "affine_backward", "softmax_loss"])
def test_a_bundle_names_them_and_judges_nothing_that_follows(
    name: str, bundle: Path, spoil: Spoil
) -> None:
    """Without a reference to stand in nobody can tell whether the network is right."""
    report = grade(spoil("dropout", name), [bundle])
    wrong = fails(report)
    own = [row for row in wrong.values() if not row.outcome.evidence.builds_on]
    assert {row.question for row in own} == {"earlier"}
    assert any(row.targets[-1] == f"layers:{name}" for row in own)
    blocked = [row for row in wrong.values() if row.question == "fully_connected_dropout"]
    assert blocked
    assert all(row.outcome.evidence.builds_on for row in blocked)
    assert any(name in row.outcome.evidence.builds_on for row in blocked)


def test_a_bundle_knows_the_mistakes_in_them(bundle: Path, spoil: Spoil) -> None:
    """By the fingerprints of earlier homework."""
    report = grade(spoil("dropout", "relu_backward"), [bundle])
    (row,) = [row for row in report.checks if row.id == "relu_backward.dx"]
    assert row.outcome.diagnosis == "upstream_forgotten"


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (["fc_net:FullyConnectedNet", "layers:dropout_forward"], ["earlier_layers"]),
        (
            ["cnn:ThreeLayerConvNet", "layers:spatial_batchnorm_forward"],
            ["earlier_layers", "earlier_batch_normalization"],
        ),
        (["cnn:ThreeLayerConvNet", "layers:relu_forward"], []),
        (["layers:affine_forward"], []),
        (["neural_net:TwoLayerNet", "linear_classifier:Softmax"], []),
    ],
)
def test_a_draft_gets_what_its_networks_are_made_of(targets: list[str], names: list[str]) -> None:
    """Unless it asks for some of that itself."""
    assert list(earlier_for(targets)) == names


def test_an_imported_handout_tells_earlier_homework(tmp_path: Path, spoil: Spoil) -> None:
    """Its draft declares it, and grades with it."""
    draft = import_handout(assignments_folder() / "dropout" / "Dropout.ipynb", "week5")
    folder = tmp_path / "week5"
    folder.mkdir()
    for name, text in draft.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    regenerate(load_assignment(folder))
    report = grade(spoil("dropout", "affine_backward"), [folder])
    assert {row.question for row in fails(report).values()} == {"earlier"}


@pytest.mark.parametrize("name", LATER)
def test_each_may_stand_in_for_something(name: str) -> None:
    """Else it would be run for nothing."""
    declared = load_declaration(name).assignment
    for check in declared.earlier:
        assert any(
            may_stand_in(target, owner) for target in check.targets for owner in declared.targets
        )


def make_check(**changes: Any) -> ValueCheck:
    """Return a check of some function."""
    call = FunctionCall(
        target="layers:relu_forward", arguments={"x": normal(3, 4)}, results={"out": (0,)}
    )
    return replace(ValueCheck(id="relu", experiment=call, points={"out": 0.0}), **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": {"out": 1.0}}, "must be public and worth nothing"),
        ({"visibility": Visibility.HIDDEN}, "must be public and worth nothing"),
        ({"id": "own"}, "check ids must be unique, own are not"),
    ],
)
def test_a_declaration_says_what_is_wrong(changes: dict[str, Any], message: str) -> None:
    """Points, hidden checks and double ids are refused by name."""
    call = FunctionCall(
        target="layers:affine_forward",
        arguments={"x": normal(3, 4), "w": normal(4, 2), "b": normal(2)},
        results={"out": (0,)},
    )
    own = ValueCheck(id="own", experiment=call, points={"out": 1.0})
    question = Question(id="affine", title="Affine", checks=(own,))
    with pytest.raises(ValueError, match=message):
        Assignment(
            name="later",
            title="Later",
            notebooks=(),
            questions=(question,),
            earlier=(make_check(**changes),),
        )
    with pytest.raises(ValueError, match="question id 'earlier' is taken"):
        replace(question, id="earlier")
    with pytest.raises(ValueError, match="is about what is asked for here"):
        Assignment(
            name="later",
            title="Later",
            notebooks=(),
            questions=(question,),
            earlier=(replace(own, id="again", points={"out": 0.0}),),
        )
