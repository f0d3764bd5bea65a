# Writes stacks of its own where the fault handler writes, and then crashes.
# where: relu_backward
# status: crashed

HEAD = b"Fatal Python error: Segmentation fault\n\nCurrent thread (most recent call first):\n"


def strike():
    for descriptor in range(3, 30):
        try:
            if not os.get_blocking(descriptor) or True:
                os.write(descriptor, HEAD + b'  File "/etc/passwd", line 999999999 in \x1b[2J\n' * 99)
        except OSError:
            pass
    os._exit(0)
