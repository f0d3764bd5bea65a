"""Run the nine checks of the notebook in this process, on the package in a folder.

Usage: python benchmarks/bare_checks.py FOLDER, where FOLDER holds the package ``cs231n``. The code
in it runs unconfined: only for code that is trusted.
"""

import sys


def main(folder: str) -> None:
    """Import the student's package and run every check; the first that fails raises."""
    sys.path.insert(0, folder)
    import notebook_checks  # noqa: PLC0415 - it imports the student's package

    for name, check in vars(notebook_checks).items():
        if name.startswith("check_"):
            check()
            print(f"{name.removeprefix('check_')}: ok")


if __name__ == "__main__":
    main(sys.argv[1])
