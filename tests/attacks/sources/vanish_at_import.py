# Ends the process while it is imported.
# where: import
# others: fall


def strike():
    os._exit(0)
