"""What the catalogue tells students: words, never code, and a question instead of an answer."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from reference.mistakes import Mistake, all_mistakes

MISTAKES = all_mistakes()

CODE = re.compile(r"[`@\n]|\b(np|numpy|self)\.|[=+*/-]=|\*\*|\w\(|\b(return|def|lambda) \w+\(|:$")
"""What code is written with, and sentences are not. Names that a handout uses are words."""


def identify(mistake: Mistake) -> str:
    """Return the name that a test report shows."""
    return f"{mistake.target}-{mistake.name}"


def test_there_are_many_mistakes() -> None:
    """The catalogue holds at least 150 mistakes."""
    assert len(MISTAKES) >= 150


def test_names_are_unique() -> None:
    """No target has two mistakes of one name."""
    counts = Counter((mistake.target, mistake.name) for mistake in MISTAKES)
    assert [key for key, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=identify)
def test_words_are_for_students(mistake: Mistake) -> None:
    """The title is a few words, the explanation one sentence, the hint ends with a question.

    None of them holds code: they teach, and do not give the solution away.
    """
    assert len(mistake.title) <= 80
    assert not mistake.title.endswith(".")
    assert mistake.explanation.endswith(".")
    assert not re.search(r"[.?!] [A-Z]", mistake.explanation)
    assert len(mistake.explanation) <= 200
    assert "?" in mistake.hint
    assert len(mistake.hint) <= 200
    for text in (mistake.title, mistake.explanation, mistake.hint):
        assert CODE.search(text) is None, text


@pytest.mark.parametrize("mistake", MISTAKES, ids=identify)
def test_words_do_not_hold_the_right_text(mistake: Mistake) -> None:
    """No stretch of the reference that a mistake edits is told to the student."""
    told = f"{mistake.title} {mistake.explanation} {mistake.hint}"
    for old, _ in mistake.edits:
        assert old.strip() not in told or len(old.strip()) < 4
