# Prints 200 MB.
# where: relu_backward


def strike():
    block = b"x" * (1 << 20)
    for _ in range(200):
        os.write(1, block)
