"""Says what reports tell of a submission as a whole, in sentences that all formats share.

All text returned is in one line and printable, bounded in length, and in the words of the report;
a format still has to escape what means something to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from grader.model import CheckResult, Report, Status
from grader.records import record
from grader.report.causes import Cause, group_consequences
from grader.report.check_ids import name_parts, split_id
from grader.report.untrusted import printable
from grader.report.wording import count, count_points, join_names

CARRIED_HEADING = "Not charged twice"
CARRIED_SENTENCE = (
    "These are right for what they were given; what went wrong before them is charged there."
)
NO_ANSWER = "No answer was found."
CONSEQUENCES_HEADING = "Fails only because of something else"
CONSEQUENCES_SENTENCE = "These may well be right by themselves: mend what comes first, then see."
APPEAL = (
    "Do you think that this is not right? Tell your course's staff which check you mean and why, "
    "and send them this report: the one in JSON holds everything that is needed. With the "
    "submission's digest, the versions and the seed, they grade the same files in the same way "
    "again."
)
_MOST_NAMES = 4
_WHOLE_ANSWER = 4000
_LONG_LIST = 2000


@record
class FunctionRow:
    """A function, those of its checks that are concerned, and their points."""

    name: str
    score: float
    max_score: float


@record
class Consequence:
    """What fails only because something else does."""

    sentence: str
    """Which functions to mend first."""
    rows: tuple[FunctionRow, ...]
    checks: tuple[CheckResult, ...]


@record
class Review:
    """Something that a person has still to judge."""

    title: str
    pending: float
    message: str
    answer: str
    """What the student wrote, in one line; empty if nothing was found."""
    notes: tuple[str, ...]


def with_status(report: Report, status: Status) -> tuple[CheckResult, ...]:
    """Return the checks that ended in one way, in the report's order."""
    return tuple(check for check in report.checks if check.outcome.status is status)


def tell_regrade(report: Report) -> str:
    """Return that the score is not final, if the grader itself broke; else nothing."""
    if not report.needs_regrade:
        return ""
    broken = count(len(with_status(report, Status.GRADER_ERROR)), "check")
    return (
        f"Not final: the grader itself broke on {broken}. This cost you "
        "nothing; the submission is to be graded again."
    )


def tell_pending(report: Report) -> str:
    """Return how many points a person has still to give; nothing if there are none."""
    waiting = with_status(report, Status.NEEDS_REVIEW)
    if not waiting:
        return ""
    pending = sum(check.max_score - check.score for check in waiting)
    return f"{count_points(pending)} still wait for a person's review."


def tell_passed(report: Report) -> str:
    """Return how many of the checks that are judged here passed."""
    judged = len(report.checks) - len(with_status(report, Status.NEEDS_REVIEW))
    return f"{len(with_status(report, Status.PASSED))} of {count(judged, 'check')} passed."


def tell_consequences(
    checks: Sequence[CheckResult], causes: Sequence[Cause]
) -> tuple[Consequence, ...]:
    """Return what builds on other failures, by the functions that are to be mended first."""
    absent = {
        target.rpartition(":")[2]
        for cause in causes
        if cause.status is Status.MISSING
        for check in cause.checks
        for target in check.targets
    }
    told = []
    for names, group in group_consequences(checks, causes).items():
        named = list(names[:_MOST_NAMES])
        if len(names) > _MOST_NAMES:
            named = [*names[: _MOST_NAMES - 1], f"{len(names) - _MOST_NAMES + 1} others"]
        is_one = len(names) == 1
        it = "it" if is_one else "them"
        if absent.issuperset(names):
            reason = f"which {'is' if is_one else 'are'} missing: write {it} first"
        else:
            reason = f"which {'fails' if is_one else 'fail'} above: mend {it} first"
        sentence = f"Because of {printable(join_names(named))}, {reason}."
        told.append(Consequence(sentence, _rows(group), group))
    return tuple(told)


def tell_carried(report: Report) -> tuple[FunctionRow, ...]:
    """Return what was graded with stand-ins, by function."""
    return _rows([check for check in report.checks if check.outcome.carried_forward])


def tell_reviews(report: Report) -> tuple[Review, ...]:
    """Return what waits for a person, each with the answer found, if any."""
    waiting = with_status(report, Status.NEEDS_REVIEW)
    titles = {question.id: question.title for question in report.questions}
    often = Counter(check.question for check in waiting)
    told = []
    for check in waiting:
        title = printable(titles.get(check.question, check.question))
        if often[check.question] > 1:
            title += f": {printable(check.id.rpartition('/')[2].removesuffix('.answer'))}"
        evidence = check.outcome.evidence
        answer = printable(" ".join(evidence.answer.split()), limit=_WHOLE_ANSWER)
        notes = tuple(printable(note, limit=_WHOLE_ANSWER) for note in evidence.notes)
        told.append(Review(title, check.max_score, printable(check.outcome.message), answer, notes))
    return tuple(told)


def tell_missing(report: Report) -> tuple[str, ...]:
    """Return what no file defines and no check says so, a line a module."""
    said = with_status(report, Status.MISSING)
    told = {target for check in said for target in check.targets}
    modules: dict[str, list[str]] = {}
    for target in report.missing:
        if target not in told:
            module, _, name = target.rpartition(":")
            modules.setdefault(module, []).append(name)
    lines = (
        f"{module}: {', '.join(names)}" if module else ", ".join(names)
        for module, names in modules.items()
    )
    return tuple(printable(line, limit=_LONG_LIST) for line in lines)


def tell_versions(report: Report) -> tuple[tuple[str, str], ...]:
    """Return how the submission was graded, as names and values."""
    grader, submission = report.grader, report.submission
    facts = [
        ("layout", submission.edition),
        ("files", ", ".join(submission.files) or "none that define anything asked for"),
        ("submission", submission.digest),
        *((f"assignment {each.name}", each.digest) for each in report.assignments),
        ("grader", f"{grader.version}, Python {grader.python}, NumPy {grader.numpy}"),
        ("isolation", grader.isolation),
        ("seed", str(grader.seed)),
        ("time", f"{report.seconds:.1f} s"),
    ]
    return tuple((printable(name), printable(value, limit=_LONG_LIST)) for name, value in facts)


def _rows(checks: Sequence[CheckResult]) -> tuple[FunctionRow, ...]:
    """Return one row a function, in order of appearance."""
    functions: dict[str, list[CheckResult]] = {}
    for check in checks:
        functions.setdefault(split_id(check.id)[0], []).append(check)
    return tuple(
        FunctionRow(
            printable(f"{function} · {name_parts(own)}".removesuffix(" · ")),
            sum(check.score for check in own),
            sum(check.max_score for check in own),
        )
        for function, own in functions.items()
    )
