"""Lays out a starter: which definition goes into which file of an edition, and what is provided."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from grader.course.assignment import Assignment
from grader.course.starter.reading import Original, read_original, reference_has
from grader.course.starter.stubs import write_class, write_function
from grader.course.starter.whole import Copier
from grader.errors import AssignmentError
from grader.provided.overlays import OVERLAYS, OverlayFile, OverlayMode, provided_source
from grader.records import record
from grader.submission.course_names import COURSE_NAMES, PROVIDED, targets_named
from grader.submission.edition import EDITIONS, Edition
from grader.submission.stub import is_stub

_USES: Mapping[str, tuple[str, ...]] = {
    "layer_utils": ("layers", "fast_layers"),
    "fc_net": ("layers", "layer_utils"),
    "cnn": ("layers", "fast_layers", "layer_utils"),
    "linear_classifier": ("linear_svm", "softmax"),
}
"""What the course's modules import from each other, all names at once."""

_SGD = '''\
def sgd(w, dw, config=None):
    """Take a step of plain stochastic gradient descent; handed out complete.

    Parameters
    ----------
    w, dw : ndarray of one shape
        Parameter and gradient.
    config : dict, optional
        ``learning_rate``: 1e-2 by default.

    Returns
    -------
    next_w : ndarray
        The parameter after the step.
    config : dict
        The settings, with the default filled in.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    return w - config["learning_rate"] * dw, config'''
"""What every year hands out complete: the solver takes it unless it is told otherwise."""

_CONVOLUTION = re.compile(r"(?:conv|max_pool|spatial)_")
_COURSE_NAMES = frozenset(name for names in COURSE_NAMES.values() for name in names)
_WORD = re.compile(r"[A-Za-z_]\w*")


@record
class Starter:
    """The files of a starter, by path in the edition's layout."""

    edition: str
    own: Mapping[str, str]
    """What students write in."""
    provided: Mapping[str, str]
    """What the course hands out complete, and empty ``__init__.py`` files."""
    stubs: Mapping[str, str]
    """Path by target, of everything that is left to write."""

    @property
    def files(self) -> dict[str, str]:
        """All files."""
        return {**self.provided, **self.own}


def edition_named(name: str) -> Edition:
    """Return an edition.

    Raises
    ------
    AssignmentError
        If there is none of that name.
    """
    for edition in EDITIONS:
        if edition.name == name:
            return edition
    known = ", ".join(edition.name for edition in EDITIONS)
    raise AssignmentError(f"there is no edition {name!r}: give one of {known}")


def make_starter(
    assignment: Assignment,
    edition: Edition,
    notebook_text: str = "",
    *,
    with_given: bool = False,
) -> Starter:
    """Make the modules that students begin with.

    Parameters
    ----------
    assignment : Assignment
        Its targets become stubs.
    edition : Edition
        Where modules lie and what they import from.
    notebook_text : str
        Code of its notebooks: functions of the course that are named there become stubs, too,
        and provided files go where they are imported from.
    with_given : bool
        Hand out the functions of questions that are marked as given complete.

    Raises
    ------
    AssignmentError
        If the reference lacks a target or a stub cannot be made of it.
    """
    complete = set(given_targets(assignment)) if with_given else set()
    targets = dict.fromkeys(_written(assignment, notebook_text))
    if "optim:sgd" not in assignment.targets:
        targets.pop("optim:sgd", None)
    originals = [read_original(assignment, target) for target in _with_bases(assignment, targets)]
    places = {one.target: _place(edition, one) for one in originals}
    paths = dict.fromkeys(places.values())
    rules = edition.modules["optim"][0]
    step = [] if "optim:sgd" in assignment.targets else [_SGD]
    if step and "Solver" in notebook_text:
        paths[rules] = None
    provided = _provided(edition, {one.canonical_module for one in originals}, notebook_text)
    own = {
        path: _write_module(
            path,
            [one for one in originals if places[one.target] == path],
            complete,
            _imports(edition, path, {*paths, *provided}),
            step if path == rules else [],
        )
        for path in paths
    }
    _prove_stubs(own, [one for one in originals if one.target not in complete], places)
    stubs = {target: path for target, path in places.items() if target not in complete}
    return Starter(edition.name, own, _with_packages(provided, own), stubs)


def given_targets(assignment: Assignment) -> tuple[str, ...]:
    """Return the targets that only questions marked as given ask for."""
    asked = {
        target
        for question in assignment.questions
        if not question.given
        for check in question.checks
        for target in check.targets
    }
    return tuple(target for target in assignment.targets if target not in asked)


def _written(assignment: Assignment, notebook_text: str) -> Iterator[str]:
    """Yield what students write: targets, what notebooks name besides, and what these need.

    A network of an assignment is made of the layers of those before it. Their stubs are where
    students put what they have already.
    """
    waiting = [one for one in assignment.targets if one.partition(":")[0] not in PROVIDED]
    modules = {target.partition(":")[0] for target in waiting}
    words = dict.fromkeys(_WORD.findall(notebook_text))
    waiting += _targets_of(assignment, words, modules, waiting)
    for target in waiting:  # which grows meanwhile
        yield target
        copier = Copier(_COURSE_NAMES)
        copier.add(read_original(assignment, target))
        waiting += _targets_of(assignment, sorted(copier.borrowed), modules, waiting)


