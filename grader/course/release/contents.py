"""Makes the files of a release, in memory."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace

from grader.course.assignment import Assignment
from grader.course.bundle import (
    BUNDLE,
    only_public,
    public_names,
    write_declaration,
)
from grader.course.catalogue import FINGERPRINTS, LoadedAssignment
from grader.course.expected import FILE, Values, check_of, expected_for, pack
from grader.course.starter.modules import Starter, edition_named, make_starter
from grader.course.student_notebook import (
    code_of,
    import_besides,
    make_student_notebook,
    move_imports,
)
from grader.diagnosis.fingerprints import make_fingerprints
from grader.records import record
from grader.report.wording import count_points

_NOTEBOOK_PACKAGES = ("matplotlib", "notebook")


@record
class Release:
    """The files of a release, by path."""

    starter: Mapping[str, bytes]
    bundle: Mapping[str, bytes]
    modules: Starter
    """Which of the starter's files are left to write, and for which targets."""


def make_release(
    loaded: LoadedAssignment, edition: str | None = None, *, with_given: bool = False
) -> Release:
    """Make starter and bundle of an assignment.

    Parameters
    ----------
    loaded : LoadedAssignment
        With its notebooks' checks.
    edition : str, optional
        Layout of the modules; by default that of the assignment's course.
    with_given : bool
        Hand out the functions of questions that are marked as given complete.

    Raises
    ------
    AssignmentError
        If expected values are stale, the reference is absent or lacks a target, or a notebook
        is wrong.
    """
    assignment = loaded.assignment
    notebooks, modules = make_starter_files(loaded, edition, with_given=with_given)
    starter = {
        **{path: text.encode() for path, text in sorted(modules.files.items())},
        **{path: text.encode() for path, text in notebooks.items()},
        "requirements.txt": _write_requirements(notebooks).encode(),
        "README.md": _write_readme(assignment, modules, tuple(notebooks)).encode(),
    }
    values = pack(only_public_values(assignment, expected_for(loaded, None)))
    fingerprints = _write_fingerprints(assignment)
    declaration = write_declaration(assignment, values, fingerprints)
    bundle = {BUNDLE: declaration.encode(), FILE: values, FINGERPRINTS: fingerprints}
    return Release(starter, bundle, modules)


def _write_fingerprints(assignment: Assignment) -> bytes:
    """Return the file by which a bundle names the known mistakes of what its checks call."""
    shown = replace(
        only_public(assignment), reference=assignment.reference, mistakes=assignment.mistakes
    )
    data = make_fingerprints(shown)
    return (json.dumps(data, allow_nan=False, separators=(",", ":")) + "\n").encode()


def make_starter_files(
    loaded: LoadedAssignment, edition: str | None = None, *, with_given: bool = False
) -> tuple[dict[str, str], Starter]:
    """Make student notebooks, by name, and the modules they import.

    Raises
    ------
    AssignmentError
        If the reference is absent or lacks a target, or a notebook is wrong.
    """
    assignment = loaded.assignment
    own, layout = edition_named(assignment.course), edition_named(edition or assignment.course)
    notebooks = {
        name: move_imports(
            make_student_notebook(name, (loaded.folder / name).read_bytes()), own, layout
        )
        for name in assignment.masters
    }
    code = "\n".join(code_of(text) for text in notebooks.values())
    modules = make_starter(assignment, layout, code, with_given=with_given)
    if layout.name != own.name:
        notebooks = {
            name: import_besides(text, layout, modules.files) for name, text in notebooks.items()
        }
    return notebooks, modules


def only_public_values(assignment: Assignment, values: Values) -> Values:
    """Return the expected values of public checks, under every choice of every convention."""
    names = public_names(assignment)
    return {key: value for key, value in values.items() if check_of(key) in names}


def _write_requirements(notebooks: Mapping[str, str]) -> str:
    packages = ("numpy>=2", *(_NOTEBOOK_PACKAGES if notebooks else ()))
    return "".join(f"{name}\n" for name in sorted(packages))


def _write_readme(assignment: Assignment, modules: Starter, notebooks: tuple[str, ...]) -> str:
    public = only_public(assignment)
    earlier = set(modules.stubs) - set(assignment.targets)
    lines = [f"# {assignment.title}", "", "Write what is marked with TODO:", ""]
    lines += _list_stubs(modules, set(assignment.targets))
    lines += [f"- `{name}`: work through it from top to bottom" for name in notebooks]
    if earlier:
        lines += ["", "Some of it is made of what earlier assignments ask for. Bring along:", ""]
        lines += _list_stubs(modules, earlier)
    lines += ["", "| question | points |", "| --- | --- |"]
    lines += [f"| {question.title} | {question.points:g} |" for question in public.questions]
    rest = assignment.points - public.points
    if rest:
        lines += ["", f"{count_points(rest)} more come from checks that are not public."]
    lines += [
        *("", "Install what is needed, and open the notebooks:", ""),
        *("```", "python -m pip install -r requirements.txt", "jupyter notebook", "```", ""),
        *("With `grade` installed, see what your work earns in the public checks:", ""),
        *("```", "grade . --assignment ../bundle", "```"),
    ]
    return "\n".join(lines) + "\n"


def _list_stubs(modules: Starter, targets: Collection[str]) -> list[str]:
    """Return a line for each file with the names that are left to write in it."""
    by_path: dict[str, list[str]] = {}
    for target, path in modules.stubs.items():
        if target in targets:
            by_path.setdefault(path, []).append(f"`{target.partition(':')[2]}`")
    return [f"- `{path}`: {', '.join(names)}" for path, names in by_path.items()]
