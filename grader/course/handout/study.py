"""What each code cell of a notebook does: where its names come from and what it calls."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.course.handout.comparisons import Comparison, comparisons, is_measure
from grader.course.handout.modules import CourseFiles, canonical_module
from grader.course.handout.names import BUILTINS, Statement, defined_names, free_names, statements
from grader.course.handout.reading import HandoutCell, HandoutNotebook
from grader.course.handout.shown import DRAWS, plots, prints, reads_any
from grader.records import record
from grader.submission.course_names import COURSE_NAMES, PROVIDED

_FRAMEWORKS = {
    "torch": "PyTorch",
    "torchvision": "PyTorch",
    "torchsummary": "PyTorch",
    "tensorflow": "TensorFlow",
    "tensorboardX": "TensorFlow",
    "keras": "Keras",
    "jax": "JAX",
    "flax": "JAX",
    "mxnet": "MXNet",
    "theano": "Theano",
    "gym": "Gym",
    "gymnasium": "Gym",
    "metadrive": "MetaDrive",
    "sklearn": "scikit-learn",
    "pandas": "pandas",
    "nltk": "NLTK",
    "transformers": "Transformers",
}
_LIBRARIES = sys.stdlib_module_names | {
    *("numpy", "scipy", "matplotlib", "seaborn", "PIL", "cv2", "imageio", "h5py", "requests"),
    *("IPython", "google", "past", "future", "six", "builtins", "tqdm", "cython", "Cython", "pip"),
}
_LOADS = re.compile(
    r"^(?:_?(?:load|get|download|read|fetch|prepare|import)_?\w*"
    r"(?:cifar|data|mnist|svhn|coco|imagenet|batch|images?|vocab|mat)\w*|load|loadtxt|genfromtxt|open"
    r"|imread|urlopen|urlretrieve|load_\w+|read_csv|loadmat)$",
    re.IGNORECASE,
)
_TRAINS = re.compile(
    r"^(?:train(?:_\w+)?|fit|overfit\w*|run_(?:model|a_gan|training)\w*|learn|search\w*|Solver"
    r"|CaptioningSolver|ClassifierTrainer|\w*grid_?search\w*)$"
)
_WRITTEN = re.compile(
    r"TODO|YOUR\s+(?:OWN\s+)?CODE|START\s+OF\s+YOUR|WRITE\s+YOUR|Experiment\s+with\s+this"
    r"|BEGIN\s+SOLUTION|FILL\s+(?:THIS\s+)?IN",
    re.IGNORECASE,
)
_NEVER_STUDENTS = BUILTINS | {*_FRAMEWORKS, "np", "plt", "math", "random", "time", "os", "sys"}
_PLACES = re.compile(r"FOLDERNAME|GOOGLE_DRIVE|drive\.mount|google\.colab")


class Taint(StrEnum):
    """Where a value comes from, as far as it matters to whether a cell can be judged."""

    STUDENT = "student"
    DATA = "data"
    TRAINED = "trained"


@record
class Need:
    """A name that a cell reads and an earlier cell has defined."""

    name: str
    definer: int
    """Number of that cell."""
    taints: frozenset[str]
    """Of :class:`Taint`, or the name of a framework."""


@record
class CellStudy:
    """What one code cell does."""

    cell: HandoutCell
    comparisons: tuple[Comparison, ...] = ()
    needs: tuple[Need, ...] = ()
    targets: tuple[str, ...] = ()
    """Targets named in the cell itself."""
    frameworks: tuple[str, ...] = ()
    """Other libraries whose names it uses, beyond importing them."""
    uses_student: bool = False
    """Whether it runs what the student wrote, directly or by what an earlier cell made."""
    loads: bool = False
    trains: bool = False
    plots: bool = False
    times: bool = False
    prints: bool = False
    is_written: bool = False
    """Whether the student writes code in the cell."""
    defines: frozenset[str] = frozenset()

    @property
    def problem(self) -> str:
        """Why the cell cannot be read."""
        parsed = self.cell.parsed
        if parsed is None or parsed.problem is None:
            return ""
        return f"line {parsed.problem.line}: {parsed.problem.message}"


@dataclass(slots=True)
class _Flow:
    """What is known about names when a cell begins."""

    course: CourseFiles
    imported: set[str] = field(default_factory=set)
    """Course modules that the notebook has imported, by canonical name."""
    targets: dict[str, str] = field(default_factory=dict)
    taints: dict[str, frozenset[str]] = field(default_factory=dict)
    definers: dict[str, int] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    """Course modules that were imported with a star and are not provided, in order."""
    libraries: set[str] = field(default_factory=set)
    """Names of modules, which nothing that a cell does to them changes."""


def study(notebook: HandoutNotebook, course: CourseFiles) -> Mapping[int, CellStudy]:
    """Return what each code cell does, by number."""
    flow = _Flow(course)
    found: dict[int, CellStudy] = {}
    for cell in notebook.cells:
        if cell.parsed is not None:
            found[cell.number] = _study_cell(cell, flow)
    return found


def _study_cell(cell: HandoutCell, flow: _Flow) -> CellStudy:
    body = cell.parsed.body if cell.parsed else ()
    needs = tuple(
        Need(name, flow.definers[name], flow.taints.get(name, frozenset()))
        for name in sorted(free_names(body))
        if name in flow.definers
    )
    frameworks: dict[str, None] = {}
    taints: set[str] = set()
    targets: dict[str, None] = {}
    loads = trains = False
    for statement in statements(body):
        own = _intrinsic(statement, flow)
        spread = own.union(*(flow.taints.get(name, frozenset()) for name in statement.reads))
        if not isinstance(statement.node, ast.Import | ast.ImportFrom):
            frameworks.update(dict.fromkeys(sorted(spread & set(_FRAMEWORKS.values()))))
            targets.update(dict.fromkeys(_targets_of(statement, flow)))
            if not isinstance(statement.node, ast.FunctionDef | ast.ClassDef):
                taints |= spread
                loads = loads or Taint.DATA in own
                trains = trains or Taint.TRAINED in own
        _spread(statement, spread, own, flow)
    found = comparisons(body)
    if found and not targets:
        targets.update(dict.fromkeys(_course_names(body, flow)))
        taints |= {Taint.STUDENT} if targets else set()
    defines = defined_names(body)
    is_written = bool(_WRITTEN.search(cell.source)) and not _PLACES.search(cell.source)
    if is_written:
        for name in defines:
            flow.taints[name] = flow.taints.get(name, frozenset()) | {Taint.STUDENT}
    if trains:
        touched = {name for each in statements(body) for name in each.touches}
        for name in (defines | touched) - flow.libraries:
            flow.taints[name] = flow.taints.get(name, frozenset()) | {Taint.TRAINED}
    again = flow.libraries & flow.definers.keys()  # a module is the same, whoever imports it
    flow.definers.update(dict.fromkeys(defines - again, cell.number))
    return CellStudy(
        cell,
        found,
        needs,
        tuple(targets),
        tuple(frameworks),
        uses_student=Taint.STUDENT in taints,
        loads=loads,
        trains=trains,
        plots=plots(body),
        times=reads_any(body, "time", "timeit", "time_function", "tic"),
        prints=prints(body),
        is_written=is_written,
        defines=defines,
    )


def _spread(statement: Statement, spread: frozenset[str], own: frozenset[str], flow: _Flow) -> None:
    """Remember what a statement does to names."""
    node = statement.node
    if isinstance(node, ast.ImportFrom):
        _remember_import(node, flow)
        return
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            framework = _FRAMEWORKS.get(alias.name.partition(".")[0])
            flow.taints[name] = frozenset([framework] if framework else [])
            flow.libraries.add(name)
        return
    for name in statement.defines:
        flow.targets.pop(name, None)
        flow.taints[name] = spread
    for name in statement.touches - flow.libraries:
        flow.taints[name] = flow.taints.get(name, frozenset()) | own


def _remember_import(node: ast.ImportFrom, flow: _Flow) -> None:
    root = (node.module or "").partition(".")[0]
    framework = _FRAMEWORKS.get(root)
    is_course = not framework and root not in _LIBRARIES
    module = canonical_module(f"{(node.module or 'course').replace('.', '/')}.py")
    if is_course:
        flow.imported.add(module)
    for alias in node.names:
        name = alias.asname or alias.name
        if name == "*":
            if is_course and module not in PROVIDED:
                flow.stars.append(module)
            continue
        target = _resolve(alias.name, module, flow) if is_course else None
        flow.targets.pop(name, None)
        if target is not None:
            flow.targets[name] = target
        taints = [framework] if framework else [Taint.STUDENT] if target else []
        flow.taints[name] = frozenset(taints)


def _resolve(name: str, module: str, flow: _Flow) -> str | None:
    """Return the target that a name imported from a module is, None if it is provided."""
    if module in PROVIDED or is_measure(name):
        return None
    known = [
        target
        for target in flow.course.names.get(name, ())
        if target.partition(":")[0] not in PROVIDED and _is_students(target, flow)
    ]
    if f"{module}:{name}" in known:
        return f"{module}:{name}"
    if known:
        imported = [target for target in known if target.partition(":")[0] in flow.imported]
        return (imported or known)[0]
    if flow.course.owned or flow.course.provided:
        return None
    # A lone notebook: what it imports from its course is taken for the student's.
    return f"{module}:{name}" if not _LOADS.match(name) else None


def _is_students(target: str, flow: _Flow) -> bool:
    """Return whether a target is written by students or one of the course's own."""
    module, _, name = target.partition(":")
    if name in COURSE_NAMES.get(module, ()):
        return True
    return any(part.target == target for part in flow.course.parts)


