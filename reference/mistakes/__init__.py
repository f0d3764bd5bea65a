"""Named wrong versions of the reference's functions: what students get wrong, and what to ask.

There is a module or package for each family of functions, named like the reference's module, with
``MISTAKES``, a tuple of `Mistake`; what several families get wrong alike is in ``shared``. Every
mistake changes what its function returns for valid arguments, and no two of one function are the
same function. What the course leaves open is no mistake: the slope of a ReLU at zero, say, or
whether epsilon stands inside of a root. Nor is what starters hand out.

A mistake is a few edits of the reference's own text. The wrong version is made of it on demand,
so that there is no second copy of a function to keep up to date; an edit whose text has gone
raises instead of making a wrong version that is right.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING

from reference.mistakes.mistake import Mistake, make_wrong
from reference.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Mistake", "all_mistakes", "make_wrong", "mistakes_of"]

_SAME_MISTAKES: Mapping[str, str] = MappingProxyType(
    {
        "optim:sgd_nesterov_momentum": "optim:nesterov",
        "neural_net:OutputFirstTwoLayerNet": "neural_net:TwoLayerNet",
    }
)
"""Another target of the same text, for targets that have no mistakes of their own."""


def mistakes_of(target: str) -> tuple[Mistake, ...]:
    """Return the known mistakes of one target; only its family is imported.

    Parameters
    ----------
    target : str
        Canonical name, such as ``layers:affine_backward``.

    Returns
    -------
    tuple of Mistake
        In the order of the family; empty where none is known.
    """
    if target in _SAME_MISTAKES:
        return _mistakes_of_same_text(target, _SAME_MISTAKES[target])
    family = _family_of(target)
    if family not in _families():
        return ()
    return tuple(mistake for mistake in _read_family(family) if mistake.target == target)


def all_mistakes() -> tuple[Mistake, ...]:
    """Return the known mistakes of all targets, family by family."""
    return tuple(mistake for family in sorted(_families()) for mistake in _read_family(family))


def _family_of(target: str) -> str:
    return TARGETS.get(target, "").partition(":")[0].rpartition(".")[2]


@cache
def _families() -> frozenset[str]:
    """Return the names of this package's modules that hold mistakes."""
    return frozenset(found.name for found in iter_modules(__path__)) - {"mistake", "shared"}


def _read_family(family: str) -> tuple[Mistake, ...]:
    mistakes: tuple[Mistake, ...] = import_module(f"{__name__}.{family}").MISTAKES
    return mistakes


def _mistakes_of_same_text(target: str, other: str) -> tuple[Mistake, ...]:
    edited = other.partition(":")[2]
    return tuple(
        replace(mistake, target=target, within=mistake.within or edited)
        for mistake in mistakes_of(other)
    )
