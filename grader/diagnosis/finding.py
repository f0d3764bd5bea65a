"""What the probes of one target tell: a known mistake, or the shape of an error."""

from __future__ import annotations

from collections.abc import Iterator

from grader.diagnosis.known import Known
from grader.diagnosis.matching import Match
from grader.diagnosis.observing import Observed, is_optional, part_of, probe_of
from grader.diagnosis.penalty import PenaltyError
from grader.diagnosis.probes.initial import Initial
from grader.diagnosis.probes.masked import MaskedNetwork
from grader.diagnosis.relations import Case, make_case
from grader.diagnosis.shapes import Shape, find_shape
from grader.model import Certainty
from grader.records import record

_DESCRIBING = (Initial, MaskedNetwork)
"""Experiments whose parts describe what came back: their errors have no shape."""


@record
class Finding:
    """What was found out about one target."""

    target: str
    known: Known
    observed: Observed
    wrong: frozenset[str]
    """Keys of the results that differ from the right ones."""
    matched: Match | None
    depends: Shape | None = None
    """How its results depend on other calls, if no mistake matches."""
    penalty: PenaltyError | None = None
    """What is wrong with a network's regularisation, if no mistake explains everything."""

    @property
    def parts(self) -> frozenset[str]:
        """Names of all parts that its probes look at."""
        return frozenset(map(part_of, self.known.right))

    @property
    def explains_exception(self) -> bool:
        """Whether the match is a mistake of which some results do not come back, as here."""
        return self.matched is not None and bool(
            self.matched.found.blank & self.observed.blank(self.known.right)
        )

    def explains(self, part: str) -> bool | None:
        """Return whether the match is what is wrong with a part; None if that cannot be told.

        It cannot where no probe finds a part like that wrong: then something else of the function
        shows in it.
        """
        if self.matched is not None and part in self.matched.found.parts:
            return True
        return False if part in {part_of(key) for key in self.wrong} else None

    @property
    def certainty(self) -> Certainty:
        """How sure the match is."""
        if self.matched is None:
            return Certainty.NONE
        if not self.matched.exact:
            return Certainty.LIKELY
        affected = self.matched.found.affected & self.observed.signatures.keys()
        return Certainty.EVERYWHERE if len(set(map(probe_of, affected))) > 1 else Certainty.EXACT

    def find_shape(self, part: str, *, regularised: bool) -> Shape | None:
        """Return the shape of the error of a part, or of the first that is wrong if it has none.

        Parameters
        ----------
        part : str
            A part of a check.
        regularised : bool
            Whether a regularisation may be in it.
        """
        if self.depends is not None:
            return self.depends
        cases = list(self._cases(part))
        shape = find_shape(cases) if cases else None
        nothing = shape is not None and shape.name == "zero"
        if regularised and not nothing and self.penalty is not None and self.penalty.may_show(part):
            return self.penalty.shape
        return shape

    def _cases(self, part: str) -> Iterator[Case]:
        """Yield wrong results of a part beside the right ones."""
        keys = [key for key in self.observed.values if key in self.wrong and not is_optional(key)]
        wanted = part if part in self.parts else part_of(keys[0]) if keys else ""
        inputs = {
            probe.name: probe.inputs
            for probe in self.known.probes
            if not isinstance(probe.experiment, _DESCRIBING)
        }
        right = self.known.right_values
        for key in keys:
            if part_of(key) == wanted and key in right and probe_of(key) in inputs:
                own = self.observed.values[key]
                case = make_case(wanted, own, right[key], inputs[probe_of(key)])
                if case is not None:
                    yield case
