"""What the metadata of a master notebook's cells say: our own, and nbgrader's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from grader.records import record
from grader.settings import Visibility

_WORDS = ("id", "question", "hint")
_FLAGS = ("setup", "review", "solution")
_LISTS = ("needs", "after", "targets")
KNOWN = (*_WORDS, "points", "visibility", "tolerance", *_LISTS, "predicates", *_FLAGS)
"""The keys of ``metadata["grader"]``."""
_VISIBILITIES = ", ".join(visibility.value for visibility in Visibility)


@record(kw_only=True)
class Tag:
    """The metadata of one cell, checked one by one but not against each other.

    Raises
    ------
    ValueError
        If a value is not of the kind that its key asks for, or an id is missing.
    """

    id: str = ""
    question: str = ""
    points: float | Mapping[str, float] | None = None
    """Points of the whole cell, or by part."""
    visibility: Visibility = Visibility.PUBLIC
    tolerance: float | Mapping[str, float] | None = None
    """Largest error of every part, or by part."""
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Ids of cells that are run first."""
    targets: tuple[str, ...] = ()
    predicates: Mapping[str, str] = field(default_factory=dict)
    """What is judged by eye, as expressions of the cell's names, by part."""
    hint: str = ""
    setup: bool = False
    review: bool = False
    solution: bool = False

    def __post_init__(self) -> None:
        if not self.id and (self.review or not (self.setup or self.solution)):
            raise ValueError("metadata without an id; expected one, or setup or solution")

    @property
    def is_judged(self) -> bool:
        """Whether the cell earns points: it is a check, or a person reads it."""
        is_written = self.solution and self.points is None and not self.question
        return bool(self.id) and not (self.setup or is_written)


def read_tag(metadata: object) -> Tag | None:
    """Return what the metadata of a cell say; None if they say nothing to us.

    nbgrader's are read first, and what our own say replaces it.

    Raises
    ------
    ValueError
        If they are malformed; the message says what was expected.
    """
    if not isinstance(metadata, dict):
        return None
    settings = _of_nbgrader(metadata.get("nbgrader"))
    own = metadata.get("grader")
    if own is not None:
        if not isinstance(own, dict):
            raise ValueError(f"metadata 'grader' is {own!r}, expected a mapping")
        settings |= own
    return _make_tag(settings) if settings else None


def _make_tag(settings: dict[str, Any]) -> Tag:
    unknown = sorted(set(map(str, settings)) - set(KNOWN))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}, expected some of {', '.join(KNOWN)}")
    read: dict[str, Any] = {}
    for key, value in settings.items():
        if key in _WORDS:
            read[key] = _word(key, value)
        elif key in _FLAGS:
            read[key] = _flag(key, value)
        elif key in _LISTS:
            read[key] = _words(key, value)
        elif key == "predicates":
            read[key] = _predicates(value)
        elif key == "visibility":
            read[key] = _visibility(value)
        else:
            read[key] = _numbers(key, value, allow_zero=key == "points")
    return Tag(**read)


def _word(key: str, value: object) -> str:
    if not isinstance(value, str) or (key != "hint" and not value.strip()):
        raise ValueError(f"{key} is {value!r}, expected text")
    return value


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} is {value!r}, expected true or false")
    return value


def _words(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise ValueError(f"{key} is {value!r}, expected a list of names")
    return tuple(value)


def _predicates(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError(f"predicates is {value!r}, expected expressions by part")
    return dict(value)


def _visibility(value: object) -> Visibility:
    try:
        return Visibility(value)  # type: ignore[arg-type]
    except ValueError:
        raise ValueError(f"visibility is {value!r}, expected one of {_VISIBILITIES}") from None


def _numbers(key: str, value: object, *, allow_zero: bool) -> float | dict[str, float]:
    if isinstance(value, dict) and value:
        return {
            str(part): _number(key, number, allow_zero=allow_zero) for part, number in value.items()
        }
    return _number(key, value, allow_zero=allow_zero)


def _number(key: str, value: object, *, allow_zero: bool) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{key} is {value!r}, expected a number, or numbers by part")
    if not 0 <= value < float("inf") or (value == 0 and not allow_zero):
        raise ValueError(f"{key} is {value!r}, expected more than 0")
    return float(value)


def _of_nbgrader(metadata: object) -> dict[str, Any]:
    """Translate nbgrader's metadata, of schema 1 to 3.

    A graded cell that holds no solution is a check; one that holds one, and a task, is read by a
    person. Cells that are only locked say nothing to us.
    """
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise ValueError(f"metadata 'nbgrader' is {metadata!r}, expected a mapping")
    graded = metadata.get("grade") is True
    solved = metadata.get("solution") is True
    task = metadata.get("task") is True
    settings: dict[str, Any] = {}
    if graded or task:
        settings = {"id": metadata.get("grade_id"), "points": metadata.get("points")}
    if task or (graded and solved):
        settings["review"] = True
    if solved:
        settings["solution"] = True
    return settings
