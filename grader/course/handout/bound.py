"""What names that come from loading data stand for in a draft: small declared inputs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from grader.course.handout.reading import HandoutNotebook

_EXAMPLES = {"train": 50, "val": 20, "test": 20, "dev": 50}
_ARRAY = re.compile(r"^(?P<letter>[Xxy])_(?P<part>train|val|test|dev)(?P<kind>_\w+)?$")
_PARTS = ("train", "val", "test")
_CLASSES = 10
_PIXELS = 3072
_LONGEST = 400


def declare(name: str, notebook: HandoutNotebook) -> str | None:
    """Return the declaration of a name as source text, None if its shape is not known.

    ``X_train`` and its kin are rows where the notebook makes rows of them, with a column more
    where it adds one for the bias, and images where it does not.
    """
    if name == "data" or _is_dictionary(name, notebook):
        entries = []
        for part in _PARTS:
            count = _EXAMPLES[part]
            entries.append(f'"X_{part}": normal({count}, 3, 32, 32)')
            entries.append(f'"y_{part}": integers({_CLASSES}, {count})')
        return "{" + ", ".join(entries) + "}"
    match = _ARRAY.match(name)
    if match is None or match["kind"] not in (None, "_rows", "_raw", "_flat"):
        return None
    count = _EXAMPLES[match["part"]]
    if match["letter"] == "y":
        return f"integers({_CLASSES}, {count})"
    return f"normal({count}, {_shape(notebook.text)})"


def _is_dictionary(name: str, notebook: HandoutNotebook) -> bool:
    return bool(re.search(rf"\b{re.escape(name)}\[['\"]X_train['\"]\]", notebook.text))


def _shape(text: str) -> str:
    if re.search(r"\b3073\b|hstack\(.*np\.ones", text):
        return str(_PIXELS + 1)
    if re.search(r"\b3072\b|reshape\([^)\n]*-1|3\s*\*\s*32\s*\*\s*32|32\s*\*\s*32\s*\*\s*3", text):
        return str(_PIXELS)
    return "3, 32, 32"


def plain_value(name: str, bodies: Iterable[ast.stmt]) -> str | None:
    """Return the value that a cell of data gives a name, if it is a short literal."""
    for node in bodies:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                try:
                    literal = ast.literal_eval(value)
                except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                    return None
                text = repr(literal)
                if len(text) <= _LONGEST and not isinstance(literal, Mapping | set | bytes):
                    return f"fixed({text})" if isinstance(literal, list) else text
    return None
