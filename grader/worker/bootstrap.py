"""Starts an isolated interpreter without site-packages on :mod:`grader.worker.loading`.

A script is compiled at every start, which takes longer the more it holds; the bytecode of a module
is kept. Arguments: what to be, ``zygote`` or ``alone``; a descriptor, of the control socket or of
the pipe for stacks; the folder with NumPy.
"""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location


def main() -> None:
    """Load the module beside this script, as no other can be found, and hand over."""
    here = os.path.dirname(os.path.realpath(__file__))  # not with pathlib, which nothing here needs
    spec = spec_from_file_location("grader.worker.loading", os.path.join(here, "loading.py"))
    if spec is None or spec.loader is None:
        raise ImportError("grader/worker/loading.py is missing")
    loading = module_from_spec(spec)
    spec.loader.exec_module(loading)
    root = os.path.dirname(os.path.dirname(here))
    loading.main(root, sys.argv[1], int(sys.argv[2]), sys.argv[3])


if __name__ == "__main__":
    main()
