"""What students wrote below a question that a person has to judge."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from grader.checks.review import ReviewCheck
from grader.submission.archive import Submission
from grader.submission.stored import StoredCell, stored_cells

if TYPE_CHECKING:
    from grader.course.assignment import Assignment

LONGEST = 20_000
"""Characters of an answer; the rest is cut."""
_ALIKE = 0.5
"""Share of words in common from which a text is the question."""
_ALIKE_QUESTION = 0.25
"""The same, of a text that is a question for sure."""
_MARK = re.compile(
    r"^[^\n\w]*(?:\\color\{\w+\}\{\\textit\s*)?(?:your\s+)?answers?\b\s*[:*_}$\s]*?"
    r"(?::[*_}$ \t]*|[*_}$ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_EMPTY = re.compile(
    r"[*_\[(<\s]*(?:fill\s+(?:this|me)?\s*in|your\s+answer(?:\s+here)?|write\s+here|todo)[.*_\])>\s]*",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(
    r"\$?\\color\{\w+\}\{\\textit\s*your\s+explanation:?\}\$?|\*?your\s+explanation\*?:",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\bquestions?\s*#?\s*(\d+)", re.IGNORECASE)
_ANY_QUESTION = re.compile(r"\bquestion", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]{3,}")
_HEADING = re.compile(r"\s*#+[ \t]+\S")


def answers_of(assignment: Assignment, handed_in: Submission) -> Mapping[str, str]:
    """Return what the student wrote for each review check, by its id.

    Parameters
    ----------
    assignment : Assignment
        As graded.
    handed_in : Submission
        Its notebooks are searched for the question: by the id in a cell's metadata, else by the
        words of the question. The answer is what follows in the same cell, else the next cell.

    Returns
    -------
    mapping of str to str
        Empty text where there is no answer; long ones are cut.
    """
    checks = [check for check in assignment.checks if isinstance(check, ReviewCheck)]
    if not checks:
        return {}
    cells = stored_cells(handed_in.files, [*(check.id for check in checks), "uestion", "nswer"])
    names = {name.lower() for name in assignment.notebooks}
    own = [cell for cell in cells if cell.stem.lower() in names]
    asked = own or list(cells)
    places = _find_questions(checks, asked)
    return {
        check.id: _answer(check, asked, places[check.id])[:LONGEST] if check.id in places else ""
        for check in checks
    }


def _answer(check: ReviewCheck, cells: Sequence[StoredCell], place: int) -> str:
    cell, asked = cells[place], _split(check.prompt)[0]
    before, mark, after = _split(cell.source)
    if not mark and _likeness(asked, before) < _ALIKE and check.id in cell.ids:
        return _clean(cell.source)  # nothing but the answer: the question stands above
    written = _clean(after if mark else _beyond(asked, cell.source))
    if written or place + 1 == len(cells):
        return written
    below = cells[place + 1]
    if below.notebook != cell.notebook or below.kind != "markdown":
        return ""
    _, marked, text = _split(below.source)
    if marked:
        return _clean(text)
    is_other = _ANY_QUESTION.search(below.source) or _HEADING.match(below.source)
    return "" if is_other or mark else _clean(below.source)


def _find_questions(checks: Sequence[ReviewCheck], cells: Sequence[StoredCell]) -> dict[str, int]:
    """Return where each question stands, the surest first: a cell asks one question."""
    found: dict[str, int] = {}
    scores = sorted(
        (
            (score, place, check.id)
            for check in checks
            for place, score in _scores(check, cells).items()
        ),
        reverse=True,
    )
    for _, place, name in scores:
        if name not in found and place not in found.values():
            found[name] = place
    return found


def _scores(check: ReviewCheck, cells: Sequence[StoredCell]) -> dict[int, float]:
    """Return how surely cells ask a question, by position; only those that may."""
    prompt = _split(check.prompt)[0]
    number = _QUESTION.search(prompt)
    scores: dict[int, float] = {}
    for place, cell in enumerate(cells):
        if check.id in cell.ids:
            scores[place] = 10.0
        elif cell.kind != "code" and cell.source.strip():
            asked, is_question, _ = _split(cell.source)
            other = _QUESTION.search(asked)
            is_question = is_question or bool(_ANY_QUESTION.search(asked))
            likeness = max(_likeness(prompt, asked), _likeness(prompt, cell.source))
            if likeness >= (_ALIKE_QUESTION if is_question else _ALIKE):
                is_same = number and other and number.group(1) == other.group(1)
                scores[place] = likeness + (0.2 if is_same else 0.0)
    return scores


def _split(source: str) -> tuple[str, bool, str]:
    """Return what stands before the word that asks for the answer, if it is there, and behind."""
    found = _MARK.search(source)
    if found is None:
        return source, False, ""
    return source[: found.start()], True, source[found.end() :]


def _beyond(prompt: str, source: str) -> str:
    """Return what a cell holds behind the last words of the question, where it begins with it."""
    last = prompt.strip().rpartition("\n")[2].strip()
    _, found, rest = source.partition(last) if last else ("", "", "")
    return rest if found else ""


def _clean(text: str) -> str:
    """Return an answer without what the handout put in its place."""
    bare = _EXPLANATION.sub(" ", text)
    rest = _EMPTY.sub(" ", bare) if len(bare) < 200 else bare
    return text.strip() if re.search(r"\w", rest) else ""


def _likeness(prompt: str, text: str) -> float:
    """Return the share of words that two texts have in common."""
    one = Counter(word.lower() for word in _WORD.findall(prompt))
    other = Counter(word.lower() for word in _WORD.findall(text[: 4 * len(prompt) + 400]))
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
