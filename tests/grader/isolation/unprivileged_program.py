"""Runs a program as a user without privileges who can reach what it needs.

Run by root as ``python -I -B unprivileged_program.py UID PATHS PROGRAM ARGUMENT...``; PATHS are
joined with colons. The interpreter may live in a folder that only root enters. That folder is
covered, in a mount namespace of its own, by one that holds the same paths and lets everybody in.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from grader.isolation import root
from grader.isolation.namespaces import CLONE_NEWNS
from grader.isolation.system import invoke


def find_closed(path: Path) -> Path | None:
    """Give the highest folder on the way to `path` that others may not enter."""
    for folder in (*reversed(path.parents), path):
        if not folder.stat().st_mode & 0o001:
            return folder
    return None


def open_up(paths: list[str]) -> None:
    """Let everybody reach `paths`, in this mount namespace only."""
    invoke("unshare", CLONE_NEWNS)
    root.prepare_stage()
    closed: dict[Path, list[str]] = {}
    for path in sorted({os.path.realpath(path) for path in paths}):
        folder = find_closed(Path(path))
        if folder and not any(path.startswith(other + "/") for other in closed.get(folder, ())):
            closed.setdefault(folder, []).append(path)
    for folder, inside in closed.items():
        parts = [root._take(path) for path in inside]
        root._mount_tmpfs(str(folder), 0, "mode=755,size=1m")
        for part in parts:
            Path(part.path).mkdir(parents=True, exist_ok=True)
            target = os.fsencode(part.path)
            invoke("move_mount", part.tree, b"", -100, target, root.MOVE_MOUNT_F_EMPTY_PATH)


def main() -> None:
    """Open the paths, become the user, run the program."""
    uid, paths = int(sys.argv[1]), sys.argv[2].split(":")
    open_up(paths)
    os.chdir("/")
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.execv(sys.executable, [sys.executable, "-I", "-B", *sys.argv[3:]])  # noqa: S606


main()
