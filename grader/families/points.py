"""Points of a family's checks: the family's own, with what an assignment says instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Points: TypeAlias = "Mapping[str, float | Mapping[str, float]]"
"""Points by check id: of every part together, or by part."""


def points_of(check_id: str, parts: tuple[str, ...], points: Points) -> dict[str, float]:
    """Return the points of one check by part.

    Parameters
    ----------
    check_id : str
        The check's id.
    parts : tuple of str
        Its parts; a plain number of points is shared equally among them.
    points : mapping
        Points by check id.

    Raises
    ------
    ValueError
        If the check has no points, or its points name another part.
    """
    if check_id not in points:
        raise ValueError(f"points are missing for {check_id}, given for {', '.join(points)}")
    given = points[check_id]
    if not isinstance(given, Mapping):
        return dict.fromkeys(parts, given / len(parts))
    unknown = sorted(set(given) - set(parts))
    if unknown:
        raise ValueError(f"points of {check_id} name {unknown[0]!r}, expected {', '.join(parts)}")
    return {part: given[part] for part in parts if part in given}
