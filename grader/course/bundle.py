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
_VALUES = "expected.npz"
_FORMAT = "grade-bundle"
_VERSION = 1
_LARGEST = 64 << 20
_CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class LoadedBundle(LoadedAssignment):
    """A bundle and the folder it was read from."""

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
        path = self.folder / FINGERPRINTS
        try:
            content = path.read_bytes()
        except OSError as error:
            raise AssignmentError(f"{path}: it cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != self.fingerprints_digest:
            raise AssignmentError(f"{path}: it is not the bundle's own; fetch the bundle again")
        fingerprints: Mapping[str, Any] = json.loads(content)
        return fingerprints


def is_bundle(folder: Path) -> bool:
    """Return whether a folder holds a bundle."""
    return (folder / BUNDLE).is_file()


def load_bundle(folder: Path) -> LoadedBundle:
    """Load a bundle.

    Raises
    ------
    AssignmentError
        If it is damaged or of a version that this one cannot read.
    """
    path = folder / BUNDLE
    try:
        content = path.read_bytes()
        if len(content) > _LARGEST:
            raise AssignmentError(f"{path}: it has {len(content)} bytes, expected a few thousand")
        data = json.loads(content)
    except OSError as error:
        raise AssignmentError(f"{path}: it cannot be read: {error.strerror}") from error
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


def unpack_bundle(archive: Path, folder: Path) -> Path:
    """Unpack the files of a zipped bundle, and nothing else of it, into a folder.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    AssignmentError
        If it is no zip, is damaged, or holds no bundle.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            found = {PurePosixPath(one.filename).name: one for one in packed.infolist()}
            for name in (BUNDLE, _VALUES, FINGERPRINTS):
                if name in found and found[name].file_size <= _LARGEST:
                    (folder / name).write_bytes(_unpack(packed, found[name]))
    except (OSError, EOFError, ValueError, RuntimeError, *_DAMAGED) as error:
        raise AssignmentError(f"{archive}: it cannot be unpacked: {error}") from error
    if not is_bundle(folder):
        raise AssignmentError(f"{archive}: it holds no {BUNDLE}; give the bundle's zip")
    return folder


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
    return frozenset((*(check.id for check in public.checks), *probes))


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
