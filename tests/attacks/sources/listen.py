# Occupies ports, so that others find them taken.
# real: yes

import socket


def occupy(family, address):
    with socket.socket(family) as listener:
        listener.bind(address)
        listener.listen()
        return address


def strike():
    attempt("TCP", occupy, socket.AF_INET, ("127.0.0.1", 0))
    attempt("abstract", occupy, socket.AF_UNIX, f"\0{FACTS['loot']}-own")
