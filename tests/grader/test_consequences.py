"""Which failures are causes, and which only follow from them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.checks.base import Check
from grader.checks.experiments import ForwardBackward, FunctionCall
from grader.checks.gradient import GradientCheck
from grader.checks.initialisation import InitialisationCheck
from grader.checks.models import ModelLoss
from grader.checks.training import Images, SolverTraining, TrainingCheck
from grader.checks.value import ValueCheck
from grader.consequences import JudgedPart, block_consequences, mark_consequences
from grader.inputs import integers, normal
from grader.model import CheckResult, Evidence, Location, Outcome, Status
from grader.pipeline import grade
from grader.reach import NameGraph
from grader.submission.archive import open_submission
from grader.submission.definition import Definition
from grader.submission.locate import locate
from grader.submission.overlay import ModuleSource

LAYERS = """
def affine_forward(x, w, b):
    return x.dot(w) + b, (x, w)

def affine_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)

def softmax_loss(x, y):
    return x.sum(), x
"""

NETS = """
from .layers import *

def affine_relu_forward(x, w, b):
    return affine_forward(x, w, b)

def affine_relu_backward(dout, cache):
    return affine_backward(dout, cache)

class TwoLayerNet:
    def __init__(self, reg=0.0):
        self.params = {"W1": 1.0}

    def loss(self, X, y=None):
        scores, cache = affine_relu_forward(X, self.params["W1"], 0.0)
        loss, dscores = softmax_loss(scores, y)
        return loss, {"W1": affine_relu_backward(dscores, cache)[1]}
"""

ARRAYS = {"x": normal(2, 3), "w": normal(3, 4), "b": normal(4)}
NET = "fc_net:TwoLayerNet"


def make_layer(name: str, module: str) -> GradientCheck:
    """Return the check of a layer's backward pass, its forward result included."""
    return GradientCheck(
        id=name,
        experiment=ForwardBackward(
            forward=f"{module}:{name}_forward",
            backward=f"{module}:{name}_backward",
            arguments=ARRAYS,
            upstream=normal(2, 4),
            gradients={"dx": "x", "dw": "w"},
        ),
        points={"out": 1, "dx": 1, "dw": 1},
    )


def make_net(observed: str) -> ModelLoss:
    """Return the network, looked at in one way."""
    return ModelLoss(
        target=NET,
        parameters={"W1": normal(3, 4)},
        X=normal(2, 3),
        y=integers(4, 2),
        observed=(observed,),
    )


CHECKS: tuple[Check, ...] = (
    ValueCheck(
        id="affine_forward",
        experiment=FunctionCall(
            target="layers:affine_forward", arguments=ARRAYS, results={"out": (0,)}
        ),
        points={"out": 1},
    ),
    make_layer("affine", "layers"),
    make_layer("affine_relu", "layer_utils"),
    GradientCheck(
        id="softmax_loss",
        experiment=FunctionCall(
            target="layers:softmax_loss",
            arguments={"x": normal(2, 4), "y": integers(4, 2)},
            results={"loss": (0,), "dx": (1,)},
            gradients={"dx": "x"},
        ),
        points={"loss": 1, "dx": 1},
    ),
    InitialisationCheck(
        id="Net.init", target=NET, shapes={"W1": (60, 50)}, scale=0.01, points={"W1": 1}
    ),
    ValueCheck(id="Net.loss", experiment=make_net("loss"), points={"loss": 1}),
    GradientCheck(id="Net.grads", experiment=make_net("W1"), points={"W1": 1}),
)

WRONG = Outcome(Status.FAILED, "It is wrong.", error=0.5, tolerance=1e-7)


def find_definitions(folder: Path, layers: str = LAYERS, nets: str = NETS) -> dict[str, Definition]:
    """Return where a submission of two modules defines the targets of all checks."""
    package = folder / "cs231n"
    package.mkdir()
    (package / "layers.py").write_text(layers)
    (package / "fc_net.py").write_text(nets)
    targets = dict.fromkeys(target for check in CHECKS for target in check.targets)
    return dict(locate(open_submission(folder), targets).definitions)


@pytest.fixture
def definitions(tmp_path: Path) -> dict[str, Definition]:
    """Return the definitions of a whole submission."""
    return find_definitions(tmp_path)


def make_result(outcome: Outcome, name: str = "f.out", check: Check = CHECKS[0]) -> CheckResult:
    """Return a row with an outcome."""
    return CheckResult(
        id=name,
        question="q",
        kind=check.kind,
        targets=check.targets,
        outcome=outcome,
        score=0.0,
        max_score=1.0,
    )


