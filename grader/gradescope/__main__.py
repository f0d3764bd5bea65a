"""Grades one submission inside Gradescope's container, for ``run_autograder``."""

import sys

from grader.gradescope.running import run

sys.exit(run())
