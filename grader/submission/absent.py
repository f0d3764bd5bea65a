"""Third-party modules that student files import and the worker does not have."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping

from grader.submission.parsing import parse

PERMISSIVE = frozenset(
    [
        "IPython",
        "colorama",
        "cv2",
        "google",
        "imageio",
        "ipdb",
        "ipywidgets",
        "matplotlib",
        "mpl_toolkits",
        "notebook",
        "pudb",
        "pylab",
        "pyplot",
        "seaborn",
        "tqdm",
    ]
)
"""Plotting, debugging and interactive modules: a grade never depends on what they do."""

COMPAT = frozenset(["__builtin__", "cPickle", "future", "past", "six", "urllib2"])
"""Bridges between Python 2 and 3."""

PRESENT = frozenset(["numpy", "__main__", *sys.stdlib_module_names])
"""What every worker has."""

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([^\r\n#;]+))", re.MULTILINE
)


def absent_modules(
    texts: Iterable[str], own: frozenset[str], stems: frozenset[str]
) -> Mapping[str, str]:
    """Return how each top-level module that is not there must be stood in for.

    Parameters
    ----------
    texts : iterable of str
        Sources of the student's modules.
    own : frozenset of str
        Names of the submission's modules and folders, wherever they lie. A stand-in for one of
        these would hide why it cannot be imported.
    stems : frozenset of str
        Last names of the modules that are there; a dotted name that ends in one is found,
        whatever the package is called.

    Returns
    -------
    mapping of str to str
        Top-level name -> ``permissive``, ``compat`` or ``inert``. Left out is what is imported
        only inside ``try``: the student's own way round runs then.
    """
    found: dict[str, str] = {}
    for text in texts:
        unknown = {
            name.partition(".")[0]
            for name in _imported(text)
            if name.partition(".")[0] not in PRESENT | own
            and not ("." in name and name.rpartition(".")[2] in stems)
        }
        for top in unknown & PERMISSIVE:
            found[top] = "permissive"
        for top in unknown & COMPAT:
            found[top] = "compat"
        others = unknown - PERMISSIVE - COMPAT
        if others:
            found.update(dict.fromkeys(others & _needed(text), "inert"))
    return dict(sorted(found.items()))


def _imported(text: str) -> Iterator[str]:
    for module, listed in _IMPORT.findall(text.encode("utf-8", "replace")):
        for part in (module or listed).decode("utf-8", "replace").split(","):
            if words := part.split():
                yield words[0]


def _needed(text: str) -> frozenset[str]:
    """Return the top-level modules that are imported outside every ``try``."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    names: set[str] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.Try(handlers=handlers, orelse=orelse, finalbody=finalbody) if handlers:
                # What a handler imports is the student's way round, and must be there.
                rescued = [statement for handler in handlers for statement in handler.body]
                pending.extend([*rescued, *orelse, *finalbody])
            case ast.Import(names=aliases):
                names.update(alias.name.partition(".")[0] for alias in aliases)
            case ast.ImportFrom(module=str() as module, level=0):
                names.add(module.partition(".")[0])
            case ast.stmt() | ast.Module() | ast.match_case():
                pending.extend(ast.iter_child_nodes(node))
    return frozenset(names)
