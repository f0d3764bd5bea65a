"""Exceptions that beginners meet get a question."""

from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis.exceptions import ask_about


def message_of(code: str) -> str:
    """Return what Python says of a line, as a report words it."""
    try:
        exec(code, {"np": np})  # noqa: S102 - our own text
    except Exception as error:  # noqa: BLE001 - whatever the line raises
        return f"{type(error).__name__}: {error} while calling relu_forward"
    raise AssertionError(code)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("range(5 / 2)", "Python 3"),
        ("np.zeros(4)[: 4 / 2]", "Python 3"),
        ("{}.iteritems()", "dictionaries"),
        ("{}.keys()[0]", "list"),
        ("map(abs, [])[0]", "list"),
        ("np.product", "NumPy"),
        ("np.zeros((5, 3))[np.arange(3), np.zeros(5, dtype=int)]", "indices"),
        ("np.zeros(3)[7]", "axis"),
        ("np.zeros(3)[0, 0]", "axes"),
        ("np.zeros((3, 4)).dot(np.zeros((3, 4)))", "product"),
        ("np.zeros((3, 4)) @ np.zeros((3, 4))", "product"),
        ("np.zeros((3, 4)) + np.zeros((4, 3))", "shapes"),
        ("np.zeros((3, 4))[0] = np.zeros(3)", "shapes"),
        ("np.zeros((2, 5, 5))[:] = np.zeros((2, 5, 5))[:, 0:-0, 0:-0]", "[pad:-pad]"),
        ("np.zeros((2, 0)).max()", "window"),
        ("np.zeros(12).reshape(5, 3)", "shape hold"),
        ("a, b = (1, 2, 3)", "values"),
        ("a, b = 1", "values"),
        ("None.shape", "None"),
        ("a, b = None", "values"),
        ("None[0]", "None"),
        ("dw /= 2", "spelt"),
        ("{'b1': 0}['W1']", "keys"),
        ("(lambda x: x)(1, y=2)", "definition"),
        ("(lambda x: x)()", "definition"),
        ("(lambda x: x)(1, 2)", "definition"),
        ("np.zeros(3).grads", "attribute"),
        ("reg = 0.5\nreg(1 + 2)", "operator"),
        ("bool(np.zeros(3) > 0)", "entry"),
        ("x = np.zeros(3, dtype=int)\nx += 0.5", "dtype"),
        ("np.zeros(3)[0] = np.zeros(2)", "number"),
        ("f = lambda: f()\nf()", "itself"),
    ],
)
def test_exception_gets_a_question(code: str, word: str) -> None:
    """What today's Python and NumPy say is recognised, and asked about in other words."""
    question = ask_about(message_of(code))
    assert word in question
    assert question.endswith("?")


def test_other_exceptions_get_none() -> None:
    """An exception of the student's own is left to its message."""
    assert ask_about("ValueError: Invalid mode 'trian' while calling dropout_forward") == ""


def test_endless_message_is_cut() -> None:
    """Student code may raise with a text of any length."""
    assert ask_about("ValueError: " + "x" * 10_000_000 + "'NoneType'") == ""
