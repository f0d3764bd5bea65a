"""Says what was found wrong: a sentence and the values of each part, and how it was measured."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import CheckResult
from grader.records import record
from grader.report.causes import Cause
from grader.report.check_ids import own_check, split_id
from grader.report.untrusted import printable
from grader.report.wording import DEFAULT_MESSAGES, as_sentence, join_names, measured

_MOST_PARTS = 4
_VALUE_LENGTH = 48
_OF_EVERY_ENTRY = "Every entry of "


@record
class Values:
    """What a part gave, and what it should have given; printable."""

    name: str
    """The part with its index: ``dw[0,0]``."""
    got: str
    expected: str
    """Empty where it is not told."""


@record
class Finding:
    """A sentence about parts of a check, and the values of each; printable."""

    sentence: str
    values: tuple[Values, ...] = ()


@record
class Measurement:
    """How large an error was, and on which inputs; printable, empty where it is not told."""

    facts: str
    inputs: str


def tell_findings(cause: Cause) -> tuple[Finding, ...]:
    """Return sentences and values of at most four parts of a cause's first check.

    Parts under other settings, which fail for the same reason, are only named in the title.
    """
    shown = _checks_shown(cause)
    if not _have_values(cause):
        sentences = _say_once(shown)
        return tuple(Finding(as_sentence(printable(sentence))) for sentence in sentences)
    told: dict[str, list[CheckResult]] = {}
    for check in shown:
        told.setdefault(_sum_up(check, shown), []).append(check)
    return tuple(
        Finding(
            as_sentence(printable(sentence)), tuple(filter(None, map(tell_check_values, checks)))
        )
        for sentence, checks in told.items()
    )


def tell_measurement(cause: Cause) -> Measurement:
    """Return the largest error of all parts that are told, and the inputs of the first."""
    shown = _checks_shown(cause)
    if not _have_values(cause):
        shown = shown[:1]
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
    return Measurement("; ".join(filter(None, facts)), printable(evidence.inputs))


def _checks_shown(cause: Cause) -> list[CheckResult]:
    return _parts_of_first(cause)[:_MOST_PARTS]


def _parts_of_first(cause: Cause) -> list[CheckResult]:
    first = own_check(cause.first)
    return [check for check in cause.checks if own_check(check) == first]


def _have_values(cause: Cause) -> bool:
    return any(check.outcome.evidence.got for check in _parts_of_first(cause))


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


def tell_check_values(check: CheckResult) -> Values | None:
    """Return what one check's part gave and should have given, None where that is not told."""
    evidence = check.outcome.evidence
    place = "" if not evidence.index else f"[{','.join(map(str, evidence.index))}]"
    if not evidence.got:
        return None
    expected = evidence.expected and printable(evidence.expected, limit=_VALUE_LENGTH)
    return Values(
        printable(_part(check) + place),
        printable(evidence.got, limit=_VALUE_LENGTH),
        expected or "",
    )
