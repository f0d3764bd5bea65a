# Writes garbage on every descriptor.
# where: relu_backward
# broken: relu_backward
# status: crashed or failed or errored


def strike():
    for descriptor in range(300):
        try:
            os.write(descriptor, b"\xde\xad" * 4000)
        except OSError:
            pass
