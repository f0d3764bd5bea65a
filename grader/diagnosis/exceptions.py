"""Questions about exceptions that beginners meet: what to look at, by what the message says."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LONGEST = 400
"""Characters of a message that are looked at; student code chooses how many there are."""

_QUESTIONS: Mapping[str, str] = {
    (
        r"'float' object cannot be interpreted as an integer|slice indices must be integers"
        r"|only integers, slices|can't multiply sequence by non-int of type 'float'"
    ): (
        "In Python 3 the operator / gives a float, even for whole numbers. Which division "
        "here makes a size or an index, and which operator gives an integer?"
    ),
    r"'dict' object has no attribute '(?:iter\w+|has_key)'": (
        "Python 2 had that method. What do dictionaries have in its place in Python 3?"
    ),
    r"'(?:dict_\w+|map|zip|filter|range)' object": (
        "Python 2 had a list here, and Python 3 gives something to go through once. What "
        "makes a list of it?"
    ),
    r"module 'numpy\S*' has no attribute": (
        "Is the name spelt as in NumPy's documentation, and does today's NumPy still have it?"
    ),
    r"indexing arrays could not be broadcast": (
        "Of the two indices, one counts the examples and the other picks an entry of each: "
        "how long does each of them have to be?"
    ),
    r"^IndexError: .*out of bounds": (
        "How long is that axis, what does it stand for, and where does the index come from?"
    ),
    r"^IndexError: too many indices": (
        "How many axes has the array at this line, and how many indices are there?"
    ),
    r"not aligned|matmul: .*mismatch": (
        "A product sums over one axis of each side. Which lengths meet in it, and which axis "
        "of yours stands for what?"
    ),
    r"could not broadcast input array from shape \((?:\d+,)*0[,)]": (
        "One side is empty. What does a slice such as [pad:-pad] hold where pad is zero?"
    ),
    r"zero-size array to reduction": (
        "The array is empty. Does the window still lie inside of what it is taken from?"
    ),
    r"could not be broadcast|non-broadcastable|could not broadcast": (
        "Print the shapes of both sides: which axis of one belongs to which of the other?"
    ),
    r"cannot reshape array": ("How many numbers are there, and how many does the new shape hold?"),
    r"values to unpack|cannot unpack": (
        "How many values are there on the right, and where were they put together?"
    ),
    r"'NoneType'": (
        "Something is None here. Which line should have given it a value, or which function "
        "should have returned one?"
    ),
    r"^(?:NameError|UnboundLocalError):": (
        "Is the name spelt the same where it gets its value, and does that line run before "
        "this one?"
    ),
    r"^KeyError:": (
        "Which keys does the dictionary hold at this line, and who should have put that one in?"
    ),
    r"unexpected keyword argument|required positional argument|positional arguments? but": (
        "Does the call hand over what the definition asks for, in that order?"
    ),
    r"^AttributeError: '[\w.]+' object has no attribute": (
        "What is it that the attribute is asked of, and where should it have got it?"
    ),
    r"object is not callable": (
        "A name with a parenthesis behind it is a call. Is an operator missing there, or has the "
        "name been given to something else?"
    ),
    r"truth value of an array": (
        "Each entry of an array is true or false by itself. Which of them do you ask about?"
    ),
    r"Cannot cast ufunc|same_kind": (
        "Which dtype has the array that is changed, and can it hold fractions?"
    ),
    r"only (?:length-1|0-dimensional) arrays|setting an array element with a sequence": (
        "One number is wanted here. What is the shape of what stands there?"
    ),
    r"^RecursionError:": "Which function calls itself here, and when would it stop?",
}
"""By what a message holds; the first that fits is asked."""


def ask_about(message: str) -> str:
    """Return a question about an exception, empty if none is known.

    Parameters
    ----------
    message : str
        Type and text, such as ``KeyError: 'W1' while calling TwoLayerNet``.
    """
    said = message[:_LONGEST]
    return next((asked for held, asked in _QUESTIONS.items() if re.search(held, said)), "")
