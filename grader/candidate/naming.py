"""How one submission names what checks ask for in canonical terms: keywords and config keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.candidate.base import CallFailed, Failure
from grader.model import Status
from grader.submission.locate import Definition

KeyNames = Mapping[str, str]
"""Canonical dictionary key -> the submission's own."""

CONFIG_KEYS: Mapping[str, tuple[KeyNames, ...]] = {
    "optim:adam": ({"m": "v", "v": "a"},),
    "optim:rmsprop": ({"cache": "a"},),
}
"""Other names of optimizer state that years of the course have used, by target."""

KEYWORD_VALUES: Mapping[tuple[str, str], Mapping[Any, Any]] = {
    ("normalization", "use_batchnorm"): {"batchnorm": True, None: False},
    ("use_batchnorm", "normalization"): {True: "batchnorm", False: None},
}
"""Where another name for a keyword wants other values too: ours -> theirs, by both names.

A value that is not here cannot be asked for under the other name."""


class Naming:
    """Translates arguments on their way out and results on their way in.

    Parameters
    ----------
    definitions : mapping
        Canonical target -> where and how the submission defines it.
    keywords : mapping
        Canonical keyword -> other names that editions of the course have used.
    """

    def __init__(
        self, definitions: Mapping[str, Definition], keywords: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._definitions = definitions
        self._keywords = keywords
        self._config = {
            target: names
            for target, definition in definitions.items()
            if (names := _config_names(target, definition))
        }
        self.notes: dict[str, None] = {}
        """What was translated, in the order it was first met."""

    def outward(
        self, target: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments as the submission wants them.

        Raises
        ------
        CallFailed
            With status ``missing`` if it takes no argument of that meaning.
        """
        names = self._config.get(target)
        if names:
            args = tuple(_rename(value, names) for value in args)
            kwargs = {name: _rename(value, names) for name, value in kwargs.items()}
        named = [self._keyword(target, name, value) for name, value in kwargs.items()]
        return tuple(args), dict(named)

    def inward(self, target: str, value: Any) -> Any:
        """Return a result with its dictionaries keyed canonically."""
        names = self._config.get(target, {})
        return _rename_all(value, {own: canonical for canonical, own in names.items()})

    def outward_value(self, target: str, value: Any) -> Any:
        """Return a result with its dictionaries keyed as the submission keys them."""
        return _rename_all(value, self._config.get(target, {}))

    def _keyword(self, target: str, name: str, value: Any) -> tuple[str, Any]:
        """Return a keyword and its value as the submission calls them."""
        definition = self._definitions.get(target)
        if definition is None:  # the course's own
            return name, value
        known = definition.parameters
        if name in known or not known:
            return name, value
        short = target.partition(":")[2]
        for other in self._keywords.get(name, ()):
            values = KEYWORD_VALUES.get((name, other))
            if other in known and (values is None or value in values):
                self.notes[f"{short} calls its parameter {name!r} {other!r}; that is fine."] = None
                return other, value if values is None else values[value]
        if definition.takes_keywords:
            return name, value
        message = f"{short} takes no parameter {name!r}; it takes {', '.join(known)}."
        raise CallFailed(Failure(Status.MISSING, message, location=definition.location))


def _config_names(target: str, definition: Definition) -> KeyNames | None:
    for names in CONFIG_KEYS.get(target, ()):
        uses_canonical = set(names) <= definition.strings
        if set(names.values()) <= definition.strings and not uses_canonical:
            return names
    return None


def _rename_all(value: Any, names: Mapping[str, str]) -> Any:
    """Return a value, or a tuple of values, with the keys of dictionaries renamed."""
    if not names:
        return value
    if type(value) is tuple:
        return tuple(_rename(item, names) for item in value)
    return _rename(value, names)


def _rename(value: Any, names: Mapping[str, str]) -> Any:
    if type(value) is not dict:
        return value
    return {names.get(key, key) if type(key) is str else key: v for key, v in value.items()}
