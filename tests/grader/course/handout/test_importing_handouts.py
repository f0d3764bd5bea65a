import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.course.handout import import_handout
from grader.course.handout.account import Row, render
from grader.course.handout.roles import Role
from grader.errors import AssignmentError, SubmissionError

WriteNotebook = Callable[..., Path]
SETUP = """\
import numpy as np
from cs231n.layers import *
from cs231n.gradient_check import eval_numerical_gradient_array
def rel_error(x, y):
    return np.max(np.abs(x - y))
"""
FORWARD = "out, _ = relu_forward(np.ones((2, 2)))\nprint(rel_error(out, np.ones((2, 2))))"


def rows(path: Path) -> dict[int, Row]:
    """Import a lone notebook and return what became of its cells."""
    return {row.number: row for row in import_handout(path, "draft").account.notebooks[0].rows}


def tags(path: Path) -> dict[int, dict[str, Any]]:
    """Import a lone notebook and return the metadata of its cells in the draft."""
    (text,) = [t for name, t in import_handout(path, "draft").files.items() if "ipynb" in name]
    cells = json.loads(text)["cells"]
    return {n: cell["metadata"].get("grader", {}) for n, cell in enumerate(cells, start=1)}


def test_student_files_are_told_by_their_stubs(handout: Path) -> None:
    """Files with markers are the student's, others provided, and unasked stubs are listed."""
    account = import_handout(handout, "draft").account
    assert list(account.course.owned) == ["cs231n/layers.py"]
    assert "cs231n/gradient_check.py" in account.course.provided
    assert [part.name for part in account.unasked] == ["batchnorm_forward"]
    assert account.asked == ("layers:relu_forward", "layers:relu_backward")


def test_a_gradient_check_is_tagged_with_question_and_tolerance(handout: Path) -> None:
    """The heading above is the question, the comment gives the tolerance."""
    files = import_handout(handout, "draft").files
    cells = json.loads(files["Layers.ipynb"])["cells"]
    assert cells[1]["metadata"]["grader"] == {"setup": True}
    tag = cells[3]["metadata"]["grader"]
    assert (tag["id"], tag["question"]) == ("relu_backward.cell", "the_backward_pass")
    assert tag["tolerance"] == pytest.approx(1e-10)
    assert cells[4]["metadata"]["grader"]["review"] is True
    assert cells[5]["metadata"]["grader"] == {"solution": True}


def test_notebooks_of_a_draft_are_valid_and_bare(handout: Path) -> None:
    """They are format 4.5 without outputs, one blank wide, with one newline at the end."""
    text = import_handout(handout, "draft").files["Layers.ipynb"]
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    assert text.endswith("}\n")
    assert text.startswith('{\n "cells"')


def test_an_archive_is_read_like_its_folder(handout: Path, tmp_path: Path) -> None:
    """A zip of the handout gives the same notebooks and the same files."""
    archive = tmp_path / "handout.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(handout.rglob("*.*")):
            packed.write(file, file.relative_to(tmp_path))
    from_zip = import_handout(archive, "draft").files
    assert from_zip["Layers.ipynb"] == import_handout(handout, "draft").files["Layers.ipynb"]


def test_a_notebook_of_python_2_and_format_3_is_converted(write_notebook: WriteNotebook) -> None:
    """Print statements are calls in the draft, and the report says that they were not."""
    path = write_notebook(
        [("heading", "Layers"), ("code", SETUP), ("code", FORWARD.replace("(rel", " (rel", 1))],
        version=3,
    )
    old = path.read_text(encoding="utf-8").replace("print (rel_error", "print 'error', (rel_error")
    path.write_text(old, encoding="utf-8")
    row = rows(path)[3]
    assert row.role is Role.CHECK
    assert "converted from Python 2" in row.notes


def test_machinery_of_a_notebook_stops_nothing(write_notebook: WriteNotebook) -> None:
    """Drive mounts, downloads, magics and assertions about folders are left out."""
    colab = (
        "from google.colab import drive\ndrive.mount('/content/drive')\nFOLDERNAME = None\n"
        "assert FOLDERNAME is not None, 'Enter the folder'\n%cd /content/$FOLDERNAME\n!bash get.sh"
    )
    found = rows(write_notebook([("code", colab), ("code", SETUP), ("code", FORWARD)]))
    assert found[1].role is Role.LEFT
    assert found[3].role is Role.CHECK


def test_what_a_check_reads_of_earlier_checks_is_run_before_it(
    write_notebook: WriteNotebook,
) -> None:
    """A name that another check defines makes the cell come after it."""
    later = "print(rel_error(relu_forward(out)[0], out))"
    found = tags(write_notebook([("code", SETUP), ("code", FORWARD), ("code", later)]))
    assert found[3]["after"] == [found[2]["id"]]


def test_names_that_come_from_data_are_bound(write_notebook: WriteNotebook) -> None:
    """Rows of images with a bias column get small arrays of that width."""
    load = "X_dev, y_dev = load_CIFAR10('there')\nX_dev = np.hstack([X_dev, np.ones((500, 1))])"
    check = (
        "from cs231n.classifiers.softmax import softmax_loss_naive\n"
        "from cs231n.gradient_check import grad_check_sparse\n"
        "W = np.random.randn(3073, 10)\nloss, grad = softmax_loss_naive(W, X_dev, y_dev, 0.0)\n"
        "f = lambda w: softmax_loss_naive(w, X_dev, y_dev, 0.0)[0]\n"
        "grad_check_sparse(f, W, grad, 10)"
    )
    path = write_notebook([("code", "import numpy as np"), ("code", load), ("code", check)])
    text = import_handout(path, "draft").files["assignment.py"]
    assert '"X_dev": normal(50, 3073)' in text
    assert '"y_dev": integers(10, 50)' in text
    assert "from grader import Assignment, Question, integers, normal" in text


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("import torch\nprint(rel_error(torch.ones(2), relu_forward(1)))", "uses PyTorch"),
        ("# TODO: your code\nprint(rel_error(relu_forward(1)[0], 1))", "student writes code"),
        ("net = relu_forward(1)\nnet.train(3)\nassert net.loss < 1", "trains a network"),
        ("print(rel_error(unknown_forward(1), relu_forward(2)))", "the reference has no"),
        ("print(rel_error(relu_forward(1)[0], 1)", "is not Python 3"),
    ],
)
def test_what_cannot_be_judged_says_why(
    write_notebook: WriteNotebook, cell: str, reason: str
) -> None:
    """A comparison that is left has its reason beside it."""
    found = rows(write_notebook([("code", SETUP), ("code", FORWARD), ("code", cell)]))
    assert found[3].role in (Role.REVIEW, Role.LEFT)
    assert reason in found[3].reason


