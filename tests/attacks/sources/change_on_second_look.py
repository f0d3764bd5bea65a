# Returns something that is another value each time it is looked at.
# where: nowhere
# broken: relu_backward
# status: failed or errored


class Changing(np.ndarray):
    looks = 0

    @property
    def shape(self):
        Changing.looks += 1
        return (10, 10) if Changing.looks % 2 else (0,)

    @property
    def dtype(self):
        Changing.looks += 1
        return np.dtype(float if Changing.looks % 2 else object)

    def __iter__(self):
        Changing.looks += 1
        return iter([0.0] * Changing.looks)

    def __len__(self):
        Changing.looks += 1
        return Changing.looks


def relu_backward(dout, cache):
    return np.zeros((10, 10)).view(Changing)
