# Reads memory that is not there.
# where: relu_backward
# status: crashed


def strike():
    ctypes.string_at(0)