def judge(outcomes: dict[str, Outcome]) -> list[JudgedPart]:
    """Return all parts of the checks, those that are not named passed."""
    left = dict(outcomes)
    judged = []
    for check in CHECKS:
        for part in check.parts:
            name = f"{check.id}.{part}"
            outcome = left.pop(name, Outcome(Status.PASSED))
            judged.append(JudgedPart(check, part, make_result(outcome, name, check)))
    assert not left
    return judged


def read_names(definitions: dict[str, Definition], helpers: str = "") -> NameGraph:
    """Return what the definitions use, and what other functions of the student's do."""
    texts = {one.target: ast.unparse(one.node) for one in definitions.values()} | {"own": helpers}
    return NameGraph(
        ModuleSource(f"{name}.py", (name,), False, text, False) for name, text in texts.items()
    )


def mark(
    definitions: dict[str, Definition], helpers: str = "", **found: Outcome
) -> dict[str, tuple[str, ...]]:
    """Return what each failing part builds on; part ids are written with ``__`` for a dot."""
    judged = judge({name.replace("__", "."): outcome for name, outcome in found.items()})
    results = mark_consequences(judged, definitions, read_names(definitions, helpers))
    assert [result.id for result in results] == [one.result.id for one in judged]
    return {
        result.id: result.outcome.evidence.builds_on
        for result in results
        if result.outcome.status is not Status.PASSED
    }


def test_gradients_build_on_a_wrong_backward_pass(definitions: dict[str, Definition]) -> None:
    """What calls a wrong function through another one follows from it, not from the other."""
    assert mark(definitions, affine__dw=WRONG, affine_relu__dw=WRONG, Net__grads__W1=WRONG) == {
        "affine.dw": (),
        "affine_relu.dw": ("affine_backward",),
        "Net.grads.W1": ("affine_backward",),
    }


def test_a_value_does_not_build_on_a_backward_pass(definitions: dict[str, Definition]) -> None:
    """A wrong loss is a mistake of its own when only gradients fail below it."""
    found = mark(definitions, affine__dw=WRONG, softmax_loss__dx=WRONG, Net__loss__loss=WRONG)
    assert found["Net.loss.loss"] == ()


def test_values_and_gradients_build_on_a_wrong_value(definitions: dict[str, Definition]) -> None:
    """A wrong loss of the scores makes the network's loss wrong, and may make its gradients."""
    found = mark(definitions, softmax_loss__loss=WRONG, Net__loss__loss=WRONG, Net__grads__W1=WRONG)
    assert found["Net.loss.loss"] == found["Net.grads.W1"] == ("softmax_loss",)


def test_all_causes_are_named(definitions: dict[str, Definition]) -> None:
    """A gradient that calls two wrong functions builds on both."""
    found = mark(definitions, affine__dw=WRONG, softmax_loss__dx=WRONG, Net__grads__W1=WRONG)
    assert found["Net.grads.W1"] == ("affine_backward", "softmax_loss")


def test_what_a_helper_calls_is_called(tmp_path: Path) -> None:
    """A network that goes through a function of the student's own builds on what that calls."""
    nets = NETS.replace("softmax_loss(scores, y)", "data_loss(scores, y)")
    definitions = find_definitions(tmp_path, nets=nets)
    wrong = {"softmax_loss__loss": WRONG, "Net__loss__loss": WRONG}
    assert mark(definitions, **wrong)["Net.loss.loss"] == ()
    helpers = "def data_loss(x, y):\n    return [softmax_loss, None][0](x, y)"
    assert mark(definitions, helpers, **wrong)["Net.loss.loss"] == ("softmax_loss",)


def test_a_failure_without_failing_callees_is_a_cause(definitions: dict[str, Definition]) -> None:
    """Nothing builds on functions that passed, nor on what it does not call."""
    found = mark(definitions, affine_relu__dw=WRONG, softmax_loss__loss=WRONG)
    assert set(found.values()) == {()}


def test_parts_of_one_function_do_not_build_on_each_other(
    definitions: dict[str, Definition],
) -> None:
    """Loss and gradient of one function, and forward values of a layer, are no chain."""
    found = mark(
        definitions,
        softmax_loss__loss=WRONG,
        softmax_loss__dx=WRONG,
        affine_forward__out=WRONG,
        affine__out=WRONG,
        affine__dx=WRONG,
    )
    assert set(found.values()) == {()}


def test_first_parameters_build_on_nothing(definitions: dict[str, Definition]) -> None:
    """Constructing a network calls no layer: a wrong scale is a mistake of its own."""
    assert mark(definitions, affine_forward__out=WRONG, Net__init__W1=WRONG)["Net.init.W1"] == ()


def raised(definition: Definition) -> Outcome:
    """Return the outcome of an exception in the body of a definition."""
    place = Location(definition.location.file, definition.end_line)
    return Outcome(Status.ERRORED, "ValueError: no", location=place)


