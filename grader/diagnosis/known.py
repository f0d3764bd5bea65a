"""What is known of a target: its right results on the probes, and those of each mistake.

They are computed from an assignment's reference and its catalogue, under the choices of the
course's conventions that a submission follows, and kept for the next submission.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from grader.candidate.base import Candidate
from grader.course.assignment import Assignment
from grader.course.conventions import Settled, apply
from grader.course.trial import Resolve, TrialCandidate
from grader.diagnosis.catalogue import Catalogue, Mistake, load_catalogue
from grader.diagnosis.matching import MakePair, Print
from grader.diagnosis.observing import Observed, observe
from grader.diagnosis.probes import Probe, probes_for
from grader.diagnosis.signature import Signature
from grader.records import record

_TRIAL_SECONDS = 2.0
"""CPU seconds for a wrong version of a reference on all probes: some never return."""
_PAIRS = 60
"""Most pairs that are made for one function."""


@record
class Text:
    """What a student is told of a mistake."""

    title: str
    explanation: str
    hint: str


@record
class Known:
    """Everything that is known of one target."""

    probes: tuple[Probe, ...]
    right: Mapping[str, Signature]
    """By ``<probe>/<part>``."""
    right_values: Mapping[str, Any]
    """The right results themselves; empty where only fingerprints are there."""
    prints: tuple[Print, ...]
    texts: Mapping[str, Text]
    """By the mistake's name."""
    make_pair: MakePair | None
    make_reference: Callable[[], Candidate] | None = None
    """Makes what answers rightly; None where only fingerprints are there."""


Effect: TypeAlias = "tuple[str, str, tuple[tuple[str, Any], ...]]"
"""A target, the reference's target in its place, and the keyword arguments it is called with."""


def know(assignment: Assignment, target: str, settled: Settled) -> Known | None:
    """Return what is known of a target, None without probes or where nothing is installed.

    Parameters
    ----------
    assignment : Assignment
        Names reference and catalogue.
    target : str
        Canonical name.
    settled : mapping
        The choice of each convention that a submission follows.
    """
    probes = probes_for(target, assignment.targets)
    package = assignment.reference.partition(":")[0].partition(".")[0]
    if not probes or not package or find_spec(package) is None:
        return None
    covered = frozenset(assignment.targets) & {probe.using for probe in probes_for(target)}
    return _know(
        assignment.reference,
        assignment.mistakes,
        target,
        effects(assignment, probes, settled),
        covered,
    )


def effects(
    assignment: Assignment, probes: Sequence[Probe], settled: Settled
) -> tuple[Effect, ...]:
    """Return how the choices of conventions change what probes call."""
    find = apply(lambda name: partial(_nothing, name), assignment.conventions, settled)
    targets = dict.fromkeys(target for probe in probes for target in probe.experiment.targets)
    found = []
    for target in targets:
        place = find(target)
        if not isinstance(place, partial):  # what stands here stands for nothing else
            raise TypeError(f"{target}: conventions must keep what they are given")
        found.append((target, str(place.args[0]), tuple(sorted(place.keywords.items()))))
    return tuple(found)


def _nothing(name: str, **keywords: Any) -> None:
    """Stand for a function whose name and keywords are all that is asked for."""


@lru_cache(maxsize=512)
def _know(
    reference: str,
    catalogue_name: str,
    target: str,
    changed: tuple[Effect, ...],
    covered: frozenset[str],
) -> Known:
    module, _, function = reference.partition(":")
    resolve: Resolve = getattr(import_module(module), function)
    probes = probes_for(target, covered)
    place = next((there for name, there, _ in changed if name == target), target)
    run = partial(_observe, probes, changed)
    right = run(resolve)
    make_reference = partial(_make_candidate, changed, resolve)
    catalogue = load_catalogue(catalogue_name)
    if catalogue is None:
        return Known(probes, right.signatures, right.values, (), {}, None, make_reference)
    mistakes = {
        one.name: one
        for one in catalogue.mistakes_of(place)
        if not one.using or one.using in covered
    }
    make = _Maker(catalogue, resolve, place, run, right).make
    prints = tuple(found for one in mistakes.values() if (found := make([one])) is not None)
    return Known(
        probes,
        right.signatures,
        right.values,
        prints,
        {name: Text(one.title, one.explanation, one.hint) for name, one in mistakes.items()},
        _Pairs(make, mistakes),
        make_reference,
    )


@dataclass(slots=True)
class _Pairs:
    """Makes prints of pairs, as many as is worth it, each once."""

    make: Callable[[Sequence[Mistake]], Print | None]
    mistakes: Mapping[str, Mistake]
    made: dict[tuple[str, str], Print | None] = field(default_factory=dict)

    def __call__(self, names: tuple[str, str]) -> Print | None:
        if names not in self.made and len(self.made) < _PAIRS:
            self.made[names] = self.make([self.mistakes[name] for name in names])
        return self.made.get(names)


def _observe(probes: Sequence[Probe], changed: Sequence[Effect], resolve: Resolve) -> Observed:
    return observe(_make_candidate(changed, resolve), probes, _TRIAL_SECONDS)


def _make_candidate(changed: Sequence[Effect], resolve: Resolve) -> TrialCandidate:
    by_name = {name: (there, dict(keywords)) for name, there, keywords in changed}

    def find(name: str) -> Callable[..., Any]:
        there, keywords = by_name.get(name, (name, {}))
        found = resolve(there)
        return partial(found, **keywords) if keywords else found

    return TrialCandidate(find)


@record
class _Maker:
    """Makes wrong versions of one function of the reference, and looks at what they give."""

    catalogue: Catalogue
    resolve: Resolve
    place: str
    """The reference's target that is made wrong."""
    run: Callable[[Resolve], Observed]
    right: Observed

    def make(self, mistakes: Sequence[Mistake]) -> Print | None:
        """Return the print of mistakes made together, None if they exclude each other."""
        try:
            wrong = self.catalogue.make_wrong(mistakes)
        except ValueError:
            return None
        seen = self.run(partial(resolve_wrong, self.resolve, self.place, wrong))
        names = tuple(one.name for one in mistakes)
        return Print.of(names, seen.signatures, self.right.signatures)


def resolve_wrong(
    resolve: Resolve, place: str, wrong: Callable[..., Any], name: str
) -> Callable[..., Any]:
    """Return a target's function, with a wrong one in one place.

    A class that inherits from the right one there inherits from the wrong one instead.
    """
    if name == place:
        return wrong
    found = resolve(name)
    right = resolve(place)
    if inspect.isclass(found) and inspect.isclass(wrong) and right in found.__bases__:
        own = {k: v for k, v in vars(found).items() if k not in {"__dict__", "__weakref__"}}
        return type(found.__name__, (wrong,), own)
    return found
