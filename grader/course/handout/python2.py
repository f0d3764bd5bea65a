"""Turns the Python 2 of old notebooks into Python 3, cell by cell.

Only what notebooks are full of is known: print statements, ``xrange``, ``iteritems``,
``except E, e``, ``exec``, backticks and old literals. Division of integers is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.records import record
from grader.submission.parsing import parse

_TOKEN = re.compile(
    r"""
    (?P<string> (?:[uU]|[bB]?[rR]?|[uU][rR])
        (?: \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3}
          | "(?:\\.|[^\\\n"])*" | '(?:\\.|[^\\\n'])*' ) )
  | (?P<comment> \#[^\n]* )
  | (?P<name> [^\W\d]\w* )
  | (?P<number> (?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?) [lLjJ]? )
  | (?P<space> [ \t\f]+ | \\\n )
  | (?P<newline> \n )
  | (?P<sign> <>|>>|<<|\*\*|//|[-+*/%&|^<>=!]=|. )
    """,
    re.VERBOSE | re.DOTALL,
)
_MAGIC = re.compile(r"[ \t]*[%!?]")
_COMPOUND = frozenset(
    "if elif else for while try except finally with def class".split()  # noqa: SIM905 - words
)
_RENAMED = {
    "xrange": "range",
    "raw_input": "input",
    "unicode": "str",
    "unichr": "chr",
    "cPickle": "pickle",
    "izip": "zip",
}
_RENAMED_METHODS = {"iteritems": "items", "itervalues": "values", "iterkeys": "keys"}


@record
class _Token:
    kind: str
    text: str

    @property
    def is_blank(self) -> bool:
        """Whether it separates others and says nothing."""
        return self.kind == "space"


def is_python3(source: str) -> bool:
    """Return whether Python 3 can read a piece of source text."""
    try:
        parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def looks_like_python2(source: str) -> bool:
    """Return whether some statement of a cell is written as only Python 2 allows."""
    silenced = _without_magics(source)
    return not is_python3(silenced) and is_python3(_without_magics(to_python3(source)))


def to_python3(source: str) -> str:
    """Return a cell's source text as Python 3; magics and comments stay as they are."""
    pieces = [
        "".join(_convert(statement)) if isinstance(statement, list) else statement
        for statement in _statements(source)
    ]
    converted = "".join(pieces)
    if "\t" in converted and not is_python3(_without_magics(converted)):
        converted = "\n".join(line.expandtabs(8) for line in converted.split("\n"))
    return converted


def _without_magics(source: str) -> str:
    return "\n".join(_silence(line) for line in source.split("\n"))


def _silence(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass" if _MAGIC.match(line) else line


def _statements(source: str) -> Iterator[list[_Token] | str]:
    """Yield statements as tokens, and all that stands between them as text."""
    tokens = iter(_tokens(source))
    statement: list[_Token] = []
    depth = 0
    for token in tokens:
        if token.text in ("(", "[", "{"):
            depth += 1
        elif token.text in (")", "]", "}"):
            depth = max(0, depth - 1)
        is_end = depth == 0 and (token.kind == "newline" or token.text == ";")
        if token.kind == "magic" or (token.kind == "comment" and depth == 0) or is_end:
            yield statement
            yield token.text
            statement = []
            continue
        statement.append(token)
        if token.text == ":" and depth == 0 and _is_head(statement):
            yield statement
            statement = []
    yield statement


def _tokens(source: str) -> Iterator[_Token]:
    position = 0
    is_line_start = True
    while position < len(source):
        if is_line_start and _MAGIC.match(source, position):
            end = source.find("\n", position)
            end = len(source) if end < 0 else end
            yield _Token("magic", source[position:end])
            position = end
            is_line_start = False
            continue
        match = _TOKEN.match(source, position)
        if match is None:  # cannot be: the last alternative takes any character
            return
        kind = match.lastgroup or "sign"
        yield _Token(kind, match.group())
        is_line_start = kind == "newline"
        position = match.end()


def _first(statement: list[_Token]) -> str:
    return next((token.text for token in statement if not token.is_blank), "")


def _is_head(statement: list[_Token]) -> bool:
    """Return whether a colon ends the head of a compound statement."""
    is_compound = _first(statement) in _COMPOUND
    return is_compound and "lambda" not in [each.text for each in statement]


def _convert(statement: list[_Token]) -> Iterator[str]:
    """Yield the text of one statement in Python 3."""
    start = next((at for at, token in enumerate(statement) if not token.is_blank), None)
    if start is None:
        yield from (token.text for token in statement)
        return
    yield from (token.text for token in statement[:start])
    end = len(statement)
    while statement[end - 1].is_blank:
        end -= 1
    body = statement[start:end]
    rewrite = {"print": _print, "exec": _exec, "except": _except, "raise": _raise}.get(
        body[0].text, _plain
    )
    yield rewrite(body)
    yield from (token.text for token in statement[end:])


def _print(body: list[_Token]) -> str:
    rest = _strip(body[1:])
    if not rest:
        return "print()"
    if _is_call(rest) or rest[0].text in ("=", ".", ","):
        return f"print{_plain(body[1:])}"
    target = ""
    if rest[0].text == ">>":
        parts = _split(rest[1:], ",")
        target = f", file={_plain(_strip(parts[0]))}"
        rest = _strip([token for part in _join(parts[1:]) for token in part])
    end = ""
    if rest and rest[-1].text == ",":
        end = ', end=" "'
        rest = _strip(rest[:-1])
    return f"print({_plain(rest)}{end}{target})".replace("(, ", "(")


def _exec(body: list[_Token]) -> str:
    rest = _strip(body[1:])
    if not rest or rest[0].text == "(":
        return _plain(body)
    return f"exec({', '.join(_plain(_strip(part)) for part in _split(rest, 'in'))})"


def _except(body: list[_Token]) -> str:
    parts = _split(body[1:], ",")
    if len(parts) != 2:
        return _plain(body)
    return f"except {_plain(_strip(parts[0]))} as {_plain(_strip(parts[1]))}"


def _raise(body: list[_Token]) -> str:
    parts = _split(body[1:], ",")
    if len(parts) == 1:
        return _plain(body)
    return f"raise {_plain(_strip(parts[0]))}({_plain(_strip(parts[1]))})"


def _plain(tokens: list[_Token]) -> str:
    """Return the text of tokens, with what only the names and literals of Python 2 need."""
    pieces = []
    in_backticks = False
    for at, token in enumerate(tokens):
        after_dot = at > 0 and tokens[at - 1].text == "."
        if token.text == "`":
            pieces.append(")" if in_backticks else "repr(")
            in_backticks = not in_backticks
        elif token.kind == "name":
            names = _RENAMED_METHODS if after_dot else _RENAMED
            pieces.append(names.get(token.text, token.text))
        elif token.kind == "number":
            pieces.append(_number(token.text))
        elif token.kind == "string" and token.text[:2] in ("ur", "UR", "uR", "Ur"):
            pieces.append(token.text[1:])
        else:
            pieces.append("!=" if token.text == "<>" else token.text)
    return "".join(pieces)


def _number(text: str) -> str:
    text = text.rstrip("lL")
    if len(text) > 1 and text.isdigit() and text.startswith("0") and text.strip("0"):
        return f"0o{text[1:]}"
    return text


def _is_call(rest: list[_Token]) -> bool:
    """Return whether the tokens are one pair of brackets, as ``print`` is called in Python 3."""
    if rest[0].text != "(":
        return False
    depth = 0
    for at, token in enumerate(rest):
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth == 0:
            return at == len(rest) - 1
    return True


def _split(tokens: list[_Token], separator: str) -> list[list[_Token]]:
    parts: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if token.text == separator and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _join(parts: list[list[_Token]]) -> Iterator[list[_Token]]:
    for at, part in enumerate(parts):
        if at:
            yield [_Token("sign", ",")]
        yield part


def _strip(tokens: list[_Token]) -> list[_Token]:
    first = 0
    last = len(tokens)
    while first < last and tokens[first].is_blank:
        first += 1
    while last > first and tokens[last - 1].is_blank:
        last -= 1
    return tokens[first:last]
