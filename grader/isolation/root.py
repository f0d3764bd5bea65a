"""A new root folder that holds what a worker may read and one small scratch folder.

Constants are those of ``include/uapi/linux/mount.h`` and ``include/uapi/linux/fcntl.h``.

References
----------
open_tree(2), move_mount(2), mount_setattr(2), pivot_root(2), tmpfs(5)
"""

import os
import stat
import struct
from collections.abc import Iterable

from grader.isolation.system import invoke
from grader.isolation.visible import find_hidden
from grader.records import record

MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REC = 0x4000
MS_PRIVATE = 1 << 18
MNT_DETACH = 2
AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
AT_RECURSIVE = 0x8000
OPEN_TREE_CLONE = 1
MOVE_MOUNT_F_EMPTY_PATH = 4
MOUNT_ATTR_RDONLY = 1
MOUNT_ATTR_NOSUID = 2
MOUNT_ATTR_NODEV = 4

SCRATCH = "/scratch"
# Where the new root is put together; any folder does, and this one is nearly always there.
STAGES = ("/tmp", "/mnt", "/var")  # noqa: S108 - covered by a mount, in a namespace of its own
ROOT_OPTIONS = "mode=755,size=1m,nr_inodes=4096"
MASK_OPTIONS = "mode=755,size=64k,nr_inodes=64"


@record
class _Part:
    """Something visible: a tree of the old root, or the text of a symbolic link."""

    path: str
    tree: int
    """Descriptor of a detached, read-only copy of the mount; -1 for a link."""
    is_folder: bool
    link: str | None
    hidden: tuple[str, ...]


def _mount_tmpfs(path: str, flags: int, options: str) -> None:
    invoke("mount", b"tmpfs", os.fsencode(path), b"tmpfs", flags, options.encode("ascii"))


def _set_attributes(descriptor: int, path: str, flags: int, attributes: int) -> None:
    # struct mount_attr: attr_set, attr_clr, propagation, userns_fd.
    value = struct.pack("=4Q", attributes, 0, 0, 0)
    invoke("mount_setattr", descriptor, os.fsencode(path), flags, value, len(value))


def _take(path: str) -> _Part:
    """Copy the mount at `path`, detached and read-only."""
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return _Part(path, -1, False, os.readlink(path), ())
    flags = OPEN_TREE_CLONE | AT_RECURSIVE | os.O_CLOEXEC
    tree = invoke("open_tree", AT_FDCWD, os.fsencode(path), flags)
    attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID
    # A device cannot be opened through a nodev mount, not even /dev/null.
    if not stat.S_ISCHR(mode):
        attributes |= MOUNT_ATTR_NODEV
    _set_attributes(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes)
    is_folder = stat.S_ISDIR(mode)
    return _Part(path, tree, is_folder, None, find_hidden(path) if is_folder else ())


def _place(part: _Part) -> None:
    """Attach a part at its own path in the new root, its hidden folders covered."""
    os.makedirs(os.path.dirname(part.path), exist_ok=True)
    if part.link is not None:
        os.symlink(part.link, part.path)
        return
    if part.is_folder:
        os.makedirs(part.path, exist_ok=True)
    else:
        os.close(os.open(part.path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    target = os.fsencode(part.path)
    invoke("move_mount", part.tree, b"", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)
    os.close(part.tree)
    for folder in part.hidden:
        _mount_tmpfs(folder, MS_NOSUID | MS_NODEV | MS_NOEXEC, MASK_OPTIONS)


def mount_stage(stage: str) -> None:
    """Mount the file system that is to become the root."""
    _mount_tmpfs(stage, MS_NOSUID | MS_NODEV, ROOT_OPTIONS)


def _pivot(stage: str) -> None:
    """Make an empty tmpfs the root of this mount namespace and let go of the old one."""
    mount_stage(stage)
    os.chdir(stage)
    # Stacking the old root on the new one saves a folder to put it in: pivot_root(2), NOTES.
    invoke("pivot_root", b".", b".")
    invoke("umount2", b".", MNT_DETACH)
    os.chdir("/")


def prepare_stage() -> str:
    """Stop mounts from travelling to the machine's own namespace, and find a place to mount."""
    invoke("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
    return next(path for path in STAGES if os.path.isdir(path))


def enter_root(read_only: Iterable[str], *, scratch_bytes: int, scratch_inodes: int) -> None:
    """Replace this mount namespace's root; the working folder is then the scratch folder.

    Parameters
    ----------
    read_only
        What is visible, at the same paths, parents first; what does not exist is left out.
    scratch_bytes, scratch_inodes
        How much the scratch folder holds, in bytes and in files.

    Raises
    ------
    OSError
        If a mount is refused.
    """
    os.umask(0o022)
    stage = prepare_stage()
    parts = [_take(path) for path in read_only if os.path.lexists(path)]
    _pivot(stage)
    for part in parts:
        _place(part)
    os.mkdir(SCRATCH)
    _set_attributes(AT_FDCWD, "/", AT_RECURSIVE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID)
    # Anyone may write: the only process that will ever see it may take any user number.
    options = f"mode=777,size={scratch_bytes},nr_inodes={scratch_inodes}"
    _mount_tmpfs(SCRATCH, MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
    os.chdir(SCRATCH)
