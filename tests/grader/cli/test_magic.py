"""The magic in a real notebook, which a real kernel runs, and in a real shell of IPython."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import grader
from grader.cli.magic import _split

ROOT = Path(grader.__file__).parent.parent
CORRECT = ROOT / "examples" / "submission"
SHELL = Path(__file__).with_name("shell_program.py")

EDIT = """\
from pathlib import Path
layers = Path("cs231n/layers.py")
right = layers.read_text()
start = "def relu_forward(x):\\n    "
layers.write_text(right.replace(start, start + "return -x, x; "))
"""
OWN_CELL = """\
import numpy as np
from cs231n.layers import *
OFFSET = 1
def affine_forward(x, w, b):
    return x.reshape(x.shape[0], -1).dot(w) + b + OFFSET, (x, w, b)
"""
IN_A_LOOP = """\
for factor in (2, 3):
    def affine_forward(x, w, b):
        return factor * (x.reshape(x.shape[0], -1).dot(w) + b), (x, w, b)
"""
STATE = """\
import os, random, signal, sys, threading, warnings
def look():
    return (np.random.get_state()[1].tobytes(), random.getstate(), np.geterr(), os.getcwd(),
            dict(os.environ), list(warnings.filters), list(sys.path), signal.getsignal(2),
            signal.getitimer(signal.ITIMER_REAL), sys.stdout, threading.active_count())
