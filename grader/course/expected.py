"""Expected values: what the reference gave, stored beside the assignment.

They remember what they were made from. Values made from anything else are stale, and grading
refuses them.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from grader.candidate.local import LocalCandidate
from grader.checks.base import Check
from grader.course.assignment import Assignment
from grader.course.bundle import LoadedBundle
from grader.course.catalogue import LoadedAssignment, assignments_folder
from grader.course.conventions import Settled, apply, combinations, label
from grader.course.provenance import describe_origin, is_current
from grader.errors import AssignmentError
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = "expected.npz"
ORIGIN = "origin"
"""Name under which a file of expected values keeps what it was made from."""
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)

Values: TypeAlias = "dict[str, NDArray[Any]]"
"""Expected arrays by ``check id/case/part``."""


@record
class Change:
    """One stored value that the reference does not give any more."""

    name: str
    old: str
    new: str
    relative: float | None
    """Largest relative change; None where shapes differ or one side is absent."""


def expected_for(loaded: LoadedAssignment, seed: int | None) -> Values:
    """Return the expected values for a seed, which the assignment remembers.

    Those of the default seed are read from the assignment's folder; for another seed the
    reference computes them now.

    Raises
    ------
    AssignmentError
        If the stored values are absent or stale, or another seed is asked for where the
        reference is not installed.
    """
    wanted = loaded.assignment.default_seed if seed is None else seed
    if wanted not in loaded.values:
        loaded.values[wanted] = _find_values(loaded, wanted)
    values: Values = loaded.values[wanted]
    return values


def _find_values(loaded: LoadedAssignment, seed: int) -> Values:
    assignment = loaded.assignment
    if seed == assignment.default_seed:
        return _read_bundle(loaded) if isinstance(loaded, LoadedBundle) else _read(loaded)
    if isinstance(loaded, LoadedBundle):
        raise AssignmentError(
            f"{loaded.folder}: a bundle holds expected values of seed {assignment.default_seed} "
            "alone: leave --seed out"
        )
    return compute(assignment, seed)


def compute(assignment: Assignment, seed: int) -> Values:
    """Run the reference on every check's inputs, under every choice of every convention.

    Raises
    ------
    AssignmentError
        If the reference is not installed, lacks a target or raises.
    """
    resolve = _resolver(assignment)
    conventions = assignment.conventions
    probes = [convention.probe for convention in conventions]
    values: Values = {}
    done: set[str] = set()
    for settled in combinations(conventions):
        reference = LocalCandidate(apply(resolve, conventions, settled))
        for check in (*assignment.checks, *assignment.earlier, *probes):
            mark = label(conventions, settled, check)
            if f"{mark}{check.id}" not in done:
                done.add(f"{mark}{check.id}")
                found = _ask(reference, check, assignment.name, seed)
                values |= {f"{mark}{check.id}/{name}": value for name, value in found.items()}
    return values


def _ask(
    reference: LocalCandidate, check: Check, assignment: str, seed: int
) -> dict[str, NDArray[Any]]:
    try:
        return check.expect(reference, seed)
    except AssignmentError:
        raise
    except KeyError as error:
        raise AssignmentError(
            f"{assignment}: check {check.id}: the reference has no {error}"
        ) from error
    except Exception as error:
        raise AssignmentError(
            f"{assignment}: check {check.id}: the reference raises {type(error).__name__}: {error}"
        ) from error


def values_of(
    values: Values, assignment: Assignment, check: Check, settled: Settled
) -> dict[str, NDArray[Any]]:
    """Return the expected values of one check under the choices taken, by case and part.

    What a cell's printed literals would be under another choice than the default is named
    ``variant/...`` instead of ``literal/...``: it stands in for them.
    """
    mark = label(assignment.conventions, settled, check)
    prefix = f"{mark}{check.id}/"
    own = {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }
    if not mark:
        return own
    return {re.sub("^literal/", "variant/", name): value for name, value in own.items()}


def check_of(key: str) -> str:
    """Return the id of the check that an expected value belongs to."""
    first, _, rest = key.partition("/")
    return rest.partition("/")[0] if first.startswith("@") else first


def regenerate(loaded: LoadedAssignment) -> list[Change]:
    """Write what the reference gives now, and return what that changes."""
    values = compute(loaded.assignment, loaded.assignment.default_seed)
    changes = _differences(_read_file(loaded), values)
    stored = {ORIGIN: np.array(describe_origin(loaded)), **values}
    (loaded.folder / FILE).write_bytes(pack(stored))
    return changes


def drift(loaded: LoadedAssignment) -> list[Change]:
    """Return what :func:`regenerate` would change, and change nothing."""
    values = compute(loaded.assignment, loaded.assignment.default_seed)
    changes = _differences(_read_file(loaded), values)
    if not changes and not is_current(loaded, _stored_origin(loaded)):
        changes.append(Change(ORIGIN, "of an older declaration or reference", "current", None))
    return changes


def _read(loaded: LoadedAssignment) -> Values:
    stored = _read_file(loaded)
    if not stored:
        raise AssignmentError(
            f"{loaded.folder / FILE} is absent or unreadable: run {renewal_of(loaded)}"
        )
    if not is_current(loaded, str(stored.get(ORIGIN, ""))):
        raise AssignmentError(
            f"{loaded.folder / FILE} is stale: the assignment or the reference has changed since; "
            f"run {renewal_of(loaded)}"
        )
    return {key: value for key, value in stored.items() if key != ORIGIN}


def renewal_of(loaded: LoadedAssignment) -> str:
    """Return the command that renews its values: only our own assignments are known by name."""
    own = loaded.folder.parent == assignments_folder()
    return f"grade regenerate {loaded.assignment.name if own else loaded.folder}"


def _read_bundle(bundle: LoadedBundle) -> Values:
    return read_archive(io.BytesIO(bundle.read_values()))


def _read_file(loaded: LoadedAssignment) -> Values:
    return read_archive(loaded.folder / FILE)


def read_archive(file: Path | io.BytesIO) -> Values:
    """Return the arrays stored in a file; nothing if it is absent or damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            return {
                name.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(archive.read(name)), allow_pickle=False
                )
                for name in archive.namelist()
            }
    except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error):
        return {}


