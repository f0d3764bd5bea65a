"""One assignment graded: its checks run, its points given, what the notebook says beside them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from grader.answers import answers_of
from grader.claims import compare_claims
from grader.consequences import MENDABLE
from grader.counterexamples import shrink_counterexamples
from grader.course.assignment import EARLIER, Assignment
from grader.course.catalogue import LoadedAssignment
from grader.course.conventions import Settled
from grader.course.hidden_values import hidden_names, values_for
from grader.course.secret import Secret, Seeds
from grader.dependence import name_of
from grader.errors import SandboxError
from grader.judge import Judge
from grader.model import AssignmentInfo, CheckResult, Kind, Progress, QuestionScore, Status
from grader.records import record
from grader.scoring import QuestionRule, score_checks
from grader.selection import Selection
from grader.static.code import Code
from grader.static.looking import look
from grader.submission.archive import Submission

logger = logging.getLogger("grader")

_EXPLAINED = frozenset({Status.FAILED, Status.ERRORED})


@record
class Graded:
    """One assignment's checks and points."""

    loaded: LoadedAssignment
    checks: tuple[CheckResult, ...]
    questions: tuple[QuestionScore, ...]
    notes: tuple[str, ...]
    """What a reader should know besides: which conventions the submission follows."""

    @classmethod
    @np.errstate(all="ignore")  # what overflows on the way to a comparison is no number
    def of(
        cls,
        loaded: LoadedAssignment,
        asked_for: Assignment,
        handed_in: Submission,
        judge: Judge,
        code: Code,
        *,
        seed: int | None,
        secret: Secret | None,
        progress: Progress | None,
        selection: Selection,
    ) -> Graded:
        """Run the checks and give the points.

        Parameters
        ----------
        loaded : LoadedAssignment
            The whole assignment, whose expected values are used.
        asked_for : Assignment
            What of it this submission's year asked for.
        handed_in : Submission
            For what its notebook says.
        judge : Judge
            Of this submission.
        code : Code
            Its text.
        seed : int, optional
            Of the inputs; by default the assignment's own.
        secret : Secret, optional
            What hidden checks draw from instead.
        progress : callable, optional
            Told of every check.
        selection : Selection
            Which rows of the checks asked for are wanted.
        """
        expected = values_for(loaded, seed, secret)
        seed = asked_for.default_seed if seed is None else seed
        settled = judge.settle(asked_for, expected, seed)
        seeds = Seeds(seed, None if secret is None else secret.seed)
        judged = judge.run(asked_for, expected, seeds, progress, settled)
        results, asked_for = judged.results, judged.assignment
        results = shrink_counterexamples(results, asked_for, judge.candidate, seed)
        results = _explain(results, loaded, asked_for, settled, judge)
        results = _add_answers(compare_claims(results, asked_for, handed_in), asked_for, handed_in)
        looked = look(results, asked_for, code, judge.candidate, seed)
        notes = (*_tell_settled(asked_for, settled), *looked.notes, *_tell_term(asked_for, secret))
        wanted = [
            replace(row, disclosure=asked_for.feedback.of(row.visibility))
            for row in selection.keep(looked.results, asked_for)
        ]
        wanted = _without_old_news(wanted, judged.blamed)
        rules = [
            QuestionRule(question.id, question.title, question.given or question.id == EARLIER)
            for question in asked_for.questions
            if question.id != EARLIER or any(row.question == EARLIER for row in wanted)
        ]
        return cls(loaded, *score_checks(wanted, rules), notes)

    def prefixed(self) -> Graded:
        """Return the same with the assignment's name before every id."""
        prefix = f"{self.loaded.assignment.name}/"
        return replace(
            self,
            checks=tuple(
                replace(c, id=prefix + c.id, question=prefix + c.question) for c in self.checks
            ),
            questions=tuple(replace(q, id=prefix + q.id) for q in self.questions),
        )

    def describe(self, edition: str) -> AssignmentInfo:
        """Return the assignment's row of the report, with its subtotal."""
        return AssignmentInfo(
            name=self.loaded.assignment.name,
            title=self.loaded.assignment.title,
            edition=edition,
            digest=self.loaded.digest,
            score=sum(question.score for question in self.questions),
            max_score=sum(question.max_score for question in self.questions),
            pending=sum(question.pending for question in self.questions),
        )


