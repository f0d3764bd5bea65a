# Takes 4 GB of memory on the heap.
# status: passed or timed_out


def strike():
    held = []
    try:
        for _ in range(64):
            held.append(np.ones(8 << 20))
    except MemoryError:
        return
    _GOT.append("4 GB")
