"""Reads the error that a notebook's comment or prose says is small enough."""

from __future__ import annotations

import re

_NUMBER = r"""
    (?<![\w.^-]) (?:
        (?P<mantissa> (?:\d+(?:\.\d*)?|\.\d+)? ) [eE] (?P<exponent> -\d{1,3} ) (?![\w.]*\w)
      | 10 \s* (?:\^|\*\*) \s* [{(]? (?P<power> -\d{1,3} ) [})]?
      | (?<! log\( ) (?P<decimal> 0?\.\d+ ) (?![\w%])
    )
"""
_BOUND = re.compile(_NUMBER, re.VERBOSE)
_CUE = re.compile(
    r"\b(?:around|about|approximately|roughly|near|close\s+to|orders?\s+of|less\s+than"
    r"|(?:smaller|lower)\s+than|below|under|at\s+most|up\s+to|within|between|magnitudes?"
    r"|should\s+be|must\s+be|can\s+be|will\s+be|we\s+get|get|have|see|expect|is|are|of|to|and)\b"
    r"|<=?|≤|~|≈",
    re.IGNORECASE,
)
_REACH = 40  # characters between the word that announces a bound and the bound
_OF_ERRORS = re.compile(r"err|differ|toleran|within|discrepanc|match|close", re.IGNORECASE)
_OF_SETTINGS = re.compile(
    r"rates?\b|scale|strength|\breg\b|regulari[sz]|decay|epsilon|optimizer|step\s+size|\blr\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(r"\bwith\s+reg\s*=.*|\bif\s+for\b|\bfor\s+dropout\S*", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z\"'(*])|\n\s*\n")
_COMMENT_MARK = re.compile(r"^[ \t]*[#>]+|[#]+[ \t]*$", re.MULTILINE)
_LARGEST = 0.1
"""Whatever is larger is a loss or an accuracy, not an error."""


def stated_tolerance(text: str) -> float | None:
    """Return the largest error that a text allows, as a number.

    Parameters
    ----------
    text : str
        Comments of a cell, with or without their ``#``, or prose beside it: "should be around
        e-8", "on the order of 1e-7", "between 1e-12 and 1e-7", "less than 1e-8".

    Returns
    -------
    float or None
        The number as stated, of several the largest, because each of them is called right by
        the course; how far "around" reaches is for the caller to say. None if the text states no
        error: losses to be expected, learning rates and accuracies are none.

    Examples
    --------
    >>> stated_tolerance("# The error should be around e-8 or less")
    1e-08
    >>> stated_tolerance("# relative errors between 1e-12 and 1e-7")
    1e-07
    >>> stated_tolerance("# Loss should be close to 2.3") is None
    True
    """
    plain = _COMMENT_MARK.sub("", text).replace("`", "").replace("$", "")
    found = [
        value
        for sentence in _SENTENCE.split(plain)
        for value in _bounds(" ".join(sentence.split()))
    ]
    return max(found, default=None)


def _bounds(sentence: str) -> list[float]:
    """Return the errors that one sentence allows."""
    if _OF_SETTINGS.search(_EXCEPTION.sub("", sentence)):
        return []
    found = []
    for match in _BOUND.finditer(sentence):
        before = sentence[max(0, match.start() - _REACH) : match.start()]
        if not _CUE.search(before):
            continue
        if match["decimal"] and not _OF_ERRORS.search(sentence):
            continue
        value = _value(match)
        if 0 < value <= _LARGEST:
            found.append(value)
    return found


def _value(match: re.Match[str]) -> float:
    if match["power"]:
        return float(f"1e{match['power']}")
    if match["decimal"]:
        return float(match["decimal"])
    return float(f"{match['mantissa'] or '1'}e{match['exponent']}")
