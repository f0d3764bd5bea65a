"""Cells of notebooks as checks: the instructor's copy runs here, on what the candidate gives."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from grader.candidate.base import CallFailed, Candidate
from grader.candidate.proxy import ForeignArgument
from grader.checks.base import Check, Expected, outcome_of_failure
from grader.checks.cells.analysis import Analysis, analyse
from grader.checks.cells.namespace import Namespace
from grader.checks.cells.numeric import Unusable
from grader.checks.cells.observer import Observer, Record
from grader.checks.cells.sites import Site
from grader.checks.cells.verdicts import Judging
from grader.errors import AssignmentError, SandboxError
from grader.inputs import generator_for, make_inputs
from grader.model import Kind, Outcome, Status
from grader.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LITERAL = "literal/"
_VARIANT = "variant/"
_COUNT = "count/"


@record(kw_only=True)
class CellCheck(Check):
    """Run a cell of an instructor's notebook and judge each of its comparisons.

    Raises
    ------
    ValueError
        At construction, if a cell is no Python or points name a part that it does not have.
    """

    kind: ClassVar[Kind] = Kind.NOTEBOOK_CELL

    source: str
    """Of the cell."""
    setup: tuple[str, ...] = ()
    """Cells that run before it, in order."""
    bound: Mapping[str, Any] = field(default_factory=dict)
    """What names stand for that other cells would load: declared inputs, or dicts of them."""
    predicates: Mapping[str, str] = field(default_factory=dict)
    """Expressions that must hold after the cell, by the name of their part."""
    tolerances: Mapping[str, float] = field(default_factory=dict)
    """Largest errors by part, where the cell's own code does not say them."""
    targets: tuple[str, ...] = ()
    """Canonical names of what is judged, the one to blame last; by default what is called."""

    def __post_init__(self) -> None:
        Check.__post_init__(self)
        unknown = [part for part in self.points if part not in self._analysis.parts]
        if unknown:
            raise ValueError(
                f"check {self.id}: points name part {unknown[0]!r}, and the cell has "
                f"{', '.join(self._analysis.parts) or 'no comparison'}"
            )
        if not self.targets:
            object.__setattr__(self, "targets", self._analysis.targets)

    @property
    def _analysis(self) -> Analysis:
        return analyse(self.source, self.setup, tuple(self.predicates.items()))

    def _site(self, part: str) -> Site:
        return next(site for site in self._analysis.sites if site.part == part)

    def result_of(self, part: str) -> tuple[str, int | str | None]:
        """Return the target whose result a part is, and its place in what is returned."""
        site = self._site(part)
        if site.target is None:
            return (self.targets[-1] if self.targets else ""), None
        return site.target, site.place

    def is_gradient(self, part: str) -> bool:
        """Return whether a part is compared with a numeric gradient, or a backward pass made it."""
        site = self._site(part)
        return site.numeric or "_backward" in (site.target or "")

    def expect(self, reference: Candidate, seed: int) -> dict[str, NDArray[Any]]:
        """Return what the reference gives where the cell has printed values, and how often.

        Raises
        ------
        AssignmentError
            If the cell does not run on the reference, or does not reach one of its parts.
        """
        reference.begin_check()
        run = _Run(self, reference, seed, {})
        with np.errstate(all="ignore"):
            run.start()
        if run.raised is not None:
            raise self._wrong(f"{run.say_where()} raises {run.say_raised()} on the reference")
        values: dict[str, NDArray[Any]] = {}
        for part in self.parts:
            records = run.records_of(part)
            if not records:
                raise self._wrong(f"part {part!r} is never compared on the reference")
            values[f"{_COUNT}{part}"] = np.asarray(len(records))
        for one in run.observer.records:
            if one.site.literal is not None:
                values[f"{_LITERAL}{one.site.literal}"] = np.asarray(one.got)
        return values

    def examine(self, candidate: Candidate, expected: Expected, seed: int) -> dict[str, Outcome]:
        """Run the cell; parts that an exception keeps it from reaching share its outcome."""
        variants = {
            name.removeprefix(_VARIANT): value
            for name, value in expected.items()
            if name.startswith(_VARIANT)
        }
        run = _Run(self, candidate, seed, variants)
        run.start()
        if isinstance(run.raised, ForeignArgument):
            raise self._wrong(f"{run.say_where()}: {run.raised}")
        judging = Judging(self.tolerances, self.hint, run.namespace.variables)
        outcomes = {part: self._outcome(part, run, judging, expected) for part in self.parts}
        if "_history" not in self.source:
            return outcomes
        return _with_curves(outcomes, run.namespace.variables)

    def _outcome(self, part: str, run: _Run, judging: Judging, expected: Expected) -> Outcome:
        records = run.records_of(part)
        found = judging.judge(part, records) if records else None
        if found is not None and found.status is not Status.PASSED:
            return found
        count = expected.get(f"{_COUNT}{part}")
        if found is not None and (count is None or len(records) >= int(count)):
            return found
        if run.raised is not None:
            return run.outcome()
        wanted = 1 if count is None else int(count)
        return Outcome(
            Status.FAILED,
            f"{part} was compared {len(records)} times where {wanted} were to be expected: "
            "something is missing in what was returned.",
            hint=self.hint,
        )

    def _wrong(self, message: str) -> AssignmentError:
        return AssignmentError(f"cell {self.id}: {message}")


