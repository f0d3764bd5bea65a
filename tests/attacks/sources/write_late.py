# Writes to the grader after its answer has gone: at exit, from finalizers, between calls.
# where: relu_backward
# broken: relu_backward
# status: failed or crashed or errored

import atexit
import gc
import weakref


def write(*arguments):
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, b"GRW1" + bytes(12))
        except OSError:
            pass


class Last:
    def __del__(self):
        write()


def strike():
    atexit.register(write)
    gc.callbacks.append(write)
    weakref.finalize(Last, write)
    sys.keep = Last()
