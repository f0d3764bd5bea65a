"""Which file defines which target, found by reading the syntax tree, never by importing."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from grader.records import record
from grader.submission.archive import Submission
from grader.submission.definition import Definition, describe, parameters
from grader.submission.edition import EDITIONS, Edition
from grader.submission.layout import Layout, looks_like_copy
from grader.submission.parsing import SourceProblem
from grader.submission.sources import Definition as Node
from grader.submission.sources import Source, module_sources
from grader.submission.stub import is_stub

__all__ = ["Definition", "Located", "SyntaxProblem", "implemented", "locate"]

SyntaxProblem = SourceProblem

_FRAMEWORK_BASES = frozenset(["Module", "Model", "Layer", "Function", "TestCase"])
_TOY_PARAMETERS = frozenset(["hidden_size", "output_size", "std"])
_WARNINGS = 50


@record
class Located:
    """Where the targets of a submission are."""

    definitions: Mapping[str, Definition]
    """By target, in the order asked for."""
    missing: tuple[str, ...]
    """Targets that no file defines, and that no unreadable file seems to define."""
    edition: str
    """``cs231n``, ``nndl``, ``layers-utils``, ``other (package)``, ``flat`` or ``notebook``."""
    root: str
    """Package root that holds most targets."""
    warnings: tuple[str, ...]
    unreadable: Mapping[str, SyntaxProblem]
    """Targets whose file Python 3 cannot read, with the reason."""
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False, compare=False)
    """Every Python file and notebook, parsed where needed."""


@record
class _Candidate:
    """One definition that may be the target."""

    target: str
    source: Source
    node: Node
    root: str
    exact: bool
    stub: bool
    preferred: bool
    """Whether the submission says that this file's definition counts."""

    @property
    def is_sure(self) -> bool:
        """Whether no notebook cell can rank before it."""
        return self.exact and not self.stub and not looks_like_copy(self.source.path)

    def rank(self, worth: Mapping[str, int]) -> tuple[object, ...]:
        """Sort key: what a teaching assistant would grade comes first."""
        module = self.target.partition(":")[0]
        return (
            not self.preferred,
            self.stub,
            looks_like_copy(self.source.path),
            not self.exact,
            self.source.is_notebook,
            self.source.stem != module,
            -worth[self.root],
            self.source.path.count("/"),
            self.source.path,
        )


def locate(
    submission: Submission, targets: Iterable[str], editions: Sequence[Edition] = EDITIONS
) -> Located:
    """Find which file of a submission defines each target.

    Parameters
    ----------
    submission : Submission
        What was handed in.
    targets : iterable of str
        Canonical names, ``module:name``.
    editions : sequence of Edition
        Layouts whose exact paths are preferred.

    Raises
    ------
    ValueError
        If a target is not written ``module:name``.
    """
    targets = tuple(dict.fromkeys(targets))
    for target in targets:
        if not all(part.isidentifier() for part in target.partition(":")[::2]):
            raise ValueError(f"target is {target!r}, expected module:name")
    sources = module_sources(submission.files)
    layout = Layout(sources, editions)
    preferred = submission.preferred
    candidates = {t: _candidates(t, sources.values(), layout, preferred) for t in targets}
    worth = Counter(
        root for found in candidates.values() for root in {c.root for c in found if not c.stub}
    )
    best = {t: min(c, key=lambda one: one.rank(worth)) for t, c in candidates.items() if c}
    unreadable = {
        target: problem
        for target in targets
        if (problem := _unreadable(target, best.get(target), sources.values(), layout))
    }
    chosen = {target: found for target, found in best.items() if target not in unreadable}
    homes = layout.join_roots({candidate.root for candidate in chosen.values()})
    roots = Counter(homes[candidate.root] for candidate in chosen.values())
    files = {target: found.source for target, found in chosen.items()}
    files.update((target, source) for target, (_, source) in unreadable.items())
    return Located(
        definitions={
            target: describe(target, found.source, found.node, homes[found.root], stub=found.stub)
            for target, found in chosen.items()
        },
        missing=tuple(t for t in targets if t not in chosen and t not in unreadable),
        edition=layout.name_edition(files),
        root=roots.most_common(1)[0][0] if roots else "",
        warnings=tuple(_warn(candidates, chosen, unreadable, sources.values()))[:_WARNINGS],
        unreadable={target: problem for target, (problem, _) in unreadable.items()},
        sources=sources,
    )


