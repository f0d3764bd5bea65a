"""From a handout to a draft assignment: reads it, decides on each cell, and keeps the account."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.handout.account import Account, NotebookAccount, Row
from grader.course.handout.conventions import Chosen, declare_conventions
from grader.course.handout.draft import declaration, notebook_json
from grader.course.handout.judged import find_judged
from grader.course.handout.modules import CourseFiles, read_course_files
from grader.course.handout.predicates import propose_predicates
from grader.course.handout.reading import Handout, HandoutNotebook, read_handout
from grader.course.handout.right_answers import has_target, in_our_terms
from grader.course.handout.roles import Finding, Role, assign_roles
from grader.course.handout.study import study
from grader.course.handout.tagging import (
    Names,
    Tagged,
    prose_above,
    rows_of,
    tag_notebook,
    unused_questions,
)
from grader.errors import AssignmentError
from grader.families.earlier import earlier_for
from grader.records import record


@record
class Draft:
    """A draft assignment, not yet written."""

    files: Mapping[str, str]
    """Text by file name: the declaration and the notebooks."""
    account: Account


@dataclass(slots=True)
class _Material:
    """What all notebooks of a handout share."""

    course: CourseFiles
    refused: Mapping[tuple[str, int], tuple[str, ...]]
    chosen: Chosen
    lacking: dict[str, None] = field(default_factory=dict)
    """Targets that the reference does not have."""
    bound: dict[str, str] = field(default_factory=dict)


def import_handout(
    path: Path,
    name: str,
    refused: Mapping[tuple[str, int], tuple[str, ...]] | None = None,
    chosen: Chosen | None = None,
) -> Draft:
    """Turn a handout into a draft assignment.

    Parameters
    ----------
    path : Path
        A zip, a tar, a folder, or a lone notebook.
    name : str
        Name of the assignment, an identifier.
    refused : mapping, optional
        Why the reference does not pass cells, by notebook path and cell number. A cell refused
        once loses the predicates proposed for it; one without any, or refused twice, is left.
    chosen : mapping, optional
        The choice that the handout follows, by the name of a known convention.

    Raises
    ------
    SubmissionError
        If the handout cannot be read.
    AssignmentError
        If it holds no notebook, or no notebook with a check. Where checks are lacking only because
        the reference is, or does not pass them, the draft has review items in their place.
    """
    handout = read_handout(path)
    material = _Material(read_course_files(handout.files), refused or {}, chosen or {})
    names = Names()
    tagged = []
    for read in handout.notebooks:
        notebook = in_our_terms(read)
        findings = _find(notebook, material)
        tagged.append(tag_notebook(notebook, findings, material.course, names))
    accounts = tuple(_account_of(each) for each in tagged)
    has_checks = any(each.of(Role.CHECK) for each in accounts)
    if not has_checks and not material.lacking and not material.refused:
        raise AssignmentError(_say_no_checks(handout, accounts))
    masters = [each for each in tagged if each.is_judged]
    for question in unused_questions(names, masters):
        del names.questions[question]
    asked = {target: None for each in masters for target in each.judged_targets}
    account = Account(
        handout.name,
        name,
        accounts,
        material.course,
        tuple(asked),
        tuple(part for part in material.course.parts if part.target not in asked),
        tuple(material.lacking),
        tuple(f"{key}: {text}" for key, text in sorted(material.bound.items())),
        handout.warnings,
    )
    return Draft(_files(account, handout, masters, names, material), account)


def _find(notebook: HandoutNotebook, material: _Material) -> dict[int, Finding]:
    """Decide on the cells of one notebook."""

    def reasons(finding: Finding) -> tuple[str, ...]:
        return material.refused.get((notebook.path, finding.cell.number), ())

    def refuse(finding: Finding) -> str:
        """Return why a cell that compares something cannot be a check after all."""
        absent = [target for target in finding.targets if not has_target(target)]
        material.lacking.update(dict.fromkeys(absent))
        if absent:
            return f"the reference has no {', '.join(absent)}"
        if not finding.targets:
            return "runs nothing that the student writes"
        said = reasons(finding)
        if said and not (len(said) == 1 and finding.had_predicates):
            return said[-1]
        return _say_unseen(finding)

    def propose(finding: Finding) -> Mapping[str, str]:
        if finding.study is None:
            return {}
        prose = prose_above(notebook, finding.cell.number)
        proposed = propose_predicates(finding.study, prose)
        said = reasons(finding)
        finding.had_predicates = bool(proposed)
        if proposed and said:
            finding.notes = (f"not judged by {', '.join(proposed)}: {said[0]}",)
            return {}
        return proposed

    roles = assign_roles(notebook, study(notebook, material.course), propose, refuse)
    material.bound.update(roles.bound)
    return roles.findings


def _say_unseen(finding: Finding) -> str:
    """Return why nothing of a cell can be judged although it compares something."""
    kinds = ", ".join(dict.fromkeys(each.kind for each in finding.comparisons))
    return (
        ""
        if find_judged(finding).parts
        else f"its comparison ({kinds}) is of a form that is not judged"
    )


def _account_of(tagged: Tagged) -> NotebookAccount:
    notebook = tagged.notebook
    return NotebookAccount(notebook.path, notebook.name, rows_of(tagged), tagged.is_judged)


def _say_no_checks(handout: Handout, accounts: Sequence[NotebookAccount]) -> str:
    rows: list[Row] = [row for each in accounts for row in each.rows if row.kind == "code"]
    compared = [row for row in rows if row.unjudged]
    reasons: dict[str, int] = {}
    for row in compared or rows:
        if row.reason and (compared or row.role is Role.REVIEW):
            reason = re.sub(r"^needs \w+, of cell \d+, which ", "needs what ", row.reason)
            reasons[reason] = reasons.get(reason, 0) + 1
    common = max(reasons, key=lambda reason: reasons[reason]) if reasons else ""
    what = "cells that compare" if compared else "code cells"
    why = f" ({reasons[common]} of {len(compared or rows)} {what}: {common})" if common else ""
    names = ", ".join(each.path for each in accounts[:3]) + (", ..." if len(accounts) > 3 else "")
    return (
        f"{handout.name}: no cell of {names} can be judged{why}; give a notebook that compares "
        "results of the student's functions"
    )


def _files(
    account: Account, handout: Handout, masters: list[Tagged], names: Names, material: _Material
) -> dict[str, str]:
    title = re.sub(r"\.(?:zip|tar|tgz|gz|xz|bz2|ipynb)\b", "", handout.name)
    text = declaration(
        name=account.name,
        title=title,
        handout=handout.name,
        notebooks=[each.notebook for each in masters],
        questions=names.questions.values(),
        bound=material.bound,
        course=material.course.edition,
        conventions=declare_conventions(material.chosen),
        earlier=earlier_for(account.asked),
    )
    files = {"assignment.py": text}
    for each in masters:
        files[each.notebook.name] = notebook_json(each.notebook, each.tags)
    return files
