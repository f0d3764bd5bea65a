"""Attacks by how a submission is packed and by what lies in it besides its own modules."""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from attack import Attack

Facts = Mapping[str, object]


def _list(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _zip(folder: Path, work: Path, add: Callable[[zipfile.ZipFile], None]) -> Path:
    upload = work / "upload.zip"
    with zipfile.ZipFile(upload, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _list(folder):
            archive.write(path, path.relative_to(folder))
        add(archive)
    return upload


def _tar(folder: Path, work: Path, add: Callable[[tarfile.TarFile], None]) -> Path:
    upload = work / "upload.tar.gz"
    with tarfile.open(upload, "w:gz") as archive:
        for path in _list(folder):
            archive.add(path, path.relative_to(folder))
        add(archive)
    return upload


def _pack_outside(folder: Path, work: Path, facts: Facts) -> Path:
    def add(archive: zipfile.ZipFile) -> None:
        for name in ("../" * 9 + "tmp", "/tmp", "..\\..", "C:\\tmp", str(facts["open"])):  # noqa: S108
            archive.writestr(f"{name}/{facts['loot']}.py", "x = 1")

    return _zip(folder, work, add)


def _pack_outside_in_tar(folder: Path, work: Path, facts: Facts) -> Path:
    def add(archive: tarfile.TarFile) -> None:
        for name in ("../" * 9 + "tmp", "/tmp", str(facts["open"])):  # noqa: S108
            member = tarfile.TarInfo(f"{name}/{facts['loot']}.py")
            member.size = 5
            archive.addfile(member, io.BytesIO(b"x = 1"))

    return _tar(folder, work, add)


def _pack_symbolic_link(folder: Path, work: Path, facts: Facts) -> Path:
    def add(archive: zipfile.ZipFile) -> None:
        link = zipfile.ZipInfo("cs231n/optim.py")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, str(facts["readable"]))

    return _zip(folder, work, add)


def _pack_tar_links(folder: Path, work: Path, facts: Facts) -> Path:
    def add(archive: tarfile.TarFile) -> None:
        for kind, name in ((tarfile.SYMTYPE, "optim"), (tarfile.LNKTYPE, "fast_layers")):
            member = tarfile.TarInfo(f"cs231n/{name}.py")
            member.type, member.linkname = kind, str(facts["readable"])
            archive.addfile(member)
        for kind in (tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.BLKTYPE):
            member = tarfile.TarInfo(f"cs231n/device{kind!r}.py")
            member.type, member.devmajor, member.devminor = kind, 1, 5
            archive.addfile(member)

    return _tar(folder, work, add)


def _link_in_folder(folder: Path, work: Path, facts: Facts) -> Path:
    del work
    (folder / "cs231n" / "optim.py").symlink_to(str(facts["readable"]))
    (folder / "everything").symlink_to("/")
    os.mkfifo(folder / "cs231n" / "solver.py")
    return folder


def _link_the_layers(folder: Path, work: Path, facts: Facts) -> Path:
    del work
    layers = folder / "cs231n" / "layers.py"
    layers.unlink()
    layers.symlink_to(str(facts["readable"]))
    return folder


def _pack_bomb(folder: Path, work: Path, facts: Facts) -> Path:
    del facts
    return _zip(folder, work, lambda archive: archive.writestr("bomb.py", bytes(1 << 29)))


def _pack_twins(folder: Path, work: Path, facts: Facts) -> Path:
    del facts

    def add(archive: tarfile.TarFile) -> None:
        for name in ("cs231n/layers.py", "CS231N/Layers.py", "./cs231n//layers.py"):
            member = tarfile.TarInfo(name)
            member.size = 9
            archive.addfile(member, io.BytesIO(b"raise 1/0"))

    return _tar(folder, work, add)


def _pack_many(folder: Path, work: Path, facts: Facts) -> Path:
    del facts

    def add(archive: zipfile.ZipFile) -> None:
        for number in range(30_000):
            archive.writestr(f"many/{number}.py", "")

    return _zip(folder, work, add)


def _pack_matryoshka(folder: Path, work: Path, facts: Facts) -> Path:
    del facts
    content = _zip(folder, work, lambda _: None).read_bytes()
    for number in range(40):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(f"{number}.zip", content)
        content = buffer.getvalue()
    upload = work / "upload.zip"
    upload.write_bytes(content)
    return upload


RAISING = b"raise SystemExit('got through: a module of the submission was run')\n"
SHADOWS = dict.fromkeys(
    (
        *("numpy.py", "json.py", "struct.py", "sitecustomize.py", "usercustomize.py"),
        *("encodings/__init__.py", "grader/__init__.py", "grader/worker/main.py", "site.py"),
        *("reference/__init__.py", "cs231n/numpy.py", "conftest.py", "setup.py", "__main__.py"),
    ),
    RAISING,
) | {"loot.pth": b"import os; os._exit(0)\n", "python311._pth": b".\n", "pyvenv.cfg": b"home = .\n"}

TAMPERED = b"""
import numpy as np
def eval_numerical_gradient(*a, **k): return 0.0
def eval_numerical_gradient_array(f, x, df, h=1e-5): return df
def grad_check_sparse(*a, **k): print("relative error: 0")
def rel_error(*a): return 0.0
"""


def _upload(name: str, about: str, pack: Callable[..., Path], **settings: object) -> Attack:
    return Attack(name=name, about=about, where="nowhere", reading=True, pack=pack, **settings)  # type: ignore[arg-type]


UPLOADS = (
    _upload(
        "zip_outside",
        "Unpacks to places outside, from a zip.",
        _pack_outside,
        refused="points outside",
    ),
    _upload(
        "tar_outside",
        "Unpacks outside, from a tar.",
        _pack_outside_in_tar,
        refused="points outside",
    ),
    _upload("zip_link", "Has a link in a zip that leads to a secret.", _pack_symbolic_link),
    _upload("tar_links", "Has links, devices and pipes in a tar.", _pack_tar_links),
    _upload("folder_links", "Is a folder with links out and a pipe in it.", _link_in_folder),
    _upload("layers_link", "Hands in a secret as its layers.", _link_the_layers, others=False),
    _upload("zip_bomb", "Unpacks to half a gigabyte.", _pack_bomb),
    _upload("tar_twins", "Has members twice, by other names.", _pack_twins, others=False),
    _upload("zip_many", "Has 30,000 files.", _pack_many, refused="more than 5000 source files"),
    _upload("zip_in_zips", "Is wrapped forty times.", _pack_matryoshka, others=False),
    Attack(
        name="shadow_modules",
        about="Has modules named like those of Python, NumPy and the grader.",
        where="nowhere",
        reading=True,
        files=SHADOWS,
    ),
    Attack(
        name="tampered_tools",
        about="Replaces the course's own gradient checks.",
        where="nowhere",
        reading=True,
        broken="relu_backward",
        statuses=("failed",),
        files={"cs231n/gradient_check.py": TAMPERED, "gradient_check.py": TAMPERED},
    ),
    Attack(
        name="compiled_leftovers",
        about="Has poisoned bytecode and libraries beside its modules.",
        where="nowhere",
        reading=True,
        files={
            "cs231n/__pycache__/layers.cpython-311.pyc": b"\xa7\r\r\n" + bytes(12) + b"poison",
            "cs231n/layers.cpython-311-x86_64-linux-gnu.so": b"\x7fELF poison",
            "cs231n/layers.pyd": b"MZ poison",
        },
    ),
)
