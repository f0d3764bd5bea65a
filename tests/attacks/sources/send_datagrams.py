# Sends datagrams.
# real: yes

import socket


def send(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"x", address)


def strike():
    attempt("loopback", send, socket.AF_INET, ("127.0.0.1", FACTS["udp"]))
    attempt("IPv6", send, socket.AF_INET6, ("::1", FACTS["udp"]))
