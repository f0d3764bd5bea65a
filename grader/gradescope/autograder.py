"""Makes an autograder: the zip that course staff upload to Gradescope.

It holds the grader, the assignment with all its checks and expected values, and the reference that
stands in for functions that are wrong, so that a mistake costs what it costs anywhere else. Without
a reference all that builds on a wrong function is wrong, too.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from grader.course.bundle import LoadedBundle
from grader.course.catalogue import FINGERPRINTS, LoadedAssignment, load_assignment
from grader.course.expected import FILE as VALUES
from grader.course.hand_in import HAND_IN, is_hand_in, load_hand_in
from grader.course.hidden_values import hidden_names, values_for
from grader.course.secret import FILE as SECRET
from grader.course.secret import Secret, find_secret, read_secrets
from grader.diagnosis.fingerprints import make_fingerprints
from grader.errors import AssignmentError
from grader.gradescope.results import NOT_FINISHED, NOT_GRADED
from grader.gradescope.settings import FILE as SETTINGS
from grader.gradescope.settings import Settings, write_settings
from grader.records import record

REQUIREMENTS = (
    *("click>=8.1", "hypothesis>=6.124", "Jinja2>=3.1", "nbformat>=5.9", "numpy>=2"),
    *("Pygments>=2.17", "rich>=13"),
)
"""What the package itself requires, which is known of an installation but not of a checkout."""
LIBRARY = PurePosixPath("library")
ASSIGNMENTS = LIBRARY / "grader" / "assignments"
"""Where they lie as if they had come with the grader, so that each is found by its name."""
_SPARE_SECONDS = 30
"""What Gradescope has left to collect results after we stop."""
_COMPILED = frozenset({".c", ".pyc", ".pyd", ".pyx", ".so"})
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_EXECUTABLE = frozenset({"run_autograder", "setup.sh"})


@record
class Autograder:
    """The files of an autograder, by path, and what staff should know of it."""

    files: Mapping[str, bytes]
    assignments: tuple[str, ...]
    unguarded: tuple[str, ...]
    """Assignments whose hidden checks draw their inputs from the public seed."""


def make_autograder(
    name: str,
    *,
    secrets: Sequence[Path] = (),
    isolation: str = "auto",
    cpu_seconds: float | None = None,
    minutes: int = 10,
    wheels: Path | None = None,
    with_reference: bool = True,
) -> Autograder:
    """Make an autograder for an assignment or a hand-in.

    Parameters
    ----------
    name : str
        Name or folder of either.
    secrets : sequence of Path
        Secrets that hidden checks draw from; by default what lies beside each assignment.
    isolation : str
        As for :func:`grader.pipeline.grade`.
    cpu_seconds : float, optional
        CPU seconds that one check may take.
    minutes : int
        What Gradescope gives a submission; grading stops before that.
    wheels : Path, optional
        Folder of wheels that are packed too, so that the image is built without a network.
    with_reference : bool
        Pack the references, too.

    Raises
    ------
    AssignmentError
        If an assignment is wrong, is a bundle, has stale expected values, cannot be read, or
        its reference is not installed.
    """
    loaded = _load(name)
    names = tuple(one.assignment.name for one in loaded)
    found = read_secrets(secrets, names)
    files = dict(_list_library())
    unguarded = []
    for one in loaded:
        secret = found.get(one.assignment.name) or find_secret(one.folder)
        values_for(one, None, secret)  # raises now what would break every grading
        files |= _pack(one, secret)
        files |= _list_reference(one) if with_reference else _tell_mistakes(one)
        if secret is None and hidden_names(one.assignment):
            unguarded.append(one.assignment.name)
    if is_hand_in(name):
        hand_in = load_hand_in(name)
        asked = hand_in.hand_in.name
        files[f"{ASSIGNMENTS / asked / HAND_IN}"] = (hand_in.folder / HAND_IN).read_bytes()
    else:
        asked = names[0]
    settings = Settings(asked, isolation, cpu_seconds or Settings(asked).cpu_seconds)
    files |= _make_scripts(settings, minutes)
    if wheels is not None:
        files |= _list_wheels(wheels)
    return Autograder(dict(sorted(files.items())), names, tuple(unguarded))


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Return a zip with files at its root, as Gradescope wants them, whatever the time of day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            member = zipfile.ZipInfo(path, _FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (0o755 if path in _EXECUTABLE else 0o644) << 16
            archive.writestr(member, content)
    return buffer.getvalue()


def _load(name: str) -> tuple[LoadedAssignment, ...]:
    parts = load_hand_in(name).assignments if is_hand_in(name) else (name,)
    loaded = tuple(load_assignment(part) for part in parts)
    for one in loaded:
        if isinstance(one, LoadedBundle):
            raise AssignmentError(
                f"{one.folder} is a bundle, which holds public checks alone: give the assignment"
            )
    return loaded


def _list_library() -> Iterator[tuple[str, bytes]]:
    """Yield the grader's own files, the assignments that came with it left out."""
    for path, content in _list_package(Path(__file__).resolve().parent.parent):
        if path.parts[2] != ASSIGNMENTS.name:
            yield f"{path}", content


