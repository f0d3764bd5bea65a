"""Says why an operation gave no value, in terms of the student's own files and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.candidate.base import Failure
from grader.candidate.conversation import OutOfTime
from grader.candidate.replies import RemoteError
from grader.candidate.stacks import Frame, Stack, most_frequent
from grader.candidate.tags import ProtocolError
from grader.model import Location, Status
from grader.report.untrusted import without_paths
from grader.settings import Limits
from grader.submission.overlay import ModuleSource

_ENDINGS = frozenset({"SystemExit", "KeyboardInterrupt"})


class FailureDescriber:
    """Describes failures of one programme's worker.

    Parameters
    ----------
    sources : mapping
        The programme's modules, by path.
    """

    def __init__(self, sources: Mapping[str, ModuleSource]) -> None:
        self._sources = sources
        self._files = frozenset(sources)

    def describe_exception(self, error: RemoteError, doing: str) -> Failure:
        """Describe what student code raised, with its own lines only."""
        known = [
            (place, name, self._sources[file].provided)
            for file, line, name in error.frames
            if (place := self._place(file, line)) is not None
        ]
        # Where the course's own code raises, the student can mend only what led there.
        own = [place for place, _, provided in known if not provided]
        places = own or [place for place, *_ in known]
        text = without_paths(error.text)
        said = f"{error.type_name}: {text}" if text else error.type_name
        if not error.type_name:
            message = said = text
        else:
            message = f"{said} while {doing}" if known else f"{said}, raised while {doing}"
        return Failure(
            Status.CRASHED if error.type_name in _ENDINGS else Status.ERRORED,
            message,
            location=places[-1] if places else None,
            traceback=(*(f"{p.file}:{p.line} in {name}" for p, name, _ in known), said),
            exception=error.type_name,
        )

    def describe_time_out(self, error: OutOfTime, doing: str, limits: Limits) -> Failure:
        """Describe a call that was stopped, with the lines where it was seen."""
        seen = most_frequent(error.samples, self._files)
        places = [(self._place(frame.file, frame.line), count) for frame, count in seen]
        samples = tuple((place, count) for place, count in places if place is not None)
        slept = error.cpu_seconds < 0.5 * error.wall_seconds
        unit = "CPU s" if error.counts_cpu else "s"
        spent = (
            f"{error.wall_seconds:.1f} s of waiting" if slept else f"{error.cpu_seconds:.1f} {unit}"
        )
        message = f"Stopped after {spent} while {doing}."
        if seen and self.find_stuck(error, limits) is None:
            message += f" {seen[0][0].function} had already used up its time in an earlier check."
        return Failure(
            Status.TIMED_OUT,
            message,
            location=samples[0][0] if samples else None,
            samples=samples,
            hint="Does the loop at this line come to an end? If not, what would have to change in "
            "it? If so, how often does it run, and could an array operation do all of that?",
        )

    def find_stuck(self, error: OutOfTime, limits: Limits) -> Frame | None:
        """Return the student's function that used up a whole budget, if one did."""
        if error.cpu_seconds < limits.cpu_seconds and error.wall_seconds < limits.wall_seconds:
            return None
        seen = most_frequent(error.samples, self._files)
        return seen[0][0] if seen else None

    def describe_crash(self, stacks: Sequence[Stack], doing: str) -> Failure:
        """Describe the end of the whole process, with the line if a signal ended it."""
        seen = most_frequent(stacks, self._files)
        return Failure(
            Status.CRASHED,
            f"The whole process ended while {doing}, so there is no value to judge.",
            location=self._place(seen[0][0].file, seen[0][0].line) if seen else None,
            hint="Does something on this path call os._exit, exit, or memory through ctypes?",
        )

    def describe_garbage(self, error: ProtocolError, doing: str) -> Failure:
        """Describe an answer that is none."""
        return Failure(
            Status.CRASHED,
            f"The process answered with something unreadable while {doing} ({error}).",
            hint="Does something on this path write to file descriptors it has not opened?",
        )

    def _place(self, file: str, line: int) -> Location | None:
        """Return where a line stands in the submission; the worker may say any number."""
        module = self._sources.get(file)
        if module is None:
            return None
        return module.locate(min(max(line, 1), module.source.count("\n") + 1))
