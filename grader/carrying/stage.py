"""The reference in the place of functions of a submission, as long as rows are run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.candidate.sandboxed import SandboxedCandidate
from grader.candidate.standing_in import StandIn, StandIns
from grader.course.reference_programme import ReferenceFunction, lay_out_reference
from grader.dependence import DOCUMENTED_CACHES, name_of
from grader.reach import NameGraph
from grader.submission.definition import Definition


class Stage:
    """Puts the reference where functions of one submission are, and takes it away again.

    Parameters
    ----------
    candidate : SandboxedCandidate
        The submission.
    definitions : mapping
        Where each target is.
    graph : NameGraph
        What each definition of the submission uses.
    """

    def __init__(
        self,
        candidate: SandboxedCandidate,
        definitions: Mapping[str, Definition],
        graph: NameGraph,
    ) -> None:
        self.candidate = candidate
        self.definitions = definitions
        self.graph = graph
        self._standing: frozenset[str] = frozenset()
        self._reference: SandboxedCandidate | None = None

    def put(self, functions: Mapping[str, ReferenceFunction]) -> None:
        """Have the reference stand in for these functions, and no others, from now on."""
        standing = frozenset(functions)
        if standing == self._standing:
            return
        self._standing = standing
        if self._reference is not None:
            self._reference.restart()
            self._reference = None
        if not functions:
            self.candidate.stand_in(None)
            return
        self._reference = self.candidate.beside(lay_out_reference(functions))
        stand_ins = [self._describe(target, functions[target]) for target in functions]
        self.candidate.stand_in(StandIns(stand_ins, self._reference, self.candidate.naming))

    def _describe(self, target: str, function: ReferenceFunction) -> StandIn:
        definition = self.definitions.get(target)
        files = self.graph.files_of(name_of(target))
        programme = lay_out_reference({target: function})
        if definition is None:  # it belongs where the others of its module are
            module = target.partition(":")[0]
            beside = {d.file for t, d in self.definitions.items() if t.partition(":")[0] == module}
            files = (*files, *sorted(beside))
        return StandIn(
            target=target,
            files=files,
            parameters=function.parameters,
            keywords=function.keywords,
            own_parameters=() if definition is None else definition.parameters,
            keeps_cache="_forward" in target and target not in DOCUMENTED_CACHES,
            draws=any("random" in module.source for module in programme.modules),
        )

    def say(self, causes: Sequence[str]) -> str:
        """Return in words what stands in for these targets."""
        names = [name_of(target) for target in causes]
        listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
        there = [self.definitions[target] for target in causes if target in self.definitions]
        whose = " for yours" if any(not definition.stub for definition in there) else ""
        return f"with {'' if names[1:] else 'a '}correct {listed} standing in{whose}"
