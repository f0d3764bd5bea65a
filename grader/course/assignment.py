"""What an instructor declares: an assignment, its questions and their checks, typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from grader.checks.base import Check
from grader.course.conventions import Convention
from grader.records import record
from grader.settings import Feedback, Policy, Rule, Visibility
from grader.submission.edition import EDITIONS, Edition

EARLIER = "earlier"
"""Id of the question that functions of earlier homework are listed under."""


@record(kw_only=True)
class EarlierYear:
    """What shows that a hand-in is of a year before a question was first asked.

    Renamed parameters tell, since whoever only deletes an answer keeps the new name.
    """

    target: str
    """Canonical name of a function or class that every year has."""
    old: str
    """A parameter that it had before."""
    new: str
    """The parameter that took its place when the question came."""
    word: str
    """What no module and no notebook of the earlier years names, in small letters."""


@record(kw_only=True)
class Question:
    """A group of checks, as the handout numbers them.

    Raises
    ------
    ValueError
        If its id is not one word, or taken.
    """

    id: str
    title: str
    checks: tuple[Check, ...] = ()
    """Checks declared here; those of the master notebooks' cells are added to them."""
    given: bool = False
    """Whether some years' starter files hold these functions complete. Their points then count
    only once something of the student's own works, so that untouched starter code earns none,
    and not at all where the handed-in notebook does not ask for them."""
    optional: bool = False
    """Whether only some years ask for it: where neither the handed-in notebook nor any module
    knows its functions, its points are not in the total."""
    earlier: bool = False
    """Whether it holds the checks of earlier homework; assignments make this question."""
    before: EarlierYear | None = None
    """What shows of an optional question's modules, without a notebook, that it was not asked."""

    def __post_init__(self) -> None:
        if not self.id or " " in self.id:
            raise ValueError(f"question id {self.id!r} must be one word")
        if self.id == EARLIER and not self.earlier:
            raise ValueError(f"question id {EARLIER!r} is taken: give the question another one")

    @property
    def points(self) -> float:
        """Points to be won."""
        return float(sum(sum(check.points.values()) for check in self.checks))


@record(kw_only=True)
class Vectorised:
    """A function that is to do without loops, beside the naive version of the same."""

    target: str
    """Canonical name of the vectorised one."""
    naive: str
    """Canonical name of the one in loops."""
    arguments: Mapping[str, Any]
    """Declared positional arguments of both, in order, on which their time is taken."""


@record(kw_only=True)
class Assignment:
    """Questions, and where their right answers come from.

    Raises
    ------
    ValueError
        If names or check ids are missing or not unique, ``carried`` is no share, or an earlier
        check counts, is not public, or is about what this assignment asks for.
    """

    name: str
    """One word; the folder's name."""
    title: str
    notebooks: tuple[str, ...]
    """Names of the course's notebooks, without ending, by which a hand-in is recognised."""
    questions: tuple[Question, ...]
    reference: str = "reference.targets:resolve"
    """``module:function`` that returns the right function for a canonical target name."""
    mistakes: str = "reference.mistakes"
    """Module with the catalogue of known mistakes of the reference; empty if there is none."""
    editions: tuple[Edition, ...] = EDITIONS
    default_seed: int = 231
    """Seed of the inputs whose expected values are stored."""
    old_names: bool = True
    """Whether ``xrange`` and the aliases that NumPy has removed work in submissions."""
    course: str = "cs231n"
    """Name of the edition that it comes from, which decides where two assignments fit equally;
    every edition is graded."""
    masters: tuple[str, ...] = ()
    """Master notebooks in the assignment's folder, by file name; their tagged cells are checks."""
    bound: Mapping[str, Any] = field(default_factory=dict)
    """What names that come from data loading stand for in the cells: declared inputs, or
    dictionaries of them."""
    conventions: tuple[Convention, ...] = ()
    """What years of the course do differently and is right either way."""
    static: Mapping[str, Policy] = field(default_factory=dict)
    """What becomes of what is found in a submission's text, by rule; a rule that is left out is
    treated as :data:`grader.static.looking.DEFAULTS` says."""
    vectorised: tuple[Vectorised, ...] = ()
    """Functions in which loops are looked for."""
    feedback: Feedback = field(default_factory=Feedback)
    """What students read of its checks."""

    carried: float = 1.0
    """Share of its points that a row earns which is right once a correct function stands in for
    another one that fails."""
    earlier: tuple[Check, ...] = ()
    """Checks, worth nothing, of functions of earlier homework that this one's are made of. They
    are run where something fails: an error there is told, and costs nothing here."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.carried <= 1.0:
            raise ValueError(f"assignment {self.name}: carried is {self.carried}, expected 0 to 1")
        if not self.name.isidentifier():
            raise ValueError(f"assignment name {self.name!r} must be an identifier")
        if not self.questions:
            raise ValueError(f"assignment {self.name}: questions must not be empty")
        _refuse_doubles("question", [question.id for question in self.questions])
        _refuse_doubles("check", [check.id for check in (*self.checks, *self.earlier)])
        asked = set(self.targets)
        for check in self.earlier:
            if any(check.points.values()) or check.visibility is not Visibility.PUBLIC:
                raise ValueError(f"earlier check {check.id} must be public and worth nothing")
            if asked.intersection(check.targets):
                raise ValueError(f"earlier check {check.id} is about what is asked for here")
        unknown = sorted(set(self.static) - set(Rule))
        if unknown:
            raise ValueError(f"static names {unknown[0]!r}, expected one of {', '.join(Rule)}")
        _refuse_doubles("convention", [convention.name for convention in self.conventions])

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks, in the order of the handout."""
        return tuple(check for question in self.questions for check in question.checks)

    @property
    def targets(self) -> tuple[str, ...]:
        """Everything the checks call, each once, in order of appearance."""
        return tuple(dict.fromkeys(target for check in self.checks for target in check.targets))

    @property
    def known_targets(self) -> tuple[str, ...]:
        """The targets, and the functions of earlier homework that they are made of."""
        earlier = (target for check in self.earlier for target in check.targets)
        return tuple(dict.fromkeys((*self.targets, *earlier)))

    @property
    def points(self) -> float:
        """Points to be won."""
        return float(sum(question.points for question in self.questions))

    def with_earlier(self) -> Assignment:
        """Return the assignment with one more question, of its earlier checks."""
        title = "Functions that these are made of, worth nothing here"
        question = Question(id=EARLIER, title=title, checks=self.earlier, earlier=True)
        return replace(self, questions=(*self.questions, question), earlier=())

    def rows(self) -> Iterator[tuple[Question, Check]]:
        """Go through all checks with their questions."""
        for question in self.questions:
            for check in question.checks:
                yield question, check


def _refuse_doubles(what: str, names: Sequence[str]) -> None:
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise ValueError(f"{what} ids must be unique, {', '.join(doubles)} are not")
