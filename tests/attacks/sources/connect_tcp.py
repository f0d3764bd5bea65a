# Calls services on the machine by TCP.
# real: yes

import socket


def connect(address):
    with socket.create_connection(address, timeout=0.5) as connection:
        connection.send(b"x")
        return connection.getpeername()


def strike():
    attempt("loopback", connect, ("127.0.0.1", FACTS["tcp"]))
    attempt("name", socket.getaddrinfo, "localhost", 80)
