"""The account of an import: every comparison and every cell, taken or left, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.course.handout.modules import CourseFiles, Part
from grader.course.handout.roles import Role
from grader.records import record


@record
class Row:
    """What became of one cell."""

    number: int
    kind: str
    role: Role
    heading: str = ""
    id: str = ""
    question: str = ""
    parts: tuple[str, ...] = ()
    """Comparisons that are judged, by the name of the part."""
    tolerance: str = ""
    """The tolerance and where it was read."""
    judged: tuple[str, ...] = ()
    """What stands in the cell to be compared and is, with its line."""
    unjudged: tuple[str, ...] = ()
    """What stands in the cell to be compared and is left."""
    reason: str = ""
    notes: tuple[str, ...] = ()


@record
class NotebookAccount:
    """What became of the cells of one notebook."""

    path: str
    name: str
    rows: tuple[Row, ...]
    is_master: bool
    """Whether it became a part of the assignment; one with nothing to judge does not."""

    def of(self, role: Role) -> tuple[Row, ...]:
        """Return the rows of one role."""
        return tuple(row for row in self.rows if row.role is role)

    @property
    def taken(self) -> int:
        """How many comparisons are judged."""
        return sum(len(row.judged) for row in self.rows)

    @property
    def left(self) -> int:
        """How many comparisons are not judged."""
        return sum(len(row.unjudged) for row in self.rows)


@record
class Account:
    """Everything that an import has to say."""

    handout: str
    name: str
    notebooks: tuple[NotebookAccount, ...]
    course: CourseFiles
    asked: tuple[str, ...]
    """Targets that the checks judge."""
    unasked: tuple[Part, ...]
    """What the files have students write and no check of these notebooks judges."""
    lacking: tuple[str, ...]
    """Targets that the reference does not have."""
    bound: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def checks(self) -> int:
        """How many cells became checks."""
        return sum(len(each.of(Role.CHECK)) for each in self.notebooks)

    @property
    def reviews(self) -> int:
        """How many cells a person reads."""
        return sum(len(each.of(Role.REVIEW)) for each in self.notebooks)


def render(account: Account) -> str:
    """Return the account as Markdown."""
    lines = [
        f"# What was imported from {_inline(account.handout)}",
        "",
        *_summary(account),
        "",
    ]
    for notebook in account.notebooks:
        lines += [f"## {_inline(notebook.path)}", "", *_of_notebook(notebook), ""]
    lines += _of_files(account)
    for title, entries in (
        ("Targets that the reference lacks", account.lacking),
        ("Names that come from loading data", account.bound),
        ("Notes", (*account.warnings, *account.notes)),
    ):
        if entries:
            lines += [f"## {title}", "", *(f"- {_inline(entry)}" for entry in entries), ""]
    return "\n".join(lines).rstrip() + "\n"


def _summary(account: Account) -> Iterator[str]:
    taken = sum(each.taken for each in account.notebooks)
    left = sum(each.left for each in account.notebooks)
    yield f"- {_count(account.checks, 'check cell')}, for {_count(taken, 'comparison')}."
    yield f"- {_count(left, 'comparison')} left unjudged, with the reason beside each cell."
    yield f"- {_count(account.reviews, 'cell')} for a person to read; their points are pending."


def _of_notebook(notebook: NotebookAccount) -> Iterator[str]:
    if not notebook.is_master:
        yield "Nothing in it can be judged, so it is no part of the assignment."
        yield ""
    for title, roles in (
        ("Checks", (Role.CHECK,)),
        ("Run before the checks", (Role.SETUP,)),
        ("Left for a person", (Role.REVIEW,)),
        ("Left out", (Role.LEFT, Role.ANSWER)),
    ):
        rows = [row for row in notebook.rows if row.role in roles and _is_told(row)]
        if rows:
            yield f"### {title}"
            yield ""
            for row in rows:
                yield from _of_row(row)
            yield ""


def _is_told(row: Row) -> bool:
    return row.kind == "code" or row.role is not Role.LEFT


def _of_row(row: Row) -> Iterator[str]:
    words = [f"cell {row.number}"]
    if row.id:
        words.append(f"`{row.id}`")
    if row.role is Role.CHECK:
        words.append(f"judges {', '.join(row.parts)}")
        words.append(f"tolerance {row.tolerance}" if row.tolerance else "the default tolerance")
    if row.unjudged:
        words.append(f"{_count(len(row.unjudged), 'comparison')} not judged")
    if row.reason:
        words.append(_inline(row.reason))
    yield f"- {'; '.join(word for word in words if word)}"
    for comparison in row.judged:
        yield f"  - {_inline(comparison)}"
    for comparison in row.unjudged:
        yield f"  - not judged: {_inline(comparison)}"
    for note in row.notes:
        yield f"  - {_inline(note)}"


def _of_files(account: Account) -> Iterator[str]:
    if not (account.course.owned or account.course.provided or account.course.problems):
        return
    yield "## Files"
    yield ""
    for path, parts in account.course.owned.items():
        yield f"- {_inline(path)}: written by students"
        for part in parts:
            state = "a stub" if part.is_stub else "complete in this handout"
            asked = (
                "" if part not in account.unasked else "; no check of these notebooks asks for it"
            )
            yield f"  - `{part.name}` (line {part.line}): {state}{asked}"
    for path in account.course.provided:
        yield f"- {_inline(path)}: provided"
    for problem in account.course.problems:
        language = "Python 2" if problem.python2 else "no Python 3"
        yield f"- {_inline(problem.file)}: {language} (line {problem.line}: {problem.message})"
    yield ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _inline(text: str) -> str:
    """Return text that cannot break out of its line."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)
