import ast
import os
from pathlib import Path

import pytest

from grader.submission.parsing import SourceProblem, decode, parse_file


def read(content: bytes) -> ast.Module | SourceProblem:
    """Return the tree of a file, or its problem."""
    return parse_file("layers.py", content, decode(content))


@pytest.mark.parametrize(
    "content",
    [
        "x = 'é'\n".encode(),
        "x = 'é'\n".encode("utf-8-sig"),
        "x = 'é'\n".encode("utf-16"),
        "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
        "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = 'é'\n".encode("cp1252"),
        "x = 'é'\n".encode("latin-1"),
        b"# coding: no-such-codec\nx = '\xe9'\n",
        "x = 'é'\r\n".encode(),
        "x = 'é'\r".encode(),
        "\x0cx = 'é'\n".encode(),
    ],
)
def test_source_is_read_in_any_encoding_students_use(content: bytes) -> None:
    """Byte-order marks, coding lines, stray Latin-1 and all line ends give the same value."""
    tree = read(content)
    assert isinstance(tree, ast.Module)
    assert ast.unparse(tree.body[-1]) == "x = 'é'"


@pytest.mark.parametrize(
    ("source", "line", "python2"),
    [
        ("x = 1\nprint 'loss', x\n", 2, True),
        ("try:\n    f()\nexcept ValueError, e:\n    pass\n", 3, True),
        ("if x <> 1:\n    pass\n", 1, True),
        ("def f():\n\tx = 1\n        y = 2\n", 3, True),
        ("def f(:\n    pass\n", 1, False),
        ("x = (1,\n", 1, False),
        ("<<<<<<< HEAD\nx = 1\n", 1, False),
    ],
)
def test_syntax_errors_name_their_line_and_python_2(source: str, line: int, python2: bool) -> None:
    """A student learns where, and whether it is only the old language."""
    problem = read(source.encode())
    assert isinstance(problem, SourceProblem)
    assert (problem.line, problem.python2) == (line, python2)


@pytest.mark.parametrize(
    "content",
    [b"x = 1\0\n", b"(" * 100_000, b"-" * 100_000 + b"1", b"x = 1\n" * 400_000],
    ids=["null byte", "parentheses", "signs", "endless"],
)
def test_hostile_source_is_a_problem_not_a_crash(content: bytes) -> None:
    """What would exhaust a parser is reported like any other bad file."""
    assert isinstance(read(content), SourceProblem)


def test_old_escapes_warn_nobody() -> None:
    r"""A ``\d`` in a student's string is no warning of ours."""
    assert isinstance(read(b"x = '\\d'\n"), ast.Module)


@pytest.mark.parametrize("name", [b"punycode", b"PunyCode", b"idna"])
def test_slow_encodings_are_not_obeyed(name: bytes) -> None:
    """Python's own codecs of internet names take time by the square of the length."""
    text = decode(b"# coding: " + name + b"\nx = 1 -" + b"aaaa" * 200_000)
    assert text.startswith("# coding")
    assert "x = 1 -aaaa" in text


def test_no_file_is_opened_to_explain_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python would read the wrong line from a file called <unknown>, where there is one."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "<unknown>")  # reading it would wait for ever
    assert isinstance(read(b"x = (\n"), SourceProblem)
    assert isinstance(read(b"f() = 1\n"), SourceProblem)


@pytest.mark.parametrize("levels", [1, 40])
def test_what_people_nest_is_read(levels: int) -> None:
    """Forty branches of one condition, or a sum of forty, are code."""
    branches = "if a:\n    pass\n" + "elif b:\n    pass\n" * levels
    assert isinstance(read(f"{branches}\nx = {'+'.join(['1'] * levels)}\n".encode()), ast.Module)


@pytest.mark.parametrize(
    "source",
    [
        "if a:\n    pass\n" + "elif b:\n    pass\n" * 900,
        f"x = {'+'.join(['1'] * 900)}\n",
        f"x = f{'()' * 900}\n",
        f"x = {'not ' * 900}a\n",
    ],
)
def test_what_nobody_nests_is_unreadable(source: str) -> None:
    """Python parses it, but nothing that goes through it level by level may fail."""
    problem = read(source.encode())
    assert isinstance(problem, SourceProblem)
    assert problem.message == "it is nested too deeply"
