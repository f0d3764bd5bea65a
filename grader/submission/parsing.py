"""Student source text: decoded as Python would, parsed once, its syntax errors explained."""

import ast
import codecs
import re
import warnings

from grader.records import record
from grader.submission.tree import children_of

_SOURCE_BYTES = 2 << 20
# For internet names, which are short: they would take ten minutes over a file of two megabytes.
_SLOW_ENCODINGS = frozenset({"idna", "punycode"})
_DEEPEST = 150
"""Levels of a syntax tree: no code that people write has half as many, and whatever goes through
a tree level by level has to come to its end before Python's own limit."""
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_PYTHON2_MESSAGE = re.compile(
    r"Missing parentheses in call to|inconsistent use of tabs|leading zeros in decimal"
    r"|multiple exception types must be parenthesized|invalid (?:decimal|hexadecimal) literal"
)
_PYTHON2_LINE = re.compile(
    r"\s*(?:print\s+[^\s(=.,\[]|print\s*>>|exec\s+[\"'\w]|except\s+[\w.]+\s*,\s*\w+\s*:"
    r"|raise\s+[\w.]+\s*,)|.*(?:<>|`|\bur[\"'])"
)


@record
class SourceProblem:
    """Why Python 3 cannot read a file."""

    file: str
    line: int
    """One-based; 1 where the whole file is meant."""
    message: str
    python2: bool
    """True if the line is Python 2."""


def decode(content: bytes) -> str:
    """Return source text with Unix line ends, whatever its encoding.

    A byte-order mark and a coding line (PEP 263) are obeyed; what is not valid UTF-8 is read
    as Latin-1, because a stray accent in a comment must not cost a submission.
    """
    encoding = "utf-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    else:
        for line in content.split(b"\n", 2)[:2]:
            if match := _CODING.match(line):
                encoding = match.group(1).decode("ascii")
    try:
        is_slow = codecs.lookup(encoding).name in _SLOW_ENCODINGS
        text = content.decode("utf-8" if is_slow else encoding)
    except (UnicodeError, LookupError, ValueError):
        text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str) -> ast.Module:
    """Parse source text; warnings about old escapes in it are nobody's business here.

    Raises
    ------
    SyntaxError, ValueError, MemoryError
        If it is not Python 3.
    RecursionError
        If it is nested more deeply than anybody writes: an ``elif`` counts as a level.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text, "")  # Python looks for a wrong line in a file of this name
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in children_of(node)]
        if not level:
            return tree
    raise RecursionError("it is nested too deeply")


def explain(file: str, text: str, problem: BaseException) -> SourceProblem:
    """Turn what :func:`parse` raised into a problem with its line."""
    if not isinstance(problem, SyntaxError):
        message = " ".join(str(problem).split()) or "it is nested too deeply"
        return SourceProblem(file, 1, message, python2=False)
    line = problem.lineno or 1
    lines = text.split("\n")
    found = lines[line - 1] if 0 < line <= len(lines) else ""
    python2 = bool(
        isinstance(problem, TabError)
        or _PYTHON2_MESSAGE.search(problem.msg)
        or _PYTHON2_LINE.match(found)
    )
    return SourceProblem(file, line, problem.msg, python2)


def parse_file(file: str, content: bytes, text: str) -> ast.Module | SourceProblem:
    """Return the tree of a source file's decoded text, or why there is none."""
    if len(content) > _SOURCE_BYTES:
        return SourceProblem(file, 1, "the file is too long to be source code", python2=False)
    try:
        return parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return explain(file, text, problem)
