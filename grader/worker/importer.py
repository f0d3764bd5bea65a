"""Imports a submission from memory: many names for one file, stand-ins for absent packages."""

from __future__ import annotations

import ast
import importlib
import importlib.machinery
import re
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.records import record
from grader.worker import oldnames
from grader.worker.callbacks import Replacements
from grader.worker.standins import Anything, make_stand_in

_PACKAGES = frozenset(
    {"cs231n", "nndl", "utils", "classifiers", "layers", "base", "submission", "flat"}
)
"""Folder names of the editions: synthesised where a submission left them out."""

_NOTEBOOKS = "submission.notebooks."
"""Parent of modules made of cells, which run as they did in the notebook: one by one."""

_DOTTED = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+(?:\.\w+)+)", re.MULTILINE)
_PRESENT = frozenset({"numpy", *sys.stdlib_module_names})


@record
class Source:
    """One file of the submission, or a provided one laid over it."""

    path: str
    names: tuple[str, ...]
    package: bool
    text: str


class SubmissionFinder:
    """Finds modules among the sources; every file becomes one module object.

    It is derived from nothing: ``importlib.abc`` would bring archives and temporary files along,
    which every grading would wait for.

    Parameters
    ----------
    sources : sequence of Source
        Whatever may be imported.
    absent : mapping
        Top-level packages that are not installed here, with the kind of stand-in to give.
    replacements : Replacements, optional
        What takes the place of functions in its modules.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        absent: Mapping[str, str],
        replacements: Replacements | None = None,
    ) -> None:
        self._by_name = {name: source for source in reversed(sources) for name in source.names}
        self._by_stem = {
            source.names[0].rpartition(".")[2]: source
            for source in reversed(sources)
            if source.names and not source.package
        }
        self._folders = set(_parents(self._by_name))
        self._missing_folders = _PACKAGES | {
            parent
            for source in sources
            for name in _DOTTED.findall(source.text)
            if name.rpartition(".")[2] in self._by_stem
            for parent in _parents([name])
        }
        self._absent = absent
        self._replacements = replacements
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
        if fullname.partition(".")[0] in _PRESENT:
            return None  # what NumPy and the standard library try to import is not the student's
        stem = fullname.rpartition(".")[2]
        if source := self._by_stem.get(stem):
            return self._spec(fullname, source)
        if stem in _PACKAGES or fullname in self._missing_folders:
            return self._spec(fullname, None)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the module of the spec's file, made once whatever name asks for it."""
        source = spec.loader_state
        if source is None:
            module = make_stand_in(spec.name, self._absent.get(spec.name.partition(".")[0], ""))
            self._lend_names(module, spec.name)
            return module
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
        if source is None:
            return
        # The import system has just named it after whatever asked; relative imports look there.
        module.__spec__ = self._spec(source.names[0], source)
        if module.__dict__.get("__submission_loaded__"):
            return
        module.__dict__["__submission_loaded__"] = True
        # Whatever name asked: data classes look for the module under its own while it runs.
        known = sys.modules.setdefault(source.names[0], module)
        try:
            code = compile(source.text, source.path, "exec", dont_inherit=True)
            self._run(code, module, source)
            if source.package and not code.co_names:
                self._lend_names(module, source.names[0])
        except BaseException as error:
            if not source.package:
                module.__dict__.pop("__submission_loaded__", None)
                self._modules.pop(source.path, None)
                if known is module:
                    sys.modules.pop(source.names[0], None)
                raise
            # A failing __init__.py must not cost the modules beside it, only its own names.
            module.__dict__["__getattr__"] = _explain_absence(
                f"the package's __init__.py raised {type(error).__name__}: {error}"
            )
        if known is module:
            _settle(module, source.names[0])

    def _run(self, code: types.CodeType, module: types.ModuleType, source: Source) -> None:
        if self._replacements is not None:
            self._replacements.prepare(module, source.path)
        if source.names[0].startswith(_NOTEBOOKS):
            _run_cells(source, module)
        else:
            exec(code, module.__dict__)  # noqa: S102 - running the submission is the purpose
        if self._replacements is not None:
            self._replacements.finish(self._modules.values(), module)

    def _lend_names(self, package: types.ModuleType, name: str) -> None:
        """Let an empty package give the names of the module inside that is called like it.

        In Python 2 ``from layers import *`` beside ``layers/layers.py`` meant that module; since
        then it means the package, which holds nothing.
        """
        inner = f"{name}.{name.rpartition('.')[2]}"
        if inner in self._by_name:
            package.__dict__["__getattr__"] = _find_in(inner)

    def _spec(self, name: str, source: Source | None) -> importlib.machinery.ModuleSpec:
        origin = source.path if source else None
        spec = importlib.machinery.ModuleSpec(name, self, origin=origin)  # type: ignore[arg-type]
        spec.loader_state = source
        if source is None or source.package:
            spec.submodule_search_locations = []
        return spec


