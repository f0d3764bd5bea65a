"""Matches what a function gave on its probes against every known mistake, and against pairs.

A mistake fits when the function agrees with it wherever both gave a value. A result that the
function did not give tells nothing, unless all that it gave is right: then a mistake fits that
lacks just the same results.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from grader.diagnosis.observing import is_optional, part_of, probe_of
from grader.diagnosis.signature import CLEAR, TOLERANCE, Signature
from grader.records import record

Signatures = Mapping[str, Signature]
"""By ``<probe>/<part>``."""

NOTHING = Signature(None)
"""Of what did not come back."""


@record
class Print:
    """What is kept of one mistake, or of a pair: where it differs from what is right, and how."""

    names: tuple[str, ...]
    signatures: Signatures
    """On all parts."""
    affected: frozenset[str]
    """Keys of the parts on which it differs from what is right."""

    @classmethod
    def of(cls, names: tuple[str, ...], signatures: Signatures, right: Signatures) -> Print:
        """Return the print of a wrong version, given both sides' signatures."""
        affected = frozenset(
            key
            for key in {*signatures, *right}
            if _distance(signatures.get(key), right.get(key)) > TOLERANCE
        )
        return cls(names, signatures, affected)

    @property
    def parts(self) -> frozenset[str]:
        """Names of the parts on which it differs."""
        return frozenset(part_of(key) for key in self.affected)

    @property
    def blank(self) -> frozenset[str]:
        """Keys of the results that it does not give, though it should."""
        return frozenset(
            key for key in self.affected if key not in self.signatures and not is_optional(key)
        )

    @property
    def overflowing(self) -> frozenset[str]:
        """Names of the probes on which it gives something that is no number."""
        return frozenset(
            probe_of(key) for key, signature in self.signatures.items() if signature.odd
        )

    def counts(self, key: str) -> bool:
        """Return whether a result matters here: of optional ones only those that it changes."""
        return key in self.affected or not is_optional(key)


@record
class Seen:
    """What a function gave on the probes, beside what is right."""

    signatures: Signatures
    blank: frozenset[str]
    """Keys of the results that it did not give."""
    tolerance: float
    """How exactly its results can be compared."""
    right: Signatures

    @property
    def wrong(self) -> frozenset[str]:
        """Keys of the values that differ from the right ones."""
        return frozenset(
            key
            for key, signature in self.signatures.items()
            if key in self.right and signature.distance(self.right[key]) > self.tolerance
        )

    def agrees(self, found: Print, keys: Iterable[str]) -> bool:
        """Return whether the results agree with a mistake's, as far as there are any."""
        return self.gap(found, keys) <= self.tolerance

    def gap(self, found: Print, keys: Iterable[str]) -> float:
        """Return the largest distance from a mistake's results.

        What overflows gives infinity, NaN or zero depending on how a formula is written down:
        where a mistake overflows, what is no number agrees with it.
        """
        gaps = [
            0.0 if self._overflows(key, found) else self._distance(key, found)
            for key in keys
            if key in self.signatures
        ]
        return max(gaps, default=0.0)

    def count_overflows(self, found: Print) -> int:
        """Return how many results agree with a mistake's only in that they overflow."""
        return sum(
            self._overflows(key, found) and self._distance(key, found) > self.tolerance
            for key in self.signatures
        )

    def _overflows(self, key: str, found: Print) -> bool:
        shows = self.signatures[key].odd and key in found.affected
        return bool(shows and probe_of(key) in found.overflowing)

    def _distance(self, key: str, found: Print) -> float:
        return _distance(self.signatures[key], found.signatures.get(key))


@record
class Match:
    """A mistake, or a pair, that a function agrees with."""

    found: Print
    exact: bool
    """Whether it agrees on all that was looked at, and not only where the mistake shows."""


MakePair = Callable[[tuple[str, str]], "Print | None"]
"""Returns the print of two mistakes made at once, None if they exclude each other."""


def match(seen: Seen, prints: Sequence[Print], make_pair: MakePair | None = None) -> Match | None:
    """Return what a function's results agree with, None if with nothing or if they are right.

    Parameters
    ----------
    seen : Seen
        What the function gave.
    prints : sequence of Print
        Of the function's known mistakes.
    make_pair : callable, optional
        Makes prints of pairs, which are tried when no single mistake fits everywhere.
    """
    if not any(not is_optional(key) for key in seen.wrong):
        return _match_blank(seen, prints) if seen.blank else _best(seen, prints)
    found = _best(seen, prints)
    if found is None and make_pair is not None:
        pairs = map(make_pair, _likely_pairs(seen, prints))
        found = _best(seen, (pair for pair in pairs if pair is not None))
    return found or _match_partly(seen, prints)


def are_alike(first: Signatures, second: Signatures) -> bool:
    """Return whether no result of two functions is clearly another."""
    return all(_distance(first.get(key), second.get(key)) <= CLEAR for key in {*first, *second})


def _distance(first: Signature | None, second: Signature | None) -> float:
    if first is None or second is None:
        return 0.0 if first is second else math.inf
    return first.distance(second)


def _best(seen: Seen, prints: Iterable[Print]) -> Match | None:
    """Return what agrees with all results and explains a wrong one: of several the nearest.

    One that agrees by numbers goes before one that agrees by overflowing, and of several such
    that one which lacks the same results.
    """
    fitting = [
        (seen.count_overflows(found), len(found.blank ^ seen.blank), gap, number, found)
        for number, found in enumerate(prints)
        if seen.wrong & found.affected
        and (gap := seen.gap(found, filter(found.counts, seen.signatures))) <= seen.tolerance
    ]
    return Match(min(fitting)[-1], exact=True) if fitting else None


def _match_blank(seen: Seen, prints: Iterable[Print]) -> Match | None:
    """Return the mistake of a function that is right where it gives anything.

    A function that gives nothing anywhere may have any mistake.
    """
    if all(map(is_optional, seen.signatures)):
        return None
    for found in prints:
        keys = filter(found.counts, seen.signatures)
        if found.blank == seen.blank and seen.agrees(found, keys):
            return Match(found, exact=False)
    return None


def _likely_pairs(seen: Seen, prints: Sequence[Print]) -> Iterator[tuple[str, str]]:
    """Yield the pairs that affect just what is wrong, and agree where one of both is alone."""
    values = frozenset(key for key in seen.signatures if not is_optional(key))
    wrong = seen.wrong & values
    for first, second in combinations(prints, 2):
        one, other = first.affected & values, second.affected & values
        if not wrong <= one | other or (one ^ other) - wrong:
            continue
        if seen.agrees(first, one - other) and seen.agrees(second, other - one):
            yield first.names[0], second.names[0]


def _match_partly(seen: Seen, prints: Sequence[Print]) -> Match | None:
    """Return the mistake that explains most, if it is there wherever it shows."""
    candidates = []
    for number, found in enumerate(prints):
        shown = frozenset(
            key for key in found.affected if key in seen.signatures and not is_optional(key)
        )
        if shown and shown <= seen.wrong and seen.agrees(found, shown):
            candidates.append((-len(shown), number, found))
    return Match(min(candidates)[-1], exact=False) if candidates else None
