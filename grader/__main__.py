"""Runs ``python -m grader`` as the command ``grade``."""

import sys

from grader.cli import main

sys.exit(main())
