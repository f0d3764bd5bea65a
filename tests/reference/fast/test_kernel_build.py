"""Installing where the kernels cannot be built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WITHOUT_CYTHON = """
import runpy, sys
sys.modules["Cython"] = None
sys.argv = ["setup.py", "build_ext"]
runpy.run_path("setup.py", run_name="__main__")
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what a build of the kernels needs."""
    shutil.copy(ROOT / "setup.py", tmp_path)
    (tmp_path / "reference/fast").mkdir(parents=True)
    for source in (ROOT / "reference/fast").glob("*.pyx"):
        shutil.copy(source, tmp_path / "reference/fast")
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="the compiler is not chosen by CC there")
def test_a_machine_without_a_compiler_builds_no_kernel_and_no_error(checkout: Path) -> None:
    """The failure is a warning that names the kernel."""
    done = subprocess.run(
        [sys.executable, "setup.py", "build_ext", "--inplace"],
        cwd=checkout,
        env=os.environ | {"CC": "no-such-compiler"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert 'building extension "reference.fast._im2col" failed' in done.stdout + done.stderr
    assert not list(checkout.glob("reference/fast/*.so"))


def test_a_machine_without_cython_builds_nothing(checkout: Path) -> None:
    """There is nothing to build, and that is no error."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_CYTHON],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not list(checkout.glob("reference/fast/*.c"))
