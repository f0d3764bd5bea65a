"""Tells the grader what student code raised: type, text and the submission's own frames."""

from __future__ import annotations

from typing import Any

_MAX_FRAMES = 12
_MAX_TEXT = 600
_MAX_NAME = 100


def describe(error: BaseException, paths: frozenset[str]) -> dict[str, Any]:
    """Return a description, whatever the exception's own class does to prevent it.

    Parameters
    ----------
    error : BaseException
        What was raised.
    paths : frozenset of str
        Files of the submission; frames elsewhere are left out.
    """
    frames: list[list[Any]] = []
    try:
        frames = _frames_of(error, paths)
        name = type.__dict__["__name__"].__get__(type(error))
        return {"type": str(name)[:_MAX_NAME], "message": _text_of(error), "frames": frames}
    except BaseException:  # noqa: BLE001 - a student's exception class may do anything
        return {"type": "Exception", "message": "", "frames": frames}


def _frames_of(error: BaseException, paths: frozenset[str]) -> list[list[Any]]:
    frames: list[list[Any]] = []
    trace = BaseException.__dict__["__traceback__"].__get__(error)
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in paths:
            frames.append([code.co_filename, trace.tb_lineno or 1, code.co_name[:_MAX_NAME]])
            if len(frames) > _MAX_FRAMES:  # of deep recursion, the first and the last few
                del frames[_MAX_FRAMES // 2]
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename in paths:
        frames.append([error.filename, error.lineno or 1, "<module>"])
    return frames


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:_MAX_TEXT].encode("utf-8", "replace").decode()
    except BaseException:  # noqa: BLE001 - a student's __str__ may do anything
        return ""
