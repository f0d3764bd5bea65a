# Closes every descriptor, and goes on.
# where: relu_backward
# status: crashed


def strike():
    os.closerange(0, 1024)
    while True:
        pass
