import importlib.util
import sysconfig
from pathlib import Path

import pytest

from grader.isolation.visible import default_read_only, find_hidden, reduce_paths


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


def test_no_folder_of_the_default_contains_packages_unhidden() -> None:
    """Folders of packages lie nowhere below a visible folder but where they are hidden."""
    for path in default_read_only():
        hidden = find_hidden(path)
        if Path(path).is_dir() and not Path(path).is_symlink() and "packages/numpy" not in path:
            for folder in Path(path).glob("*/*-packages"):
                pytest.fail(f"{folder} would be visible")
            assert all(Path(folder).name.endswith("-packages") for folder in hidden)


def test_paths_shown_already_are_dropped(tmp_path: Path) -> None:
    """A path inside a listed folder is dropped unless the folder hides it."""
    library, numpy = tmp_path / "lib", tmp_path / "lib" / "site-packages" / "numpy"
    (library / "json").mkdir(parents=True)
    numpy.mkdir(parents=True)
    paths = reduce_paths(map(str, (numpy, library / "json", library)))
    assert paths == (str(library), str(numpy))
