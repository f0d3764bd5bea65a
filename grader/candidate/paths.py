"""Walking into objects by attribute and item, the same way in the grader and in the worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Step = tuple[str, Any]
"""``("attr", name)`` or ``("item", key)``."""


def follow(thing: Any, path: Sequence[Step]) -> Any:
    """Return what ``path`` leads to, starting at ``thing``."""
    for kind, key in path:
        thing = getattr(thing, key) if kind == "attr" else thing[key]
    return thing


def assign(thing: Any, path: Sequence[Step], value: Any) -> None:
    """Set what ``path`` leads to; its last step names the attribute or item to set."""
    kind, key = path[-1]
    holder = follow(thing, path[:-1])
    if kind == "attr":
        setattr(holder, key, value)
    else:
        holder[key] = value