def test_what_is_judged_by_eye_is_a_check_where_that_is_safe(
    write_notebook: WriteNotebook,
) -> None:
    """Means and deviations after normalisation get predicates with their slack."""
    cell = (
        "a = np.random.randn(200, 3)\ngamma = np.array([1., 2., 3.])\nbeta = np.zeros(3)\n"
        "# Means should be close to beta and stds close to gamma\n"
        "out, _ = batchnorm_forward(a, gamma, beta, {'mode': 'train'})\n"
        "print(out.mean(axis=0), out.std(axis=0))"
    )
    found = tags(write_notebook([("code", SETUP), ("code", cell)]))
    assert found[2]["predicates"] == {
        "means": "np.allclose(out.mean(axis=0), beta, atol=1e-3)",
        "stds": "np.allclose(out.std(axis=0), gamma, atol=1e-3)",
    }


def test_what_is_judged_by_eye_and_not_known_waits_for_a_person(
    write_notebook: WriteNotebook,
) -> None:
    """Pictures, times and printed values of the student's are review items with points."""
    shown = "out, _ = relu_forward(np.ones(2))\n"
    cells = [("code", SETUP), ("code", FORWARD)]
    cells += [("code", shown + "plt.imshow(out)"), ("code", shown + "print(out)")]
    cells += [("code", "import time\nt = time.time()\n" + shown + "print(time.time() - t)")]
    path = write_notebook(cells)
    found = tags(path)
    assert all(found[number]["review"] and found[number]["points"] for number in (3, 4, 5))
    reasons = rows(path)
    assert "picture" in reasons[3].reason
    assert "prints values" in reasons[4].reason
    assert "time" in reasons[5].reason


def test_keywords_of_other_years_are_written_as_checks_call_them(
    write_notebook: WriteNotebook,
) -> None:
    """A keyword and its value are translated, and the report says so."""
    cell = (
        "from cs231n.classifiers.fc_net import FullyConnectedNet\n"
        "m = FullyConnectedNet([5], use_batchnorm=True)\nprint(rel_error(m.loss(x), 1))"
    )
    path = write_notebook([("code", SETUP), ("code", "x = np.ones((2, 4))"), ("code", cell)])
    text = import_handout(path, "draft").files["Layers.ipynb"]
    assert "FullyConnectedNet([5], normalization='batchnorm')" in text
    assert any("use_batchnorm" in note for note in rows(path)[3].notes)


def test_every_comparison_of_a_notebook_is_in_the_report(write_notebook: WriteNotebook) -> None:
    """What is counted by the letters alone is counted in the report, taken or left."""
    cells = [
        ("code", SETUP),
        ("code", FORWARD),
        ("code", "import torch\nprint(rel_error(torch.ones(1), 2), rel_error(torch.ones(1), 3))"),
        ("code", "for p in (1, 2):\n  print(rel_error(relu_forward(p)[0], p))"),
        ("code", "# TODO: your code here\nassert relu_forward(1)[0] == 1"),
    ]
    text = "\n".join(source for _, source in cells[1:])
    found = rows(write_notebook(cells)).values()
    counted = sum(len(row.judged) + len(row.unjudged) for row in found)
    assert counted == text.count("rel_error(") + text.count("assert ")
    report = render(import_handout(write_notebook(cells), "draft").account)
    assert report.count("relative error: rel_error") == text.count("rel_error(")


def test_a_handout_without_a_notebook_is_refused(tmp_path: Path) -> None:
    """The message says what is lacking."""
    (tmp_path / "layers.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match="holds no notebook"):
        import_handout(tmp_path / "layers.py", "draft")


def test_a_notebook_without_checks_is_refused_with_the_reason(
    write_notebook: WriteNotebook,
) -> None:
    """One in another framework is named, with how many of its cells are in it."""
    path = write_notebook([("code", "import torch"), ("code", "# TODO\nassert torch.ones(1) == 1")])
    with pytest.raises(AssignmentError, match=r"Layers\.ipynb.*uses PyTorch"):
        import_handout(path, "draft")


def test_a_damaged_archive_is_a_submission_error(tmp_path: Path) -> None:
    """What cannot be read is told apart from what holds nothing to judge."""
    (tmp_path / "handout.zip").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(SubmissionError):
        import_handout(tmp_path / "handout.zip", "draft")


def test_notebooks_of_one_name_get_names_of_their_own(write_notebook: WriteNotebook) -> None:
    """The second is named after its folder."""
    cells = [("code", SETUP), ("code", FORWARD)]
    write_notebook(cells, "all/Layers.ipynb")
    path = write_notebook([*cells, ("markdown", "More")], "all/week2/Layers.ipynb")
    files = import_handout(path.parent.parent, "draft").files
    assert {"Layers.ipynb", "week2_Layers.ipynb"} <= set(files)
