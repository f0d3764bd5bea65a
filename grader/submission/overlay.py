"""The modules of one programme: the student's files, with the course's laid over or under."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from grader.model import Location
from grader.provided.overlays import (
    NAIVE,
    OVERLAYS,
    WITHHELD,
    OverlayFile,
    OverlayMode,
    provided_source,
)
from grader.records import record
from grader.submission.absent import absent_modules
from grader.submission.archive import Submission
from grader.submission.course_names import COURSE_NAMES, PROVIDED
from grader.submission.excerpt import importable_source
from grader.submission.locate import Located
from grader.submission.naming import (
    FLAT,
    bare_names,
    is_importable,
    module_name,
    notebook_name,
    own_names,
    upward_folders,
)
from grader.submission.sources import Source

_MODULES = 500
_SOURCE_BYTES = 1 << 20
_DEPTH = 5
_COURSE_PACKAGE = "cs231n"


@record
class ModuleSource:
    """One module as the worker will import it."""

    path: str
    """The student's file, or where the course would keep a provided one."""
    names: tuple[str, ...]
    """Dotted names that import it; the first is its ``__name__``."""
    package: bool
    """True for an ``__init__.py``."""
    source: str
    provided: bool
    """True if the source is the course's, not the student's."""
    cells: tuple[tuple[int, int], ...] = ()
    """Of a notebook: (first line, cell index from 1), by line."""

    def locate(self, line: int) -> Location:
        """Return where a line of ``source`` stands in the submission."""
        if not self.cells:
            return Location(self.path, line)
        start, index = self.cells[max(0, bisect_right(self.cells, (line, 1 << 60)) - 1)]
        return Location(f"{self.path}[{index}]", line - start + 1)


@record
class Programme:
    """Everything one worker needs to import a student's targets."""

    root: str
    """Folder of the submission that holds the package, empty at the top."""
    modules: tuple[ModuleSource, ...]
    absent: Mapping[str, str]
    """Absent top-level module -> ``permissive``, ``compat`` or ``inert``."""
    entries: Mapping[str, tuple[str, str]]
    """Target -> (canonical module name, attribute)."""
    provided: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What the course hands out, likewise: ``solver:Solver``. Never a student's own copy."""


def lay_out(submission: Submission, located: Located) -> tuple[Programme, ...]:
    """Return one programme for each package root that holds a target, and one for naive layers.

    Parameters
    ----------
    submission : Submission
        What was handed in.
    located : Located
        Its targets, from :func:`grader.submission.locate.locate` on the same submission.

    Notes
    -----
    Roots with more targets come first. Files below another root belong to that one alone.

    Naive layers are called in a programme of their own that lacks the fast ones: calling those is
    not what was asked for, and no process that has them could keep them from its own code.
    """
    counts = Counter(found.root for found in located.definitions.values())
    roots = [root for root, _ in counts.most_common()]
    programmes = [_Planner(submission, located, root, roots).plan() for root in roots]
    return tuple(part for programme in programmes for part in _set_naive_apart(programme))


def _set_naive_apart(programme: Programme) -> Iterator[Programme]:
    """Yield a programme without naive layers, and one of naive layers without fast ones.

    The first is there even if it has no target: what the course hands out is called in it.
    """
    naive = {target: entry for target, entry in programme.entries.items() if target in NAIVE}
    others = {target: entry for target, entry in programme.entries.items() if target not in naive}
    yield replace(programme, entries=others)
    if naive:
        texts = {provided_source(name): provided_source(by) for name, by in WITHHELD.items()}
        modules = tuple(
            replace(module, source=texts.get(module.source, module.source))
            if module.provided
            else module
            for module in programme.modules
        )
        yield replace(programme, modules=modules, entries=naive)


