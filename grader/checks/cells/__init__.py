"""Cells of notebooks as checks: run in the grader, on whatever the candidate answers."""
