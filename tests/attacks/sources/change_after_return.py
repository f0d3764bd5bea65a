# Returns one and the same array each time, and changes it when it is called again.
# where: nowhere
# broken: relu_backward
# status: failed

_wrong = relu_backward
_kept = {}


def relu_backward(dout, cache):
    for array in _kept.values():
        array[...] = np.nan
    array = _kept.setdefault(dout.shape, np.zeros(dout.shape))
    array[...] = _wrong(dout, cache)
    return array
