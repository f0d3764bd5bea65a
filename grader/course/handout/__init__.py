"""Turns a course's own starter files and notebooks into a draft assignment."""

from grader.course.handout.importing import Draft, import_handout

__all__ = ["Draft", "import_handout"]
