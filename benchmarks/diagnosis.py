"""Measures how often a failure is named right, and that correct code is given no name.

Usage: python benchmarks/diagnosis.py [--target PART] [--every K] [--workers K] [--correct]

Every known mistake is made in the reference, in this process, and what the checks say is explained
as a submission's failures are. Every K-th mistake besides runs in a worker, as student code does.
With ``--correct``, the functions of all correct submissions of the tests are probed, whether or not
a check fails.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from grader.candidate.base import Candidate
from grader.candidate.naming import Naming
from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.world import World
from grader.candidate.zygote import Zygote
from grader.course.assignment import Assignment
from grader.course.catalogue import assignment_names, load_assignment
from grader.course.conventions import apply
from grader.course.expected import Values, compute
from grader.course.reference_programme import ReferenceFunction, lay_out_reference
from grader.course.trial import TrialCandidate, find_place, go_through_trial, settle
from grader.diagnosis.explaining import Explainer
from grader.diagnosis.finding import Finding
from grader.diagnosis.known import resolve_wrong
from grader.diagnosis.observing import is_optional
from grader.diagnosis.probes import probed_targets, probes_for
from grader.model import Certainty, CheckResult, Kind, Outcome, Status
from grader.sandboxing import choose_level, confine
from grader.settings import Limits
from grader.submission.archive import open_submission
from grader.submission.locate import locate
from grader.submission.overlay import Programme, lay_out
from reference.mistakes import Mistake, make_wrong, mistakes_of
from reference.targets import resolve

CASES = Path(__file__).resolve().parent.parent / "tests" / "cases"
GOAL = 0.95
LIMITS = Limits(cpu_seconds=5.0)
_FINE = (Status.PASSED, Status.NEEDS_REVIEW)


@dataclass(frozen=True, slots=True)
class Trial:
    """One known mistake in one assignment."""

    assignment: Assignment
    expected: Values
    target: str
    mistake: Mistake


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of it first."""

    trial: Trial
    row: str
    """The first failing row; empty if every check passes."""
    said: str
    certainty: Certainty

    @property
    def right(self) -> bool:
        """Whether it is the mistake's name."""
        return self.said == self.trial.mistake.name


def find_trials(wanted: str) -> Iterator[Trial]:
    """Yield each mistake of each target once, in the first assignment that covers it."""
    done = set()
    for name in assignment_names():
        assignment = load_assignment(name).assignment
        new = [one for one in assignment.targets if wanted in one and one not in done]
        if not new:
            continue
        done.update(new)
        expected = compute(assignment, assignment.default_seed)
        for target in new:
            for mistake in mistakes_of(find_place(assignment, target)):
                if mistake.using in {"", *assignment.targets}:
                    yield Trial(assignment, expected, target, mistake)


def judge(trial: Trial) -> Verdict:
    """Run an assignment's checks until one fails, and explain that failure."""
    wrong = partial(resolve_wrong, resolve, trial.mistake.target, make_wrong([trial.mistake]))
    assignment, seed = trial.assignment, trial.assignment.default_seed
    candidate = TrialCandidate(apply(wrong, assignment.conventions, {}), LIMITS.cpu_seconds)
    settled = settle(assignment, trial.expected, lambda check, own: check.run(candidate, own, seed))
    rows = go_through_trial(
        assignment, wrong, expected=trial.expected, targets=(trial.target,), limits=LIMITS
    )
    checks = {check.id: check for check in assignment.checks}
    for row, outcome in rows:
        check = checks[row.rpartition(".")[0]]
        if outcome.status in _FINE or not sum(check.points.values()):
            continue
        result = make_result(row, check.kind, check.targets, outcome)
        explained = Explainer(assignment, settled, candidate).explain([result])[0].outcome
        return Verdict(trial, row, explained.diagnosis, explained.evidence.certainty)
    return Verdict(trial, "", "", Certainty.NONE)


def make_result(row: str, kind: Kind, targets: tuple[str, ...], outcome: Outcome) -> CheckResult:
    """Return a row of a report."""
    return CheckResult(row, "question", kind, targets, outcome, 0.0, 1.0)


def judge_in_worker(trial: Trial, zygote: Zygote) -> bool | None:
    """Return whether a mistake is named when it runs as student code does; None if it cannot."""
    probes = probes_for(trial.target, trial.assignment.targets)
    targets = {target for one in probes for target in one.experiment.targets}
    place = partial(find_place, trial.assignment)
    functions = {target: resolve(place(target)) for target in sorted(targets)}
    programme = spoil(
        lay_out_reference(
            {
                target: ReferenceFunction(found.__module__, found.__name__, (), {})
                for target, found in functions.items()
            }
        ),
        trial.mistake,
    )
    if programme is None:
        return None
    candidate = start([programme], zygote)
    try:
        found = Explainer(trial.assignment, {}, candidate).examine(trial.target)
    finally:
        candidate.restart()
    return name_of(found) == trial.mistake.name