def _list_reference(loaded: LoadedAssignment) -> Iterator[tuple[str, bytes]]:
    """Yield the packages that hold the reference and the catalogue of its known mistakes.

    What is compiled in them is for this machine; without it they compute the same, more slowly.
    """
    assignment = loaded.assignment
    named = (assignment.reference.partition(":")[0], assignment.mistakes)
    for package in sorted({name.partition(".")[0] for name in named} - {""}):
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise AssignmentError(
                f"{assignment.name}: its reference {package} is not installed; install it, or "
                "leave it out with --without-reference"
            )
        file = Path(spec.origin)
        if spec.submodule_search_locations is None:
            yield f"{LIBRARY / file.name}", file.read_bytes()
            continue
        for path, content in _list_package(file.parent):
            yield f"{path}", content


def _list_package(package: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.is_file() and "__pycache__" not in inside.parts and path.suffix not in _COMPILED:
            yield LIBRARY / package.name / inside.as_posix(), path.read_bytes()


def _pack(loaded: LoadedAssignment, secret: Secret | None) -> Iterator[tuple[str, bytes]]:
    folder = ASSIGNMENTS / loaded.assignment.name
    paths = {path.name: path for path in sorted(loaded.folder.glob("*.py"))}
    paths |= {name: loaded.folder / name for name in (VALUES, *loaded.assignment.masters)}
    if secret is not None:
        beside = Path(SECRET)
        paths[beside.name] = secret.file
        if secret.values_file.is_file():
            paths[beside.with_suffix(secret.values_file.suffix).name] = secret.values_file
    for name, path in paths.items():
        try:
            yield f"{folder / name}", path.read_bytes()
        except OSError as error:
            raise AssignmentError(f"{path}: it cannot be read: {error.strerror}") from error


def _tell_mistakes(loaded: LoadedAssignment) -> Iterator[tuple[str, bytes]]:
    """Yield what names known mistakes where the catalogue is not there."""
    folder = ASSIGNMENTS / loaded.assignment.name
    known = json.dumps(make_fingerprints(loaded.assignment), separators=(",", ":"))
    yield f"{folder / FINGERPRINTS}", known.encode()


def _make_scripts(settings: Settings, minutes: int) -> dict[str, bytes]:
    seconds = max(minutes * 60 - _SPARE_SECONDS, _SPARE_SECONDS)
    here = resources.files(__package__)
    run = (here / "run_autograder.sh").read_text(encoding="utf-8")
    return {
        "setup.sh": (here / "setup.sh").read_bytes(),
        "run_autograder": run.replace("@SECONDS@", str(seconds)).encode(),
        "requirements.txt": "".join(f"{one}\n" for one in REQUIREMENTS).encode(),
        SETTINGS: write_settings(settings).encode(),
        **{name: (here / name).read_bytes() for name in (NOT_GRADED, NOT_FINISHED)},
    }


def _list_wheels(folder: Path) -> dict[str, bytes]:
    found = sorted(folder.glob("*.whl"))
    if not found:
        raise AssignmentError(
            f"{folder} holds no wheels: fill it on a machine like Gradescope's, with "
            f"pip download --dest {folder} {' '.join(REQUIREMENTS)}"
        )
    return {f"wheels/{path.name}": path.read_bytes() for path in found}
