"""Where a file belongs: the folder its package lies in, and the edition it follows."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from grader.submission.edition import Edition
from grader.submission.sources import Source

_ABSOLUTE_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(\w+)\.\w", re.MULTILINE)
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

    def _is_package(self, folder: str) -> bool:
        parent, _, name = folder.rpartition("/")
        if not name.isidentifier():
            return False
        if folder in self._marked or name in self._known or name in self._imported():
            return True
        if any(f"{folder}/{inner}" in self._folders for inner in _COMMON_FOLDERS):
            return True
        dots = {
            len(found)
            for source in self._files
            if source.folder == folder
            for found in _RELATIVE_IMPORT.findall(source.content)
        }
        # Two dots ask for a package around this one; flat uploads have them, too.
        return 1 in dots or (bool(dots) and parent in self._folders)

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


def _prefix(path: str, ending: str) -> str:
    return path.rstrip()[: -len(ending)].rstrip("/")
