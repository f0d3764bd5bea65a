"""The legacy ``np.random`` of a cell, whose state travels to the candidate and comes back.

Whoever drew last has the state; it travels only when the other side is about to draw. What comes
back is only believed if drawing from the state that was sent, or seeding with a number that was
passed, leads there. A made-up state would choose what the cell draws next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

State: TypeAlias = "tuple[Any, ...]"
"""As ``np.random.get_state()`` gives it."""

_WORDS = 624
_TWISTS = 2000
"""How many times the generator may have gone through all its words: over a million draws."""
_SEEDS = 64
_RESTARTS = frozenset({"seed", "set_state"})


class CellRandom:
    """The generator that a cell and the candidate's code draw from in turn.

    Parameters
    ----------
    seed : int
        Where it starts if the cell does not seed it.
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.RandomState(seed)
        self._seeds: dict[int, None] = {}
        self._drawn_here = True
        self._sent: State | None = None
        self._fetch: Callable[[], Any] | None = None

    def methods(self) -> dict[str, Callable[..., Any]]:
        """Return the functions of ``np.random``, drawing from this generator."""
        names = [name for name in dir(self._generator) if not name.startswith("_")]
        return {name: self._wrap(name) for name in names}

    def _wrap(self, name: str) -> Callable[..., Any]:
        method = getattr(self._generator, name)

        def draw(*args: Any, **kwargs: Any) -> Any:
            if name in _RESTARTS:
                self._fetch = None
            self.catch_up()
            self._drawn_here = True
            return method(*args, **kwargs)

        return draw

    def catch_up(self) -> None:
        """Go on from where the candidate has left the generator, if it had it last."""
        fetch, self._fetch = self._fetch, None
        if fetch is not None and self._sent is not None:
            self._follow(self._sent, fetch())

    def lend(self, fetch: Callable[[], Any]) -> State | None:
        """Let the candidate draw; return the state to send, or None if it still has it.

        Parameters
        ----------
        fetch : callable
            Returns the candidate's state afterwards.
        """
        self._fetch = fetch
        if not self._drawn_here:
            return None
        self._drawn_here = False
        self._sent = self._generator.get_state(legacy=True)  # type: ignore[assignment]
        return self._sent

    def note(self, arguments: Any) -> None:
        """Remember whole numbers among arguments: code may seed with them."""
        for number in _integers(arguments):
            if len(self._seeds) < _SEEDS:
                self._seeds.setdefault(number)

    def _follow(self, sent: State, state: Any) -> None:
        """Go on from where the candidate's draws have led, if they can have."""
        if not is_state(state):
            return
        words = state[1]
        if (
            _leads_to(sent, words, 1)
            or any(_leads_to(_seeded(seed), words, 1) for seed in self._seeds)
            or _leads_to(sent, words, _TWISTS)
            or any(_leads_to(_seeded(seed), words, _TWISTS // _SEEDS) for seed in self._seeds)
        ):
            self._generator.set_state(state)


def _seeded(seed: int) -> State:
    state: State = np.random.RandomState(seed).get_state(legacy=True)  # type: ignore[assignment]
    return state


def _integers(value: Any) -> Iterator[int]:
    if type(value) is int and 0 <= value < 1 << 32:
        yield value
    elif type(value) in (tuple, list) and len(value) <= _SEEDS:
        for item in value:
            yield from _integers(item)
    elif type(value) is dict:
        for item in value.values():
            yield from _integers(item)


def is_state(state: Any) -> bool:
    """Return whether a generator can be put into a state that somebody may have made up."""
    if type(state) is not tuple or len(state) != 5 or state[0] != "MT19937":
        return False
    _, words, place, has_spare, spare = state
    if not isinstance(words, np.ndarray) or words.shape != (_WORDS,) or words.dtype != np.uint32:
        return False
    if type(place) is not int or not 0 <= place <= _WORDS:
        return False
    # What the polar method keeps for later is a normal deviate.
    return (
        type(has_spare) is int
        and has_spare in (0, 1)
        and type(spare) is float
        and math.isfinite(spare)
        and abs(spare) < 10.0
    )


def _leads_to(start: State, words: Any, twists: int) -> bool:
    """Return whether a generator that goes on from a state comes to hold these words."""
    if np.array_equal(start[1], words):
        return True
    bits = np.random.MT19937()
    bits.state = {"bit_generator": "MT19937", "state": {"key": start[1], "pos": _WORDS}}
    for _ in range(twists):
        bits.random_raw(_WORDS, output=False)
        if np.array_equal(bits.state["state"]["key"], words):
            return True
    return False
