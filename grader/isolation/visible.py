"""Which files a worker may see: the standard library and numpy, never other packages."""

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator

# Hidden inside every folder made visible, unless listed themselves: a Python installed with the
# grader in it keeps other packages, the reference among them, below its standard library.
HIDDEN_NAMES = ("site-packages", "dist-packages")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
LOADER_CACHE = "/etc/ld.so.cache"
# The folders of system libraries: Debian's by architecture, Fedora's, and Alpine's.
SYSTEM_LIBRARY_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/lib64",
)
# Links of a merged /usr, by which the loader's cache names its libraries.
MERGED_LINKS = ("/lib", "/lib64")
LIBRARY_PREFIXES = ("lib", "ld-")
# What the extension modules of the standard library are linked with, should they lie beside
# the interpreter (conda, a Python built by hand) and not in a folder of the system.
STANDARD_LIBRARY_NEEDS = (
    "bz2", "crypto", "expat", "ffi", "gcc_s", "lzma", "mpdec", "ncursesw", "panelw", "python",
    "readline", "sqlite3", "ssl", "stdc++", "tinfo", "tinfow", "uuid", "z",
)  # fmt: skip


def find_hidden(folder: str) -> tuple[str, ...]:
    """Give the folders directly in `folder` that stay hidden when it is made visible.

    Besides those of `HIDDEN_NAMES` these are other Pythons, which Fedora keeps, packages and all,
    among the system's libraries.
    """
    if os.path.islink(folder):
        # Listed to be seen itself; what it leads to is not made visible by it.
        return ()
    names = list(HIDDEN_NAMES)
    if os.path.basename(folder) in {"lib", "lib64"} and os.path.isdir(folder):
        names += [name for name in os.listdir(folder) if name.startswith("python")]
    candidates = (f"{folder}/{name}" for name in names)
    return tuple(path for path in candidates if os.path.isdir(path))


def is_below(path: str, folder: str) -> bool:
    """Say whether `path` is `folder` or lies in it; both absolute, judged by name alone."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _list_mapped_libraries() -> set[str]:
    """Give the shared libraries that this process has loaded, extension modules left out.

    Those are named after modules, and one that was loaded may be anybody's: an installed
    package's, or the reference's own.
    """
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        paths = {line.split(maxsplit=5)[-1].rstrip("\n") for line in maps if ".so" in line}
    return {
        path
        for path in paths
        if os.path.basename(path).startswith(LIBRARY_PREFIXES)
        and not any(f"/{name}/" in path for name in HIDDEN_NAMES)
        and os.path.isfile(path)
    }


def _list_libraries() -> Iterator[str]:
    """Give the folders and files that the dynamic loader may need later."""
    yield from (link for link in MERGED_LINKS if os.path.islink(link))
    yield from (f for f in SYSTEM_LIBRARY_FOLDERS if os.path.isdir(f) and not os.path.islink(f))
    yield from _list_mapped_libraries()
    beside = f"{sys.base_prefix}/lib"
    names = tuple(f"lib{name}" for name in STANDARD_LIBRARY_NEEDS)
    with contextlib.suppress(FileNotFoundError):
        yield from (
            f"{beside}/{file}"
            for file in os.listdir(beside)
            if file.startswith(names) and ".so" in file
        )


def _list_numpy() -> Iterator[str]:
    """Give numpy's folder and that of the libraries packed with it, without importing it."""
    specification = importlib.util.find_spec("numpy")
    for folder in (specification and specification.submodule_search_locations) or ():
        yield folder
        libraries = os.path.join(os.path.dirname(folder), "numpy.libs")
        if os.path.isdir(libraries):
            yield libraries


def reduce_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Drop every path that another one already shows; parents come before what lies below."""
    kept: dict[str, tuple[str, ...]] = {}
    for path in sorted(set(paths), key=lambda path: (path.count("/"), path)):
        if not any(_shows(folder, hidden, path) for folder, hidden in kept.items()):
            kept[path] = find_hidden(path)
    return tuple(kept)


def _shows(folder: str, hidden: tuple[str, ...], path: str) -> bool:
    """Say whether listing `folder` makes `path` visible."""
    return is_below(path, folder) and not any(is_below(path, other) for other in hidden)


def default_read_only() -> tuple[str, ...]:
    """Give what a worker needs to see: standard library, numpy, system libraries, three devices.

    Returns
    -------
    tuple of str
        Absolute paths, parents first. Folders named in `HIDDEN_NAMES` stay hidden below them. A
        symbolic link in the list is recreated in a new root and grants nothing.
    """
    # Not asked of sysconfig: loading a Makefile's worth of settings takes milliseconds.
    library = os.path.dirname(os.__file__)
    paths = {library, *_list_numpy()}
    # Where extension modules are, should a distribution have put them elsewhere.
    paths.update(path for path in sys.path if os.path.basename(path) == "lib-dynload")
    if sys.platform == "linux":
        paths.update(_list_libraries(), DEVICES, (LOADER_CACHE,))
    # By their real names as well: a library finds its neighbours from where it really lies.
    paths |= {os.path.realpath(path) for path in paths if path not in MERGED_LINKS}
    return reduce_paths(path for path in paths if os.path.lexists(path))
