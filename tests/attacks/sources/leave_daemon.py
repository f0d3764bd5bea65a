# Leaves a process behind in a session of its own.

import time


def detach():
    process = os.fork()
    if process:
        os.waitpid(process, 0)
        return process
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        time.sleep(10)
    os._exit(0)


def strike():
    attempt("daemon", detach)
    attempt("session", os.setsid)
    attempt("group", os.setpgid, 0, 0)
