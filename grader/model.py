"""Frozen results that every floor of the grader shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum

from grader.records import record
from grader.settings import Detail, Disclosure, Visibility

SCHEMA_VERSION = 2

Progress = Callable[[str, int, int], None]
"""Called with what is being checked, how many checks are done, and how many there are."""


class Status(StrEnum):
    """How one check ended; only ``PASSED`` earns its points."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    MISSING = "missing"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    BLOCKED = "blocked"
    NEEDS_REVIEW = "needs_review"
    GRADER_ERROR = "grader_error"


class Kind(StrEnum):
    """What a check looks at."""

    NOTEBOOK_CELL = "notebook_cell"
    VALUE = "value"
    GRADIENT = "gradient"
    PROPERTY = "property"
    TRAINING = "training"
    INTERFACE = "interface"
    REVIEW = "review"


class Certainty(StrEnum):
    """How sure a diagnosis is."""

    NONE = ""
    """There is none."""
    EVERYWHERE = "everywhere"
    """The results agree with a known mistake on inputs of several sizes."""
    EXACT = "exact"
    """They agree with it on all inputs that it shows on, which are of one size."""
    LIKELY = "likely"
    """They agree with it wherever it shows, but more is wrong or could not be seen."""
    SHAPE = "shape"
    """No known mistake fits; the error itself has a shape that can be named."""


@record
class Location:
    """A line of the submission."""

    file: str
    """Path inside the submission, with forward slashes; a notebook's cell as ``nb.ipynb[3]``."""
    line: int
    """One-based line in that file (or cell)."""


@record
class SourceLine:
    """One line of student code shown around a location."""

    number: int
    text: str
    marked: bool = False


@record
class ErrorMap:
    """Where in an array the errors lie, coarse enough to be drawn."""

    shape: tuple[int, ...]
    """Shape of the whole array."""
    rows: tuple[str, ...]
    """The picture, a digit a cell: 0 where all is right, else 1 to 9 by the size of the error."""
    down: str = ""
    """What runs down the picture, such as ``axis 0``."""
    across: str = ""
    """What runs across it, such as ``axes 1 and 2``."""


@record
class Curve:
    """How a number went during a training."""

    name: str
    """What it is: ``loss``, ``training accuracy``, ``validation accuracy``."""
    unit: str
    """What its steps are: ``iteration`` or ``epoch``."""
    steps: tuple[float, ...]
    values: tuple[float, ...]
    """One finite number a step."""


@record
class Evidence:
    """How we know: what a report shows below a failure's first sentence."""

    index: tuple[int, ...] | None = None
    """First wrong index, None for scalars or when nothing was compared."""
    got: str | None = None
    """The student's value there, as printed."""
    expected: str | None = None
    """The right value there, as printed; never set for checks that are not public."""
    wrong: int | None = None
    """How many entries are wrong."""
    count: int | None = None
    """How many entries there are."""
    inputs: str = ""
    """Shapes and settings of the inputs, such as ``x (10,2,3), w (6,5)``."""
    notes: tuple[str, ...] = ()
    """Further sentences: what else was measured."""
    traceback: tuple[str, ...] = ()
    """The student's own lines of a traceback, innermost last."""
    samples: tuple[tuple[Location, int], ...] = ()
    """Where a stopped call was seen, with how often."""
    excerpt: tuple[SourceLine, ...] = ()
    """Lines of the student's file around the location."""
    measure: str = "relative error"
    """What ``Outcome.error`` is: a relative error, an absolute error, or a sum of them."""
    builds_on: tuple[str, ...] = ()
    """Functions that this one calls and that fail by themselves; empty for a cause of its own."""
    answer: str = ""
    """What the student wrote, where a person has to judge it."""
    mistake: str = ""
    """A few words that name what is wrong, if there is a diagnosis."""
    explanation: str = ""
    """A sentence on what the code does wrong, if there is a diagnosis."""
    certainty: Certainty = Certainty.NONE
    """How sure the diagnosis is."""
    counterexample: str = ""
    """Lines for a notebook that show a broken law on a small input; for public checks only."""
    error_map: ErrorMap | None = None
    """Where in an array the errors lie; None for scalars and for what cannot be compared."""
    curves: tuple[Curve, ...] = ()
    """How a training went, as the student's side tells it; nothing is judged by them."""


