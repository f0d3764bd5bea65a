"""Which files a worker may see: the standard library and numpy, never other packages."""

import glob
import importlib.util
import os
import sys
import sysconfig
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
# What the extension modules of the standard library are linked with, should they lie beside
# the interpreter (conda, a Python built by hand) and not in a folder of the system.
STANDARD_LIBRARY_NEEDS = (
    "bz2", "crypto", "expat", "ffi", "gcc_s", "lzma", "mpdec", "ncursesw", "panelw", "python",
    "readline", "sqlite3", "ssl", "stdc++", "tinfo", "tinfow", "uuid", "z",
)  # fmt: skip


def find_hidden(folder: str) -> tuple[str, ...]:
    """Give the folders directly in `folder` that stay hidden when it is made visible."""
    candidates = (f"{folder}/{name}" for name in HIDDEN_NAMES)
    return tuple(path for path in candidates if os.path.isdir(path))


def is_below(path: str, folder: str) -> bool:
    """Say whether `path` is `folder` or lies in it; both absolute, judged by name alone."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _list_mapped_libraries() -> set[str]:
    """Give the shared libraries that this process has loaded (Linux)."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        paths = {line.split(maxsplit=5)[-1].rstrip("\n") for line in maps if "/" in line}
    return {path for path in paths if ".so" in os.path.basename(path) and os.path.isfile(path)}


def _list_libraries() -> Iterator[str]:
    """Give the folders and files that the dynamic loader may need later."""
    yield from (link for link in MERGED_LINKS if os.path.islink(link))
    yield from (f for f in SYSTEM_LIBRARY_FOLDERS if os.path.isdir(f) and not os.path.islink(f))
    yield from _list_mapped_libraries()
    for name in STANDARD_LIBRARY_NEEDS:
        yield from glob.glob(f"{glob.escape(sys.base_prefix)}/lib/lib{name}*.so*")


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
    kept: list[str] = []
    for path in sorted(set(paths), key=lambda path: (path.count("/"), path)):
        if not any(_shows(folder, path) for folder in kept):
            kept.append(path)
    return tuple(kept)


def _shows(folder: str, path: str) -> bool:
    if os.path.islink(folder):
        # What is named through a merged link is listed by its real name already.
        return is_below(path, folder) and path != folder and folder in MERGED_LINKS
    if not is_below(path, folder):
        return False
    return not any(is_below(path, hidden) for hidden in find_hidden(folder))


def default_read_only() -> tuple[str, ...]:
    """Give what a worker needs to see: standard library, numpy, system libraries, three devices.

    Returns
    -------
    tuple of str
        Absolute paths, parents first. Folders named in `HIDDEN_NAMES` stay hidden below them. A
        symbolic link in the list is recreated in a new root and grants nothing.
    """
    paths = {sysconfig.get_path("stdlib"), f"{sys.base_exec_prefix}/lib/python3/lib-dynload"}
    for module in ("_struct", "_ctypes", "math"):
        specification = importlib.util.find_spec(module)
        if specification and specification.origin and os.path.isabs(specification.origin):
            paths.add(os.path.dirname(specification.origin))
    paths.update(_list_numpy())
    paths |= {os.path.realpath(path) for path in paths}
    if sys.platform == "linux":
        paths.update(_list_libraries(), DEVICES, (LOADER_CACHE,))
    return reduce_paths(path for path in paths if os.path.lexists(path))
