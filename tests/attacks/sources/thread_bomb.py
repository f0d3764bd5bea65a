# Starts 300 threads.

import threading
import time


def strike():
    for number in range(300):
        thread = threading.Thread(target=time.sleep, args=(3,), daemon=True)
        if attempt("thread", lambda: thread.start() or "started") is None:
            return
