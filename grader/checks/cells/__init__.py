"""Cells of notebooks as checks: run in the grader, on whatever the candidate answers."""

from grader.checks.cells.analysis import parts_of
from grader.checks.cells.check import CellCheck

__all__ = ["CellCheck", "parts_of"]
