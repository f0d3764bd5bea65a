# Asks what the machine is called.
# levels: strict
# real: yes


def strike():
    if os.uname().nodename == FACTS["machine"]:
        attempt("name", str, FACTS["machine"])
