"""Fingerprints: what a bundle holds of known mistakes, so that it can name them on its own.

Of every mistake there are the signatures of its results on the public probes, where they differ
from the right ones, and what a student is told: no code, and no array.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.course.assignment import Assignment
from grader.course.conventions import Settled, combinations
from grader.diagnosis.known import Effect, Known, Text, effects, know
from grader.diagnosis.matching import Print
from grader.diagnosis.probes import Probe, probed_targets, probes_for
from grader.diagnosis.signature import Signature
from grader.errors import AssignmentError

VERSION = 1


def make_fingerprints(assignment: Assignment) -> dict[str, Any]:
    """Return the fingerprints of all targets of an assignment, as JSON can hold them.

    Parameters
    ----------
    assignment : Assignment
        Whose public checks' targets are looked at, with those of earlier homework.
    """
    probed = set(probed_targets())
    targets: dict[str, list[dict[str, Any]]] = {}
    for target in assignment.known_targets:
        if target in probed:
            rows = [
                {"under": under, **_write(known)}
                for under, known in _under_all_choices(assignment, target)
            ]
            if any(row["mistakes"] for row in rows):
                targets[target] = rows
    return {"version": VERSION, "targets": targets}


def read_fingerprints(
    data: Mapping[str, Any], assignment: Assignment, target: str, settled: Settled
) -> Known | None:
    """Return what fingerprints tell of a target, None if nothing.

    Parameters
    ----------
    data : mapping
        As :func:`make_fingerprints` gave it.
    assignment : Assignment
        The bundle's.
    target : str
        Canonical name.
    settled : mapping
        The choice of each convention that a submission follows.

    Raises
    ------
    AssignmentError
        If they are damaged.
    """
    if data.get("version") != VERSION:
        return None
    probes = probes_for(target, assignment.known_targets)
    try:
        rows = data["targets"].get(target, ())
        wanted = _name(effects(assignment, probes, settled))
        for row in rows:
            if row["under"] == wanted:
                return _read(row, probes)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AssignmentError(
            f"the fingerprints of {target} are damaged; fetch the bundle again"
        ) from error
    return None


def _under_all_choices(assignment: Assignment, target: str) -> Iterator[tuple[list[str], Known]]:
    """Yield what is known of a target under each choice that changes what its probes call."""
    seen: set[tuple[Effect, ...]] = set()
    for settled in combinations(assignment.conventions):
        changed = effects(assignment, probes_for(target, assignment.known_targets), settled)
        known = None if changed in seen else know(assignment, target, settled)
        seen.add(changed)
        if known is not None:
            yield _name(changed), known


def _name(changed: Sequence[Effect]) -> list[str]:
    """Return what tells choices of conventions apart, in plain words."""
    return [
        f"{target} {there} {dict(keywords)}"
        for target, there, keywords in changed
        if there != target or keywords
    ]


def _write(known: Known) -> dict[str, Any]:
    return {
        "right": {key: one.to_plain() for key, one in known.right.items()},
        "mistakes": [_write_mistake(found, known) for found in known.prints],
    }


def _write_mistake(found: Print, known: Known) -> dict[str, Any]:
    name = found.names[0]
    text = known.texts[name]
    shown = {
        key: found.signatures[key].to_plain() if key in found.signatures else None
        for key in sorted(found.affected)
    }
    return {
        "name": name,
        "title": text.title,
        "explanation": text.explanation,
        "hint": text.hint,
        "results": shown,
    }


def _read(row: Mapping[str, Any], probes: tuple[Probe, ...]) -> Known:
    right = {str(key): Signature.from_plain(one) for key, one in row["right"].items()}
    prints = {
        str(one["name"]): _read_print(str(one["name"]), one["results"], right)
        for one in row["mistakes"]
    }
    texts = {
        str(one["name"]): Text(str(one["title"]), str(one["explanation"]), str(one["hint"]))
        for one in row["mistakes"]
    }

    def make_pair(names: tuple[str, str]) -> Print | None:
        return _join(prints[names[0]], prints[names[1]])

    return Known(probes, right, {}, tuple(prints.values()), texts, make_pair)


def _read_print(name: str, results: Mapping[str, Any], right: Mapping[str, Signature]) -> Print:
    shown = {str(key): Signature.from_plain(one) for key, one in results.items()}
    signatures = {key: one for key, one in {**right, **shown}.items() if one.is_value}
    return Print((name,), signatures, frozenset(shown))


def _join(first: Print, second: Print) -> Print | None:
    """Return two mistakes made at once, if they show in different results."""
    if first.affected & second.affected:
        return None
    signatures = {**first.signatures}
    for key in second.affected:
        signatures.pop(key, None)
        if key in second.signatures:
            signatures[key] = second.signatures[key]
    return Print((*first.names, *second.names), signatures, first.affected | second.affected)