def test_an_exception_belongs_to_the_function_that_raises_it(
    definitions: dict[str, Definition],
) -> None:
    """A network's loss builds on a backward pass that raises: it never comes back."""
    outcome = raised(definitions["layers:affine_backward"])
    found = mark(
        definitions,
        affine__dx=outcome,
        affine__dw=outcome,
        Net__loss__loss=outcome,
        Net__grads__W1=outcome,
    )
    assert found["affine.dx"] == ()
    assert found["Net.loss.loss"] == found["Net.grads.W1"] == ("affine_backward",)


def test_an_exception_of_the_network_is_its_own(definitions: dict[str, Definition]) -> None:
    """A wrong number below raises nothing above, so an exception there is another mistake."""
    outcome = raised(definitions[NET])
    found = mark(definitions, affine_forward__out=WRONG, Net__grads__W1=outcome)
    assert found["Net.grads.W1"] == ()


def test_an_exception_may_come_from_a_result_of_another_kind(
    definitions: dict[str, Definition],
) -> None:
    """Unpacking what a function should have returned raises in its caller."""
    nothing = Outcome(Status.FAILED, "affine_forward returned None.")
    found = mark(
        definitions,
        affine_forward__out=nothing,
        affine__dx=nothing,
        Net__loss__loss=raised(definitions[NET]),
    )
    assert found["Net.loss.loss"] == ("affine_forward",)
    assert found["affine.dx"] == ("affine_forward",)


def test_a_backward_check_builds_on_its_forward_only_if_that_gave_nothing(
    definitions: dict[str, Definition],
) -> None:
    """A backward pass that raises is to blame, whatever the forward pass returned."""
    found = mark(
        definitions,
        affine_forward__out=WRONG,
        affine__dx=raised(definitions["layers:affine_backward"]),
        affine__dw=WRONG,
    )
    assert found["affine.dx"] == found["affine.dw"] == ()
    outcome = raised(definitions["layers:affine_forward"])
    found = mark(definitions, affine_forward__out=outcome, affine__dx=outcome)
    assert found["affine.dx"] == ("affine_forward",)


@pytest.mark.parametrize("status", [Status.TIMED_OUT, Status.CRASHED])
def test_a_call_that_never_returns_ends_its_callers_too(
    definitions: dict[str, Definition], status: Status
) -> None:
    """Callers of a function that hangs or ends the process build on it if they end alike."""
    ended = Outcome(status, "It did not return.")
    found = mark(definitions, softmax_loss__loss=ended, Net__loss__loss=ended)
    assert found["Net.loss.loss"] == ("softmax_loss",)
    found = mark(definitions, softmax_loss__loss=WRONG, Net__loss__loss=ended)
    assert found["Net.loss.loss"] == ()


def test_a_loop_of_the_network_is_its_own(definitions: dict[str, Definition]) -> None:
    """Where a stopped call was seen tells two loops apart."""
    place = Location(definitions[NET].location.file, definitions[NET].end_line)
    stopped = Outcome(Status.TIMED_OUT, "Stopped.", evidence=Evidence(samples=((place, 9),)))
    found = mark(definitions, softmax_loss__loss=stopped, Net__loss__loss=stopped)
    assert found["Net.loss.loss"] == ()


def test_a_module_that_cannot_be_imported_is_the_cause_of_others(
    definitions: dict[str, Definition],
) -> None:
    """Functions of one such module are equally innocent; modules that import it follow."""
    ended = Outcome(Status.CRASHED, "The process ended while importing layers.")
    later = Outcome(Status.CRASHED, "The process ended while importing fc_net.")
    found = mark(definitions, affine_forward__out=ended, affine__dx=ended, Net__init__W1=later)
    assert found["affine_forward.out"] == found["affine.dx"] == ()
    assert found["Net.init.W1"] == ("affine_forward", "affine_backward")


def test_what_waits_for_an_unwritten_function_builds_on_it(
    definitions: dict[str, Definition],
) -> None:
    """A missing function is a cause; what is missing itself is another."""
    unwritten = Outcome(Status.MISSING, "affine_forward is not written yet.")
    itself = Outcome(Status.MISSING, "TwoLayerNet is not written yet.")
    found = mark(
        definitions,
        affine_forward__out=unwritten,
        affine_relu__out=unwritten,
        Net__loss__loss=itself,
    )
    assert found["affine_relu.out"] == ("affine_forward",)
    assert found["affine_forward.out"] == found["Net.loss.loss"] == ()


