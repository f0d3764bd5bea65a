# Ends the program while it is imported, before any check has run.
# where: import
# status: crashed, errored
# others: fall


def strike():
    sys.exit(0)
