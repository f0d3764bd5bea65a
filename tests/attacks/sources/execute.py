# Replaces itself by another program, also one made in memory.


def strike():
    for path in ("/bin/sh", "/usr/bin/env", "/proc/self/exe", sys.executable or "/bin/true"):
        attempt(path, os.execv, path, [path, "-c", "true"])
    memory = attempt("memory file", os.memfd_create, "program")
    if memory is not None:
        os.write(memory, b"#!/bin/sh\n")
        attempt("program in memory", os.execve, memory, ["program"], {})
    attempt("loader", os.execv, "/lib64/ld-linux-x86-64.so.2", ["ld", "/bin/true"])
