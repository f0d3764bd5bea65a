# Starts 200 processes.

import time


def strike():
    for number in range(200):
        process = attempt("fork", os.fork)
        if process == 0:
            time.sleep(5)
            os._exit(0)
        if process is None:
            return
