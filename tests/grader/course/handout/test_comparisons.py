import ast

import pytest

from grader.course.handout.comparisons import comparisons


def kinds(source: str) -> list[str]:
    """Return what kinds of comparisons a cell has."""
    return [each.kind for each in comparisons(ast.parse(source).body)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("print(rel_error(a, b))", ["relative error"]),
        ("print(relative_error(a, b), rel_err(c, d))", ["relative error"] * 2),
        ("print(np.sum(np.abs(a - b)))", ["difference"]),
        ("print(np.max(np.abs(a - b)))", ["difference"]),
        ("print(np.abs(a - b))", ["difference"]),
        ("d = np.linalg.norm(a - b, ord='fro')", ["norm"]),
        ("print('difference: %f' % (a - b))", ["difference"]),
        ("grad_check_sparse(f, W, grad, 10)", ["gradient check"]),
        ("assert np.allclose(a, b)", ["assert"]),
        ("np.testing.assert_allclose(a, b)", ["test"]),
        ("print((a == b).all())", ["test"]),
        ("for k in g:\n  print(k, rel_error(g[k], n[k]))", ["relative error"]),
    ],
)
def test_each_idiom_is_counted_once(source: str, expected: list[str]) -> None:
    """What notebooks compare by is found, the whole expression as one comparison."""
    assert kinds(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "def rel_error(x, y):\n  return np.max(np.abs(x - y) / np.abs(x + y))",
        "assert FOLDERNAME is not None, 'Enter the folder name'",
        "print(a - b)",
        "print((y_pred == y).mean())",
        "loss = np.sum(scores)",
    ],
)
def test_what_compares_nothing_is_not_counted(source: str) -> None:
    """The definition of the measure, setup and accuracies are no comparisons."""
    assert kinds(source) == []
