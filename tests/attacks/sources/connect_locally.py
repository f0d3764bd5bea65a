# Calls local services by a path and by an abstract name.
# real: yes

import socket


def connect(address):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        return address


def strike():
    attempt("path", connect, FACTS["path"])
    attempt("abstract", connect, FACTS["abstract"])
    attempt("pair", socket.socketpair)
    for path in ("/run/docker.sock", "/var/run/docker.sock", "/run/systemd/private", "/dev/log"):
        attempt(path, connect, path)
