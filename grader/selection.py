"""Which checks of an assignment are run and shown: all, public ones, or those of some functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from grader.checks.base import Check
from grader.course.assignment import EARLIER, Assignment, Question
from grader.dependence import may_stand_in
from grader.errors import SelectionError
from grader.model import CheckResult, Kind
from grader.records import record
from grader.settings import Visibility

_BENEATH = frozenset({Kind.VALUE, Kind.GRADIENT, Kind.PROPERTY})


@record
class Selection:
    """What of an assignment is wanted; by default everything."""

    targets: frozenset[str] = frozenset()
    """Canonical names of the functions and classes wanted; empty for all."""
    public_only: bool = False
    """Whether checks that are not public are left out."""

    @classmethod
    def of(
        cls, names: Sequence[str], assignments: Iterable[Assignment], *, public_only: bool
    ) -> Selection:
        """Return the selection that names stand for.

        Parameters
        ----------
        names : sequence of str
            Short (``affine_forward``) or canonical (``layers:affine_forward``); none for all.
        assignments : iterable of Assignment
            Where they are looked for.
        public_only : bool
            Whether checks that are not public are left out.

        Raises
        ------
        SelectionError
            If no check is about one of them, or there is no public check.
        """
        assignments = tuple(assignments)
        every = cls(public_only=public_only)
        among = tuple(assignment.name for assignment in assignments)
        where = " and ".join(among)
        if public_only and not any(map(every.concerns, assignments)):
            raise SelectionError(f"{where} has no public checks")
        if not names:
            return every
        owners = {
            _owner(check, part)
            for assignment in assignments
            for check in assignment.checks
            if check.targets and every._takes(check)
            for part in check.parts
        }
        found = frozenset[str]()
        for name in names:
            named = {owner for owner in owners if name in (owner, _short(owner))}
            if not named:
                earlier = (t for one in assignments for c in one.earlier for t in c.targets)
                if name in {part for target in earlier for part in (target, _short(target))}:
                    raise SelectionError(_explain_earlier(name, where))
                raise SelectionError(_explain(name, owners, among))
            found |= named
        return cls(found, public_only)

    def concerns(self, assignment: Assignment) -> bool:
        """Return whether any of an assignment's checks is wanted."""
        return any(self._takes(check) for check in assignment.checks)

    def narrow(self, assignment: Assignment) -> Assignment:
        """Return an assignment of the checks that are wanted; there has to be one."""
        if self == Selection():
            return assignment
        questions = tuple(self._narrow(question) for question in assignment.questions)
        narrowed = replace(
            assignment,
            questions=tuple(question for question in questions if question.checks),
            vectorised=tuple(one for one in assignment.vectorised if self._wants(one.target)),
        )
        if not self.targets:
            return narrowed
        # What is asked for may be made of what is not, as it is of earlier homework.
        beneath = _find_beneath(assignment, narrowed.targets)
        return replace(narrowed, earlier=(*assignment.earlier, *beneath))

    def keep(self, results: Sequence[CheckResult], assignment: Assignment) -> list[CheckResult]:
        """Return the rows that are about what is wanted: a check may have others besides."""
        if not self.targets:
            return list(results)
        wanted = {
            f"{check.id}.{part}"
            for check in assignment.checks
            for part in check.parts
            if self._wants(_owner(check, part))
        }
        # What follows from an error in earlier homework is not understood without it.
        return [result for result in results if result.id in wanted or result.question == EARLIER]

    def _narrow(self, question: Question) -> Question:
        checks = tuple(check for check in question.checks if self._takes(check))
        # Who names a function that some years hand out wants to know whether it is right.
        return replace(question, checks=checks, given=question.given and not self.targets)

    def _takes(self, check: Check) -> bool:
        if self.public_only and check.visibility is not Visibility.PUBLIC:
            return False
        return not self.targets or any(self._wants(_owner(check, part)) for part in check.parts)

    def _wants(self, target: str) -> bool:
        return not self.targets or target in self.targets


def _owner(check: Check, part: str) -> str:
    """Return whose result a part is; nobody's if a person answers."""
    return check.result_of(part)[0] if check.targets else ""


def _find_beneath(assignment: Assignment, asked: Sequence[str]) -> Iterator[Check]:
    """Yield an assignment's public checks of functions that others are made of, worth nothing."""
    for check in assignment.checks:
        if (
            check.visibility is Visibility.PUBLIC
            and check.kind in _BENEATH
            and not set(asked).intersection(check.targets)
            and any(may_stand_in(target, owner) for target in check.targets for owner in asked)
        ):
            yield replace(check, points=dict.fromkeys(check.points, 0.0), needs=())


def _short(target: str) -> str:
    return target.partition(":")[2]


def _explain_earlier(name: str, where: str) -> str:
    return (
        f"{name!r} is of earlier homework, and {where} looks at it only where something fails: "
        "check what is made of it, or name the assignment that asks for it"
    )


def _explain(name: str, owners: Iterable[str], among: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name.rpartition(":")[2], sorted(map(_short, owners)), n=1)
    lists = " and ".join(f"grade show {one}" for one in among)
    step = f"did you mean {close[0]}?" if close else f"see what there is: {lists}"
    return f"no check of {' and '.join(among)} is about {name!r}; {step}"
