"""Builds the students' wheel by setuptools, from a clean start.

What an earlier build left behind would be packed again, modules that are gone included.
"""

import shutil
from pathlib import Path

from setuptools.build_meta import (
    build_wheel,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_wheel,
)

__all__ = ["build_wheel", "get_requires_for_build_wheel", "prepare_metadata_for_build_wheel"]

shutil.rmtree(Path(__file__).parent / "build", ignore_errors=True)
