"""What may safely be asked of cells that students judge by eye: the well-known ones.

Each predicate is an expression of the cell's names after it has run, with its slack in it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.course.handout.study import CellStudy

_MOMENTS = re.compile(
    r"means?\s+should\s+be\s+(?:close\s+to\s+)?(?P<mean>zero|0|beta)\s+and\s+std(?:s|dev)?\s+"
    r"(?:should\s+be\s+)?(?:close\s+)?to\s+(?P<std>one|1|gamma)",
    re.IGNORECASE,
)
_NOISY = re.compile(r"nois", re.IGNORECASE)
_EXACT, _ROUGH = "1e-3", "0.2"
_LOSS = re.compile(
    r"loss\s+should\s+be\s+(?:something\s+)?(?:around|about|close\s+to|near)?\s*"
    r"(?P<value>\d+(?:\.\d+)?|-?\s*log\(0?\.1\)|log\(10\)|log\(C\))",
    re.IGNORECASE,
)
_ABOUT_LOG = re.compile(r"(?:loss|expect)[^.\n]{0,80}?\blog\((?:C|10)\)", re.IGNORECASE)


def propose_predicates(study: CellStudy, prose: str) -> dict[str, str]:
    """Return expressions by part for what a cell shows; empty if nothing safe is known.

    Parameters
    ----------
    study : CellStudy
        The cell.
    prose : str
        The markdown above it.
    """
    if study.problem or study.trains or not study.uses_student:
        return {}
    body = study.cell.parsed.body if study.cell.parsed else ()
    return {
        **_moments(study.cell.source, body),
        **_dropout(body),
        **_loss(study, prose),
        **_printed_difference(study),
    }


def _moments(source: str, body: tuple[ast.stmt, ...]) -> dict[str, str]:
    """Return what normalised values must fulfil after the last statement about them."""
    stated = list(_MOMENTS.finditer(_unwrapped(source)))
    shown = list(_averages(body))
    if not stated or not shown:
        return {}
    name, axis = shown[-1]
    last = stated[-1]
    is_noisy = _NOISY.search(_unwrapped(source), last.end(), last.end() + 80)
    slack = _ROUGH if is_noisy else _EXACT
    across = axis in ("0", "(0, 2, 3)")
    wanted = {"mean": last["mean"].lower(), "std": last["std"].lower()}
    found = {}
    for moment, said in wanted.items():
        right = {"zero": "0", "one": "1"}.get(said, said)
        if not right.isdigit() and not across:
            right = f"np.ravel({right})[0]"
        found[f"{moment}s"] = f"np.allclose({name}.{moment}(axis={axis}), {right}, atol={slack})"
    return found


def _averages(body: tuple[ast.stmt, ...]) -> Iterator[tuple[str, str]]:
    """Yield names whose means a cell shows, with the axis, in order."""
    calls = sorted(
        (child for node in body for child in ast.walk(node) if isinstance(child, ast.Call)),
        key=lambda call: (call.lineno, call.col_offset),
    )
    for call in calls:
        axis = next((ast.unparse(k.value) for k in call.keywords if k.arg == "axis"), None)
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr="mean") if axis and not call.args:
                yield name, axis
            case ast.Name(id="print_mean_std") if call.args and isinstance(call.args[0], ast.Name):
                yield call.args[0].id, axis or "0"


def _dropout(body: tuple[ast.stmt, ...]) -> dict[str, str]:
    """Return what the last round of a loop over dropout's ``p`` must fulfil."""
    outputs: dict[str, str] = {}
    given = ""
    for node in body:
        for child in ast.walk(node):
            match child:
                case ast.Assign(
                    targets=[ast.Tuple(elts=[ast.Name(id=out), *_])],
                    value=ast.Call(
                        func=ast.Name(id="dropout_forward"),
                        args=[ast.Name(id=name), ast.Dict() as settings],
                    ),
                ):
                    given = name
                    text = ast.unparse(settings)
                    mode = "train" if "'train'" in text else "test"
                    if re.search(r"'p': p\b", text):
                        outputs[mode] = out
    if set(outputs) != {"train", "test"}:
        return {}
    train, test = outputs["train"], outputs["test"]
    zero = f"({train} == 0).mean()"
    return {
        "mean": f"abs({train}.mean() - {given}.mean()) < 0.1",
        "fraction": f"min(abs({zero} - p), abs({zero} - (1 - p))) < 0.02",
        "test": f"np.allclose({test}, {given})",
    }


def _loss(study: CellStudy, prose: str) -> dict[str, str]:
    """Return what the printed loss must fulfil, if the cell or the prose says how large it is."""
    if "loss" not in study.defines or not study.prints:
        return {}
    source = _unwrapped(study.cell.source)
    stated = list(_LOSS.finditer(source)) or list(_LOSS.finditer(_unwrapped(prose)))
    if stated:
        value = stated[-1]["value"]
        if "log" in value:
            return {"loss": "abs(loss - np.log(10)) < 0.1"}
        slack = 0.5 / 10 ** len(value.partition(".")[2])
        return {"loss": f"abs(loss - {value}) < {slack:g}"}
    if _ABOUT_LOG.search(_unwrapped(prose)):
        upper = "1" if re.search(r"\breg\s*=", source) else "0.1"
        return {"loss": f"-0.1 < loss - np.log(10) < {upper}"}
    return {}


def _printed_difference(study: CellStudy) -> dict[str, str]:
    """Return that two values are equal whose difference a cell prints as it is."""
    shown = [each.node for each in study.comparisons if isinstance(each.node, ast.BinOp)]
    return {
        "difference" if number == 1 else f"difference_{number}": (
            f"np.allclose({ast.unparse(node.left)}, {ast.unparse(node.right)})"
        )
        for number, node in enumerate(shown, start=1)
    }


def _unwrapped(text: str) -> str:
    """Return text without the breaks of its comment lines."""
    return re.sub(r"\s*\n\s*#+\s*", " ", text)
