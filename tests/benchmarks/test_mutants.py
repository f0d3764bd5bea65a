"""Generic mutants change one thing each, and what becomes of them is told and held to the list."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"

# An entry as in the list, of a mutant that there is not.
STALE = """
[reasons]
same = "The same function."

[[mutants]]
function = "reference.layers.activations:relu_forward"
original = "out: Array = np.maximum(x, 0)"
mutated = "out: Array = np.maximum(0, 0, x)"
because = "same"
"""


@pytest.fixture
def mutation(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module that makes mutants."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return __import__("mutation")


def changes(mutation: ModuleType, *lines: str) -> set[tuple[str, str]]:
    """Return operator and first line of all mutants of a function with some lines."""
    source = "\n    ".join(("def f(x, w, b, y, n, axis):", *lines))
    return {(one.operator, one.mutated) for one in mutation.make_mutants(source, "m", {"f"})}


@pytest.mark.parametrize(
    ("line", "operator", "mutated"),
    [
        ("return x + w", "arithmetic", "return x - w"),
        ("return x @ w", "swap-operands", "return w @ x"),
        ("return x / w", "drop-operand", "return x"),
        ("return x**2", "arithmetic", "return x * 2"),
        ("return x > w", "comparison", "return x >= w"),
        ("return x <= w", "comparison", "return x < w"),
        ("return x is w", "comparison", "return x is not w"),
        ("return 0", "constant", "return 1"),
        ("return 3", "constant", "return 4"),
        ("return 0.5", "constant", "return 1.0"),
        ("return 1e-8", "constant", "return 1e-05"),
        ("return True", "constant", "return False"),
        ("return x.sum(axis=1)", "constant", "return x.sum(axis=0)"),
        ("return x.sum(axis=1)", "drop-keyword", "return x.sum()"),
        ("return x.max(keepdims=True)", "drop-keyword", "return x.max()"),
        ("return x.max(axis=1)", "twin-function", "return x.min(axis=1)"),
        ("return np.zeros_like(x)", "twin-function", "return np.ones_like(x)"),
        ("return np.sqrt(x)", "drop-call", "return x"),
        ("return x.reshape(n)", "drop-call", "return x"),
        ("return f(x, w)", "swap-arguments", "return f(w, x)"),
        ("return (x, w)", "swap-elements", "return (w, x)"),
        ("return x[n, y]", "swap-elements", "return x[y, n]"),
        ("return x.T", "drop-transpose", "return x"),
        ("return -x", "drop-sign", "return x"),
        ("return x[n:]", "shift-slice", "return x[n + 1:]"),
        ("return x[:n]", "drop-bound", "return x[:]"),
        ("return x[::n]", "drop-step", "return x[:]"),
        ("return x and w", "and-or", "return x or w"),
        ("return x if n else w", "negate-condition", "return w if n else x"),
        ("x += w", "augmented-to-plain", "x = w"),
        ("x += w", "augmented-operator", "x -= w"),
        ("x[n] = w", "delete-statement", "pass"),
        ("x = w", "delete-statement", "pass"),
    ],
)
def test_operator_makes_what_it_says(
    mutation: ModuleType, line: str, operator: str, mutated: str
) -> None:
    """Each operator is found by a statement that it fits."""
    assert (operator, mutated) in changes(mutation, line)


def test_condition_is_negated_and_fixed(mutation: ModuleType) -> None:
    """A branch is taken the other way round, always and never; its block stays."""
    found = changes(mutation, "if n:", "    x = w", "return x")
    assert {("negate-condition", "if not n:"), ("always", "if True:")} <= found
    assert ("never", "if False:") in found


@pytest.mark.parametrize(
    "lines",
    [
        ('"""Return 1 + 1."""',),
        ("require_real(x=x, n=1 + 1)",),
        ('n = require_integer("n", n + 1, 1 + 1)', "del n"),
        ("if n < 1 + 1:", "    raise ValueError(f'{n + 1}')"),
        ("u: tuple[1, 2]",),
        ("if n % 100 == 0:", "    print(n + 1)"),
    ],
)
def test_what_no_course_asks_for_is_left_alone(
    mutation: ModuleType, lines: tuple[str, ...]
) -> None:
    """Documentation, annotations and the rejection of bad arguments have no mutants of value."""
    assert {mutated for _, mutated in changes(mutation, *lines)} <= {"pass"}


def test_statement_that_binds_a_new_name_stays(mutation: ModuleType) -> None:
    """Without it everything after it would merely raise."""
    assert ("delete-statement", "pass") not in changes(mutation, "fresh = x", "return fresh")


def test_mutants_of_the_reference_differ_and_compile(mutation: ModuleType) -> None:
    """No two mutants of a module have the same name, and each is valid Python."""
    path = ROOT / "reference" / "losses.py"
    source = path.read_text(encoding="utf-8")
    found = list(mutation.make_mutants(source, "reference.losses", {"svm_loss", "softmax_loss"}))
    assert len({one.key for one in found}) == len(found) > 80
    for one in found[::9]:
        mutation.compile_mutant(source, one)
    names = dict.fromkeys(one.place.partition(" ")[0] for one in found)
    lines = source.splitlines()
    for name in names:
        file, number = name.split(":")
        assert file == "reference/losses.py"
        assert lines[int(number) - 1].strip()


def test_mutant_has_the_change_and_nothing_else(mutation: ModuleType) -> None:
    """The compiled mutant computes what its line says; the mutated text is put back."""
    source = "def f(x):\n    y = x + 2\n    return y * 3\n"
    one = next(
        one for one in mutation.make_mutants(source, "m", {"f"}) if one.mutated == "y = x - 2"
    )
    assert one.difference == "y = x + 2  ->  y = x - 2"
    names: dict[str, object] = {}
    exec(mutation.compile_mutant(source, one), names)  # noqa: S102 - the text above
    assert names["f"](5) == (5 - 2) * 3


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program on a part of the mutants."""
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "mutants.py"), *map(str, arguments)],
        cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_wrong_projections_are_killed(tmp_path: Path) -> None:
    """Whatever is changed in a product of matrices loses points; the state says by which rows."""
    state = tmp_path / "state.json"
    given = ("--only", "linear_classifiers:_project_back", "--state", state)
    done = run(*given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(100.0%)" in done.stdout
    verdicts = json.loads(state.read_text(encoding="utf-8"))["verdicts"]
    assert verdicts
    for own in verdicts.values():
        for declared, by_cells in own.values():
            assert "_loss_vectorized." in declared
            assert ".cell." in by_cells
    assert run("--again", *given).stdout == done.stdout


def test_survivors_are_held_to_the_list(tmp_path: Path) -> None:
    """A maximum survives the exchange of its arguments, which has to be explained."""
    given = ("--only", "activations:relu_forward", "--state", tmp_path / "state.json")
    done = run(*given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 survivors are explained" in done.stdout
    other = tmp_path / "explained.toml"
    other.write_text(STALE, encoding="utf-8")
    done = run(*given, "--explained", other)
    assert done.returncode == 1
    assert "not explained: reference/layers/activations.py" in done.stdout
    assert "no survivor: reference.layers.activations:relu_forward" in done.stdout
