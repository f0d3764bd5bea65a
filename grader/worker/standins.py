"""Stand-ins for packages that student files import and that are not installed here."""

from __future__ import annotations

import builtins
import functools
import pickle
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any


def make_stand_in(name: str, kind: str) -> types.ModuleType:
    """Return a module that stands for an absent one.

    Parameters
    ----------
    name : str
        Its full dotted name.
    kind : str
        ``permissive`` for plotting and debugging: every use does nothing. ``inert``: imports,
        and raises when it is used. ``compat``: a bridge from Python 2. Empty: an empty package.
    """
    if kind == "permissive" and name.partition(".")[0] == "tqdm":
        return _ProgressModule(name)
    if kind == "permissive":
        return Anything(name)
    if kind == "inert":
        return _InertModule(name)
    module = types.ModuleType(name)
    module.__path__ = []
    if kind == "compat":
        module.__dict__.update({k: v for k, v in vars(builtins).items() if k[0] != "_"})
        module.__dict__.update(_PYTHON2_NAMES)
        module.__dict__.update(_SIX)
    return module


class Anything(types.ModuleType):
    """A plotting or debugging package that is not here: every use of it does nothing."""

    def __init__(self, name: str = "anything") -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Do nothing, and give something of which the same can be said."""
        return Anything()

    def __iter__(self) -> Iterator[Any]:
        return iter((Anything(), Anything()))  # fig, axes = plt.subplots()

    def __getitem__(self, key: object) -> Any:
        return Anything()

    def __setitem__(self, key: object, value: object) -> None:
        return None

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def __add__(self, other: Any) -> Any:
        return other  # Fore.RED + "text"

    def __radd__(self, other: Any) -> Any:
        return other

    def __str__(self) -> str:
        return ""

    def __mro_entries__(self, bases: object) -> tuple[type, ...]:
        """Let classes be derived from it."""
        return (_AnyBase,)


class _AnyBase:
    def __init__(self, *args: object, **kwargs: object) -> None:
        return


class _Progress:
    """A progress bar that shows nothing; what it goes through must still be gone through."""

    def __init__(self, iterable: Iterable[Any] = (), *args: object, **kwargs: object) -> None:
        self._iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)  # type: ignore[arg-type]

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name)

    @staticmethod
    def write(*args: object, **kwargs: object) -> None:
        """Print nothing."""


class _ProgressModule(types.ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.tqdm = self.tqdm_notebook = _Progress

    def trange(self, *args: int, **kwargs: object) -> _Progress:
        """Go through a range."""
        return _Progress(range(*args))

    def __call__(self, iterable: Iterable[Any] = (), *args: object, **kwargs: object) -> _Progress:
        return _Progress(iterable)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Progress


class _Inert:
    """Something of a package that is not installed here; it raises only when it is used."""

    def __init__(self, package: str) -> None:
        self.__dict__["_package"] = package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Inert(self._package)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        raise _absence(self._package)

    def __mro_entries__(self, bases: object) -> tuple[type, ...]:
        return (_make_inert_base(self._package),)


class _InertModule(types.ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Inert(self.__name__.partition(".")[0])


def _absence(package: str) -> ModuleNotFoundError:
    return ModuleNotFoundError(f"this needs {package}, which is not available where it is graded")


def _make_inert_base(package: str) -> type:
    class Absent:
        def __init__(self, *args: object, **kwargs: object) -> None:
            raise _absence(package)

    return Absent


def _items(mapping: Any) -> Any:
    return iter(mapping.items())


def _values(mapping: Any) -> Any:
    return iter(mapping.values())


def _divide(a: Any, b: Any) -> Any:
    return a // b if isinstance(a, int) and isinstance(b, int) else a / b


def _with_metaclass(meta: Callable[..., Any], *bases: type) -> Any:
    return meta("Base", bases or (object,), {})


_PYTHON2_NAMES: Mapping[str, Any] = {
    "xrange": range,
    "unicode": str,
    "basestring": str,
    "long": int,
    "raw_input": input,
    "reduce": functools.reduce,
    "unichr": chr,
}

_SIX: Mapping[str, Any] = {
    "PY2": False,
    "PY3": True,
    "iteritems": _items,
    "itervalues": _values,
    "iterkeys": iter,
    "string_types": (str,),
    "old_div": _divide,
    "cPickle": pickle,
    "load": pickle.load,
    "loads": pickle.loads,
    "dump": pickle.dump,
    "dumps": pickle.dumps,
    "standard_library": types.SimpleNamespace(install_aliases=lambda: None),
    "with_metaclass": _with_metaclass,
    "print_function": None,
}
