# Calls the stand-in for its wrong layer for ever.
# where: nowhere
# broken: affine_forward
# status: failed or errored or timed_out or crashed

_inner = relu_forward


def relu_forward(x):
    if sys._getframe(1).f_code.co_name == "affine_relu_forward":
        while True:
            affine_forward(x, np.eye(x.shape[1]), np.zeros(x.shape[1]))
    return _inner(x)
