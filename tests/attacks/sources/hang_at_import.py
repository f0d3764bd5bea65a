# Loops for ever while it is imported.
# where: import
# others: fall


def strike():
    while True:
        pass
