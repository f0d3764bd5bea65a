"""Points at the line that made a wrong part, and tells where nothing has been written yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.checks.base import Check
from grader.model import Outcome, Status
from grader.report.wording import join_names
from grader.submission.definition import Definition
from grader.submission.lines import find_first_values, find_result_line
from grader.submission.overlay import ModuleSource


def point_at_line(
    check: Check,
    part: str,
    outcome: Outcome,
    definitions: Mapping[str, Definition],
    modules: Mapping[str, ModuleSource],
) -> Outcome:
    """Return an outcome with the line that made a part, or that of the function that is named.

    Where that line only sets what a starter sets, and nothing else touches it, the function is
    not finished, and the outcome says so instead of telling how far a zero is off.
    """
    if "while importing" in outcome.message:
        return outcome
    target, place = check.result_of(part)
    for named in check.targets:
        if named != target and outcome.message.startswith(f"{named.partition(':')[2]} "):
            target, place = named, None
    definition = definitions.get(target)
    if definition is None:
        return outcome
    module = modules.get(definition.file)
    known = outcome.status is not Status.CRASHED and "in place" not in outcome.message
    name = target.partition(":")[2]
    line = None
    if module is not None and known:
        line = find_result_line(module.source, name, place, method=check.method)
    if module is None or line is None:
        return replace(outcome, location=definition.location)
    first, values = find_first_values(module.source, line)
    if values and outcome.status is Status.FAILED:
        are = "is" if len(values) == 1 else "are"
        said = f"{join_names(list(values))} {are} still {join_names(list(values.values()))}"
        message = f"{name} is not finished: {said}."
        return Outcome(Status.MISSING, message, location=module.locate(first))
    return replace(outcome, location=module.locate(line))
