# Patches and spoils the generator whose state travels with calls.
# broken: relu_backward
# status: failed or errored or crashed


def strike():
    np.random.seed = lambda *arguments: None
    state = ("MT19937", np.zeros(624, np.uint32), 624, 1, float("nan"))
    np.random.get_state = lambda *arguments, **settings: state
    np.random.set_state = lambda *arguments: None
    np.random.randn = np.random.rand = lambda *shape: np.zeros(shape)