def spoil(programme: Programme, mistake: Mistake) -> Programme | None:
    """Return a programme with a mistake in its text, None if a place for it is not plain."""
    function = resolve(mistake.target)
    modules = []
    for module in programme.modules:
        source = module.source
        if function.__module__ in module.names:
            for old, new in mistake.edits:
                if source.count(old) != 1:
                    return None
                source = source.replace(old, new)
        modules.append(replace(module, source=source))
    return replace(programme, modules=tuple(modules))


def name_of(found: Finding | None) -> str:
    """Return what a finding names first."""
    return "" if found is None or found.matched is None else "+".join(found.matched.found.names)


def start(
    programmes: Sequence[Programme], zygote: Zygote, naming: Naming | None = None
) -> SandboxedCandidate:
    """Return a candidate whose programmes run in workers."""
    confinement = confine(choose_level("auto"), LIMITS)
    worlds = [World(one, zygote, confinement, LIMITS, old_names=True) for one in programmes]
    return SandboxedCandidate(worlds, naming or Naming({}, {}), {})


def probe_correct(zygote: Zygote) -> tuple[int, list[str]]:
    """Probe every function of every correct submission; return how many, and the false names."""
    probed, named = 0, []
    for folder in sorted(path.parent for path in CASES.glob("*/*correct*/submission")):
        assignment = load_assignment(folder.parent.name).assignment
        submission = open_submission(folder / "submission")
        located = locate(submission, assignment.targets)
        keywords = {k: v for edition in assignment.editions for k, v in edition.keywords.items()}
        naming = Naming(located.definitions, keywords)
        candidate = start(lay_out(submission, located), zygote, naming)
        settled = settle_with(assignment, candidate)
        explainer = Explainer(assignment, settled, candidate)
        for target in {*assignment.targets} & {*probed_targets()} & {*located.definitions}:
            probed += 1
            found = explainer.examine(target)
            differ = [] if found is None else [one for one in found.wrong if not is_optional(one)]
            if found is not None and differ:
                wrong = ", ".join(sorted(differ))
                named.append(
                    f"{folder.parent.name}/{folder.name} {target}: {name_of(found)} ({wrong})"
                )
        candidate.restart()
    return probed, named


def settle_with(assignment: Assignment, candidate: Candidate) -> dict[str, str]:
    """Return the conventions that a correct submission follows."""
    seed = assignment.default_seed
    if not assignment.conventions:
        return {}
    expected = compute(assignment, seed)
    return settle(assignment, expected, lambda check, own: check.run(candidate, own, seed))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; 1 if fewer are named right than promised."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--target", default="", help="only targets whose names contain this")
    parser.add_argument("--every", type=int, default=1, help="only every K-th mistake")
    parser.add_argument("--workers", type=int, default=0, help="every K-th in a worker, too")
    parser.add_argument("--correct", action="store_true", help="probe correct submissions")
    given = parser.parse_args(arguments)
    if find_spec("reference") is None:
        parser.error("the reference is not installed")
    started = time.process_time()
    verdicts = [judge(trial) for trial in list(find_trials(given.target))[:: given.every]]
    caught = [one for one in verdicts if one.row]
    right = [one for one in caught if one.right]
    for one in verdicts:
        if not one.right:
            said = one.said or "nothing" if one.row else "every check passes"
            print(
                f"  {one.trial.target} {one.trial.mistake.name}: {one.row} {said} {one.certainty}"
            )
    share = len(right) / max(1, len(caught))
    print(f"{len(right)} of {len(caught)} failures named right, {share:.1%} (goal {GOAL:.0%})")
    print(f"{len(verdicts) - len(caught)} mistakes lose no points")
    seconds = (time.process_time() - started) / max(1, len(verdicts))
    print(f"{seconds * 1e3:.0f} CPU ms a mistake, checks included")
    if given.workers or given.correct:
        with Zygote() as zygote:
            if given.workers:
                sample = [one.trial for one in verdicts][:: given.workers]
                found = [judge_in_worker(trial, zygote) for trial in sample]
                known = [one for one in found if one is not None]
                for trial, named in zip(sample, found, strict=True):
                    if named is False:
                        print(f"  in a worker: {trial.target} {trial.mistake.name}")
                print(f"{sum(known)} of {len(known)} named right in workers")
            if given.correct:
                probed, named = probe_correct(zygote)
                print(f"{len(named)} of {probed} correct functions differ from the reference")
                print(*(f"  {line}" for line in named), sep="\n")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
