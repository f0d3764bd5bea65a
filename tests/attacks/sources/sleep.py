# Sleeps for ever, which costs no processor time.
# where: relu_backward
# status: timed_out

import time


def strike():
    while True:
        time.sleep(1000)