@record
class Outcome:
    """What one check found."""

    status: Status
    message: str = ""
    """One sentence: what is wrong."""
    error: float | None = None
    """Measured relative error."""
    tolerance: float | None = None
    """Largest error allowed."""
    hint: str = ""
    """A question or a next step; never the solution."""
    diagnosis: str = ""
    """Name of the known mistake it agrees with, or of the error's shape; of two mistakes both,
    joined with ``+``."""
    carried_forward: bool = False
    """True if the verdict was reached with a stand-in for a broken dependency."""
    location: Location | None = None
    evidence: Evidence = field(default_factory=Evidence)
    earned: float | None = None
    """Share of the points, from 0 to 1, where it is not all or nothing."""


@record
class CheckResult:
    """One row of a report: a part of a check, its outcome and its points."""

    id: str
    """Names target and part: ``affine_backward.dw``."""
    question: str
    kind: Kind
    targets: tuple[str, ...]
    outcome: Outcome
    score: float
    max_score: float
    visibility: Visibility = Visibility.PUBLIC
    seconds: float = 0.0
    """Wall-clock seconds the whole check took, the same for all its parts."""
    disclosure: Disclosure | None = None
    """How much of it students read; None for what is usual for its visibility."""
    told: Detail = Detail.FULL
    """How much of it this report tells."""


@record
class QuestionScore:
    """Points of one question of the handout."""

    id: str
    title: str
    score: float
    max_score: float
    pending: float = 0.0
    """Points in ``max_score`` that a person has still to give."""


@record
class AssignmentInfo:
    """Which assignment was graded, and its subtotal."""

    name: str
    title: str
    edition: str
    digest: str
    score: float
    max_score: float
    pending: float = 0.0
    """Points in ``max_score`` that a person has still to give."""


@record
class SubmissionInfo:
    """What was handed in."""

    name: str
    digest: str
    """sha256 over the names and contents of all files read."""
    edition: str
    """Layout recognised: an edition's name, or ``other (package)``."""
    files: tuple[str, ...]
    """Files that define targets, by path."""


@record
class GraderInfo:
    """What graded it."""

    version: str
    python: str
    numpy: str
    isolation: str
    seed: int


@record
class SourceText:
    """A function of the submission as it stands there, for reports that quote it."""

    file: str
    """As in :class:`Location`."""
    first: int
    """One-based number of its first line."""
    lines: tuple[str, ...]

    def holds(self, place: Location) -> bool:
        """Return whether a place is among these lines."""
        return self.file == place.file and 0 <= place.line - self.first < len(self.lines)


class Audience(StrEnum):
    """Whom a report is for."""

    STUDENT = "student"
    """Reads what the assignment's feedback policy shows."""
    INSTRUCTOR = "instructor"
    """Reads everything."""


@record
class Report:
    """Everything known about one graded submission; renderers need nothing else."""

    assignments: tuple[AssignmentInfo, ...]
    """One row per assignment graded, in the order of the course."""
    submission: SubmissionInfo
    grader: GraderInfo
    questions: tuple[QuestionScore, ...]
    checks: tuple[CheckResult, ...]
    score: float
    max_score: float
    pending: float = 0.0
    """Points in ``max_score`` that a person has still to give."""
    needs_regrade: bool = False
    """True if a check ended in ``grader_error``: our fault, to be graded again."""
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Targets that no file defines."""
    sources: tuple[SourceText, ...] = ()
    """The functions in which checks failed, as far as they were found."""
    audience: Audience = Audience.INSTRUCTOR
    """For whom it has been reduced; a student's holds nothing that students may not read."""

    @property
    def percent(self) -> float:
        """Score in percent of the maximum; 0 if there are no points to win."""
        return 100.0 * self.score / self.max_score if self.max_score else 0.0
