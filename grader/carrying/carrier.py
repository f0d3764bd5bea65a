"""Runs failing rows again without the errors of what they use.

A row whose owner uses functions that fail is run again in a fresh worker, in which the reference
stands in for these. Who is right then keeps the points: the error is charged where it is.
Stand-ins exist only for functions that have lost points, only below what they are used for (layers
for networks, never one loss for another), and only as long as that run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from grader.carrying.stage import Stage
from grader.carrying.trainings import find_untrainable, is_right_otherwise, rules_of
from grader.checks.base import Check
from grader.consequences import MENDABLE, JudgedPart
from grader.course.assignment import EARLIER, Assignment
from grader.course.conventions import Settled
from grader.course.reference_programme import find_reference, find_resolver
from grader.dependence import floor_of, may_stand_in, name_of, partners_of
from grader.holding_back import by_check, find_lacking
from grader.model import Kind, Outcome, Status
from grader.records import record

_PLAIN = frozenset({Kind.VALUE, Kind.NOTEBOOK_CELL})
_PATIENCE = 3
"""Checks that may use up their whole time once more; then what is left stays as it is."""


@record
class Carried:
    """What is known once rows have been judged without the errors of others."""

    judged: tuple[JudgedPart, ...]
    """All rows, in order."""
    own: frozenset[str]
    """Ids of rows that are wrong even with right functions below them."""
    forgiven: Mapping[str, frozenset[str]]
    """Targets whose errors have no share in a row, by the row's id."""
    possible: bool = True
    """Whether there is a reference to stand in for anything."""


