"""What the reference knows, as far as an import asks for it; it need not be installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from grader.course.handout.canonical import Resolve, speak_canonically
from grader.course.handout.reading import HandoutNotebook

REFERENCE = "reference.targets:resolve"
"""Where drafts take right answers from, as assignments do unless they say otherwise."""


@cache
def resolver() -> Resolve | None:
    """Return what finds the reference's functions, None where it is not installed."""
    module, _, function = REFERENCE.partition(":")
    try:
        found: Callable[[str], Callable[..., Any]] = getattr(import_module(module), function)
    except ImportError:
        return None
    return found


def has_target(target: str) -> bool:
    """Return whether the reference knows a target; where it is not installed, all are known."""
    resolve = resolver()
    try:
        return resolve is None or bool(resolve(target))
    except KeyError:
        return False


def in_our_terms(notebook: HandoutNotebook) -> HandoutNotebook:
    """Return a notebook whose cells call things as the reference does."""
    resolve = resolver()
    return notebook if resolve is None else speak_canonically(notebook, resolve)