def _targets_of(
    assignment: Assignment, names: Iterable[str], modules: Collection[str], known: Sequence[str]
) -> list[str]:
    """Return the targets that carry names and are not known yet."""
    found = []
    for name in names:
        candidates = [one for one in targets_named(name) if one.partition(":")[0] not in PROVIDED]
        # Two modules define a TwoLayerNet: the one is meant that the assignment is about.
        near = [one for one in candidates if one.partition(":")[0] in modules] or candidates
        if near and near[0] not in known and reference_has(assignment, near[0]):
            found.append(near[0])
    return found


def _with_bases(assignment: Assignment, targets: Iterable[str]) -> Iterator[str]:
    """Yield targets, classes after the classes of the same module that they derive from."""
    seen: set[str] = set()
    for target in targets:
        original = read_original(assignment, target)
        bases = original.node.bases if isinstance(original.node, ast.ClassDef) else []
        for base in map(ast.unparse, bases):
            needed = f"{original.canonical_module}:{base}"
            if not reference_has(assignment, needed):
                raise AssignmentError(
                    f"{assignment.name}: {target} derives from {base}, which is no target of the "
                    "reference: a starter cannot hold it"
                )
            if needed not in seen:
                seen.add(needed)
                yield needed
        if target not in seen:
            seen.add(target)
            yield target


def _place(edition: Edition, original: Original) -> str:
    """Return the file of an edition that a definition belongs into."""
    paths = edition.modules.get(original.canonical_module, ())
    if not paths:
        raise AssignmentError(f"edition {edition.name} has no module {original.canonical_module}")
    if _CONVOLUTION.match(original.name):
        convolution = [path for path in paths if path.rpartition("/")[2].startswith("conv_")]
        return (*convolution, paths[0])[0]
    return paths[0]


def _provided(edition: Edition, written: Collection[str], notebook_text: str) -> dict[str, str]:
    """Return the files that are handed out complete: all that students do not write in."""
    files = {}
    for file in OVERLAYS[edition.name]:
        filled = file.mode is OverlayMode.FILL and file.source not in written
        if file.mode is OverlayMode.REPLACE or filled:
            files[_choose_path(file, notebook_text)] = provided_source(file.source)
    return files


def _choose_path(file: OverlayFile, notebook_text: str) -> str:
    """Return the place that a notebook imports the file from, else the first."""
    for path in file.paths:
        if _dotted(path) in notebook_text:
            return path
    return file.paths[0]


def _imports(edition: Edition, path: str, present: Collection[str]) -> list[str]:
    """Return the import lines of a module, as the edition has them."""
    module = next(name for name, paths in edition.modules.items() if path in paths)
    first = edition.modules[module][0]
    wanted = [first] if path != first else []
    for other in _USES.get(module, ()):
        wanted += [one for one in sorted(present) if one in _paths_of(edition, other)]
    return [_import_line(path, one) for one in wanted if one in present and one != path]


def _paths_of(edition: Edition, module: str) -> tuple[str, ...]:
    laid = (file.paths for file in OVERLAYS[edition.name] if file.module == module)
    return (*edition.modules.get(module, ()), *(path for paths in laid for path in paths))


def _import_line(importer: str, imported: str) -> str:
    here, there = PurePosixPath(importer), PurePosixPath(imported)
    if here.parts[0] != there.parts[0]:
        return f"from {_dotted(imported)} import *"
    common = 0
    while here.parts[common] == there.parts[common]:
        common += 1
    dots = "." * (len(here.parts) - common)
    return f"from {dots}{'.'.join(there.with_suffix('').parts[common:])} import *"


def _dotted(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _write_module(
    path: str,
    originals: list[Original],
    complete: Collection[str],
    imports: list[str],
    first: list[str],
) -> str:
    copier = Copier(_COURSE_NAMES)
    for one in originals:
        if one.target in complete:
            copier.add(one)
    blocks = [*first, *copier.write()]
    for one in originals:
        if one.target not in complete:
            write = write_class if isinstance(one.node, ast.ClassDef) else write_function
            blocks.append("\n".join(write(one.node, one.name, one.module)))  # type: ignore[arg-type]
    head = [f'"""{PurePosixPath(path).name}: write what is marked with TODO."""', ""]
    head += [*copier.imports, "import numpy as np"]
    if imports:
        head += ["", *imports]
    return "\n\n\n".join(["\n".join(head), *blocks]) + "\n"


def _prove_stubs(
    own: Mapping[str, str], originals: Iterable[Original], places: Mapping[str, str]
) -> None:
    """Refuse a starter whose stubs grading would not take for stubs."""
    trees = {path: ast.parse(text, path) for path, text in own.items()}
    for one in originals:
        nodes = [
            node
            for node in trees[places[one.target]].body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == one.name
        ]
        if len(nodes) != 1 or not is_stub(nodes[0], one.canonical_module):
            raise AssignmentError(f"no stub can be made of the reference's {one.target}")


def _with_packages(provided: Mapping[str, str], own: Iterable[str]) -> dict[str, str]:
    """Add an empty ``__init__.py`` to every folder that holds modules."""
    folders = {
        parent
        for path in (*provided, *own)
        for parent in PurePosixPath(path).parents
        if parent.parts
    }
    return {**{f"{folder}/__init__.py": "" for folder in sorted(folders)}, **provided}
