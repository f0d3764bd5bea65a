# Stays inside one call into C for minutes.
# where: relu_backward
# status: timed_out


def strike():
    np.convolve(np.ones(3_000_000), np.ones(3_000_000))
