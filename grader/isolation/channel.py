"""Sockets that carry descriptors, by the C module beneath `socket`.

The warm parent is what a single run waits for, and importing `socket` with all that it names,
selectors and enumerations among it, takes as long as importing this package.
"""

import _socket
import struct
from collections.abc import Sequence

Channel = _socket.socket


def open_pair() -> tuple[Channel, Channel]:
    """Give the two ends of a stream."""
    return _socket.socketpair()


def adopt(descriptor: int) -> Channel:
    """Give the socket behind a descriptor, which it owns from now on."""
    return Channel(fileno=descriptor)


def send(channel: Channel, message: bytes, descriptors: Sequence[int]) -> None:
    """Send a message and descriptors with it."""
    numbers = struct.pack(f"={len(descriptors)}i", *descriptors)
    channel.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)])


def receive(channel: Channel, size: int, count: int) -> tuple[bytes, list[int]]:
    """Receive a message of at most `size` bytes and at most `count` descriptors."""
    room = _socket.CMSG_LEN(count * struct.calcsize("=i"))
    message, ancillary, _, _ = channel.recvmsg(size, room)
    descriptors: list[int] = []
    for level, kind, data in ancillary:
        if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
            whole = len(data) // struct.calcsize("=i")
            descriptors += struct.unpack_from(f"={whole}i", data)
    return message, descriptors


def set_host_name(name: str) -> None:
    """Name the machine, as seen from this process's namespace."""
    _socket.sethostname(name)
