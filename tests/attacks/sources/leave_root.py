# Leaves its root folder: chroot, pivot_root, mounts, namespaces of others.


def strike():
    attempt("chroot", os.chroot, ".")
    attempt("chroot by number", invoke, "chroot", b".")
    attempt("pivot_root", invoke, "pivot_root", b".", b".")
    attempt("mount", invoke, "mount", b"proc", b"/", b"proc", 0, None)
    attempt("bind", invoke, "mount", b"/", b"/", None, 4096, None)
    attempt("umount", invoke, "umount2", b"/", 2)
    attempt("open_tree", invoke, "open_tree", -100, b"/", 1)
    attempt("fsopen", invoke, "fsopen", b"tmpfs", 0)
    attempt("swapon", invoke, "swapon", b"/swap", 0)
    for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x02000000):
        attempt(f"unshare {flag:#x}", invoke, "unshare", flag)
    process = attempt("pidfd", invoke, "pidfd_open", FACTS["grader"], 0)
    attempt("setns", invoke, "setns", 0 if process is None else process, 0x20000)
