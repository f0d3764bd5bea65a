"""Conventions that a draft declares where the handout's printed values are those of another choice.

Which choice a handout follows is found by running its cells on the reference under each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from typing import Any

from grader.course.conventions import Choice
from grader.course.handout.canonical import Resolve
from grader.records import record

TOY = "neural_net:TwoLayerNet"
_LINEAR = {
    "softmax": (
        "softmax:softmax_loss_naive",
        "softmax:softmax_loss_vectorized",
        "linear_classifier:Softmax",
    ),
    "linear_svm": (
        "linear_svm:svm_loss_naive",
        "linear_svm:svm_loss_vectorized",
        "linear_classifier:LinearSVM",
    ),
}


@record
class Known:
    """A convention of the course, and how a declaration says it."""

    name: str
    title: str
    targets: tuple[str, ...]
    choices: Mapping[str, Choice]
    """The reference's own behaviour first."""
    setup: str
    """Source text that the probe needs, before the assignment."""
    probe: str
    imports: tuple[str, ...]


def _factor(targets: tuple[str, ...], value: float) -> Mapping[str, Mapping[str, Any]]:
    return {target: {"regularization_factor": value} for target in targets}


_TOY_SETUP = f"""\
NETWORK = "{TOY}"


def toy_network(bias: float) -> Classifier:
    \"\"\"Return a small network whose weights are looked at.\"\"\"
    return Classifier(
        target=NETWORK,
        arguments=(4, 6, 3),
        weights={{
            "W1": normal(SHAPE_1),
            "b1": normal(6, scale=bias),
            "W2": normal(SHAPE_2),
            "b2": normal(3, scale=bias),
        }},
        store="params",
    )


def toy_loss(reg: float) -> ClassifierLoss:
    \"\"\"Return its loss, with biases of zero: whether they are regularised is left open.\"\"\"
    return ClassifierLoss(classifier=toy_network(0.0), X=normal(8, 4), y=integers(3, 8), reg=reg)
"""
_TOY_IMPORTS = ("Classifier", "ClassifierLoss", "integers", "normal")


def _regularization_of_losses(module: str, targets: tuple[str, ...]) -> Known:
    losses = ", ".join(f'"{target}"' for target in targets[:2])
    setup = f"""\
def {module}_loss(target: str, reg: float) -> LinearLoss:
    \"\"\"Return a loss whose regularisation is looked at.\"\"\"
    return LinearLoss(target=target, W=normal(4, 3), X=normal(6, 4), y=integers(3, 6), reg=reg)
"""
    probe = f"""\
RegularizationProbe(
        id="{module}_regularization",
        points={{"factor": 0}},
        pairs=tuple(
            ({module}_loss(target, 2.0), {module}_loss(target, 0.0))
            for target in ({losses})
        ),
    )"""
    return Known(
        f"{module}_regularization",
        "regularisation",
        targets,
        {
            "whole": Choice(title="reg * sum(W * W)"),
            "half": Choice(title="half of reg * sum(W * W)", keywords=_factor(targets, 0.5)),
        },
        setup,
        probe,
        ("LinearLoss", "RegularizationProbe", "integers", "normal"),
    )


KNOWN: tuple[Known, ...] = (
    Known(
        "orientation",
        "shape of the weights",
        (TOY,),
        {
            "input_first": Choice(title="(D, H) and (H, C)"),
            "output_first": Choice(
                title="(H, D) and (C, H)",
                substitutes={TOY: "neural_net:OutputFirstTwoLayerNet"},
            ),
        },
        _TOY_SETUP,
        """\
ValueCheck(
        id="orientation",
        experiment=KeptShape(classifier=toy_network(1.0), observed=("W1", "W2")),
        points={"W1": 0, "W2": 0},
    )""",
        ("KeptShape", "ValueCheck", *_TOY_IMPORTS),
    ),
    Known(
        "regularization",
        "regularisation",
        (TOY,),
        {
            "half": Choice(title="half of reg * sum(W * W)"),
            "whole": Choice(title="reg * sum(W * W)", keywords=_factor((TOY,), 1.0)),
        },
        _TOY_SETUP,
        """\
RegularizationProbe(
        id="regularization",
        pairs=((toy_loss(2.0), toy_loss(0.0)),),
        points={"factor": 0},
    )""",
        ("RegularizationProbe", *_TOY_IMPORTS),
    ),
    *(_regularization_of_losses(module, targets) for module, targets in _LINEAR.items()),
)


Chosen = Mapping[str, str]
"""The choice that a handout follows, by the name of a known convention."""


def possible_choices(targets: Iterable[str]) -> Iterator[dict[str, str]]:
    """Go through the choices that a handout about these targets may follow, usual ones first."""
    asked = set(targets)
    fitting = [known for known in KNOWN if asked.intersection(known.targets)]
    for choices in product(*(known.choices for known in fitting)):
        yield {known.name: choice for known, choice in zip(fitting, choices, strict=True)}


def follow(resolve: Resolve, chosen: Chosen) -> Resolve:
    """Return what finds the reference's functions as they behave under the choices."""
    choices = [known.choices[chosen[known.name]] for known in KNOWN if known.name in chosen]

    def find(target: str) -> Callable[..., Any]:
        place = target
        keywords: dict[str, Any] = {}
        for choice in choices:
            place = choice.substitutes.get(target, place)
            keywords |= choice.keywords.get(target, {})
        found = resolve(place)
        return partial(found, **keywords) if keywords else found

    return find


@record
class Declared:
    """Source text of conventions."""

    imports: frozenset[str] = frozenset()
    setup: str = ""
    """What stands before the assignment."""
    names: tuple[str, ...] = ()


def declare_conventions(chosen: Chosen) -> Declared:
    """Return the declaration of conventions, with what the handout follows as the default."""
    wanted = [known for known in KNOWN if known.name in chosen]
    setups = dict.fromkeys(known.setup for known in wanted)
    blocks = [*setups, *(_declare(known, chosen[known.name]) for known in wanted)]
    text = "\n\n".join(blocks)
    shapes = ("6, 4", "3, 6") if chosen.get("orientation") == "output_first" else ("4, 6", "6, 3")
    for number, shape in enumerate(shapes, start=1):
        text = text.replace(f"SHAPE_{number}", shape)
    imports = {name for known in wanted for name in known.imports}
    return Declared(
        frozenset({*imports, "Choice", "Convention"} if wanted else ()),
        text,
        tuple(known.name for known in wanted),
    )


def _declare(known: Known, chosen: str) -> str:
    ordered = sorted(known.choices, key=lambda name: name != chosen)
    lines = [
        f"{known.name} = Convention(",
        f'    name="{known.name}",',
        f'    title="{known.title}",',
        "    choices={",
        *(line for name in ordered for line in _declare_choice(name, known.choices[name])),
        "    },",
        f"    probe={known.probe},",
        ")",
    ]
    return "\n".join(lines) + "\n"


def _declare_choice(name: str, choice: Choice) -> Iterator[str]:
    if not choice.targets:
        yield f'        "{name}": Choice(title="{choice.title}"),'
        return
    yield f'        "{name}": Choice('
    yield f'            title="{choice.title}",'
    for word, given in (("keywords", choice.keywords), ("substitutes", choice.substitutes)):
        if given:
            yield f"            {word}={{"
            for target, value in given.items():
                shown = f'"{value}"' if isinstance(value, str) else _shown(value)
                yield f'                "{target}": {shown},'
            yield "            },"
    yield "        ),"


def _shown(keywords: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f'"{name}": {value!r}' for name, value in keywords.items()) + "}"