def _without_old_news(rows: Sequence[CheckResult], blamed: frozenset[str]) -> list[CheckResult]:
    """Leave out what of earlier homework is right, or has spoilt nothing here."""

    def is_news(row: CheckResult) -> bool:
        if row.outcome.status is Status.GRADER_ERROR:
            return True
        return row.outcome.status is not Status.PASSED and name_of(row.targets[-1]) in blamed

    return [row for row in rows if row.question != EARLIER or is_news(row)]


def tell_once(graded: Sequence[Graded]) -> list[Graded]:
    """Return assignments of one run, each function of earlier homework told in one of them.

    That is the one which asks for it, if it fails there, else the first.
    """
    told = {
        row.targets[-1]
        for one in graded
        for row in one.checks
        if row.question != EARLIER and row.targets and row.outcome.status in MENDABLE
    }
    found = []
    for one in graded:
        checks = [c for c in one.checks if c.question != EARLIER or c.targets[-1] not in told]
        left = any(check.question == EARLIER for check in checks)
        questions = [question for question in one.questions if left or question.id != EARLIER]
        found.append(replace(one, checks=tuple(checks), questions=tuple(questions)))
        told.update(check.targets[-1] for check in checks if check.question == EARLIER)
    return found


def _explain(
    results: list[CheckResult],
    loaded: LoadedAssignment,
    assignment: Assignment,
    settled: Settled,
    judge: Judge,
) -> list[CheckResult]:
    """Say of failures which known mistake they are; without any, nothing of that is loaded."""
    if not any(result.outcome.status in _EXPLAINED for result in results):
        return results
    from grader.diagnosis.explaining import Explainer

    below = judge.make_carrier(assignment, settled).stand_in_below
    fingerprints = loaded.read_fingerprints()
    explainer = Explainer(assignment, settled, judge.candidate, fingerprints, below)
    try:
        return explainer.explain(results)
    except SandboxError:
        raise
    except Exception:  # ours: what was judged stands, explained or not
        logger.exception("failures in %s cannot be explained", assignment.name)
        return results


def _add_answers(
    results: Sequence[CheckResult], assignment: Assignment, handed_in: Submission
) -> list[CheckResult]:
    """Put what the student wrote beside the questions that a person judges."""
    answers = answers_of(assignment, handed_in)
    return [
        _add_answer(result, answers.get(result.id.rpartition(".")[0], ""))
        if result.kind is Kind.REVIEW
        else result
        for result in results
    ]


def _add_answer(result: CheckResult, answer: str) -> CheckResult:
    evidence = replace(result.outcome.evidence, answer=answer)
    return replace(result, outcome=replace(result.outcome, evidence=evidence))


def _tell_term(assignment: Assignment, secret: Secret | None) -> tuple[str, ...]:
    """Say which term hidden inputs were drawn for: another term's grades need not be the same."""
    if secret is None or not secret.term or not hidden_names(assignment):
        return ()
    return (f"Checks that are not public have inputs of their own in term {secret.term}.",)


def _tell_settled(assignment: Assignment, settled: Mapping[str, str]) -> tuple[str, ...]:
    """Say where a submission follows another year's convention than the default."""
    return tuple(
        f"{convention.title[:1].upper()}{convention.title[1:]}: your code has "
        f"{convention.choices[choice].title}, as some years of the course do; that is fine."
        for convention in assignment.conventions
        if (choice := settled[convention.name]) != convention.default
    )
