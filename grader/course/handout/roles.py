"""Decides what becomes of each cell of a notebook: judged, run before others, read, or left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.course.handout.bound import declare, plain_value
from grader.course.handout.comparisons import Comparison
from grader.course.handout.reading import HandoutCell, HandoutNotebook
from grader.course.handout.study import CellStudy, Need, Taint

_QUESTION = re.compile(
    r"inline\s+question|^\W*(?:question|q)s?\W*\d*\s*[:.)]|\byour\s+answer\b|\banswers?\s*[:*]"
    r"|fill\s+(?:this|it|me)\s+in|describe\s+the\s+results|explain\s+(?:briefly|your|why)",
    re.IGNORECASE | re.MULTILINE,
)
_ANSWER = re.compile(
    r"^[\s#>*_$\\{}a-z]*(?:your\s+)?(?:answers?|explanation|comments?)\b|^\W*\[?fill\s+this\s+in|^\W*$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


class Role(StrEnum):
    """What becomes of a cell."""

    CHECK = "check"
    SETUP = "setup"
    REVIEW = "review"
    ANSWER = "answer"
    """Where the student answers the question of the cell above."""
    LEFT = "left"
    """Nothing to judge: data, plots of data, prose."""


@dataclass(slots=True)
class Finding:
    """What becomes of one cell, and why."""

    cell: HandoutCell
    role: Role
    reason: str = ""
    """Why it is not judged, or what is looked at in it."""
    heading: str = ""
    study: CellStudy | None = field(default=None, repr=False)
    after: tuple[int, ...] = ()
    """Numbers of cells that are run before it, besides setup."""
    predicates: Mapping[str, str] = field(default_factory=dict)
    had_predicates: bool = False
    """Whether predicates were proposed, taken or not."""
    notes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    """Everything it depends on, what it names itself last."""

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What stands in the cell to be compared."""
        return self.study.comparisons if self.study else ()

    @property
    def is_runnable(self) -> bool:
        """Whether a later check may ask for the cell to be run."""
        study = self.study
        return study is not None and not (
            study.problem or study.loads or study.trains or study.frameworks or study.is_written
        )


@dataclass(slots=True)
class Roles:
    """The findings of one notebook, and what its names of data stand for."""

    findings: dict[int, Finding]
    bound: dict[str, str]
    """Declarations by name, as source text."""


def assign_roles(
    notebook: HandoutNotebook,
    studies: Mapping[int, CellStudy],
    propose: Callable[[Finding], Mapping[str, str]],
    refuse: Callable[[Finding], str],
) -> Roles:
    """Decide on every cell of a notebook.

    A cell that compares something is a check if all that it reads can be had without loading
    data, training a network or another framework; what it reads of earlier cells makes them
    setup, or cells that it comes after.

    Parameters
    ----------
    notebook : HandoutNotebook
        The notebook.
    studies : mapping
        What its code cells do, by number.
    propose : callable
        Returns predicates for what a cell shows; with some, a cell that is judged by eye is a
        check, too.
    refuse : callable
        Returns why a cell cannot be a check although all that it reads can be had, or nothing.
    """
    roles = Roles({}, {})
    heading = ""
    for cell in notebook.cells:
        if cell.kind == "code":
            finding = _of_code(studies[cell.number])
        else:
            headings = _HEADING.findall(cell.source)
            heading = headings[-1] if headings else heading
            finding = _of_prose(cell, roles.findings.get(cell.number - 1))
        finding.heading = heading
        roles.findings[cell.number] = finding
    for finding in roles.findings.values():
        is_shown = finding.role is Role.REVIEW and finding.is_runnable and _is_shown(finding)
        if finding.role is Role.CHECK or is_shown:
            finding.predicates = propose(finding)
        if finding.role is Role.CHECK or finding.predicates:
            _provide(finding, notebook, roles, refuse)
    return roles


def _is_shown(finding: Finding) -> bool:
    """Return whether a cell is left for review only because it is judged by eye."""
    study = finding.study
    return study is not None and not study.is_written and study.uses_student


def _of_prose(cell: HandoutCell, before: Finding | None) -> Finding:
    if not cell.source.strip():
        asked = before is not None and before.role is Role.REVIEW and before.study is None
        return Finding(cell, Role.ANSWER if asked else Role.LEFT, "empty")
    if before is not None and before.role is Role.REVIEW and _ANSWER.match(cell.source):
        return Finding(cell, Role.ANSWER, "the place for an answer")
    if _QUESTION.search(cell.source):
        return Finding(cell, Role.REVIEW, "a question in words: a person reads the answer")
    return Finding(cell, Role.LEFT, "prose")


