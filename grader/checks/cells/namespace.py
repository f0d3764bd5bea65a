"""The variables a cell starts with: proxies of the candidate, our own tools, and stand-ins."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.candidate.base import Candidate
from grader.candidate.proxy import RemoteFunction, Session
from grader.candidate.proxy.randomness import CellRandom
from grader.checks.cells.analysis import Analysis
from grader.checks.cells.names import DISTANCES, Binding, Source, resolve_name
from grader.checks.cells.numeric import GradientChecker
from grader.checks.cells.observer import Observer
from grader.checks.cells.sites import WHERE
from grader.checks.cells.stand_ins import StandIn, numpy_with, time_module

_NOT_FOR_CELLS = frozenset(
    {"__import__", "breakpoint", "compile", "eval", "exec", "exit", "help", "input", "open", "quit"}
)


class Namespace:
    """Makes what a cell's names stand for.

    Parameters
    ----------
    analysis : Analysis
        Of the cells.
    candidate : Candidate
        Whoever answers.
    seed : int
        Where ``np.random`` starts.
    generator : Generator
        Draws the directions of numeric gradients.
    bound : mapping
        Values of names that are bound from the start.
    """

    def __init__(
        self,
        analysis: Analysis,
        candidate: Candidate,
        seed: int,
        generator: np.random.Generator,
        bound: Mapping[str, Any],
    ) -> None:
        random = CellRandom(seed)
        self._analysis = analysis
        self._session = Session(candidate, random)
        self._numpy = numpy_with(random.methods())
        self._time = time_module()
        self.checker = GradientChecker(generator)
        self.variables: dict[str, Any] = dict(bound)

    def start(self, observer: Observer) -> dict[str, Any]:
        """Return the variables with which the first cell starts."""
        plain = {name: getattr(builtins, name) for name in dir(builtins)}
        for name in _NOT_FOR_CELLS:
            plain.pop(name, None)
        given = {name: self._make(binding) for name, binding in self._analysis.defaults.items()}
        variables = {
            "__builtins__": {**plain, "print": _print, "__import__": _import},
            "__name__": "__main__",
            WHERE: observer,
            "np": self._numpy,
            "time": self._time,
            "xrange": range,
            **given,
            **self.variables,
        }
        self.variables = variables
        return variables

    def bring(self, number: int) -> Any:
        """Return what an import brings."""
        return self._make(self._analysis.brought[number])

    def _make(self, binding: Binding) -> Any:
        match binding:
            case Binding(Source.TARGET, target):
                if target.endswith(":TwoLayerNet"):
                    return _EitherNet(self._session, target)
                return RemoteFunction(self._session, target)
            case Binding(Source.COURSE, module):
                return _CourseModule(self, module)
            case Binding(Source.OURS, name):
                return getattr(self.checker, name, None) or _ours(name)
            case Binding(Source.NUMPY, path):
                return _follow(self._numpy, path)
            case Binding(Source.TIME, path):
                return _follow(self._time, path)
            case Binding(Source.REAL, path):
                return _real(path)
        return StandIn(binding.path)


class _CourseModule:
    """A module of the course: its names are the candidate's, or ours."""

    def __init__(self, namespace: Namespace, module: str) -> None:
        self._namespace = namespace
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = resolve_name(self._module, name)
        made = found or Binding(Source.TARGET, f"{self._module}:{name}")
        return self._namespace._make(made)


class _EitherNet(RemoteFunction):
    """``TwoLayerNet``: two modules of the course define one, told apart by their keywords."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the network that takes these arguments."""
        if {"input_size", "hidden_size", "output_size", "std"} & kwargs.keys():
            return self._session.call("neural_net:TwoLayerNet", args, kwargs)
        return self._session.call(self.target, args, kwargs)


def _import(name: str, *args: Any, **kwargs: Any) -> Any:
    """Give NumPy the modules that it imports while a cell calls it; cells import nothing."""
    if name not in sys.modules:
        raise ImportError(f"a cell cannot import {name}")
    return builtins.__import__(name, *args, **kwargs)


def _print(*args: object, **kwargs: object) -> None:
    """Take what a cell prints; what it compares is recorded elsewhere."""


def _ours(name: str) -> Any:
    """Return a tool of ours that is not recorded where it is called."""
    return _rel_error if name in DISTANCES else StandIn(name)


def _rel_error(x: Any, y: Any) -> float:
    """Return the course's relative error, where a cell passes the function on."""
    first, second = np.asarray(x), np.asarray(y)
    scale = np.maximum(1e-8, np.abs(first) + np.abs(second))
    return float(np.max(np.abs(first - second) / scale))


def _real(path: str) -> Any:
    top, _, rest = path.partition(".")
    return _follow(importlib.import_module(top), rest)


def _follow(thing: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        thing = getattr(thing, name)
    return thing
