"""What stands in a cell for plots, data loading and notebooks' own machinery: nothing happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import numpy as np


class StandIn:
    """Takes whatever is done to it and gives itself back."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        if name == "_name":
            object.__setattr__(self, name, value)

    def __call__(self, *args: object, **kwargs: object) -> StandIn:
        """Do nothing."""
        return self

    def __getitem__(self, key: object) -> StandIn:
        return self

    def __setitem__(self, key: object, value: object) -> None:
        """Forget it."""

    def __iter__(self) -> Iterator[StandIn]:
        return iter(())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave."""

    def __repr__(self) -> str:
        return f"<{self._name}: not there while grading>"


class Facade:
    """A module of which some names are ours.

    Parameters
    ----------
    module : any
        Where all other names are found.
    ours : any
        Names that come first.
    """

    def __init__(self, module: Any, **ours: Any) -> None:
        self._module = module
        self.__dict__.update(ours)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def numpy_with(drawing: Mapping[str, Callable[..., Any]]) -> Facade:
    """Return NumPy with a legacy ``np.random`` of its own."""
    return Facade(np, random=Facade(np.random, **drawing))


class Clock:
    """A clock that never shows the same time twice, so that speed-ups can be computed."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self) -> float:
        """Return seconds."""
        self._last = max(time.perf_counter(), self._last + 1e-6)
        return self._last


class _Time(Facade):
    """The module ``time``, and its function of that name where a cell means that."""

    def __call__(self) -> float:
        """Return seconds."""
        seconds: float = self.time()
        return seconds


def time_module() -> Facade:
    """Return clocks; nobody waits."""
    clock = Clock()
    return _Time(
        time, time=clock, perf_counter=clock, clock=clock, process_time=clock, sleep=lambda _: None
    )