def test_an_undefined_function_is_a_cause_whatever_else_is_undefined(tmp_path: Path) -> None:
    """A check says first that there is no forward pass; with no backward pass, both are missing."""
    lacking = find_definitions(tmp_path, layers="def softmax_loss(x, y):\n    return x.sum(), x\n")
    undefined = Outcome(Status.MISSING, "No file defines affine_forward.")
    raises = Outcome(Status.ERRORED, "NameError", location=lacking[NET].location)
    found = mark(
        lacking,
        affine_forward__out=undefined,
        affine__dx=undefined,
        affine__dw=undefined,
        Net__loss__loss=raises,
    )
    assert found["affine.dx"] == ()
    assert "affine_forward" in found["Net.loss.loss"]


def test_functions_that_call_each_other_are_both_causes(tmp_path: Path) -> None:
    """Mutual calls leave no failure without a cause."""
    circle = LAYERS.replace("return x.sum(), x", "return affine_forward(x, y, 0)").replace(
        "return x.dot(w) + b, (x, w)", "return softmax_loss(x, w)"
    )
    found = mark(
        find_definitions(tmp_path, layers=circle),
        affine_forward__out=WRONG,
        softmax_loss__loss=WRONG,
        Net__loss__loss=WRONG,
    )
    assert found["affine_forward.out"] == found["softmax_loss.loss"] == ()
    assert found["Net.loss.loss"] == ("affine_forward", "softmax_loss")


@pytest.mark.parametrize("status", [Status.GRADER_ERROR, Status.NEEDS_REVIEW, Status.BLOCKED])
def test_only_what_students_mend_is_a_cause(
    definitions: dict[str, Definition], status: Status
) -> None:
    """Nothing builds on our own failures or on what a person has yet to look at."""
    found = mark(definitions, softmax_loss__loss=Outcome(status), Net__loss__loss=WRONG)
    assert set(found.values()) == {()}


def test_only_what_is_wrong_fails() -> None:
    """In a whole submission with three mistakes, every failing row shows one of them itself."""
    example = Path(__file__).parents[2] / "examples" / "mistakes.zip"
    failed = [c for c in grade(example).checks if c.outcome.status is not Status.PASSED]
    assert {check.id for check in failed} == {
        *("affine_backward.dw", "affine_backward.cell.dw"),
        "affine_backward.properties.examples_add_up",
        "affine_backward.properties.follows_forward",
        *("affine_backward.hidden.dw", "TwoLayerNet.hidden.loss", "adam.hidden.next_w"),
        *("TwoLayerNet.regularised_loss.loss", "TwoLayerNet.properties.penalty"),
        *("TwoLayerNet.loss_cell.loss_2", "TwoLayerNet.loss_cell.grads"),
        *("adam.next_w", "adam.cell.next_w", "adam.properties.steps"),
    }
    assert not any(check.outcome.evidence.builds_on for check in failed)


def test_a_row_known_to_be_wrong_by_itself_is_a_cause(
    definitions: dict[str, Definition],
) -> None:
    """What fails with correct functions below it builds on none of them."""
    outcomes = {"affine.dx": WRONG, "Net.grads.W1": WRONG}
    judged = judge(outcomes)
    graph = read_names(definitions)
    marked = mark_consequences(judged, definitions, graph, frozenset({"Net.grads.W1"}))
    assert not any(result.outcome.evidence.builds_on for result in marked)


def test_consequences_are_not_judged_without_a_reference() -> None:
    """They are blocked and say by what; causes, and what is not written, stay as they are."""
    held = Evidence(builds_on=("affine_forward", "relu_forward"))
    rows = [
        make_result(Outcome(Status.FAILED, error=1.0, evidence=held)),
        make_result(Outcome(Status.MISSING, "f is not written yet.", evidence=held)),
        make_result(WRONG),
    ]
    first, *others = block_consequences(rows)
    assert first.outcome.status is Status.BLOCKED
    assert first.outcome.message == (
        "Not judged: affine_forward and relu_forward, which it uses, fail."
    )
    assert first.outcome.evidence.builds_on == held.builds_on
    assert others == rows[1:]


def test_a_training_follows_from_what_it_trains(definitions: dict[str, Definition]) -> None:
    """A network that is wrong, or a rule, explains it; one in which nothing else fails does not."""
    training = TrainingCheck(
        id="adam.training",
        training=SolverTraining(
            target=NET, learning_rate=0.1, epochs=1, batch_size=2, update_rule="adam"
        ),
        images=Images(),
        points={"accuracy": 1},
    )
    row = make_result(WRONG, "adam.training.accuracy", training)
    trained = JudgedPart(training, "accuracy", row)

    def builds_on(**found: Outcome) -> tuple[str, ...]:
        judged = [*judge({name.replace("__", "."): one for name, one in found.items()}), trained]
        results = mark_consequences(judged, definitions, read_names(definitions))
        return results[-1].outcome.evidence.builds_on

    assert builds_on(Net__loss__loss=WRONG) == ("TwoLayerNet",)
    assert builds_on() == ()
