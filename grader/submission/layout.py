"""Where a file belongs: the folder its package lies in, and the edition it follows."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from grader.submission.edition import Edition
from grader.submission.sources import Source

_ABSOLUTE_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(\w+)\.\w", re.MULTILINE)
_MODULE_IMPORT = re.compile(
    rb"^[ \t]*(?:(?:from|import)[ \t]+(\w+)\.(\w+)"
    rb"|from[ \t]+(\w+)[ \t]+import[ \t]*(?:\(([^)]*)\)|([^\r\n#]*)))",
    re.MULTILINE,
)
_NAME = re.compile(rb"\w+")
_RELATIVE_IMPORT = re.compile(rb"^[ \t]*from[ \t]+(\.+)", re.MULTILINE)
# Folders of these names lie in packages of any name; they say nothing of the edition.
_COMMON_FOLDERS = ("classifiers", "classifier", "utils")
_BACKUP = re.compile(
    r"(?:^|[/_\-. (])(?:nosol|copy|old|older|backup|bak|orig|original|previous|starter|tests?"
    r"|tester|tmp|temp|checkpoint|trash|archive)(?:$|[/_\-. )\d])",
    re.IGNORECASE,
)
_TESTER = re.compile(r"Tester\.py$|(?:^|/)test_|_tests?\.py$")


def ends_with(path: str, ending: str) -> bool:
    """Return whether ``path`` is ``ending`` or lies below some folder as ``ending``."""
    path = path.rstrip()
    return path == ending or path.endswith(f"/{ending}")


def looks_like_copy(path: str) -> bool:
    """Return whether the name says that this is not the file to grade."""
    return bool(_BACKUP.search(path.rstrip().removesuffix(".py")) or _TESTER.search(path.rstrip()))


class Layout:
    """The folders of one submission, which of them are packages, and of which edition."""

    def __init__(self, sources: Mapping[str, Source], editions: Sequence[Edition]) -> None:
        self._files = [source for source in sources.values() if not source.is_notebook]
        self._folders = {source.folder for source in self._files}
        self._marked = {source.folder for source in self._files if source.stem == "__init__"}
        self._places = [
            (edition, module, path)
            for edition in editions
            for module, paths in edition.modules.items()
            for path in paths
        ]
        self._known = {path.partition("/")[0] for _, _, path in self._places}
        self._known.update(_COMMON_FOLDERS)
        self._anchored = {
            (edition.name, _prefix(source.path, path))
            for source in self._files
            for edition, _, path in self._places
            if ends_with(source.path, path) and not path.startswith(_COMMON_FOLDERS)
        }
        self._imports: frozenset[str] | None = None
        self._packages: frozenset[str] | None = None

    def editions_of(self, source: Source, module: str) -> frozenset[str]:
        """Return the editions that keep canonical ``module`` just where ``source`` is."""
        return frozenset(
            edition.name
            for edition, kept, path in self._places
            if kept == module
            and ends_with(source.path, path)
            and (edition.name, _prefix(source.path, path)) in self._anchored
        )

    def root_of(self, source: Source) -> str:
        """Return the folder that Python would need on its path to import ``source``.

        The prefix of an edition's exact path if there is one, else the first folder above the
        file that is no package.
        """
        for edition, _, path in self._places:
            if ends_with(source.path, path):
                prefix = _prefix(source.path, path)
                if (edition.name, prefix) in self._anchored:
                    return prefix
        folder = source.folder
        while folder and self._is_package(folder):
            folder = folder.rpartition("/")[0]
        return folder

    def join_roots(self, roots: Collection[str]) -> Mapping[str, str]:
        """Return for each root the outermost one above it that it only completes.

        ``models/fc_net.py`` with ``from layers import *`` finds ``layers.py`` one folder higher
        because a notebook put both folders on Python's path. A folder that repeats a file's name
        is a work of its own, such as another week's.
        """
        return {root: next(self._homes(root, roots), root) for root in roots}

    def _homes(self, root: str, roots: Collection[str]) -> Iterator[str]:
        own = {source.stem for source in self._files if _is_below(source.folder, root)}
        for other in sorted(roots, key=len):
            inside = root[len(other) :].strip("/").split("/")
            if (
                root == other
                or not _is_below(root, other)
                or not all(map(str.isidentifier, inside))
            ):
                continue
            beside = {
                source.stem
                for source in self._files
                if _is_below(source.folder, other) and not _is_below(source.folder, root)
            }
            if not own & beside - {"__init__"}:
                yield other

    def _is_package(self, folder: str) -> bool:
        name = folder.rpartition("/")[2]
        if not name.isidentifier():
            return False
        if folder in self._marked or name in self._known or self._is_imported(folder):
            return True
        if any(f"{folder}/{inner}" in self._folders for inner in _COMMON_FOLDERS):
            return True
        return any(
            self._asks_through(folder, source.folder, len(dots))
            for source in self._files
            if source.folder == folder or source.folder.startswith(f"{folder}/")
            for dots in _RELATIVE_IMPORT.findall(source.content)
        )

    def _asks_through(self, folder: str, origin: str, dots: int) -> bool:
        """Return whether a relative import in ``origin`` makes ``folder`` part of a package.

        Two dots ask for a package around the folder; flat uploads have them, too.
        """
        if folder == origin and (dots == 1 or _above(folder, 1) in self._folders):
            return True
        asked = _above(origin, dots - 1)
        return folder != asked and _is_below(folder, asked) and asked in self._folders

    def _is_imported(self, folder: str) -> bool:
        """Return whether a folder is, or lies in, one that files import by its full name.

        Where no folder of that name holds what is imported, the name alone must do.
        """
        if self._packages is None:
            self._packages = frozenset(self._imported_folders())
        name = folder.rpartition("/")[2]
        named = {package.rpartition("/")[2] for package in self._packages}
        if name in self._imported() and name not in named:
            return True
        while folder and folder not in self._packages:
            folder = _above(folder, 1)
        return bool(folder)

    def _imported_folders(self) -> Iterator[str]:
        """Yield the folders of which some file imports a module that is there.

        A folder around the package may well have the same name.
        """
        wanted = {
            name.decode("ascii", "replace")
            for source in self._files
            for name in _imported_modules(source.content)
        }
        for source in self._files:
            parts = [*source.folder.split("/"), source.stem]
            for depth in range(1, len(parts)):
                if ".".join(parts[depth - 1 : depth + 1]) in wanted:
                    yield "/".join(parts[:depth])

    def _imported(self) -> frozenset[str]:
        """Return the top-level names that some file imports from with a dot."""
        if self._imports is None:
            self._imports = frozenset(
                name.decode("ascii", "replace")
                for source in self._files
                for name in _ABSOLUTE_IMPORT.findall(source.content)
            )
        return self._imports

    def name_edition(self, chosen: Mapping[str, Source]) -> str:
        """Name the layout of the files that define targets.

        Parameters
        ----------
        chosen : mapping
            Target -> the file that defines it.
        """
        votes = Counter(
            edition
            for target, source in chosen.items()
            for edition in sorted(self.editions_of(source, target.partition(":")[0]))
        )
        if votes:
            return votes.most_common(1)[0][0]
        if chosen and all(source.is_notebook for source in chosen.values()):
            return "notebook"
        packages = Counter(self._package_of(source) for source in chosen.values())
        package = packages.most_common(1)[0][0] if packages else ""
        return f"other ({package})" if package else "flat"

    def _package_of(self, source: Source) -> str:
        inside = source.path.removeprefix(self.root_of(source)).lstrip("/")
        return inside.partition("/")[0] if "/" in inside else ""


def _imported_modules(content: bytes) -> Iterator[bytes]:
    """Yield ``package.module`` for what ``package.module`` and ``from package`` imports name."""
    for package, module, parent, several, one in _MODULE_IMPORT.findall(content):
        for name in [module] if package else _NAME.findall(several or one):
            yield (package or parent) + b"." + name


def _is_below(folder: str, root: str) -> bool:
    return not root or folder == root or folder.startswith(f"{root}/")


def _above(folder: str, levels: int) -> str:
    """Return the folder so many levels higher, empty at the top."""
    for _ in range(levels):
        folder = folder.rpartition("/")[0]
    return folder


def _prefix(path: str, ending: str) -> str:
    return path.rstrip()[: -len(ending)].rstrip("/")
