# Reaches a secret through symbolic and hard links in the folder it may write.


def through(make, name):
    path = f"{name}-{len(os.listdir('.'))}"
    make(FACTS["readable"], path)
    return read(path)


def strike():
    attempt("symbolic link", through, os.symlink, "symbolic")
    attempt("hard link", through, os.link, "hard")
    attempt("folder link", through, lambda a, b: os.symlink("/", b), "folder")
    directory = attempt("open folder above", os.open, "/proc/self/cwd/..", os.O_RDONLY)
    if directory is not None:
        attempt("up", os.open, "../etc/passwd", os.O_RDONLY, dir_fd=directory)
