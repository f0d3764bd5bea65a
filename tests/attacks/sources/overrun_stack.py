# Recurses without a limit, in Python and in C.
# where: relu_backward
# status: crashed or errored or passed


class Deep:
    def __repr__(self):
        return repr([self, 1])


def strike():
    sys.setrecursionlimit(10**9)
    repr(Deep())
