"""From a submission to a report: reads, locates, starts workers, judges, adds up.

Nothing is printed or written here. Light modules come first: the worker's parent process is
started before NumPy is imported on this side, so that both load at the same time.
"""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

import grader
from grader.candidate.zygote import Zygote
from grader.errors import SubmissionError
from grader.isolation.confinement import Confinement, Level
from grader.isolation.levels import choose
from grader.isolation.visible import default_read_only
from grader.model import (
    AssignmentInfo,
    CheckResult,
    GraderInfo,
    Limits,
    QuestionScore,
    Report,
    SubmissionInfo,
)
from grader.submission.archive import Submission, open_submission
from grader.submission.locate import Located, implemented, locate

if TYPE_CHECKING:
    from grader.candidate.base import Failure
    from grader.candidate.naming import Naming
    from grader.course.assignment import Assignment, Question
    from grader.course.catalogue import LoadedAssignment

Progress = Callable[[str, int, int], None]

_WORKER_LIFE = 3600
"""CPU seconds of a worker's whole life: a backstop behind the limit of each check."""
_SCRATCH_BYTES = 16 << 20
_SCRATCH_FILES = 512
_OPEN_FILES = 64
_FIRST_UID = 61_000


def grade(
    submission: Path,
    assignments: Sequence[str | Path] = (),
    *,
    isolation: str = "auto",
    limits: Limits | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Grade one submission.

    Parameters
    ----------
    submission : Path
        An archive, a folder, a notebook or a Python file.
    assignments : sequence of str or Path
        Names or folders; by default those that the submission looks like.
    isolation : str
        ``auto``, ``strict``, ``standard`` or ``weak``.
    limits : Limits, optional
        Bounds of each check.
    seed : int, optional
        Seed of the inputs; by default each assignment's own.
    progress : callable, optional
        Called with what is being checked, how many checks are done, and how many there are.

    Raises
    ------
    SubmissionError
        If the submission cannot be read or looks like no assignment.
    AssignmentError
        If an assignment is wrong or its expected values are stale.
    SandboxError
        If student code cannot be isolated as asked.
    """
    started = time.perf_counter()
    handed_in = open_submission(Path(submission))
    level = choose(isolation).level
    with Zygote() as zygote:
        chosen = _choose_assignments(handed_in, assignments)
        report = _grade(handed_in, chosen, zygote, level, limits or Limits(), seed, progress)
    return replace(report, seconds=time.perf_counter() - started)


def _grade(
    handed_in: Submission,
    chosen: Sequence[LoadedAssignment],
    zygote: Zygote,
    level: Level,
    limits: Limits,
    seed: int | None,
    progress: Progress | None,
) -> Report:
    from grader.candidate.naming import Naming
    from grader.candidate.sandboxed import SandboxedCandidate, World
    from grader.course.expected import expected_for
    from grader.judge import Judge
    from grader.submission.overlay import lay_out

    targets = dict.fromkeys(t for loaded in chosen for t in loaded.assignment.targets)
    located = locate(handed_in, targets)
    programmes = lay_out(handed_in, located)
    confinement = _confine(level, limits)
    old_names = all(loaded.assignment.old_names for loaded in chosen)
    worlds = [
        World(programme, zygote, confinement, limits, old_names=old_names)
        for programme in programmes
    ]
    naming = Naming(located.definitions, _keywords(chosen))
    candidate = SandboxedCandidate(worlds, naming, _unreadable(located))
    judge = Judge.of(candidate, located.definitions, programmes)
    infos, questions, checks = [], [], []
    try:
        for loaded in chosen:
            assignment = _without_unasked(loaded.assignment, handed_in, located)
            own_seed = assignment.default_seed if seed is None else seed
            expected = expected_for(loaded, seed)
            results = judge.run(assignment, expected, own_seed, progress)
            info, scores, rows = _add_up(loaded, assignment, results, located, len(chosen) > 1)
            infos.append(info)
            questions += scores
            checks += rows
    finally:
        candidate.restart()
    return _make_report(handed_in, located, naming, level, infos, questions, checks, seed, chosen)


def _choose_assignments(
    handed_in: Submission, asked: Sequence[str | Path]
) -> tuple[LoadedAssignment, ...]:
    """Return the assignments asked for, or those that the submission looks like.

    Notebook names decide; where none is known, implemented targets; and where nothing is
    implemented, the stubs of a starter.
    """
    from grader.course.catalogue import assignment_names, load_assignment

    if asked:
        return tuple(load_assignment(name) for name in dict.fromkeys(asked))
    known = [load_assignment(name) for name in assignment_names()]
    stems = {_plain(Path(name).stem) for name in handed_in.names if name.endswith(".ipynb")}
    by_notebook = [
        loaded
        for loaded in known
        if stems & {_plain(name) for name in loaded.assignment.notebooks}
    ]
    if by_notebook:
        return tuple(by_notebook)
    located = locate(handed_in, dict.fromkeys(t for k in known for t in k.assignment.targets))
    readable = implemented(located) | located.unreadable.keys()
    for found in (readable, located.definitions.keys()):
        by_target = [loaded for loaded in known if found & set(loaded.assignment.targets)]
        if by_target:
            return tuple(by_target)
    names = ", ".join(loaded.assignment.name for loaded in known) or "none"
    raise SubmissionError(
        f"{handed_in.name}: no known assignment's notebook or functions in it; "
        f"choose one with --assignment: {names}"
    )


def _without_unasked(
    assignment: Assignment, handed_in: Submission, located: Located
) -> Assignment:
    """Leave out given functions that this year's notebook does not ask for.

    Courses drop a function from one year to the next. Where the handed-in notebook is there
    and names a given function nowhere, and no module defines it, it was not asked for.
    """
    names = {_plain(name) for name in assignment.notebooks}
    notebooks = [
        content
        for path, content in handed_in.files.items()
        if path.endswith(".ipynb") and _plain(Path(path).stem) in names
    ]
    if not notebooks:
        return assignment

    def is_asked(question: Question) -> bool:
        if not question.given:
            return True
        targets = {target for check in question.checks for target in check.targets}
        return not targets <= set(located.missing) or any(
            target.partition(":")[2].encode() in content
            for target in targets
            for content in notebooks
        )

    return replace(assignment, questions=tuple(q for q in assignment.questions if is_asked(q)))


def _plain(name: str) -> str:
    """Return a notebook's name as people mean it: letters and digits, no case, no copy mark."""
    name = re.sub(r"(?i)([-_ ]*(copy\d*|solved|solution|final|colab))+$|\(\d+\)$", "", name.strip())
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _confine(level: Level, limits: Limits) -> Confinement:
    return Confinement(
        level=level,
        read_only=default_read_only(),
        memory_bytes=limits.memory_bytes,
        cpu_seconds=_WORKER_LIFE,
        file_bytes=_SCRATCH_BYTES,
        open_files=_OPEN_FILES,
        scratch_bytes=_SCRATCH_BYTES,
        scratch_inodes=_SCRATCH_FILES,
        uid=_FIRST_UID,
    )


def _keywords(chosen: Sequence[LoadedAssignment]) -> dict[str, tuple[str, ...]]:
    keywords: dict[str, tuple[str, ...]] = {}
    for loaded in chosen:
        for edition in loaded.assignment.editions:
            for name, others in edition.keywords.items():
                keywords[name] = tuple(dict.fromkeys((*keywords.get(name, ()), *others)))
    return keywords


def _unreadable(located: Located) -> dict[str, Failure]:
    from grader.candidate.base import Failure
    from grader.model import Location, Status

    failures = {}
    for target, problem in located.unreadable.items():
        kind = "Python 2 syntax" if problem.python2 else "a syntax error"
        message = f"{problem.file} has {kind} in line {problem.line}: {problem.message}."
        hint = "Which Python did you run this with? It is graded with Python 3."
        failures[target] = Failure(
            Status.ERRORED,
            message,
            location=Location(problem.file, problem.line),
            hint=hint if problem.python2 else "",
        )
    return failures


def _add_up(
    loaded: LoadedAssignment,
    assignment: Assignment,
    results: Sequence[CheckResult],
    located: Located,
    several: bool,
) -> tuple[AssignmentInfo, list[QuestionScore], list[CheckResult]]:
    """Give points; where several assignments are graded, their names go before the ids."""
    from grader.scoring import QuestionRule, score_checks

    rules = [QuestionRule(q.id, q.title, q.given) for q in assignment.questions]
    checks, scores = score_checks(results, rules)
    info = AssignmentInfo(
        name=assignment.name,
        title=assignment.title,
        edition=located.edition,
        digest=loaded.digest,
        score=sum(question.score for question in scores),
        max_score=sum(question.max_score for question in scores),
    )
    if not several:
        return info, list(scores), list(checks)
    prefix = f"{assignment.name}/"
    return (
        info,
        [replace(question, id=prefix + question.id) for question in scores],
        [replace(c, id=prefix + c.id, question=prefix + c.question) for c in checks],
    )


def _make_report(
    handed_in: Submission,
    located: Located,
    naming: Naming,
    level: Level,
    infos: Sequence[AssignmentInfo],
    questions: Sequence[QuestionScore],
    checks: Sequence[CheckResult],
    seed: int | None,
    chosen: Sequence[LoadedAssignment],
) -> Report:
    from grader.model import Status

    files = dict.fromkeys(d.file for d in located.definitions.values())
    return Report(
        assignments=tuple(infos),
        submission=SubmissionInfo(
            handed_in.name, handed_in.digest, located.edition, tuple(sorted(files))
        ),
        grader=GraderInfo(
            version=grader.__version__,
            python=platform.python_version(),
            numpy=installed_version("numpy"),
            isolation=level.value,
            seed=chosen[0].assignment.default_seed if seed is None else seed,
        ),
        questions=tuple(questions),
        checks=tuple(checks),
        score=sum(info.score for info in infos),
        max_score=sum(info.max_score for info in infos),
        needs_regrade=any(c.outcome.status is Status.GRADER_ERROR for c in checks),
        warnings=(*handed_in.warnings, *located.warnings, *naming.notes),
        missing=located.missing,
    )
