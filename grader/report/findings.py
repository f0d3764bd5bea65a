"""Writes what was found wrong: a sentence and the values of each part, and how it was measured."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import CheckResult
from grader.report.causes import Cause
from grader.report.check_ids import own_check, split_id
from grader.report.paper import Paper
from grader.report.untrusted import printable
from grader.report.wording import DEFAULT_MESSAGES, as_sentence, join_names, measured

_MOST_PARTS = 4
_VALUE_LENGTH = 48
_OF_EVERY_ENTRY = "Every entry of "


def write_findings(paper: Paper, cause: Cause) -> None:
    """Write sentence and values of at most four parts of a cause's first check.

    Parts under other settings, which fail for the same reason, are only named in the title.
    """
    first = cause.first
    shown = [check for check in cause.checks if own_check(check) == own_check(first)]
    if not any(check.outcome.evidence.got for check in shown):
        for sentence in _say_once(shown[:_MOST_PARTS]):
            paper.paragraph(as_sentence(printable(sentence)))
        _write_measurement(paper, shown[:1])
        return
    told: dict[str, list[CheckResult]] = {}
    for check in shown[:_MOST_PARTS]:
        told.setdefault(_sum_up(check, shown[:_MOST_PARTS]), []).append(check)
    for sentence, checks in told.items():
        paper.paragraph(as_sentence(printable(sentence)))
        for check in checks:
            _write_values(paper, check)
    _write_measurement(paper, shown[:_MOST_PARTS])


def _say_once(shown: Sequence[CheckResult]) -> list[str]:
    """Return the sentences of all checks, those that differ in their part's name only once."""
    alike: dict[str, list[CheckResult]] = {}
    for check in shown:
        message = check.outcome.message or DEFAULT_MESSAGES[check.outcome.status]
        alike.setdefault(message.replace(f"'{_part(check)}'", "''"), []).append(check)
    sentences = []
    for first, *others in alike.values():
        message = first.outcome.message or DEFAULT_MESSAGES[first.outcome.status]
        names = [_part(other) for other in others if other.outcome.message != message]
        if names:
            message = f"{message.removesuffix('.')}; the same for {join_names(names)}."
        sentences.append(message)
    return list(dict.fromkeys(sentences))


def _sum_up(check: CheckResult, shown: Sequence[CheckResult]) -> str:
    """Return a check's sentence, said once of all parts of which the same is true."""
    message = check.outcome.message or DEFAULT_MESSAGES[check.outcome.status]
    rest = _after_name(check)
    names = [_part(other) for other in shown if rest and _after_name(other) == rest]
    return f"{_OF_EVERY_ENTRY}{join_names(names)}{rest}" if len(names) > 1 else message


def _after_name(check: CheckResult) -> str:
    """Return what a sentence says of every entry of its part; empty if it says something else."""
    beginning = f"{_OF_EVERY_ENTRY}{_part(check)}"
    message = check.outcome.message
    return message.removeprefix(beginning) if message.startswith(f"{beginning} ") else ""


def _part(check: CheckResult) -> str:
    return split_id(check.id)[1].rpartition(" · ")[2] or "result"


def _write_values(paper: Paper, check: CheckResult) -> None:
    evidence = check.outcome.evidence
    place = "" if not evidence.index else f"[{','.join(map(str, evidence.index))}]"
    got = evidence.got and printable(evidence.got, limit=_VALUE_LENGTH)
    expected = evidence.expected and printable(evidence.expected, limit=_VALUE_LENGTH)
    if got:
        paper.row(
            (f" {printable(_part(check) + place)}   yours {got}", "red"),
            (f"    expected {expected}" if expected else "", "green"),
        )


def _write_measurement(paper: Paper, shown: Sequence[CheckResult]) -> None:
    """Write the largest error of all parts, and the inputs of the first."""
    first, evidence = shown[0].outcome, shown[0].outcome.evidence
    facts = []
    if len(shown) == 1 and evidence.wrong and evidence.count and evidence.count > 1:
        share = f"{evidence.wrong} of {evidence.count}"
        if share not in first.message:
            facts.append(f"{share} entries are wrong")
    errors = [check.outcome.error for check in shown if check.outcome.error is not None]
    facts.append(
        measured(max(errors, default=None), first.tolerance, printable(first.evidence.measure))
    )
    pieces = "; ".join(filter(None, facts)).split()
    if evidence.inputs:
        # A name stays on the line of its shape.
        inputs = printable(evidence.inputs).replace("), ", "),\n").split("\n")
        pieces = [*pieces[:-1], f"{pieces[-1]};", *inputs] if pieces else inputs
    paper.paragraph(pieces, hang="   ")