class _Run:
    """One run of a check's cells."""

    def __init__(
        self,
        check: CellCheck,
        candidate: Candidate,
        seed: int,
        variants: Mapping[str, NDArray[Any]],
    ) -> None:
        self._check = check
        self._analysis = check._analysis  # noqa: SLF001 - the other half of the same thing
        bound = make_inputs(check.bound, generator_for(seed, f"{check.id}/bound"))
        generator = generator_for(seed, f"{check.id}/directions")
        self.namespace = Namespace(self._analysis, candidate, seed, generator, bound)
        self.observer = Observer(
            self._analysis.sites, self.namespace.bring, self.namespace.checker, variants
        )
        self.raised: Exception | None = None

    def start(self) -> None:
        """Run setup, cell and predicates; stop at the first exception."""
        variables = self.namespace.start(self.observer)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for cell in self._analysis.cells:
                    exec(cell.code, variables)  # noqa: S102 - the instructor's own cell
        except (SandboxError, AssignmentError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a cell raises is an outcome
            self.raised = error

    def records_of(self, part: str) -> list[Record]:
        """Return the comparisons of a part."""
        return [record for record in self.observer.records if record.site.part == part]

    def outcome(self) -> Outcome:
        """Return the outcome of parts that were not reached."""
        error = self.raised
        if isinstance(error, CallFailed):
            return outcome_of_failure(error.failure)
        if isinstance(error, Unusable):
            return Outcome(Status.FAILED, str(error), hint=self._check.hint)
        line = self._line()
        return Outcome(
            Status.FAILED,
            f"What your code gave cannot be used in {line!r} of the notebook: {self.say_raised()}."
            if line
            else f"What your code gave cannot be used in the notebook's cell: {self.say_raised()}.",
            hint=self._check.hint,
        )

    def say_raised(self) -> str:
        """Return the exception in words."""
        error = self.raised
        said = " ".join(str(error).split())[:200].rstrip(".")
        return f"{type(error).__name__}: {said}" if said else type(error).__name__

    def say_where(self) -> str:
        """Return the line at which the run stopped."""
        line = self._line()
        return f"line {line!r}" if line else "it"

    def _line(self) -> str:
        """Return the text of the line at which the run stopped."""
        if self.raised is None:
            return ""
        cells = {cell.name: cell for cell in self._analysis.cells}
        found = ""
        for frame in traceback.extract_tb(self.raised.__traceback__):
            cell = cells.get(frame.filename)
            if cell is not None and 0 < (frame.lineno or 0) <= len(cell.lines):
                found = cell.lines[(frame.lineno or 1) - 1].strip()
        return found if len(found) <= 100 else found[:97] + "..."


def _with_curves(
    outcomes: Mapping[str, Outcome], variables: Mapping[str, Any]
) -> dict[str, Outcome]:
    """Return the outcomes with the histories that a training in the cell gave back, if any."""
    from grader.checks.curves import curves_of

    returned = (value for value in variables.values() if type(value) is dict)
    curves = next(filter(None, map(curves_of, returned)), ())
    return {
        part: replace(outcome, evidence=replace(outcome.evidence, curves=curves))
        for part, outcome in outcomes.items()
    }
