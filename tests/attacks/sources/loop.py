# Loops for ever, with every signal ignored.
# where: relu_backward
# status: timed_out

import signal


def strike():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
