# Sends signals to the grader, the zygote, its group and everybody, by every call there is.

import fcntl
import signal

HARMLESS = signal.SIGURG


def own_signals(process):
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, process)
    return process


def strike():
    for process in (FACTS["grader"], FACTS["zygote"], os.getppid() or 2, 0, -1, -FACTS["grader"]):
        attempt(f"kill {process}", os.kill, process, HARMLESS)
        attempt(f"tgkill {process}", invoke, "tgkill", process, process, int(HARMLESS))
        information = ctypes.create_string_buffer(128)
        attempt(f"queue {process}", invoke, "rt_sigqueueinfo", process, int(HARMLESS), information)
        attempt(f"owner {process}", own_signals, process)
        descriptor = attempt(f"pidfd {process}", invoke, "pidfd_open", process, 0)
        if descriptor is not None:
            attempt("pidfd", invoke, "pidfd_send_signal", descriptor, int(HARMLESS), None, 0)
    attempt("killpg", os.killpg, os.getpgrp() or 1, HARMLESS)
