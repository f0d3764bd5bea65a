# Leaves traces, profiles, audit hooks, excepthooks, alarms and signal handlers behind.
# broken: relu_backward
# status: failed or errored or crashed or timed_out

import atexit
import signal


def disturb(*arguments):
    return disturb


def strike():
    sys.settrace(disturb)
    sys.setprofile(disturb)
    sys.addaudithook(lambda name, arguments: None)
    sys.excepthook = sys.unraisablehook = sys.displayhook = disturb
    atexit.register(os._exit, 0)
    for number in range(1, 32):
        try:
            signal.signal(number, disturb)
        except (OSError, ValueError):
            pass
