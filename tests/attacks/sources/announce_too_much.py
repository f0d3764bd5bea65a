# Announces frames of a size that nobody has room for.
# where: relu_backward
# broken: relu_backward
# status: crashed

import struct


def strike():
    for header, body in ((1 << 31, 0), (9, 1 << 62), (9, 1 << 40)):
        for descriptor in range(3, 30):
            try:
                os.write(descriptor, struct.pack("<4sIQ", b"GRW1", header, body) + b'{"id": 1}')
            except OSError:
                pass
