# Fills the kernel's memory through pipes as large as can be.

import fcntl


def enlarge(descriptor):
    return fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, 1 << 20)


def strike():
    opened = []
    try:
        for _ in range(600):
            opened += os.pipe()
            attempt("a large pipe", enlarge, opened[-1])
        _GOT.append("600 pipes")
    except OSError:
        pass
    for number in opened:
        os.close(number)
