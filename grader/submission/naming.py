"""Import names for the files of a submission: what student code may call each module."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping

from grader.submission.sources import Source

FLAT = "submission.flat"
"""Parent of files that lie in no package, so that ``from .layers import *`` works in them."""
NOTEBOOKS = "submission.notebooks"
"""Parent of modules made of notebook cells."""

_RESERVED = frozenset(["numpy", "submission", "__main__", *sys.stdlib_module_names])
_UPWARD = re.compile(rb"^[ \t]*from[ \t]+(\.{2,})", re.MULTILINE)
_NOT_A_NAME = re.compile(r"\W")


def module_name(path: str, root: str) -> str:
    """Return the canonical dotted name of a Python file below ``root``.

    A package that is called like a module of the standard library gets a parent of its own:
    under its bare name it would break that module for everyone.
    """
    inside = path.removeprefix(root).strip("/").rstrip()
    parts = inside.removesuffix(".py").rstrip().split("/")
    if parts[-1] == "__init__":
        parts.pop()
        return ".".join(_guarded(parts)) if parts else FLAT
    return ".".join(_guarded(parts)) if len(parts) > 1 else f"{FLAT}.{parts[0]}"


def _guarded(parts: list[str]) -> list[str]:
    return ["submission", *parts] if parts[0] in _RESERVED else parts


def notebook_name(source: Source) -> str:
    """Return the canonical name of a notebook's pseudo-module."""
    return f"{NOTEBOOKS}.{_NOT_A_NAME.sub('_', source.stem)}"


def own_names(sources: Iterable[Source]) -> frozenset[str]:
    """Return the names of a submission's modules, and of the folders that hold them."""
    return frozenset(
        part
        for source in sources
        if not source.is_notebook
        for part in (*source.folder.split("/"), source.stem)
    )


def upward_folders(sources: Iterable[Source], root: str) -> frozenset[str]:
    """Return the first names below ``root`` under which a file imports from beside them.

    ``from ..layers import *`` in ``models/fc_net.py`` asks for a package around both, which
    nothing names where the package's content was handed in without its folder.
    """
    found = set()
    for source in sources:
        folders = source.folder.removeprefix(root).strip("/").split("/")
        if folders[0] and any(len(dots) > len(folders) for dots in _UPWARD.findall(source.content)):
            found.add(folders[0])
    return frozenset(found)


def is_importable(path: str) -> bool:
    """Return whether an import statement can name the file and the folders above it."""
    inside = path.rstrip().removesuffix(".py").rstrip()
    return all(part.isidentifier() for part in inside.split("/"))


def bare_names(names: Iterable[str], preferred: Iterable[str]) -> Mapping[str, str]:
    """Return the modules that may also be imported by their last name alone.

    Files beside the notebooks are imported so, and Python 2 found neighbours in a package that
    way. A file outside packages comes first, then one that defines targets; a name that
    several others share is nobody's, and neither is one of the standard library.

    Returns
    -------
    mapping of str to str
        Bare name -> canonical name.
    """
    names = tuple(dict.fromkeys(names))
    stems = Counter(name.rpartition(".")[2] for name in names)
    tops = {name.partition(".")[0] for name in names}
    preferred = frozenset(preferred)
    bare: dict[str, str] = {}
    for name in sorted(names, key=lambda one: (not one.startswith(FLAT), one not in preferred)):
        stem = name.rpartition(".")[2]
        sure = name.startswith(FLAT) or name in preferred or stems[stem] == 1
        if sure and "." in name and stem not in _RESERVED | tops and not name.startswith(NOTEBOOKS):
            bare.setdefault(stem, name)
    return bare
