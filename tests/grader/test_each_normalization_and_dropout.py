"""One mistake at a time in a correct hand-in of batch normalisation, and in one of dropout."""

from __future__ import annotations

import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from grader.model import Status
from grader.pipeline import grade

CASES = Path(__file__).parent.parent / "cases"
NORMALIZATION = "batch_normalization"
DROPOUT = "dropout"
LAYERS = "cs231n/layers.py"
NETWORK = "cs231n/classifiers/fc_net.py"

# An assignment, a file, what is right in it, what is wrong instead, and what that costs.
MISTAKES: dict[str, tuple[str, str, str, str, tuple[str, ...]]] = {
    "unbiased variance": (
        *(NORMALIZATION, LAYERS, "x.var(axis=0)", "x.var(axis=0, ddof=1)"),
        (
            *("batchnorm_forward.out", "batchnorm_forward.small_variance.*"),
            *("batchnorm_forward.hidden.*", "batchnorm_forward.properties.mean_and_spread"),
            *("batchnorm_forward.cell.*", "batchnorm_test.cell.*"),
            *("batchnorm_forward.test_mode.running_var", "batchnorm_forward.test_mode.out"),
            "batchnorm_forward.test_mode.after_test",
            *("batchnorm_backward.d[xg]*", "batchnorm_backward_alt.d[xg]*"),
            *("batchnorm_backward.hidden.d[xg]*", "batchnorm_backward_alt.hidden.dx"),
            *("batchnorm_backward.properties.scale", "batchnorm_backward_alt.properties.scale"),
            *("batchnorm_backward.cell.*", "batchnorm_backward_alt.cell.d[xg]*"),
        ),
    ),
    "eps forgotten in test mode": (
        *(NORMALIZATION, LAYERS, "np.sqrt(running_var + eps)", "np.sqrt(running_var)"),
        ("batchnorm_forward.given_averages.*",),
    ),
    "momentum the wrong way round": (
        NORMALIZATION,
        LAYERS,
        "momentum * running_mean + (1 - momentum) * mean",
        "(1 - momentum) * running_mean + momentum * mean",
        (
            *("batchnorm_forward.test_mode.running_mean", "batchnorm_forward.test_mode.out"),
            *("batchnorm_forward.test_mode.after_test", "batchnorm_test.cell.*"),
            *("batchnorm_test.properties.averages_move", "batchnorm_test.properties.modes_agree"),
        ),
    ),
    "test mode without gamma and beta": (
        NORMALIZATION,
        LAYERS,
        "np.sqrt(running_var + eps)\n        out = gamma * x_hat + beta",
        "np.sqrt(running_var + eps)\n        out = x_hat",
        (
            *("batchnorm_forward.test_mode.out", "batchnorm_forward.given_averages.*"),
            "batchnorm_test.cell.*",
            "batchnorm_test.properties.modes_agree",
        ),
    ),
    "mean held constant on the way back": (
        *(NORMALIZATION, LAYERS, " + dmean / N", ""),
        (
            *("batchnorm_backward.dx", "batchnorm_backward.hidden.dx"),
            *("batchnorm_backward.properties.shift", "batchnorm_backward.cell.dx"),
            "batchnorm_backward_alt.cell.dx",
        ),
    ),
    "simplified formula without its N": (
        *(NORMALIZATION, LAYERS, "gamma / std / N *", "gamma / std *"),
        (
            *("batchnorm_backward_alt.dx", "batchnorm_backward_alt.cell.dx"),
            *("batchnorm_backward_alt.hidden.dx", "batchnorm_backward_alt.*.both_ways_agree"),
        ),
    ),
    "layer normalisation over the batch": (
        NORMALIZATION,
        LAYERS,
        "mean = x.mean(axis=1, keepdims=True)",
        "mean = x.mean(axis=0, keepdims=True)",
        (
            *("layernorm_forward.out", "layernorm_forward.hidden.*", "layernorm_forward.cell.*"),
            "layernorm_forward.small_variance.*",
            *("layernorm_forward.properties.*", "layernorm_backward.d[xg]*"),
            *("layernorm_backward.hidden.dx", "layernorm_backward.cell.*"),
            *("layernorm_backward.properties.s*", "layernorm_backward.*.examples_add_up"),
        ),
    ),
    "layer normalisation backward without the mean": (
        *(NORMALIZATION, LAYERS, "(dx_hat - mean - x_hat", "(dx_hat - x_hat"),
        (
            *("layernorm_backward.dx", "layernorm_backward.cell.dx"),
            *("layernorm_backward.hidden.dx", "layernorm_backward.properties.shift"),
        ),
    ),
    "gamma starts at zero": (
        NORMALIZATION,
        NETWORK,
        'self.params["gamma" + k] = np.ones(',
        'self.params["gamma" + k] = np.zeros(',
        ("FullyConnectedNet.batchnorm_init.gamma?", "FullyConnectedNet.batchnorm_cell.grads"),
    ),
    "one dictionary of averages for all layers": (
        *(NORMALIZATION, NETWORK, "self.bn_params[i - 1]", "dict(self.bn_params[i - 1])"),
        ("FullyConnectedNet.batchnorm_averages.*",),
    ),
    "p the other way round, rescaled by p": (
        *(DROPOUT, LAYERS, "(np.random.rand(*x.shape) < p)", "(np.random.rand(*x.shape) >= p)"),
        ("dropout_forward.share", "dropout_forward.cell.means"),
    ),
    "not rescaled": (
        *(DROPOUT, LAYERS, "(np.random.rand(*x.shape) < p) / p", "np.random.rand(*x.shape) < p"),
        ("dropout_forward.values", "dropout_forward.hidden.values", "dropout_forward.cell.means"),
    ),
    "one mask for all examples": (
        *(DROPOUT, LAYERS, "np.random.rand(*x.shape)", "np.random.rand(x.shape[1])"),
        (
            *("dropout_forward.share", "dropout_forward.properties.mask_ignores_input"),
            *("dropout_forward.cell.means", "dropout_forward.cell.zeros"),
        ),
    ),
    "rescaled in test mode too": (
        *(
            DROPOUT,
            LAYERS,
            'elif mode == "test":\n        out = x\n',
            "else:\n        out = x * p\n",
        ),
        (
            *("dropout_forward.test", "dropout_forward.cell.test_means"),
            *("dropout_forward.hidden.test", "dropout_forward.properties.test_mode"),
        ),
    ),
    "no mask on the way back": (
        *(DROPOUT, LAYERS, "dx = dout * mask", "dx = dout"),
        (
            *("dropout_backward.dx", "dropout_backward.cell.*"),
            *("dropout_backward.hidden.dx", "dropout_backward.properties.same_mask"),
        ),
    ),
    "dropout left out of the network": (
        *(DROPOUT, NETWORK, "dropout_keep_ratio != 1", "False"),
        (
            *("FullyConnectedNet.dropout.masks", "FullyConnectedNet.dropout_gradients.*"),
            *("FullyConnectedNet.dropout_hidden.W1", "FullyConnectedNet.dropout_cell.*"),
        ),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_costs_the_checks_whose_values_it_changes(name: str, tmp_path: Path) -> None:
    """A wrong version of any function loses points, and only where its values show."""
    assignment, file, old, new, patterns = MISTAKES[name]
    correct = CASES / assignment / "cs231n_correct" / "submission"
    path = shutil.copytree(correct, tmp_path / "submission") / file
    source = path.read_text(encoding="utf-8")
    assert source.count(old) == 1
    path.write_text(source.replace(old, new), encoding="utf-8")
    report = grade(tmp_path / "submission", (assignment,))
    assert not report.needs_regrade
    judged = [c for c in report.checks if c.outcome.status is not Status.NEEDS_REVIEW]
    lost = {check.id for check in judged if check.score < check.max_score}
    named = {c.id for c in judged if any(fnmatchcase(c.id, pattern) for pattern in patterns)}
    assert lost
    assert lost == named
