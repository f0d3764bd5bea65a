"""Which line of a function a report points to."""

from __future__ import annotations

import pytest

from grader.submission.lines import find_first_values, find_result_line

NETWORK = """\
class Net:
    def loss(self, X, y=None):
        scores = X
        if y is None:
            return scores
        loss, grads = 0.0, {}
        loss += 1
        grads["W1"] = X
        return loss, grads
"""


@pytest.mark.parametrize(("place", "line"), [("scores", 3), (0, 7), ("W1", 8), ("W2", 8)])
def test_the_line_that_last_sets_a_part_is_found(place: int | str, line: int) -> None:
    """Elements of the returned tuple, keys that are filled, and the variable of the scores."""
    assert find_result_line(NETWORK, "Net", place) == line


@pytest.mark.parametrize("leaving", ["return loss, grads", "raise NotImplementedError"])
def test_what_never_runs_sets_nothing(leaving: str) -> None:
    """Lines behind a return or a raise of the same block are not pointed to."""
    text = NETWORK.replace("        loss += 1\n", f"        {leaving}\n        loss += 1\n")
    assert find_result_line(text, "Net", 0) == (6 if leaving.startswith("return") else 3)


def test_code_after_a_branch_that_returns_may_run() -> None:
    """A return inside a branch ends that branch alone."""
    assert find_result_line(NETWORK, "Net", None) == 9


@pytest.mark.parametrize("text", ["def f(:", "", "f = 1"])
def test_nothing_is_found_where_there_is_no_function(text: str) -> None:
    """Text that cannot be read, and names that are no functions, have no line."""
    assert find_result_line(text, "f", 0) is None


@pytest.mark.parametrize(
    "key", ['"W%d" % (i + 1)', '"W" + str(i + 1)', 'f"W{i + 1}"', '"W{}".format(i + 1)']
)
def test_keys_that_are_put_together_are_found(key: str) -> None:
    """A network fills its gradients in a loop; another key is missing where the last one is set."""
    text = NETWORK.replace('grads["W1"] = X', f"grads[{key}] = X")
    assert [find_result_line(text, "Net", name) for name in ("W3", "b3")] == [8, 8]


@pytest.mark.parametrize(
    ("body", "line", "found"),
    [
        ("loss, grads = 0, {}\nreturn loss, grads", 2, (2, {"loss": "0", "grads": "{}"})),
        ("loss, grads = 0, {}\nreturn loss, grads", 3, (2, {"loss": "0", "grads": "{}"})),
        ("out = None\nreturn out", 2, (2, {"out": "None"})),
        ("dx, dw = None, None\ndx = 2 * x\nreturn dx, dw", 2, (2, {"dw": "None"})),
        # A cache that nobody needs may be meant so.
        ("cache = None\nout = 2 * x\nreturn out, cache", 4, (4, {})),
        ("grads = {}\ngrads['W'] = x\nreturn grads", 2, (2, {})),
        ("grads = {}\ngrads.update(W=x)\nreturn grads", 2, (2, {})),
        ("loss = 0.0\nloss += x\nreturn loss", 2, (2, {})),
        ("out = 0\nreturn out + x", 2, (2, {})),
        ("out = x * 0\nreturn out", 2, (2, {})),
        ("size = 3\nout = x\nreturn out", 2, (2, {})),
        ("a = b = 0\nreturn a, b", 2, (2, {"a": "0", "b": "0"})),
        ("out = 0\ndef inner():\n    nonlocal out\n    out = x\ninner()\nreturn out", 2, (2, {})),
    ],
)
def test_first_values_that_nobody_has_gone_on_from(
    body: str, line: int, found: tuple[int, dict[str, str]]
) -> None:
    """Constants that are returned as they are; whatever else is done with them is work."""
    lines = "".join(f"    {text}\n" for text in body.split("\n"))
    assert find_first_values(f"def f(x):\n{lines}", line) == found


def test_text_that_is_no_python_has_no_first_values() -> None:
    """Nothing is raised for it."""
    assert find_first_values("def f(:", 1) == (1, {})
