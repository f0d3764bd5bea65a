"""What a catalogue of known mistakes has to offer; an assignment names its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast


class Mistake(Protocol):
    """A named wrong version of a function."""

    @property
    def name(self) -> str:
        """One word, unique for its target."""

    @property
    def target(self) -> str:
        """Canonical name of what is wrong."""

    @property
    def title(self) -> str:
        """A few words that complete "Known mistake: ...."."""

    @property
    def explanation(self) -> str:
        """A sentence on what the code does wrong."""

    @property
    def hint(self) -> str:
        """A question that leads on."""

    @property
    def using(self) -> str:
        """Canonical name of a layer without which a network does not show it; empty if none."""


class Catalogue(Protocol):
    """A module of known mistakes."""

    def mistakes_of(self, target: str) -> tuple[Mistake, ...]:
        """Return the known mistakes of one target."""

    def make_wrong(self, mistakes: Sequence[Mistake]) -> Callable[..., Any]:
        """Return a function with some mistakes in it; ValueError if they exclude each other."""


def load_catalogue(name: str) -> Catalogue | None:
    """Return the catalogue of a dotted name, None if it is not installed.

    Parameters
    ----------
    name : str
        A module such as ``reference.mistakes``, or nothing.
    """
    package = name.partition(".")[0]
    if not package or find_spec(package) is None:
        return None
    return cast("Catalogue", import_module(name))
