"""One package root of a submission, and the worker that has it loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from grader.candidate.base import CallFailed, Reply
from grader.candidate.conversation import Conversation, OutOfTime, Starter, WorkerEnded
from grader.candidate.failures import FailureDescriber
from grader.candidate.replies import read_replies
from grader.candidate.standing_in import AIDED_SHARE, StandIns
from grader.candidate.wire import Encoder, ProtocolError, pack_frame
from grader.isolation.confinement import Confinement
from grader.model import Status
from grader.settings import Limits
from grader.submission.overlay import Programme

_HANDLES_PER_WORKER = 1 << 24
_PREPARING = "preparing a check"


class World:
    """Starts workers for one programme, imports its modules, and survives what they do.

    Parameters
    ----------
    programme : Programme
        Sources to load, and where each target is.
    zygote, confinement, limits
        How workers are started and bounded.
    old_names : bool
        Whether to give back ``xrange`` and the aliases that NumPy has removed.
    """

    def __init__(
        self,
        programme: Programme,
        zygote: Starter,
        confinement: Confinement,
        limits: Limits,
        *,
        old_names: bool,
    ) -> None:
        self.programme = programme
        self.reused = False
        """Whether the present worker has already served another check."""
        self.spent_budgets = 0
        """How many checks have used up their whole time."""
        self._zygote = zygote
        self._confinement = confinement
        self._limits = self._allowed = limits
        self._share = 1.0
        self._old_names = old_names
        self._sources = {module.path: module for module in programme.modules}
        self._failures = FailureDescriber(self._sources)
        self._worker: Conversation | None = None
        self._started = 0
        self._number = 0
        self._called = False
        self._check_is_new = True
        self._budget_due = True
        self._seed: int | None = None
        self._imported: set[str] = set()
        self._broken_unaided: dict[str, CallFailed] = {}
        self._broken = self._broken_unaided
        self._suspects: set[tuple[str, str]] = set()
        self._stopped_early = 0
        self._stand_ins: StandIns | None = None

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds that the present worker has used on its present budget."""
        return 0.0 if self._worker is None else self._worker.cpu_seconds

    def begin_check(self, cpu_seconds: float | None = None) -> None:
        """Start a new budget; objects of the check before are let go with the next request."""
        seconds = self._limits.cpu_seconds if cpu_seconds is None else cpu_seconds
        self._allowed = replace(self._limits, cpu_seconds=seconds * self._present_share)
        self._check_is_new = self._budget_due = True
        self._seed = None
        self.reused = self._worker is not None and self._worker.alive

    def restart(self) -> None:
        """End the worker; the next request starts another."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None
        self.reused = False

    def shorten_budgets(self) -> None:
        """Give workers from now on a tenth of the time for a check."""
        self._share = 0.1
        self.restart()

    @property
    def _present_share(self) -> float:
        """The share of its time that a check gets; more with what took it stood in for."""
        return self._share if self._stand_ins is None else AIDED_SHARE

    def stand_in(self, stand_ins: StandIns | None) -> None:
        """End the worker, and have functions of the next ones stood in for; None ends that."""
        self.restart()
        self._stand_ins = stand_ins
        self._broken = {} if stand_ins is not None else self._broken_unaided

    def beside(self, programme: Programme) -> World:
        """Return a world for another programme, started and bounded as this one is."""
        limits = replace(self._limits, cpu_seconds=AIDED_SHARE * self._limits.cpu_seconds)
        return World(programme, self._zygote, self._confinement, limits, old_names=False)

    def find_module(self, files: Sequence[str]) -> str | None:
        """Return the name of the first module that is one of these files."""
        found = (module.names[0] for module in self.programme.modules if module.path in files)
        return next(found, None)

    def seed(self, seed: int) -> None:
        """Seed ``np.random`` just before the next operation, after any import it needs."""
        self._seed = seed

    def require(self, module: str) -> None:
        """Import a module of the submission, unless it is known to fail.

        Raises
        ------
        CallFailed
            If it cannot be imported, by this worker or by an untouched one.
        """
        if module in self._broken:
            raise CallFailed(self._broken[module].failure)
        self._ready()
        if module in self._imported:
            return
        untouched = not (self._imported or self._called)
        try:
            self._import(module)
        except CallFailed as failed:
            if untouched or failed.failure.status is Status.TIMED_OUT:
                self._broken[module] = failed
                raise
            if not self._check_is_new:  # objects of this check live in the worker
                raise
            self.restart()
            self.require(module)

    def perform(
        self, operations: Sequence[Any], encoder: Encoder, doing: Sequence[str]
    ) -> list[Reply]:
        """Send encoded operations and return their replies.

        Parameters
        ----------
        operations : sequence
            As the worker takes them.
        encoder : Encoder
            That has encoded their arguments.
        doing : sequence of str
            What each of them does, for messages.

        Raises
        ------
        CallFailed
            If one of them gives no value.
        """
        worker = self._ready()
        if self._budget_due:
            worker.start_budget(
                frozenset(self._suspects), self._allowed, stopped=self._stopped_early
            )
        first: list[Any] = [{"op": "reset"}] if self._check_is_new else []
        if self._seed is not None:
            first.append({"op": "seed", "seed": self._seed})
        self._check_is_new = self._budget_due = False
        self._seed = None
        self._called = True
        told = [*([_PREPARING] * len(first)), *doing]
        return self._ask([*first, *operations], encoder.buffers, told)[len(first) :]

    def _ready(self) -> Conversation:
        """Return a worker that has the sources."""
        if self._worker is None or not self._worker.alive:
            self._worker = self._zygote.start_worker(self._confinement, self._limits)
            self._started += 1
            self._called = False
            self._budget_due = True
            self._imported.clear()
            self._load()
        return self._worker

    def _load(self) -> None:
        encoder = Encoder()
        rows = [
            {
                "path": module.path,
                "names": list(module.names),
                "package": module.package,
                "text": encoder.encode(module.source.encode("utf-8", "surrogatepass")),
            }
            for module in self.programme.modules
        ]
        request = {
            "op": "load",
            "modules": rows,
            "absent": dict(self.programme.absent),
            "old_names": self._old_names,
            "reply_bytes": self._limits.reply_bytes,
            "stand_ins": self._list_stand_ins(),
            # Never used again: a handle on an object of a worker that died finds nothing.
            "first_handle": self._started * _HANDLES_PER_WORKER,
        }
        self._ask([request], encoder.buffers, ["loading the submission"])

    def _list_stand_ins(self) -> list[Any]:
        """Return what is stood in for and where, in the order by which the worker names it."""
        stand_ins = () if self._stand_ins is None else self._stand_ins.stand_ins
        return [[one.name, list(one.files), one.draws] for one in stand_ins]

    def _import(self, module: str) -> None:
        """Import a module on a budget of its own: what it costs is no check's."""
        worker = self._ready()
        limits = replace(self._limits, cpu_seconds=self._limits.cpu_seconds * self._present_share)
        worker.start_budget(frozenset(self._suspects), limits, stopped=self._stopped_early)
        self._budget_due = True
        self._ask([{"op": "import", "module": module}], (), [f"importing {module}"])
        self._imported.add(module)

    def _ask(
        self, operations: Sequence[Any], buffers: Sequence[Any], doing: Sequence[str]
    ) -> list[Reply]:
        worker = self._ready()
        self._number += 1
        frame = pack_frame({"id": self._number, "ops": list(operations)}, buffers)
        try:
            answer = None if self._stand_ins is None else self._stand_ins.answer
            header, body = worker.exchange(frame, answer)
            replies, error = read_replies(header, body, number=self._number, count=len(operations))
        except OutOfTime as stopped:
            limits = worker.limits
            whole = stopped.cpu_seconds >= limits.cpu_seconds
            whole = whole or stopped.wall_seconds >= limits.wall_seconds
            self.spent_budgets += whole
            self._stopped_early += not whole
            # Many calls that use up a budget together are slow, and each alone may well be in time.
            is_one_call = sum(step != _PREPARING for step in doing) == 1
            if is_one_call and (stuck := self._failures.find_stuck(stopped, limits)):
                self._suspects.add((stuck.file, stuck.function))
            failure = self._failures.describe_time_out(stopped, _sum_up(doing), limits)
        except WorkerEnded:
            failure = self._failures.describe_crash(worker.last_stack, _sum_up(doing))
        except ProtocolError as broken:
            worker.kill()
            failure = self._failures.describe_garbage(broken, _sum_up(doing))
        else:
            if error is None:
                return replies
            failure = self._failures.describe_exception(error, doing[error.position])
        raise CallFailed(failure)


def _sum_up(doing: Sequence[str]) -> str:
    """Return what was being done when nobody knows how far it came."""
    steps = [step for step in dict.fromkeys(doing) if step != _PREPARING]
    return ", ".join(steps[:2]) + (" and more" if len(steps) > 2 else "")
