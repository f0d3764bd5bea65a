"""What students may read tells nothing of hidden checks, nor of the machine that graded."""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import grader
from grader.model import Report
from grader.pipeline import grade
from grader.report import terminal
from grader.report.registry import format_names, renderer
from grader.report.visibility import shown
from grader.settings import Visibility

ROOT = Path(__file__).resolve().parents[3]
MARKED = re.compile(r"INPUT(-?[\d.e+-]+)TUPNI")

HEAD = """
import numpy as np
def _tell(x):
    return "INPUT%rTUPNI" % float(np.ravel(x)[0])
"""
TELLERS = {
    "by a message": "raise ValueError(_tell(x))",
    "by the name of an exception": "raise type(_tell(x), (Exception,), {})('no')",
    "by a name that is missing": "raise NameError(_tell(x), name=_tell(x))",
    "by what it prints": "print(_tell(x)); import sys; print(_tell(x), file=sys.stderr)",
    "by a key": "return {_tell(x): x}, x",
    "by a class": "return type(_tell(x), (), {})(), x",
    "by a text": "return _tell(x), (x, x, x)",
    "by the name of a function": (
        "exec(compile('def f(): raise KeyError(%r)' % _tell(x), 'cs231n/layers.py', 'exec'),"
        " globals()); f()"
    ),
    "by a wrong value": "return np.ravel(x)[0] * np.ones((len(x), w.shape[1])), (x, w, b)",
}
BODY = """
def affine_forward(x, w, b):
    {teller}
    return x.reshape(len(x), -1).dot(w) + b, (x, w, b)
def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T).reshape(x.shape), x.reshape(len(x), -1).T.dot(dout), dout.sum(axis=0)
"""


def hand_in(folder: Path, source: str) -> Report:
    """Grade a submission of one module."""
    (folder / "cs231n").mkdir()
    (folder / "cs231n" / "layers.py").write_text(source, encoding="utf-8")
    return grade(folder, ["fully_connected"])


def read_publicly(report: Report) -> str:
    """Return all that students may read, in every format."""
    everything = terminal.render(report, detail=terminal.Detail.EVERYTHING, width=200)
    return everything + "".join(renderer(name)(report) for name in format_names())


def is_hidden(row: object) -> bool:
    """Return whether a row of a report belongs to a hidden check."""
    return getattr(row, "visibility", None) is not Visibility.PUBLIC


@cache
def numbers_in(text: str) -> frozenset[str]:
    """Return the numbers of a text as they are written, those of a few digits left out."""
    return frozenset(n for n in re.findall(r"\d+\.\d{4,}", text))


@pytest.mark.parametrize("teller", TELLERS.values(), ids=TELLERS)
def test_hidden_inputs_are_not_told(tmp_path: Path, teller: str) -> None:
    """Whatever channel code uses for what hidden checks ask, their numbers are nowhere."""
    report = hand_in(tmp_path, HEAD + BODY.format(teller=teller))
    hidden = [row for row in report.checks if is_hidden(row)]
    assert hidden
    known = numbers_in(repr([row for row in report.checks if not is_hidden(row)]))
    secret = numbers_in(repr([row.outcome for row in hidden])) - known
    read = read_publicly(report)
    for number in secret:
        assert number not in read
    if teller.startswith("raise"):  # what is kept back is there
        assert MARKED.search(repr(hidden))
    public_rows = [row for row in shown(report).checks if is_hidden(row)]
    assert not MARKED.search(repr(public_rows))
    assert not any(row.outcome.evidence.expected or row.outcome.evidence.got for row in public_rows)


def test_the_time_of_hidden_checks_is_not_told(tmp_path: Path) -> None:
    """Neither a hidden check's seconds nor those of the whole give away how long it took."""
    report = hand_in(tmp_path, HEAD + BODY.format(teller="pass"))
    slower = replace(
        report,
        seconds=report.seconds + 7.25,
        checks=tuple(
            replace(row, seconds=row.seconds + 7.25) if is_hidden(row) else row
            for row in report.checks
        ),
    )
    assert read_publicly(slower) == read_publicly(report)


PATHS = {
    "an import": "from numpy import no_such_name",
    "a file": "open('no/such/file.npy')",
    "an array's file": "np.load('no_such.npy')",
    "an argument": "np.linalg.inv('x')",
    "a module": "import grader.pipeline",
    "an extension": "import ctypes; ctypes.CDLL('no_such.so')",
    "a module that says where it is": "raise ValueError(np.__file__ + ' ' + __file__)",
}


@pytest.mark.parametrize("raising", PATHS.values(), ids=PATHS)
def test_folders_of_the_machine_are_not_told(tmp_path: Path, raising: str) -> None:
    """Exceptions of Python and NumPy name files; none of them is a path of this machine."""
    read = read_publicly(hand_in(tmp_path, HEAD + BODY.format(teller=raising)))
    installed = Path(grader.__file__).parent
    for folder in (installed, ROOT, tmp_path, Path(sys.prefix), Path(sys.base_prefix)):
        assert str(folder) not in read
    assert tempfile.gettempdir() + "/" not in read.replace(str(tmp_path), "")
