# Starts processes by every call there is.

import multiprocessing
import subprocess


def system():
    if os.system("true") != 0:
        raise OSError("refused")
    return "done"


def start(method):
    process = multiprocessing.get_context(method).Process(target=print)
    process.start()
    return process.pid


def strike():
    attempt("clone", invoke, "clone", 17, 0, 0, 0, 0)
    attempt("clone3", invoke, "clone3", ctypes.create_string_buffer(88), 88)
    attempt("spawn", os.posix_spawn, "/bin/true", ["true"], {})
    attempt("subprocess", subprocess.run, ["/bin/true"])
    attempt("this interpreter", subprocess.run, [sys.executable or "/usr/bin/python3", "-c", ""])
    attempt("system", system)
    for method in ("fork", "spawn", "forkserver"):
        attempt(method, start, method)
