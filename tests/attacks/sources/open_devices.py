# Opens devices: memory, discs, terminals, KVM, and makes new ones.

import stat

DEVICES = ("mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "loop-control", "fuse", "kvm")
MORE = ("tty", "tty0", "console", "ptmx", "pts/0", "net/tun", "input/event0", "cpu/0/msr", "vsock")


def strike():
    for name in (*DEVICES, *MORE):
        attempt(name, os.open, f"/dev/{name}", os.O_RDONLY)
    attempt("mknod", os.mknod, "memory", 0o666 | stat.S_IFCHR, os.makedev(1, 1))
    attempt("pty", os.openpty)
