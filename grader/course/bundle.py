"""Student bundles: an assignment's public checks and their expected values, as data.

A bundle is what a student's own checks, such as those of a repository's CI, may have. It holds
no reference and nothing hidden, and loading one executes nothing.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from grader.course.assignment import Assignment, Question
from grader.course.catalogue import FINGERPRINTS, LoadedAssignment
from grader.errors import AssignmentError
from grader.settings import Visibility

BUNDLE = "bundle.json"
"""The file that makes a folder a bundle."""
VALUES = "expected.npz"
"""Its file of expected values."""
_FORMAT = "grade-bundle"
_VERSION = 1
_LARGEST = 64 << 20
_CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class LoadedBundle(LoadedAssignment):
    """A bundle and what it was read from, which ``folder`` names: a folder or a zip of one."""

    bundle_digest: str
    """sha256 of the bundle's declaration."""
    values_digest: str
    """sha256 that its file of expected values must have."""
    fingerprints_digest: str = ""
    """sha256 that its file of fingerprints must have; empty if it has none."""

    @property
    def digest(self) -> str:
        """Return sha256 of the bundle's declaration."""
        return self.bundle_digest

    def read_fingerprints(self) -> Mapping[str, Any]:
        """Return what the bundle tells of known mistakes.

        Raises
        ------
        AssignmentError
            If the file is not there or not the one that the bundle was made with.
        """
        if not self.fingerprints_digest:
            return {}
        content = _read_file(self.folder, FINGERPRINTS)
        if hashlib.sha256(content).hexdigest() != self.fingerprints_digest:
            raise AssignmentError(
                f"{self.folder / FINGERPRINTS}: it is not the bundle's own; fetch the bundle again"
            )
        fingerprints: Mapping[str, Any] = json.loads(content)
        return fingerprints

    def read_values(self) -> bytes:
        """Return the bundle's file of expected values.

        Raises
        ------
        AssignmentError
            If it is not there or not the one that the bundle was made with.
        """
        content = _read_file(self.folder, VALUES)
        if hashlib.sha256(content).hexdigest() != self.values_digest:
            raise AssignmentError(
                f"{self.folder / VALUES}: it is not the bundle's own; fetch the bundle again"
            )
        return content


def is_bundle(path: Path) -> bool:
    """Return whether a folder, or a zip, holds a bundle."""
    if not path.is_file():
        return (path / BUNDLE).is_file()
    try:
        with zipfile.ZipFile(path) as packed:
            return any(PurePosixPath(name).name == BUNDLE for name in packed.namelist())
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile):
        return False


def load_bundle(folder: Path) -> LoadedBundle:
    """Load a bundle.

    Parameters
    ----------
    folder : Path
        The folder that holds it, or a zip of that, which is read where it is.

    Raises
    ------
    AssignmentError
        If it is absent, damaged or of a version that this one cannot read.
    """
    path = folder / BUNDLE
    content = _read_file(folder, BUNDLE)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise AssignmentError(f"{path}: it is damaged; fetch the bundle again") from error
    try:
        assignment, values_digest, fingerprints_digest = _read(data)
    except RecursionError as error:
        raise AssignmentError(f"{path}: it is damaged; fetch the bundle again") from error
    except AssignmentError as error:
        raise AssignmentError(f"{path}: {error}; fetch the bundle again or update grade") from error
    return LoadedBundle(
        assignment,
        folder.resolve(),
        hashlib.sha256(content).hexdigest(),
        values_digest,
        fingerprints_digest,
    )


def _read_file(bundle: Path, name: str) -> bytes:
    """Return one of a bundle's files."""
    if bundle.is_file():
        return _read_member(bundle, name)
    path = bundle / name
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise AssignmentError(f"{path}: it cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise AssignmentError(f"{path}: it has more than {_LARGEST >> 20} MB; is it a bundle's?")
    return content


def _read_member(archive: Path, name: str) -> bytes:
    """Return a file of a zipped bundle, whatever folder of the zip it lies in."""
    try:
        with zipfile.ZipFile(archive) as packed:
            found = {PurePosixPath(one.filename).name: one for one in packed.infolist()}
            if name in found and found[name].file_size <= _LARGEST:
                return _unpack(packed, found[name])
    except (OSError, EOFError, ValueError, RuntimeError, *_DAMAGED) as error:
        raise AssignmentError(f"{archive}: it cannot be unpacked: {error}") from error
    raise AssignmentError(f"{archive}: it holds no {name}; give the bundle's zip")


def _unpack(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a member's content, unpacked by the piece: a zip may lie about its size."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{member.filename!r} is compressed as no bundle is")
    with packed.open(member) as stream:
        return b"".join(iter(lambda: stream.read(_CHUNK), b""))


def write_declaration(assignment: Assignment, values: bytes, fingerprints: bytes = b"") -> str:
    """Return the text of a bundle's declaration.

    Parameters
    ----------
    assignment : Assignment
        With its notebooks' checks; only what is public is written.
    values : bytes
        The file of expected values that goes with it.
    fingerprints : bytes
        The file of fingerprints of known mistakes that goes with it, if any.

    Raises
    ------
    AssignmentError
        If the assignment holds something that is no plain value.
    """
    from grader.course.plain import encode

    public = only_public(assignment)
    data = {
        "format": _FORMAT,
        "version": _VERSION,
        "values": hashlib.sha256(values).hexdigest(),
        "fingerprints": hashlib.sha256(fingerprints).hexdigest() if fingerprints else "",
        "assignment": encode(public, public.name),
    }
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def only_public(assignment: Assignment) -> Assignment:
    """Return what students may have of an assignment.

    Checks that are not public are left out, with what others need of them; so are the questions
    that are then without checks, conventions that only a hidden check shows, the names of
    reference and catalogue, and the master notebooks.
    """
    public = {c.id for c in assignment.checks if c.visibility is Visibility.PUBLIC}
    questions = [_only_public(question, public) for question in assignment.questions]
    return replace(
        assignment,
        questions=tuple(question for question in questions if question.checks),
        conventions=tuple(
            one for one in assignment.conventions if one.probe.visibility is Visibility.PUBLIC
        ),
        reference="",
        mistakes="",
        masters=(),
        bound={},
    )


def public_names(assignment: Assignment) -> frozenset[str]:
    """Return the ids of the checks whose expected values students may have."""
    public = only_public(assignment)
    probes = (convention.probe.id for convention in public.conventions)
    return frozenset((*(check.id for check in (*public.checks, *public.earlier)), *probes))


def _only_public(question: Question, public: set[str]) -> Question:
    checks = (check for check in question.checks if check.id in public)
    return replace(
        question,
        checks=tuple(
            replace(check, needs=tuple(name for name in check.needs if name in public))
            for check in checks
        ),
    )


def _read(data: Any) -> tuple[Assignment, str, str]:
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise AssignmentError("it is no bundle")
    if data.get("version") != _VERSION:
        raise AssignmentError(
            f"it is of version {data.get('version')!r}, expected version {_VERSION}"
        )
    from grader.course.plain import decode

    assignment = decode(data.get("assignment"))
    values, fingerprints = data.get("values"), data.get("fingerprints", "")
    if not isinstance(assignment, Assignment) or not isinstance(values, str):
        raise AssignmentError("it declares no assignment")
    if not isinstance(fingerprints, str):
        raise AssignmentError("its fingerprints have no digest")
    return assignment, values, fingerprints
