"""Builds the compiled kernels of the reference; everything else is in pyproject.toml.

The kernels are optional: without Cython or a C compiler the package installs all the same, and
the fast layers run NumPy code.

``python setup.py build_ext --inplace`` builds them in a checkout. With ``KERNEL_CHECKS=1`` in
the environment they check every index, which is slow and meant for tests.
"""

import os

from setuptools import Extension, setup

try:
    from Cython.Build import cythonize
except ImportError:
    cythonize = None


def list_extensions() -> list[Extension]:
    """Return the kernels, or nothing where Cython is missing."""
    if cythonize is None:
        return []
    checks = os.environ.get("KERNEL_CHECKS") == "1"
    extensions = [
        Extension(
            f"reference.fast.{name}",
            [f"reference/fast/{name}.pyx"],
            # cl.exe has no -O3 and optimises loops like these at its default level.
            extra_compile_args=[] if os.name == "nt" else ["-O3"],
        )
        for name in ("_im2col", "_pool")
    ]
    directives = {"boundscheck": checks, "initializedcheck": checks}
    # Cython does not see that the directives of an older build were others.
    kernels: list[Extension] = cythonize(extensions, compiler_directives=directives, force=True)
    for kernel in kernels:
        kernel.optional = True  # cythonize forgets it when the extension is made with it
    return kernels


setup(ext_modules=list_extensions())
