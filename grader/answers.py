"""What students wrote below a question that a person has to judge."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from grader.checks.review import ReviewCheck
from grader.submission.archive import Submission
from grader.submission.notebook import parse_cell
from grader.submission.stored import StoredCell, stored_cells

if TYPE_CHECKING:
    from grader.course.assignment import Assignment

LONGEST = 20_000
"""Characters of an answer; the rest is cut."""
_HELD = 0.6
"""Share of a code cell's words that the student's longer one still holds."""
_CELLS = 2_000
_FURTHEST = 3
"""Code cells that may stand between a question and its answer."""
_ALIKE = 0.5
"""Share of words in common from which a text is the question."""
_ALIKE_QUESTION = 0.25
"""The same, of a text that is a question for sure."""
_MARK = re.compile(
    r"^[^\n\w]{0,40}(?:\\color\{\w{1,20}\}\{\\textit\s{0,3})?(?:your\s{1,3})?"
    r"(?:answers?|solutions?)\b(?:[*_}$ \t]{0,10}:[*_}$ \t]{0,10}|[*_}$ \t]{0,10}$)",
    re.IGNORECASE | re.MULTILINE,
)
_EMPTY = re.compile(
    r"[*_\[(<\s]*(?:fill\s+(?:this|me)?\s*in|your\s+answer(?:\s+here)?|write\s+here|todo)[.*_\])>\s]*",
    re.IGNORECASE,
)
_EXPLANATION = re.compile(
    r"\$?\\color\{\w{1,20}\}\{\\textit\s{0,3}your\s{1,3}explanation:?\}\$?"
    r"|\*?your\s{1,3}explanation\*?:",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\bquestions?\s{0,3}#?\s{0,3}(\d{1,3})", re.IGNORECASE)
_ANY_QUESTION = re.compile(r"\bquestion|\?\s{0,9}$", re.IGNORECASE)
_STEM = re.compile(r"(?<![^\W_])[^\W_]{3,5}")
"""The beginnings of words: *differ* and *differences* are alike."""
_NAME = re.compile(r"[A-Za-z_]\w{5,}")
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
        Where a cell of code is judged, such as a search, it is the answer.

    Returns
    -------
    mapping of str to str
        Empty text where there is no answer; long ones are cut.
    """
    checks = [check for check in assignment.checks if isinstance(check, ReviewCheck)]
    if not checks:
        return {}
    cells = stored_cells(handed_in.files, _telling_words(checks))
    names = {name.lower() for name in assignment.notebooks}
    own = [cell for cell in cells if cell.stem.lower() in names]
    asked = (own or list(cells))[:_CELLS]
    places = _find_questions(checks, asked)
    return {
        check.id: _answer(check, asked, places[check.id])[:LONGEST] if check.id in places else ""
        for check in checks
    }


def _telling_words(checks: Sequence[ReviewCheck]) -> list[str]:
    """Return words of which a notebook that asks one of the questions holds one."""
    words = ["uestion", "nswer"]
    for check in checks:
        names = _NAME.findall(check.prompt) if _is_code(check.prompt) else ()
        words += [check.id, *sorted(set(names), key=len)[-3:]]
    return words


def _answer(check: ReviewCheck, cells: Sequence[StoredCell], place: int) -> str:
    cell, asked = cells[place], _split(check.prompt)[0]
    if cell.kind == "code":
        return "" if cell.source.split() == check.prompt.split() else cell.source.strip()
    before, mark, after = _split(cell.source)
    if not mark and _likeness(asked, before) < _ALIKE_QUESTION and check.id in cell.ids:
        return _clean(cell.source)  # nothing but the answer: the question stands above
    written = _clean(after if mark else _beyond(asked, cell.source))
    return written or _below(cells[place + 1 :], cell, asked_for_here=mark)


def _below(cells: Sequence[StoredCell], question: StoredCell, *, asked_for_here: bool) -> str:
    """Return the answer that stands in a cell of its own below the question."""
    for distance, cell in enumerate(cells[: _FURTHEST + 1]):
        if cell.notebook != question.notebook:
            break
        if cell.kind == "code":
            continue
        _, marked, text = _split(cell.source)
        if marked:
            return _clean(text)
        if cell.kind == "raw":  # no handout's own
            return _clean(cell.source)
        is_other = _ANY_QUESTION.search(cell.source) or _HEADING.match(cell.source)
        return "" if is_other or distance or asked_for_here else _clean(cell.source)
    return ""


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
    is_code = _is_code(check.prompt)
    scores: dict[int, float] = {}
    for place, cell in enumerate(cells):
        if check.id in cell.ids:
            scores[place] = 10.0
        elif is_code or cell.kind == "code":
            held = _share_held(prompt, cell.source)
            if is_code and cell.kind == "code" and held >= _HELD:
                scores[place] = held + _likeness(prompt, cell.source)
        elif cell.source.strip():
            asked, is_question, _ = _split(cell.source)
            other = _QUESTION.search(asked)
            is_question = is_question or bool(_ANY_QUESTION.search(asked))
            likeness = max(_likeness(prompt, asked), _likeness(prompt, cell.source))
            if likeness >= (_ALIKE_QUESTION if is_question else _ALIKE):
                is_same = number and other and number.group(1) == other.group(1)
                scores[place] = likeness + (0.2 if is_same else 0.0)
    return scores


def _is_code(prompt: str) -> bool:
    """Return whether a person has to look at what a cell of code makes: a plot, a search."""
    cell = parse_cell("", 1, prompt)
    return cell.problem is None and bool(cell.body)


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
    one, other = _stems(prompt), _stems(text[: 4 * len(prompt) + 400])
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _share_held(prompt: str, text: str) -> float:
    """Return the share of a prompt's words that a text holds, whatever was added to it."""
    one, other = _stems(prompt), _stems(text[:LONGEST])
    return (one & other).total() / one.total() if one else 0.0


def _stems(text: str) -> Counter[str]:
    return Counter(word.lower() for word in _STEM.findall(text))
