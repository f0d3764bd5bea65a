"""What the course hands out can be called on objects of a submission, wherever these live."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.candidate.base import CallFailed
from grader.candidate.local import LocalCandidate
from grader.candidate.sandboxed import SandboxedCandidate
from grader.model import Status
from reference.targets import resolve

Submit = Callable[..., SandboxedCandidate]

MODEL = """
    import numpy as np
    class ThreeLayerConvNet:
        def __init__(self):
            self.params = {'w': np.zeros(2)}
        def loss(self, X, y=None):
            if y is None:
                return np.tile(self.params['w'], (len(X), 1))
            return 0.0, {'w': np.array([-1.0, 1.0])}
    class TwoLayerNet(ThreeLayerConvNet):
        pass
    """
DATA = {
    "X_train": np.ones((4, 3)),
    "y_train": np.zeros(4, np.int64),
    "X_val": np.ones((2, 3)),
    "y_val": np.zeros(2, np.int64),
}


def test_the_solver_is_called_where_its_model_lives(submit: Submit) -> None:
    """Of two packages side by side, each trains its own model."""
    candidate = submit(
        {"one/cs231n/classifiers/cnn.py": MODEL, "two/nndl/fc_net.py": MODEL},
        "cnn:ThreeLayerConvNet",
        "fc_net:TwoLayerNet",
    )
    for target in ("cnn:ThreeLayerConvNet", "fc_net:TwoLayerNet", "cnn:ThreeLayerConvNet"):
        model = candidate.create(target)
        solver = candidate.create(
            "solver:Solver",
            model,
            DATA,
            optim_config={"learning_rate": 0.5},
            batch_size=2,
            num_epochs=1,
            verbose=False,
        )
        candidate.method(solver, "train")
        assert candidate.read(model, ("attr", "params"), ("item", "w")).tolist() == [0.5, -0.5]


def test_what_nobody_hands_out_is_missing(submit: Submit) -> None:
    """A name that is neither the submission's nor the course's is reported as such."""
    candidate = submit({"cnn.py": MODEL}, "cnn:ThreeLayerConvNet")
    with pytest.raises(CallFailed) as failed:
        candidate.call("solver:Optimizer", 1)
    assert failed.value.failure.status is Status.MISSING


def test_the_reference_is_trained_by_the_same_solver() -> None:
    """On the grader's side provided targets are found beside the reference's."""
    reference = LocalCandidate(resolve)
    model = reference.create("fc_net:TwoLayerNet", input_dim=3, hidden_dim=2, num_classes=2)
    solver = reference.create("solver:Solver", model, DATA, num_epochs=1, verbose=False)
    reference.method(solver, "train", epochs=1)
    assert reference.read(solver, ("attr", "epoch")) == 1