def _targets_of(statement: Statement, flow: _Flow) -> Iterator[str]:
    for name in sorted(statement.reads):
        if name in flow.targets:
            yield flow.targets[name]
        elif flow.stars and name not in flow.taints and name not in _NEVER_STUDENTS:
            target = _resolve(name, flow.stars[-1], flow)
            if target is not None:
                yield target


def _course_names(body: tuple[ast.stmt, ...], flow: _Flow) -> Iterator[str]:
    """Yield what a cell reads of course modules that are neither known nor marked as written."""
    for name in sorted(free_names(body)):
        homes = [
            target
            for target in flow.course.names.get(name, ())
            if target.partition(":")[0] not in PROVIDED
        ]
        is_helper = _LOADS.match(name) or DRAWS.match(name) or is_measure(name)
        if is_helper or name in flow.definers or name in _NEVER_STUDENTS:
            continue
        if homes:
            yield homes[0]
        elif flow.stars and name not in flow.course.names:
            yield f"{flow.stars[-1]}:{name}"


def _intrinsic(statement: Statement, flow: _Flow) -> frozenset[str]:
    """Return what a statement brings in by itself."""
    found = {Taint.STUDENT} if any(_targets_of(statement, flow)) else set[str]()
    for child in statement.walk():
        if not isinstance(child, ast.Call):
            continue
        function = child.func
        name = function.attr if isinstance(function, ast.Attribute) else ""
        name = function.id if isinstance(function, ast.Name) else name
        if _LOADS.match(name):
            found.add(Taint.DATA)
        if _TRAINS.match(name):
            found.add(Taint.TRAINED)
    return frozenset(found)