before = look()
result = %grade affine_backward
[left == right for left, right in zip(before, look())]
"""
INTERRUPTED = """\
import time
layers.write_text(right.replace(start, start + "while True: pass\\n    "))
threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
started = time.monotonic()
%grade relu_forward
"""
CELLS = {
    "load": "%load_ext grader",
    "right": "%grade relu_forward",
    "edit": EDIT,
    "edited": "%grade relu_forward",
    "mend": "layers.write_text(right);",
    "mended": "%grade relu_forward",
    "define": OWN_CELL,
    "defined": "%grade affine_forward",
    "defined again": OWN_CELL.replace("OFFSET = 1", "OFFSET = 0"),
    "checked again": "%grade affine_forward -v",
    "define wrongly": OWN_CELL,
    "define in a loop": IN_A_LOOP,
    "defined in a loop": "%grade affine_forward",
    "import": "from cs231n.layers import affine_forward",
    "imported": "%grade affine_forward",
    "several": "%grade affine_forward relu_backward --seed 7",
    "unknown": "%grade afine_forward",
    "no assignment": "%grade --assignment 'my bundle' affine_forward",
    "no time": "%grade --timeout -1 affine_forward",
    "no quotation mark": "%grade 'affine_forward",
    "help": "%grade --help",
    "state": STATE,
    "called": "from grader import check\nchecked = check('affine_forward')\n"
    "checked.out_of(4), checked.percent, checked.passed",
    "interrupted": INTERRUPTED,
    "after": "time.monotonic() - started < 15",
    "unload": "%unload_ext grader",
    "unloaded": "%grade relu_forward",
}
ENDS_IN_AN_ERROR = (
    "unknown",
    "no assignment",
    "no time",
    "no quotation mark",
    "interrupted",
    "unloaded",
)


def run_notebook(folder: Path, cells: Mapping[str, str]) -> dict[str, list[Any]]:
    """Run cells in a kernel in a folder, and return what each put out."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells.values()]
    )
    client = NotebookClient(
        notebook,
        timeout=120,
        allow_errors=True,
        coalesce_streams=True,  # a busy kernel may send one line in two pieces
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return dict(zip(cells, (cell.outputs for cell in notebook.cells), strict=True))


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Return what the cells above put out beside a correct solution."""
    folder = tmp_path_factory.mktemp("notebook")
    shutil.copytree(CORRECT, folder / "own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        patch.setenv("PYTHONPATH", str(ROOT))
        return run_notebook(folder / "own", CELLS)


def result_of(outputs: list[Any]) -> str:
    """Return the text of a cell's result, which is all that it put out."""
    (result,) = outputs
    assert result.output_type == "execute_result", outputs
    text: str = result.data["text/plain"]
    return text


def test_a_right_function_has_its_points(outputs: dict[str, list[Any]]) -> None:
    """Only what was named is checked, and it is said once that this is no grade."""
    text = result_of(outputs["right"])
    assert "100 %" in text
    assert text.count("no grade") == 1
    assert "affine" not in text
    assert outputs["load"] == []


def test_a_file_counts_as_it_is_on_disk(outputs: dict[str, list[Any]]) -> None:
    """What was edited since is seen without any import, in both directions."""
    edited = result_of(outputs["edited"])
    assert "FAIL relu_forward" in edited
    assert re.search(r"cs231n/layers\.py:\d+", edited)
    assert "100 %" in result_of(outputs["mended"])


def test_a_function_of_a_cell_counts_as_it_was_defined_last(
    outputs: dict[str, list[Any]],
) -> None:
    """With what it reads, before the file's, and with the number of its cell."""
    number = list(CELLS).index("define") + 1
    text = result_of(outputs["defined"])
    assert "FAIL affine_forward" in text
    assert f"session.ipynb[{number}]:5" in text
    assert "cs231n/layers.py was not graded" in text
    assert "100 %" in result_of(outputs["checked again"])


def test_what_was_not_checked_as_the_session_means_it_is_told(
    outputs: dict[str, list[Any]],
) -> None:
    """Of each of the others nothing of the kind is said: they were."""
    number = list(CELLS).index("define wrongly") + 1
    told = f"affine_forward was not checked, but that of session.ipynb[{number}]: "
    assert told in " ".join(result_of(outputs["defined in a loop"]).split())
    for name in ("right", "edited", "mended", "defined", "checked again", "imported", "several"):
        assert "was not checked" not in " ".join(result_of(outputs[name]).split()), name


def test_an_imported_function_is_its_files(outputs: dict[str, list[Any]]) -> None:
    """Although a cell had defined another of that name before."""
    text = result_of(outputs["imported"])
    assert "100 %" in text
    assert "session.ipynb" not in text


def test_several_functions_are_checked_together(outputs: dict[str, list[Any]]) -> None:
    """Each has its question, and the command to repeat it names both."""
    text = result_of(outputs["several"])
    assert "Affine layer: forward" in text
    assert "%grade affine_forward relu_backward --seed 7 -v" in text


@pytest.mark.parametrize("name", ENDS_IN_AN_ERROR)
def test_what_is_wrong_is_said_in_one_line(name: str, outputs: dict[str, list[Any]]) -> None:
    """No traceback, whatever it is."""
    (said,) = outputs[name]
    assert (said.output_type, said.name) == ("stream", "stderr")
    assert said.text.startswith("UsageError: ")
    assert said.text.strip().count("\n") == 0


def test_errors_lead_on(outputs: dict[str, list[Any]]) -> None:
    """They name what was wrong, and what there is."""
    assert "did you mean affine_forward?" in outputs["unknown"][0].text
    assert "no assignment 'my bundle'" in outputs["no assignment"][0].text
    assert "give seconds above 0" in outputs["no time"][0].text
    assert "stopped" in outputs["interrupted"][0].text
    assert "--assignment NAME|DIR" in outputs["help"][0].text


def test_an_interrupt_ends_the_check(outputs: dict[str, list[Any]]) -> None:
    """It does not wait for the function, and the kernel goes on."""
    assert result_of(outputs["after"]) == "True"


def test_the_session_stays_as_it_is(outputs: dict[str, list[Any]]) -> None:
    """Generators, settings, folders, variables of the environment, handlers and threads."""
    assert set(eval(result_of(outputs["state"]))) == {True}  # noqa: S307 - a list of our own


def test_a_cell_can_call_it(outputs: dict[str, list[Any]]) -> None:
    """With the points that a cell is worth."""
    assert result_of(outputs["called"]) == "(4.0, 100.0, True)"


def test_a_notebook_shows_html(outputs: dict[str, list[Any]]) -> None:
    """The same lines, with what failed in red."""
    (result,) = outputs["defined"]
    page: str = result.data["text/html"]
    assert page.startswith("<pre ")
    assert re.search(r'<span style="font-weight:bold;color:[^"]+">FAIL</span>', page)
    assert "&gt; 5 | " in page


def test_it_works_in_a_plain_shell(tmp_path: Path) -> None:
    """On a terminal's IPython, where nothing of Jupyter is there."""
    shutil.copytree(CORRECT, tmp_path / "own")
    ended = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:grader", str(SHELL)],
        cwd=tmp_path / "own",
        env={**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path / "ipython")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "100 %" in ended.stdout
    assert "FAIL relu_forward" in ended.stdout
    assert "session.ipynb[3]:3" in ended.stdout
    assert "\x1b[" not in ended.stdout


@pytest.mark.parametrize(
    ("line", "windows", "words"),
    [
        (r"--assignment C:\course\week1 adam", True, ["--assignment", r"C:\course\week1", "adam"]),
        (r"--assignment 'my course\week1'", True, ["--assignment", r"my course\week1"]),
        (
            r"--assignment my\ course/week1 # x",
            False,
            ["--assignment", "my course/week1", "#", "x"],
        ),
        ("", False, []),
    ],
)
def test_a_line_is_split_as_its_system_writes_paths(
    line: str, windows: bool, words: list[str]
) -> None:
    """Backslashes of Windows are no escapes."""
    assert _split(line, windows=windows) == words


def test_importing_the_package_loads_no_ipython() -> None:
    """It is no dependency: the extension alone looks for it."""
    program = "import sys, grader; grader.check; assert 'IPython' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
