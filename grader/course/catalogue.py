"""Finds assignments by name and loads their declarations from files."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import traceback
import types
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.course.assignment import Assignment
from grader.errors import AssignmentError

DECLARATION = "assignment.py"
FINGERPRINTS = "fingerprints.json"
"""The file by which a bundle, or a packed assignment, names known mistakes."""
_FROM_FAMILIES = re.compile(
    r"^[ \t]*from[ \t]+grader\.families(?:\.(\w+))?[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class LoadedAssignment:
    """A declaration and the folder it was read from."""

    assignment: Assignment
    folder: Path
    values: dict[int, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Expected values by seed, as far as they have been asked for."""

    @cached_property
    def digest(self) -> str:
        """sha256 of the declaration, of the families it uses, and of its notebooks' cells."""
        digest = hashlib.sha256((self.folder / DECLARATION).read_bytes())
        for path in families_of(self.folder / DECLARATION):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        if self.assignment.masters:
            from grader.course.notebook import digest_of_masters

            digest.update(digest_of_masters(self.folder, self.assignment.masters).encode())
        return digest.hexdigest()

    def read_fingerprints(self) -> Mapping[str, Any] | None:
        """Return what is told of known mistakes; None where the catalogue itself is.

        A bundle tells of them, and an assignment that was packed to be graded elsewhere.
        """
        path = self.folder / FINGERPRINTS
        if not path.is_file():
            return None
        found: Mapping[str, Any] = json.loads(path.read_bytes())
        return found


class Shelf:
    """Assignments that have been read, for whoever grades more than one submission."""

    def __init__(self) -> None:
        self._declared: dict[str | Path, LoadedAssignment] = {}
        self._complete: dict[Path, LoadedAssignment] = {}

    def declaration(self, name_or_folder: str | Path) -> LoadedAssignment:
        """Return what :func:`load_declaration` does, read once."""
        if name_or_folder not in self._declared:
            self._declared[name_or_folder] = load_declaration(name_or_folder)
        return self._declared[name_or_folder]

    def complete(self, loaded: LoadedAssignment) -> LoadedAssignment:
        """Return what :func:`complete` does, read once."""
        if loaded.folder not in self._complete:
            self._complete[loaded.folder] = complete(loaded)
        return self._complete[loaded.folder]

    def load(self, name_or_folder: str | Path) -> LoadedAssignment:
        """Return what :func:`load_assignment` does, read once."""
        return self.complete(self.declaration(name_or_folder))


def families_of(declaration: Path) -> tuple[Path, ...]:
    """Return the files of the check families that a declaration imports, directly or not."""
    folder = Path(__file__).resolve().parent.parent / "families"
    found: set[Path] = set()
    waiting = [declaration]
    while waiting:
        # Not parsed, which would take longer than all the rest of loading an assignment.
        text = waiting.pop().read_bytes().decode("utf-8", "replace")
        for module, imported in _FROM_FAMILIES.findall(text):
            stems = (module,) if module else re.findall(r"\w+", imported)
            paths = {folder / f"{stem}.py" for stem in stems} - found
            new = [path for path in paths if path.is_file()]
            waiting += new
            found.update(new)
    return tuple(sorted(found))


def assignments_folder() -> Path:
    """Return where the assignments that came with this program are."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "assignments"
    return installed if installed.is_dir() else package.parent / "assignments"


def assignment_names() -> tuple[str, ...]:
    """Return the names that ``--assignment`` takes, in alphabetical order."""
    folder = assignments_folder()
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{DECLARATION}")))


def list_names() -> str:
    """Return the names as a sentence lists them, or what to give where there are none."""
    return ", ".join(assignment_names()) or (
        "none came with this installation, so give your course's bundle"
    )


def is_declaration(path: Path) -> bool:
    """Return whether a path is that of a declaration or a bundle, or of what holds one."""
    from grader.course.bundle import BUNDLE, is_bundle

    folder = path.parent if path.name in (DECLARATION, BUNDLE) else path
    return (folder / DECLARATION).is_file() or is_bundle(folder)


def load_assignment(name_or_folder: str | Path) -> LoadedAssignment:
    """Load an assignment with the checks of its notebooks' cells.

    Parameters
    ----------
    name_or_folder : str or Path
        A name of :func:`assignment_names`, a folder with an ``assignment.py``, that file, or a
        student bundle.

    Raises
    ------
    AssignmentError
        If there is no such assignment, its declaration raises or declares none, or a master
        notebook is absent or wrong.
    """
    return complete(load_declaration(name_or_folder))


def load_declaration(name_or_folder: str | Path) -> LoadedAssignment:
    """Load what an assignment declares, without its notebooks: enough to recognise it by.

    Parameters
    ----------
    name_or_folder : str or Path
        A name of :func:`assignment_names`, a folder with an ``assignment.py``, that file, or a
        student bundle: its folder, its declaration or a zip of it.

    Raises
    ------
    AssignmentError
        If there is no such assignment, or its declaration raises or declares none.
    """
    from grader.course.bundle import BUNDLE, is_bundle, load_bundle

    given = Path(name_or_folder)
    if name_or_folder not in assignment_names():
        if given.name == BUNDLE:
            return load_bundle(given.parent)
        if is_bundle(given) or (given.is_file() and given.suffix.lower() == ".zip"):
            return load_bundle(given)
    folder = _find_folder(name_or_folder)
    path = folder / DECLARATION
    assignment = run_declaration(path).get("assignment")
    if not isinstance(assignment, Assignment):
        raise AssignmentError(f"{path}: it must define 'assignment = Assignment(...)'")
    return LoadedAssignment(assignment, folder)


def run_declaration(path: Path) -> dict[str, Any]:
    """Execute an instructor's declaration and return the names it defines.

    Raises
    ------
    AssignmentError
        If it cannot be read or raises; the message names the line.
    """
    module = types.ModuleType(f"assignment_{path.parent.name}")
    module.__file__ = str(path)
    try:
        # Not by an import: bytecode kept from an edit of the same second would be run instead.
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - the instructor's own declaration
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        kind = type(error).__name__
        raise AssignmentError(f"{path}{_line_in(path, error)}: {kind}: {said}") from error
    return module.__dict__


def complete(loaded: LoadedAssignment) -> LoadedAssignment:
    """Add the checks of the master notebooks' cells to their questions.

    Raises
    ------
    AssignmentError
        If a notebook is absent or a cell's metadata are wrong, or a question has no checks.
    """
    assignment = loaded.assignment
    if assignment.masters:
        from grader.course.notebook import read_checks

        assignment = read_checks(assignment, loaded.folder)
    for question in assignment.questions:
        if not question.checks:
            raise AssignmentError(
                f"{assignment.name}: question {question.id} has no checks: declare one, or tag a "
                f"notebook cell with its id"
            )
    return replace(loaded, assignment=assignment)


def _find_folder(name_or_folder: str | Path) -> Path:
    own = assignments_folder() / name_or_folder
    if isinstance(name_or_folder, str) and name_or_folder in assignment_names():
        return own
    path = Path(name_or_folder)
    folder = path.parent if path.name == DECLARATION else path
    if (folder / DECLARATION).is_file():
        return folder.resolve()
    known = "give one of " if assignment_names() else ""
    raise AssignmentError(
        f"no assignment {str(name_or_folder)!r}: {known}{list_names()}, "
        f"a folder with an {DECLARATION}, or a bundle"
    )


def _line_in(path: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f":{error.lineno}"
    frames = traceback.extract_tb(sys.exc_info()[2])
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f":{lines[-1]}" if lines else ""
