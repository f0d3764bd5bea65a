# ruff: noqa: PTH114, PTH119 - paths here are text, as they are in the module
import importlib.util
import os
import sysconfig
from pathlib import Path

import pytest

from grader.isolation.visible import default_read_only, find_hidden, is_below, reduce_paths


def test_the_default_shows_the_standard_library_and_devices() -> None:
    """The standard library is visible, and on Linux /dev/null."""
    paths = default_read_only()
    assert sysconfig.get_path("stdlib") in paths
    if Path("/proc/self/maps").exists():
        assert "/dev/null" in paths


def test_of_installed_packages_only_numpy_is_shown() -> None:
    """No path of the default lies in a folder of packages but numpy's own two."""
    if importlib.util.find_spec("numpy") is None:
        pytest.skip("this Python has no numpy")
    inside = {Path(p).name for p in default_read_only() if "-packages" in p}
    assert "numpy" in inside
    assert inside <= {"numpy", "numpy.libs"}


def test_no_folder_of_the_default_shows_packages() -> None:
    """Packages lie nowhere below a visible folder but where they are hidden."""
    for path in filter(os.path.isdir, default_read_only()):
        if os.path.islink(path) or "-packages" in path:
            continue
        shown = {*Path(path).glob("*-packages"), *Path(path).glob("*/*-packages")}
        hidden = find_hidden(path)
        assert [p for p in shown if not any(is_below(str(p), other) for other in hidden)] == []


def test_a_python_among_the_systems_libraries_is_hidden(tmp_path: Path) -> None:
    """Where lib64 holds a Python, libraries are shown and the Python is shown only if listed."""
    library = tmp_path / "lib64"
    python = library / "python3.12"
    (python / "site-packages").mkdir(parents=True)
    (library / "libz.so").touch()
    assert find_hidden(str(library)) == (str(python),)
    assert reduce_paths([str(library), str(python)]) == (str(library), str(python))


def test_a_link_hides_nothing_because_it_shows_nothing(tmp_path: Path) -> None:
    """What a listed link leads to is not looked into."""
    (tmp_path / "real" / "python3").mkdir(parents=True)
    link = tmp_path / "lib"
    link.symlink_to("real")
    assert find_hidden(str(link)) == ()


def test_loaded_extension_modules_are_not_taken_for_libraries() -> None:
    """A loaded extension module does not become visible unless its folder is."""
    paths = default_read_only()
    assert not [path for path in paths if ".cpython-" in os.path.basename(path)]


def test_paths_shown_already_are_dropped(tmp_path: Path) -> None:
    """A path inside a listed folder is dropped unless the folder hides it."""
    library, numpy = tmp_path / "lib", tmp_path / "lib" / "site-packages" / "numpy"
    (library / "json").mkdir(parents=True)
    numpy.mkdir(parents=True)
    paths = reduce_paths(map(str, (numpy, library / "json", library)))
    assert paths == (str(library), str(numpy))