def _stored_origin(loaded: LoadedAssignment) -> str:
    return str(_read_file(loaded).get(ORIGIN, ""))


def _resolver(assignment: Assignment) -> Callable[[str], Callable[..., Any]]:
    module, _, function = assignment.reference.partition(":")
    try:
        resolve: Callable[[str], Callable[..., Any]] = getattr(import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise AssignmentError(
            f"{assignment.name}: its reference {assignment.reference} is not installed, so only "
            f"seed {assignment.default_seed} can be graded: leave --seed out ({error})"
        ) from error
    return resolve


def _differences(old: Mapping[str, NDArray[Any]], new: Mapping[str, NDArray[Any]]) -> list[Change]:
    changes = []
    for name in sorted((set(old) | set(new)) - {ORIGIN}):
        if name not in old or name not in new:
            changes.append(Change(name, _show(old.get(name)), _show(new.get(name)), None))
        elif old[name].dtype.kind not in "fiub" or old[name].shape != new[name].shape:
            changes.append(Change(name, _show(old[name]), _show(new[name]), None))
        elif relative := _relative_change(old[name], new[name]):
            changes.append(Change(name, _show(old[name]), _show(new[name]), relative))
    return changes


def _relative_change(old: NDArray[Any], new: NDArray[Any]) -> float:
    """Return the largest relative change above what another BLAS may round differently."""
    difference = np.abs(new.astype(np.float64) - old.astype(np.float64))
    scale = max(float(np.abs(old).max(initial=0.0)), 1e-300)
    relative = float(difference.max(initial=0.0)) / scale
    return relative if not relative <= 1e-12 else 0.0


def _show(value: NDArray[Any] | None) -> str:
    if value is None:
        return "absent"
    if value.dtype.kind not in "fiub":
        return "not numbers"
    if value.size == 1:
        return f"{float(value.reshape(())):.10g}"
    flat = value.reshape(-1)
    return f"{value.shape} beginning {', '.join(f'{float(item):.6g}' for item in flat[:3])}"


def pack(values: Mapping[str, NDArray[Any]]) -> bytes:
    """Return an ``.npz`` whose bytes depend on the values alone, not on the time of day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, value in values.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(value, order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _FIXED_TIME), content.getvalue())
    return buffer.getvalue()