def implemented(located: Located) -> frozenset[str]:
    """Return the targets that are defined and compute something."""
    return frozenset(t for t, found in located.definitions.items() if not found.stub)


def _candidates(
    target: str, sources: Iterable[Source], layout: Layout, preferred: Mapping[str, str]
) -> list[_Candidate]:
    name = target.partition(":")[2]
    first = preferred.get(name, "")
    found: list[_Candidate] = []
    sources = sorted(sources, key=lambda source: source.is_notebook)
    # Notebooks last: where a module's own file is there, no cell can come before it.
    for source in sources:
        if name not in source.mentioned:
            continue
        if source.is_notebook and source.path != first and any(one.is_sure for one in found):
            continue
        if node := source.definitions.get(name):
            found.extend(_make_candidates(target, source, node, layout, first))
    if all(one.stub for one in found):
        # What was handed out may still be there, above the assignment that takes its place.
        places = [one.source for one in found] or [s for s in sources if s.may_bind(name)]
        for source in places:
            if node := source.bindings.get(name):
                found.extend(_make_candidates(target, source, node, layout, first))
    return found


def _make_candidates(
    target: str, source: Source, node: Node, layout: Layout, first: str
) -> Iterator[_Candidate]:
    """Yield the candidate that a definition of the right name is, if it is one."""
    module = target.partition(":")[0]
    if _is_meant(module, node, source):
        exact = bool(layout.editions_of(source, module))
        stub = is_stub(node, module)
        root = layout.root_of(source)
        yield _Candidate(target, source, node, root, exact, stub, source.path == first)


def _is_meant(module: str, node: Node, source: Source) -> bool:
    """Return whether a definition of the right name is the target and not a namesake."""
    if not isinstance(node, ast.ClassDef):
        return True
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    if bases & _FRAMEWORK_BASES:
        return False
    if node.name != "TwoLayerNet":
        return True
    if source.stem in ("fc_net", "neural_net"):
        return source.stem == module
    is_toy = bool(_TOY_PARAMETERS & set(parameters(node)[0]))
    return is_toy == (module == "neural_net")


def _unreadable(
    target: str, best: _Candidate | None, sources: Iterable[Source], layout: Layout
) -> tuple[SourceProblem, Source] | None:
    """Return why a target's file cannot be read, and that file.

    A file in the edition's own place is what the notebooks import, so nothing but another
    such file can stand in for it; elsewhere any working definition is good enough.
    """
    if best is not None and (best.preferred or (best.exact and not best.stub)):
        return None
    module, _, name = target.partition(":")
    damaged = []
    for source in sources:
        if name not in source.mentioned or looks_like_copy(source.path):
            continue
        if name == "TwoLayerNet" and source.stem != module:
            continue
        exact = bool(layout.editions_of(source, module))
        if (exact or best is None or best.stub) and (problem := source.problem_of(name)):
            rank = (not exact, source.stem != module, source.path.count("/"), source.path)
            damaged.append((rank, problem, source))
    return min(damaged, key=lambda found: found[0])[1:] if damaged else None


def _warn(
    candidates: Mapping[str, Sequence[_Candidate]],
    chosen: Mapping[str, _Candidate],
    unreadable: Mapping[str, tuple[SourceProblem, Source]],
    sources: Iterable[Source],
) -> Iterator[str]:
    """Yield what a student should know about the choice of files."""
    passed_over = {
        (best.source.path, other.source.path)
        for target, best in chosen.items()
        for other in candidates[target]
        if not other.stub
        and other.exact >= best.exact
        # A notebook that a session runs in holds what it defines, as far as it is saved.
        and not (best.preferred and other.source.is_notebook)
        and other.source.content != best.source.content
    }
    for used, other in sorted(passed_over):
        yield f"{other} was not graded: {used} defines the same names and comes first"
    for problem in dict.fromkeys(problem for problem, _ in unreadable.values()):
        language = "is Python 2" if problem.python2 else "is not valid Python 3"
        yield f"{problem.file} {language} (line {problem.line}: {problem.message})"
    for source in sources:
        if source.path.rstrip().endswith(".ipynb") and source.content.strip()[:1] != b"{":
            yield f"{source.path} is not a notebook: it is not JSON"