class _Planner:
    """Gathers the modules below one root."""

    def __init__(
        self, submission: Submission, located: Located, root: str, roots: list[str]
    ) -> None:
        self._submission = submission
        self._located = located
        self._root = root
        self._deeper = [
            f"{other}/" for other in roots if other != root and _is_below(f"{other}/", root)
        ]
        self._targets = {
            target: found for target, found in located.definitions.items() if found.root == root
        }
        self._defining = {found.file for found in self._targets.values()}
        self._own_names = own_names(located.sources.values())
        self._modules: dict[str, ModuleSource] = {}
        self._provided: dict[str, str] = {}

    def plan(self) -> Programme:
        for source in self._sources():
            self._add_student(source)
        for file in OVERLAYS.get(self._located.edition, OVERLAYS[_COURSE_PACKAGE]):
            if file.mode is not OverlayMode.STUDENT_OWNED:
                self._lay(file)
        self._add_bare_names()
        self._add_flat_names()
        modules = tuple(sorted(self._modules.values(), key=lambda module: module.names[0]))
        by_path = {module.path: module.names[0] for module in modules if not module.provided}
        names = [name for module in modules for name in module.names]
        return Programme(
            root=self._root,
            modules=modules,
            absent=absent_modules(
                (module.source for module in modules if not module.provided),
                self._own_names.union(name.partition(".")[0] for name in names),
                frozenset(name.rpartition(".")[2] for name in names),
            ),
            entries={
                target: (by_path[found.file], target.partition(":")[2])
                for target, found in self._targets.items()
            },
            provided={
                f"{module}:{attribute}": (name, attribute)
                for module, name in self._provided.items()
                for attribute in COURSE_NAMES[module]
            },
        )

    def _sources(self) -> Iterator[Source]:
        """Yield the files below the root that may be imported, those with targets first."""
        below = [
            source
            for path, source in self._located.sources.items()
            if _is_below(path, self._root) and not path.startswith(tuple(self._deeper))
        ]
        below.sort(key=lambda one: (one.path not in self._defining, one.path.count("/"), one.path))
        yield from below[:_MODULES]

    def _add_student(self, source: Source) -> None:
        defines = source.path in self._defining
        if source.is_notebook:
            if defines:
                self._add_notebook(source)
            return
        inside = source.path.removeprefix(self._root).lstrip("/")
        if not defines and (
            not is_importable(inside)
            or inside.count("/") > _DEPTH
            or len(source.content) > _SOURCE_BYTES
        ):
            return
        name = module_name(source.path, self._root)
        package = source.stem == "__init__"
        # "layers.py " beside "layers.py": the first that came, which defines targets, stays.
        self._modules.setdefault(
            name, ModuleSource(source.path, (name,), package, source.text, provided=False)
        )

    def _add_notebook(self, source: Source) -> None:
        wanted = [
            target.partition(":")[2]
            for target, found in self._targets.items()
            if found.file == source.path
        ]
        name = notebook_name(source)
        while name in self._modules:
            name += "_"
        self._modules[name] = ModuleSource(
            source.path,
            (name,),
            package=False,
            source=importable_source(source.cells, wanted, self._own_names),
            provided=False,
            cells=tuple((cell.start, cell.index) for cell in source.cells),
        )

    def _lay(self, file: OverlayFile) -> None:
        """Put one provided file where the student's is, or where the course would keep it."""
        places = [self._place(path) for path in file.paths]
        wanted = [module_name(place, self._root) for place in places]
        stems = {file.module, *(name.rpartition(".")[2] for name in wanted)}
        present = [
            name
            for name, module in self._modules.items()
            if name.rpartition(".")[2] in stems
            and not module.package
            and module.path not in self._defining
        ]
        owned = any(name in self._modules and name not in present for name in wanted)
        if file.mode is OverlayMode.FILL and (present or owned or self._defines_stem(stems)):
            return
        text = provided_source(file.source)
        missing = tuple(name for name in wanted if name not in self._modules)
        if file.module in PROVIDED and (present or missing):
            self._provided.setdefault(file.module, (present or missing)[0])
        for name in present:
            self._modules[name] = replace(self._modules[name], source=text, provided=True)
        if present and missing:
            first = self._modules[present[0]]
            self._modules[present[0]] = replace(first, names=(*first.names, *missing))
        elif missing:
            self._modules[missing[0]] = ModuleSource(
                places[wanted.index(missing[0])], missing, package=False, source=text, provided=True
            )

    def _defines_stem(self, stems: set[str]) -> bool:
        return any(
            name.rpartition(".")[2] in stems and module.path in self._defining
            for name, module in self._modules.items()
        )

    def _place(self, path: str) -> str:
        """Return where a course file goes in this submission, whatever its package is called."""
        if self._located.edition not in OVERLAYS:
            path = path.removeprefix(f"{_COURSE_PACKAGE}/")
            package = self._package()
            path = f"{package}/{path}" if package else path
        return f"{self._root}/{path}" if self._root else path

    def _package(self) -> str:
        """Return the folder below the root that holds most files with targets."""
        folders = Counter(
            found.file.removeprefix(self._root).lstrip("/").partition("/")[0]
            for found in self._targets.values()
            if "/" in found.file.removeprefix(self._root).lstrip("/")
        )
        return folders.most_common(1)[0][0] if folders else ""

    def _add_bare_names(self) -> None:
        preferred = [
            name
            for name, module in self._modules.items()
            if module.provided or module.path in self._defining
        ]
        taken = {name for module in self._modules.values() for name in module.names}
        for bare, name in bare_names(self._modules, preferred).items():
            module = self._modules[name]
            if bare not in taken:
                self._modules[name] = replace(module, names=(*module.names, bare))

    def _add_flat_names(self) -> None:
        """Give folders whose files import from beside them the parent that flat files have."""
        sources = (source for source in self._sources() if not source.is_notebook)
        upward = upward_folders(sources, self._root)
        for name, module in self._modules.items():
            if name.partition(".")[0] in upward:
                self._modules[name] = replace(module, names=(f"{FLAT}.{name}", *module.names))


def _is_below(path: str, root: str) -> bool:
    return not root or path.startswith(f"{root}/")
