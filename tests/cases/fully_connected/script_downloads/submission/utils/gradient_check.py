def rel_error(x, y):
    return abs(x - y).max()