def _of_code(study: CellStudy) -> Finding:
    """Return what a code cell is by itself; whether a check can be run is seen later."""
    cell = study.cell
    if not cell.source.strip():
        return Finding(cell, Role.LEFT, "empty", study=study)
    asks = study.uses_student or study.is_written or bool(study.comparisons)
    if study.problem:
        role = Role.REVIEW if study.is_written else Role.LEFT
        return Finding(cell, role, f"is not Python 3 ({study.problem})", study=study)
    if study.frameworks:
        reason = f"uses {' and '.join(study.frameworks)}, which cannot be judged here"
        role = Role.REVIEW if study.is_written or study.comparisons else Role.LEFT
        return Finding(cell, role, reason, study=study)
    if study.is_written:
        return Finding(cell, Role.REVIEW, "the student writes code in the cell", study=study)
    if study.trains:
        role = Role.REVIEW if asks else Role.LEFT
        return Finding(cell, role, "trains a network", study=study)
    if study.comparisons:
        return Finding(cell, Role.CHECK, study=study, targets=study.targets)
    if study.uses_student:
        return _by_eye(study)
    return Finding(cell, Role.LEFT, _what_is_left(study), study=study)


def _by_eye(study: CellStudy) -> Finding:
    cell = study.cell
    if study.plots:
        return Finding(cell, Role.REVIEW, "draws a picture to be looked at", study=study)
    if study.times:
        return Finding(cell, Role.REVIEW, "measures time", study=study)
    if study.prints:
        return Finding(cell, Role.REVIEW, "prints values to be looked at", study=study)
    return Finding(cell, Role.LEFT, "runs functions and shows nothing", study=study)


def _what_is_left(study: CellStudy) -> str:
    if study.loads:
        return "loads data"
    if study.plots:
        return "draws what is not the student's"
    if study.prints:
        return "shows values that are not the student's"
    return "imports, settings and definitions"


def _provide(
    finding: Finding,
    notebook: HandoutNotebook,
    roles: Roles,
    refuse: Callable[[Finding], str],
) -> None:
    """See that all a check reads can be had; else it is left for review, with the reason."""
    wanted: dict[int, None] = {}
    declared: dict[str, str] = {}
    problem = next(
        (
            reason
            for need in _all_needs(finding, roles)
            if (reason := _provide_one(need, notebook, roles, wanted, declared))
        ),
        "",
    )
    targets: dict[str, None] = {}
    for number in sorted(wanted):
        study = roles.findings[number].study
        targets.update(dict.fromkeys(study.targets if study else ()))
    own = finding.study.targets if finding.study else ()
    finding.targets = (*(target for target in targets if target not in own), *own)
    problem = problem or refuse(finding)
    if problem:
        asks = finding.study is not None and finding.study.uses_student
        finding.role = Role.REVIEW if asks else Role.LEFT
        finding.reason = problem
        finding.predicates = {}
        return
    finding.role = Role.CHECK
    roles.bound.update(declared)
    after = []
    for number in sorted(wanted):
        other = roles.findings[number]
        if other.role is Role.LEFT:
            other.role = Role.SETUP
        if other.role is not Role.SETUP:
            after.append(number)
    finding.after = tuple(after)


def _all_needs(finding: Finding, roles: Roles) -> Iterator[Need]:
    """Go through what a cell reads of others, and what these read, each once."""
    waiting = list(finding.study.needs if finding.study else ())
    seen: set[tuple[str, int]] = set()
    while waiting:
        need = waiting.pop()
        if (need.name, need.definer) in seen:
            continue
        seen.add((need.name, need.definer))
        yield need
        if not _is_bound(need):
            study = roles.findings[need.definer].study
            waiting += study.needs if study else ()


def _is_bound(need: Need) -> bool:
    return need.taints == {Taint.DATA}


def _provide_one(
    need: Need,
    notebook: HandoutNotebook,
    roles: Roles,
    wanted: dict[int, None],
    declared: dict[str, str],
) -> str:
    """Note where a name comes from; return why it cannot be had."""
    definer = roles.findings[need.definer]
    where = f"{need.name}, of cell {need.definer}"
    if Taint.TRAINED in need.taints:
        return f"needs {where}, which comes from training"
    frameworks = sorted(need.taints - set(Taint))
    if frameworks:
        return f"needs {where}, which comes from {frameworks[0]}"
    body = definer.study.cell.parsed.body if definer.study and definer.study.cell.parsed else ()
    if _is_bound(need):
        text = declare(need.name, notebook) or roles.bound.get(need.name)
        if text is not None:
            declared[need.name] = text
            return ""
    if not definer.is_runnable:
        text = plain_value(need.name, body)
        if text is None:
            reason = "loads data" if definer.study and definer.study.loads else definer.reason
            advice = "; bind it in the assignment to judge the cell" if _is_bound(need) else ""
            return f"needs {where}, which {reason or 'cannot be run'}{advice}"
        declared[need.name] = text
        return ""
    wanted[need.definer] = None
    return ""