class StemFinder:
    """The last resort: a module that no other finder knows, by the name of its file."""

    def __init__(self, finder: SubmissionFinder) -> None:
        self._finder = finder

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module whose file is named like the last part of the name."""
        return self._finder.find_by_stem(fullname)


def install(
    sources: Sequence[Source],
    absent: Mapping[str, str],
    *,
    old_names: bool,
    replacements: Replacements | None = None,
) -> None:
    """Make the submission importable in this process, and nothing of ours.

    Parameters
    ----------
    sources, absent, replacements
        As for :class:`SubmissionFinder`.
    old_names : bool
        Whether to give back ``xrange`` and the aliases that NumPy has removed.
    """
    finder = SubmissionFinder(sources, absent, replacements)
    sys.meta_path.insert(0, finder)
    sys.meta_path.append(StemFinder(finder))
    sys.modules["pdb"] = Anything("pdb")  # a breakpoint would wait for a keyboard
    sys.breakpointhook = _go_on
    sys.path[:] = [entry for entry in sys.path if entry]
    sys.argv[:] = [""]
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader"]:
        del sys.modules[name]  # a submission's own package may be called so
    sys.modules["__main__"] = types.ModuleType("__main__")
    if old_names:
        oldnames.restore()


def _run_cells(source: Source, module: types.ModuleType) -> None:
    """Run what is kept of a notebook; an assignment that raises costs what needs its names."""
    reasons: dict[str, str] = {}
    for node in ast.parse(source.text, source.path).body:
        code = compile(ast.Module([node], []), source.path, "exec", dont_inherit=True)
        try:
            exec(code, module.__dict__)  # noqa: S102 - running the submission is the purpose
        except Exception as error:
            if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.If):
                raise
            names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            reasons.update(dict.fromkeys(names, f"its line raised {type(error).__name__}: {error}"))
            module.__dict__["__getattr__"] = _explain_absence("nothing defines it", reasons)


def _settle(module: types.ModuleType, name: str) -> None:
    """Leave a module under its own name where its package can be told of it, as imports do."""
    package, _, stem = name.rpartition(".")
    if package in sys.modules:
        vars(sys.modules[package]).setdefault(stem, module)
    elif package:
        sys.modules.pop(name, None)  # the package is made, and told, when the name is imported


def _go_on(*args: object, **kwargs: object) -> None:
    """Take the place of ``breakpoint()``."""


def _parents(names: Mapping[str, object] | Sequence[str]) -> Iterator[str]:
    """Yield every package above the dotted names."""
    for name in names:
        for place, character in enumerate(name):
            if character == ".":
                yield name[:place]


def _find_in(inner: str) -> Any:
    """Return a module's ``__getattr__`` that looks into another module."""

    def find(name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        module = importlib.import_module(inner)
        if name == "__all__" and not hasattr(module, name):
            return [key for key in vars(module) if not key.startswith("_")]
        return getattr(module, name)

    return find


def _explain_absence(reason: str, reasons: Mapping[str, str] | None = None) -> Any:
    """Return a module's ``__getattr__`` that says why it has so few names, or not this one."""
    known = {} if reasons is None else reasons

    def find(name: str) -> Any:
        raise AttributeError(f"no {name!r} here, because {known.get(name, reason)}")

    return find
