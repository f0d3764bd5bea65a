"""Talks with a candidate about many examples at once, and about one when something fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from grader.candidate.base import CallFailed, Candidate, Failure, Operation, Reply
from grader.checks.properties.base import Broken, Conversation, Example, Problem, Property
from grader.records import record

Verdict: TypeAlias = Problem | Failure | None
"""How a law was broken, or why a call gave no value, or nothing."""


@record
class Case:
    """One example of one property."""

    property: Property
    example: Example


def ask_all(candidate: Candidate, cases: Sequence[Case]) -> list[Verdict]:
    """Return what is wrong with each case, the next questions of all travelling together.

    Raises
    ------
    CallFailed
        If some call gave no value; nobody knows which case's it was.
    """
    verdicts: list[Verdict] = [None] * len(cases)
    talks = {k: case.property.converse(case.example) for k, case in enumerate(cases)}
    answers: dict[int, list[Reply] | None] = dict.fromkeys(talks)
    while talks:
        asked: dict[int, Sequence[Operation]] = {}
        for number, talk in list(talks.items()):
            verdict, operations = _advance(talk, answers[number])
            if operations is None:
                verdicts[number] = verdict
                del talks[number]
            else:
                asked[number] = operations
        if not asked:
            break
        replies = iter(candidate.run([one for each in asked.values() for one in each]))
        answers = {k: [next(replies) for _ in each] for k, each in asked.items()}
    return verdicts


def ask_one(candidate: Candidate, case: Case) -> Verdict:
    """Return what is wrong with one case."""
    try:
        return ask_all(candidate, [case])[0]
    except CallFailed as failed:
        return failed.failure


def _advance(
    talk: Conversation, answer: list[Reply] | None
) -> tuple[Verdict, Sequence[Operation] | None]:
    """Return the next operations, or the verdict if there are none."""
    try:
        return None, next(talk) if answer is None else talk.send(answer)
    except StopIteration:
        return None, None
    except Broken as broken:
        return broken.problem, None
    except CallFailed as failed:  # a result that is not built as it should be
        return failed.failure, None
