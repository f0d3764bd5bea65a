"""Imports a submission from memory: many names for one file, stand-ins for absent packages."""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_PACKAGES = frozenset(
    {"cs231n", "nndl", "utils", "classifiers", "layers", "base", "submission", "flat"}
)
"""Folder names of the editions: synthesised where a submission left them out."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the submission, or a provided one laid over it."""

    path: str
    names: tuple[str, ...]
    package: bool
    text: str


class SubmissionFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules among the sources; every file becomes one module object.

    Parameters
    ----------
    sources : sequence of Source
        Whatever may be imported.
    absent : mapping
        Top-level packages that are not installed here, with the kind of stand-in to give.
    """

    def __init__(self, sources: Sequence[Source], absent: Mapping[str, str]) -> None:
        self._by_name = {name: source for source in reversed(sources) for name in source.names}
        self._by_stem = {
            source.names[0].rpartition(".")[2]: source
            for source in reversed(sources)
            if source.names and not source.package
        }
        self._folders = {
            name[:dot] for name in self._by_name for dot in range(len(name)) if name[dot] == "."
        }
        self._absent = absent
        self._modules: dict[str, types.ModuleType] = {}

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module by one of its exact names, a folder above one, or a stand-in."""
        if source := self._by_name.get(fullname):
            return self._spec(fullname, source)
        if fullname in self._folders:
            return self._spec(fullname, None)
        if fullname.partition(".")[0] in self._absent:
            return self._spec(fullname, None)
        return None

    def find_by_stem(self, fullname: str) -> importlib.machinery.ModuleSpec | None:
        """Find a module whose file is named like the last part, wherever it lies."""
        stem = fullname.rpartition(".")[2]
        if source := self._by_stem.get(stem):
            return self._spec(fullname, source)
        return self._spec(fullname, None) if stem in _PACKAGES else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the module of the spec's file, made once whatever name asks for it."""
        source = spec.loader_state
        if source is None:
            kind = self._absent.get(spec.name.partition(".")[0], "")
            return _make_stand_in(spec.name, kind)
        if source.path not in self._modules:
            module = types.ModuleType(source.names[0])
            module.__file__ = source.path
            if source.package:
                module.__path__ = []
                module.__package__ = source.names[0]
            else:
                module.__package__ = source.names[0].rpartition(".")[0]
            self._modules[source.path] = module
        return self._modules[source.path]

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the file's code, once."""
        spec = module.__spec__
        source = spec.loader_state if spec else None
        if source is None or module.__dict__.get("__submission_loaded__"):
            return
        module.__dict__["__submission_loaded__"] = True
        try:
            code = compile(source.text, source.path, "exec", dont_inherit=True)
            exec(code, module.__dict__)  # noqa: S102 - running the submission is the purpose
        except BaseException:
            if not source.package:
                module.__dict__.pop("__submission_loaded__", None)
                self._modules.pop(source.path, None)
                raise
            # a failing __init__.py must not cost the modules beside it

    def _spec(self, name: str, source: Source | None) -> importlib.machinery.ModuleSpec:
        spec = importlib.machinery.ModuleSpec(name, self, origin=source.path if source else None)
        spec.loader_state = source
        if source is None or source.package:
            spec.submodule_search_locations = []
        return spec


class StemFinder(importlib.abc.MetaPathFinder):
    """The last resort: a module that no other finder knows, by the name of its file."""

    def __init__(self, finder: SubmissionFinder) -> None:
        self._finder = finder

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module whose file is named like the last part of the name."""
        return self._finder.find_by_stem(fullname)


class _Anything(types.ModuleType):
    """A plotting or debugging package that is not here: every use of it does nothing."""

    def __init__(self, name: str = "anything") -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        return _Anything()

    def __iter__(self) -> Iterator[Any]:
        return iter((_Anything(), _Anything()))

    def __getitem__(self, key: object) -> Any:
        return _Anything()

    def __setitem__(self, key: object, value: object) -> None:
        return None

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exception: object) -> None:
        return None


class _Inert:
    """Something of a package that is not installed here; it raises only when it is used."""

    def __init__(self, package: str) -> None:
        self.__dict__["_package"] = package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Inert(self._package)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        raise ModuleNotFoundError(
            f"this needs {self._package}, which is not available where it is graded"
        )


class _InertModule(types.ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Inert(self.__name__.partition(".")[0])


_PYTHON2_NAMES: Mapping[str, Any] = {
    "xrange": range,
    "unicode": str,
    "basestring": str,
    "long": int,
    "raw_input": input,
    "reduce": __import__("functools").reduce,
    "unichr": chr,
}


def _make_stand_in(name: str, kind: str) -> types.ModuleType:
    if kind == "permissive":
        return _Anything(name)
    if kind == "inert":
        return _InertModule(name)
    module = types.ModuleType(name)
    module.__path__ = []
    if kind == "compat":
        module.__dict__.update({k: v for k, v in vars(builtins).items() if k[0] != "_"})
        module.__dict__.update(_PYTHON2_NAMES)
        module.__dict__.update(_SIX)
    return module


def _items(mapping: Any) -> Any:
    return iter(mapping.items())


_SIX: Mapping[str, Any] = {
    "PY2": False,
    "PY3": True,
    "iteritems": _items,
    "itervalues": lambda mapping: iter(mapping.values()),
    "iterkeys": lambda mapping: iter(mapping),
    "string_types": (str,),
    "old_div": lambda a, b: a // b if isinstance(a, int) and isinstance(b, int) else a / b,
    "cPickle": __import__("pickle"),
    "standard_library": types.SimpleNamespace(install_aliases=lambda: None),
    "with_metaclass": lambda meta, *bases: meta("Base", bases or (object,), {}),
    "print_function": None,
}

_REMOVED_ALIASES: Mapping[str, Any] = {
    "int": int,
    "float": float,
    "bool": bool,
    "object": object,
    "str": str,
    "complex": complex,
    "float_": np.float64,
    "infty": np.inf,
    "Inf": np.inf,
    "NaN": np.nan,
    "product": np.prod,
    "cumproduct": np.cumprod,
    "alltrue": np.all,
    "sometrue": np.any,
    "row_stack": np.vstack,
    "in1d": np.isin,
    "trapz": np.trapezoid,
}
"""Names that older NumPy had and course code still uses."""


def install(sources: Sequence[Source], absent: Mapping[str, str], *, old_names: bool) -> None:
    """Make the submission importable in this process.

    Parameters
    ----------
    sources, absent
        As for :class:`SubmissionFinder`.
    old_names : bool
        Whether to give back ``xrange`` and the aliases that NumPy has removed.
    """
    finder = SubmissionFinder(sources, absent)
    sys.meta_path.insert(0, finder)
    sys.meta_path.append(StemFinder(finder))
    sys.modules["pdb"] = _Anything("pdb")  # a breakpoint would wait for a keyboard
    sys.breakpointhook = lambda *args, **kwargs: None
    sys.path[:] = [entry for entry in sys.path if entry]
    if old_names:
        vars(builtins).setdefault("xrange", range)
        for name, value in _REMOVED_ALIASES.items():
            if name not in vars(np):
                setattr(np, name, value)
