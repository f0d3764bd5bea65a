# Aborts the process.
# where: relu_backward
# status: crashed


def strike():
    os.abort()