class Carrier:
    """Runs failing rows of one assignment again, without the errors that are not theirs.

    Parameters
    ----------
    stage : Stage
        Puts the reference where the submission's functions are.
    assignment : Assignment
        What is graded.
    settled : mapping
        The choices of its conventions.
    run : callable
        Runs a check on the candidate as it is now and returns outcomes by part.
    """

    def __init__(
        self,
        stage: Stage,
        assignment: Assignment,
        settled: Settled,
        *,
        run: Callable[[Check], Mapping[str, Outcome]],
    ) -> None:
        self._stage = stage
        self._assignment = assignment
        self._settled = settled
        self._run = run
        self._given = {one.id for one in assignment.questions if one.given or one.id == EARLIER}
        self._broken: dict[str, None] = {}
        self._own: set[str] = set()
        self._forgiven: dict[str, frozenset[str]] = {}
        self._patience = 0
        self._seen: dict[tuple[str, frozenset[str]], Mapping[str, Outcome]] = {}

    def carry(self, judged: Sequence[JudgedPart]) -> Carried:
        """Return the rows, those passed that are right given right functions below them.

        Owners are taken in order, those that use least first: what a network builds on is known
        to be right or wrong by itself before the network is looked at.

        Parameters
        ----------
        judged : sequence of JudgedPart
            All parts of all checks of a run.
        """
        siblings = by_check(judged)
        failing = [
            one
            for one in judged
            if one.outcome.status in MENDABLE or find_lacking(one, siblings) is not None
        ]
        if find_resolver(self._assignment) is None:
            return Carried(tuple(judged), frozenset(), {}, possible=False)
        if not failing or not self._has_own_work(judged):
            return Carried(tuple(judged), frozenset(), {})
        self._patience = self._stage.candidate.spent_budgets + _PATIENCE
        found: dict[str, JudgedPart] = {}
        try:
            self._carry_rows(failing, found)
            self._carry_trainings(failing, judged, found)
        finally:
            self._stage.put({})
        rows = [found.get(one.result.id, one) for one in judged]
        return Carried(tuple(rows), frozenset(self._own), self._forgiven)

    def _carry_rows(self, failing: Sequence[JudgedPart], found: dict[str, JudgedPart]) -> None:
        for owner, rows in self._by_owner(failing):
            for one in rows:
                is_training = one.check.kind is Kind.TRAINING
                if not is_training and self._stage.candidate.spent_budgets < self._patience:
                    found[one.result.id] = self._try(one)
            tried = [found.get(one.result.id, one) for one in rows]
            if any(one.outcome.status is not Status.PASSED for one in tried):
                self._broken[owner] = None

    def _carry_trainings(
        self,
        failing: Sequence[JudgedPart],
        judged: Sequence[JudgedPart],
        found: dict[str, JudgedPart],
    ) -> None:
        """Look at trainings last, once it is known what is right of the rest.

        Those by a rule come after those without: they show whether the model can be trained.
        """
        trainings = [one for one in failing if one.check.kind is Kind.TRAINING]
        for one in sorted(trainings, key=lambda one: bool(rules_of(one))):
            settled = [found.get(row.result.id, row) for row in judged]
            wrong = find_untrainable(one, settled, self._stage.definitions)
            if is_right_otherwise(one, settled, wrong):
                found[one.result.id] = self._trust(one, wrong)
            elif self._stage.candidate.spent_budgets < self._patience:
                found[one.result.id] = self._try(one)

    @contextmanager
    def stand_in_below(
        self, owner: str, called: Collection[str], broken: Iterable[str]
    ) -> Iterator[bool]:
        """Have the reference stand in, for a while, for broken functions below an owner.

        Yields whether anything is stood in for.

        Parameters
        ----------
        owner : str
            Canonical name of the function or class to look at without the errors of others.
        called : collection of str
            Targets that will be called, the owner among them.
        broken : iterable of str
            Targets that fail.
        """
        self._broken = dict.fromkeys(broken)
        names = self._stage.graph.reach(map(name_of, called))
        wanted = self._find_below(owner, called, names)
        functions = find_reference(self._assignment, self._settled, wanted) if wanted else {}
        try:
            self._stage.put(functions)
            yield bool(functions)
        finally:
            self._stage.put({})

    def _has_own_work(self, judged: Sequence[JudgedPart]) -> bool:
        """Return whether anything passes that starter files do not hold complete."""
        return any(
            one.outcome.status is Status.PASSED and one.result.question not in self._given
            for one in judged
        )

    def _by_owner(self, failing: Sequence[JudgedPart]) -> list[tuple[str, list[JudgedPart]]]:
        """Return the rows by their owner, those first that use least."""
        rows: dict[str, list[JudgedPart]] = {}
        for one in failing:
            rows.setdefault(one.owner, []).append(one)

        def rank(owner: str) -> tuple[int, bool, int]:
            return (
                floor_of(owner),
                "_backward" in owner,
                len(self._stage.graph.reach([name_of(owner)])),
            )

        return [(owner, rows[owner]) for owner in sorted(rows, key=rank)]

    def _try(self, one: JudgedPart) -> JudgedPart:
        """Return a row as it is without the errors of what its owner uses."""
        wanted = self._find_needed(one)
        functions = find_reference(self._assignment, self._settled, wanted)
        causes = [
            target
            for target in (*self._stage.definitions, *wanted)
            if target in self._broken and target in functions
        ]
        if not causes:
            return one
        key = (one.check.id, frozenset(functions))
        if key not in self._seen:
            self._stage.put(functions)
            self._seen[key] = self._run(one.check)
        outcome = self._seen[key][one.part]
        said = self._stage.say(list(dict.fromkeys(causes)))
        if outcome.status is Status.PASSED:
            self._forgiven[one.result.id] = frozenset(causes)
            outcome = self._pass(outcome, said)
        elif one.outcome.status is not Status.PASSED and _is_judged(one, outcome):
            self._own.add(one.result.id)
            note = f"So it is {said}, too: the mistake is here."
            evidence = replace(outcome.evidence, notes=(*outcome.evidence.notes, note))
            outcome = replace(outcome, evidence=evidence)
        else:  # nothing to judge: a cache, perhaps, that only the own function makes
            return one
        return replace(one, result=replace(one.result, outcome=outcome))

    def _trust(self, one: JudgedPart, wrong: Sequence[str]) -> JudgedPart:
        """Return a training as right whose every part is: steps by call-back would take long.

        An update rule that is right keeps its training of a model that nothing trains.
        """
        below = [target for target in self._find_needed(one) if target in self._broken]
        causes = [*below, *(target for target in wrong if target not in below)]
        if not causes:
            return one
        self._forgiven[one.result.id] = frozenset(causes)
        said = self._stage.say(causes)
        outcome = self._pass(Outcome(Status.PASSED), said)
        said = f"Not trained again: all else of it is right, {said}."
        if wrong:
            rules = " and ".join(map(name_of, rules_of(one)))
            said = f"Not judged: no rule trains this network, and {rules} is right otherwise."
        return replace(one, result=replace(one.result, outcome=replace(outcome, message=said)))

    def _pass(self, outcome: Outcome, said: str) -> Outcome:
        share = self._assignment.carried
        return replace(
            outcome,
            message=f"Right, {said}.",
            carried_forward=True,
            earned=None if share == 1.0 else share,
        )

    def _find_needed(self, one: JudgedPart) -> list[str]:
        """Return for what somebody must stand in so that a row shows its owner's work alone."""
        definition = self._stage.definitions.get(one.owner)
        if definition is None or definition.stub or one.check.constructs_only:
            return []
        names = self._stage.graph.reach(map(name_of, one.used))
        if one.result.question in self._given and not self._uses_own_work(one, names):
            return []
        called = set(one.used) - set(one.check.targets if one.check.kind is Kind.TRAINING else ())
        needed = self._find_below(one.owner, called, names)
        # In a number that came forward no backward pass has a share.
        is_forward = one.check.kind in _PLAIN and one.gave_value and not one.is_gradient
        if is_forward and all("_backward" in target for target in needed if target in self._broken):
            return []
        return needed

    def _find_below(self, owner: str, called: Collection[str], names: frozenset[str]) -> list[str]:
        """Return what is broken below an owner, and what goes with that.

        Parameters
        ----------
        owner : str
            Canonical name.
        called : collection of str
            Targets that a check calls.
        names : frozenset of str
            Names of all that these reach.
        """
        broken = [
            target
            for target in self._broken
            if target != owner
            and (target in called or name_of(target) in names)
            and may_stand_in(target, owner)
        ]
        partners = [
            partner
            for target in broken
            for partner in partners_of(target)
            if partner != owner and name_of(partner) in names
        ]
        return list(dict.fromkeys((*broken, *partners)))

    def _uses_own_work(self, one: JudgedPart, names: frozenset[str]) -> bool:
        """Return whether something that a row uses, and that was to be written, works."""
        return any(
            name_of(target) in names and not (target in self._broken or definition.stub)
            for target, definition in self._stage.definitions.items()
            if may_stand_in(target, one.owner)
        )


def _is_judged(one: JudgedPart, outcome: Outcome) -> bool:
    """Return whether a row that fails beside right functions is known to be wrong by itself.

    A single layer's pass that gives nothing may lack a cache that only its own partner makes. What
    is made of layers runs both passes.
    """
    if outcome.status is not Status.FAILED:
        return False
    return outcome.error is not None or floor_of(one.owner) > 0
