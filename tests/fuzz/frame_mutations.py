"""Changes frames as a hostile worker would: lengths, tags, shapes, nesting, counts, bytes."""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from recording import Recorded

from grader.candidate.tags import DTYPES, MAX_NUMBERS
from grader.candidate.wire import MAGIC, MAX_HEADER, PREFIX

LETTERS = "anqltdfcsbyhez?"
CODES: Sequence[Any] = (
    *DTYPES,
    *("|O", "O", "<M8[D]", "<f16", ">f8", "<U9", "|S9", "|V8", "float64", "f8", "", "<f8 "),
    *(None, 8, ["<f8"], {"<f8": 1}, "datetime64", "i4,f8", "|b1" * 50),
)
LENGTHS: Sequence[Any] = (
    *(0, 1, -1, 2, 3, 7, 8, 9, 255, 1 << 16, 1 << 20, MAX_NUMBERS, MAX_NUMBERS + 1, (1 << 31) - 1),
    *(1 << 31, 1 << 32, (1 << 48) - 1, 1 << 48, 1 << 53, 1 << 61, 1 << 62, (1 << 63) - 1, 1 << 63),
    *(1 << 64, 10**30, -(1 << 63), True, False, 1.0, 1e308, "1", None, [1], {"n": "<f8"}),
)
TEXTS = (
    *("", "nan", "inf", "-inf", "Infinity", "1.5", "ok", "error", "\0", "\x1b[2J", "\ud800"),
    *("\u202e", "::error::x", "__class__", "../../etc/passwd", "%s{0}", "x" * 101, "\udcff" * 3),
    *("layers.py", "W1", "MT19937", "ndarray", "dict", "a\nb", "=1+1", "<b>", "9" * 400),
)
_STOP = 0.2
_RARE = 0.2
_INSIDE = 0.95
_DEEP = "@deep@"
_REPEATED = "@repeated@"

Header = dict[str, Any]
Slot = tuple[Any, Any]


def pick(random: Random, values: Sequence[Any]) -> Any:
    """Return one of several values, which may be changed afterwards."""
    return copy.deepcopy(random.choice(values))


def draw_slot(random: Random, tree: Any) -> Slot | None:
    """Return a place of a tree, what holds it and its key or index there; None if it is empty."""
    slot: Slot | None = None
    while isinstance(tree, (dict, list)) and tree:
        key = random.choice(list(tree)) if isinstance(tree, dict) else random.randrange(len(tree))
        slot = (tree, key)
        tree = tree[key]
        if random.random() < _STOP:
            break
    return slot


def find_array(random: Random, tree: Any) -> list[Any] | None:
    """Return the code and shape of an array somewhere in a tree, to be changed."""
    for _ in range(20):
        slot = draw_slot(random, tree)
        if slot is None:
            return None
        array = slot[0].get("a") if isinstance(slot[0], dict) else None
        if type(array) is list and len(array) == 2 and type(array[1]) is list:
            return array
    return None


def draw_tag(random: Random, depth: int = 0) -> Any:
    """Return a value of the wire, right or wrong."""
    letter = random.choice(LETTERS)
    length = pick(random, LENGTHS)
    inner = [draw_tag(random, depth + 1) for _ in range(random.randrange(4))] if depth < 3 else []
    contents: dict[str, Callable[[], Any]] = {
        "a": lambda: [
            pick(random, CODES),
            [pick(random, LENGTHS) for _ in range(random.randrange(4))],
        ],
        "n": lambda: pick(random, CODES),
        "q": lambda: [random.choice(("f", "i", "O", None)), length],
        "l": lambda: inner,
        "t": lambda: inner,
        "d": lambda: [[item, item] for item in inner] + [[random.choice(TEXTS), 1]],
        "f": lambda: random.choice(TEXTS),
        "c": lambda: [random.choice((1.0, 2, {"f": "nan"}, "1")), 2.0],
        "s": lambda: inner,
        "h": lambda: [length, random.choice(TEXTS)],
        "y": lambda: random.choice((*TEXTS, "float64", "object", "O")),
    }
    if random.random() < 0.15:
        return pick(random, (*TEXTS, *LENGTHS, 1e400, -0.0))
    return {letter: contents.get(letter, lambda: length)()}


def _put_atom(random: Random, header: Header, slot: Slot) -> None:
    slot[0][slot[1]] = pick(random, (*TEXTS, *LENGTHS))


def _put_tag(random: Random, header: Header, slot: Slot) -> None:
    slot[0][slot[1]] = draw_tag(random)


def _delete(random: Random, header: Header, slot: Slot) -> None:
    del slot[0][slot[1]]


def _repeat(random: Random, header: Header, slot: Slot) -> None:
    holder, key = slot
    if isinstance(holder, list):
        holder[key:key] = [holder[key]] * random.choice((1, 2, 17, 100))
    else:
        holder[random.choice((*LETTERS, *TEXTS))] = holder[key]


def _rename(random: Random, header: Header, slot: Slot) -> None:
    holder, key = slot
    if isinstance(holder, dict):
        holder[random.choice(LETTERS)] = holder.pop(key)


def _nest(random: Random, header: Header, slot: Slot) -> None:
    inner = slot[0][slot[1]]
    for _ in range(random.choice((1, 2, 12, 16, 17, 18, 19, 60, 300))):
        inner = {random.choice("ltsd"): [inner]} if random.random() < 0.98 else [inner]
    slot[0][slot[1]] = inner


def _copy(random: Random, header: Header, slot: Slot) -> None:
    other = draw_slot(random, header) or slot
    slot[0][slot[1]] = json.loads(json.dumps(other[0][other[1]]))


def _go_rarely(random: Random, header: Header, slot: Slot) -> None:
    """Make a header as deep or as wide as it can be: what is slow is not done often."""
    if random.random() < _RARE:
        slot[0][slot[1]] = random.choice((_DEEP, _REPEATED))


def _lie_about_an_array(random: Random, header: Header, slot: Slot) -> None:
    array = find_array(random, header)
    if array is None:
        _put_tag(random, header, slot)
        return
    shape = array[1]
    change = random.randrange(6)
    if change == 0:
        array[0] = pick(random, CODES)
    elif change == 1 and shape:
        shape[random.randrange(len(shape))] = pick(random, LENGTHS)
    elif change == 2:  # products that overflow back to what the body holds
        shape[:] = [1 << random.choice((16, 31, 32, 33, 61)) for _ in range(random.randrange(2, 5))]
    elif change == 3:
        shape[:] = [0, *random.choices((1 << 20, 1 << 40, (1 << 48) - 1, 5), k=3)]
    elif change == 4:
        shape[:] = [1] * random.choice((31, 32, 33, 64, 65, 500)) + shape
    else:
        shape.append(random.choice((1, 1, 2, -1, 0)))


def _lie_in_the_envelope(random: Random, header: Header, slot: Slot) -> None:
    rows = header.get("replies")
    change = random.randrange(7)
    if change == 0:
        header["id"] = pick(random, LENGTHS)
    elif change == 1 and isinstance(rows, list) and rows:
        rows.append(random.choice(rows))
    elif change == 2 and isinstance(rows, list) and rows:
        rows.pop()
    elif change == 3 and isinstance(rows, list) and rows:
        place = pick(random, LENGTHS)
        rows[-1] = {"ok": None, "after": [[place, draw_tag(random)], [1, 2]][: random.randrange(3)]}
    elif change == 4 and isinstance(rows, list) and rows:
        frame = [random.choice(TEXTS), pick(random, LENGTHS), random.choice(TEXTS)]
        error = {"type": random.choice(TEXTS), "message": random.choice(TEXTS), "frames": [frame]}
        rows[-1] = {"error": error}
    elif change == 5:
        header[random.choice(("call", "replies", "verdict", "", "id"))] = pick(random, LENGTHS)
    else:
        header["call"] = random.choice((0, 1, 2, -1, True, None, "0"))


_TREE_CHANGES = (
    *(_put_atom, _put_tag, _put_tag, _delete, _repeat, _rename, _nest, _copy, _go_rarely),
    *(_lie_about_an_array, _lie_about_an_array, _lie_about_an_array, _lie_in_the_envelope),
)


def mutate_header(random: Random, frame: Recorded, changes: int) -> bytes:
    """Return the JSON of a frame with so many places changed."""
    header = json.loads(frame.header)
    for _ in range(changes):
        # Most of what is in the envelope is refused at once, whatever is inside.
        inside = header.get("replies") if random.random() < _INSIDE else None
        slot = draw_slot(random, inside or header)
        if slot is not None:
            random.choice(_TREE_CHANGES)(random, header, slot)
    try:
        text = json.dumps(header, separators=(",", ":"))
    except RecursionError:
        text = '{"id":1,"replies":[' + '{"ok":{"l":[' * 2000
    if len(text) > 4 * MAX_HEADER:
        text = text[: 4 * MAX_HEADER]
    if _DEEP in text:
        opening = random.choice(("[", '{"l":[', '{"t":[{"d":[[', '{"a":'))
        text = text.replace(f'"{_DEEP}"', opening * random.choice((20, 500, 5000, 60_000)), 1)
    if _REPEATED in text:
        text = text.replace(f'"{_REPEATED}"', _fill(random, MAX_HEADER - len(text)), 1)
    return text.encode()


def _fill(random: Random, room: int) -> str:
    """Return a value that makes the most of what is left of a header."""
    item = random.choice(
        ('{"a":["<f8",[0]]}', "0", '"a"', '{"l":[]}', '{"h":[1,"x"]}', '{"q":["f",0]}', "[]", "1e9")
    )
    items = ",".join([item] * max(1, room // (len(item) + 1) - 3))
    long = "x" * random.choice((1, 1, 10_000))
    return random.choice(
        (
            f'{{"l":[{items}]}}',
            f'{{"t":[{items}]}}',
            f'{{"d":[[1,{{"l":[{items}]}}]]}}',
            f'{{"l":["{long}",{items[: max(0, len(items) - len(long) - 9)].rpartition(",")[0]}]}}',
            f"[{items}]",
            f'"{"x" * max(0, room)}"',
            "9" * max(1, room),
            f'{{"h":[1,"{"x" * max(0, room - 20)}"]}}',
        )
    )


def mutate_bytes(random: Random, data: bytes, other: bytes = b"") -> bytes:
    """Return bytes with some changed, cut out, doubled or put in."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5, 40))):
        place = random.randrange(len(changed) + 1)
        size = random.choice((0, 1, 1, 4, 8, 64, 1024))
        change = random.randrange(6)
        if change == 0 and changed:
            changed[place - 1] ^= 1 << random.randrange(8)
        elif change == 1:
            changed[place : place + size] = random.randbytes(size)
        elif change == 2:
            del changed[place : place + size]
        elif change == 3:
            changed[place:place] = changed[place : place + size]
        elif change == 4:
            start = random.randrange(len(other) + 1)
            changed[place : place + size] = other[start : start + size]
        else:
            del changed[place:]
    return bytes(changed)


_TEXT_CHANGES: Sequence[Callable[[Random, bytes], bytes]] = (
    mutate_bytes,
    lambda random, text: mutate_bytes(
        random, text, b'{"a":["<f8",[1]]},NaN,Infinity,[[[[[[\\ud800'
    ),
    lambda random, text: text.replace(
        b"1", random.choice((b"NaN", b"-Infinity", b"1E9999", b"01"))
    ),
    lambda random, text: text[:-1] + b"," + text[1:],
    lambda random, text: text.decode().encode(random.choice(("utf-16", "utf-32", "utf-8-sig"))),
    lambda random, text: text.replace(
        b'"', random.choice((b"'", b'\\"', b"\xff", b"\xed\xa0\x80"))
    ),
    lambda random, text: b" " * random.choice((1, 1000, MAX_HEADER - len(text))) + text,
    lambda random, text: text + random.choice((b" ", b"\0", b"{}", b"\n[]")),
    lambda random, text: text.replace(b"0", b"9" * random.choice((10, 400, 5000, 60_000)), 1),
    lambda random, text: b"",
)


def pack(header: bytes, body: bytes) -> bytes:
    """Return a whole frame."""
    return PREFIX.pack(MAGIC, len(header), len(body)) + header + body


def mutate_frame(random: Random, frame: Recorded, others: Sequence[Recorded]) -> bytes:
    """Return a frame as a hostile worker may send it in place of a recorded one."""
    header, body = frame.header.encode(), frame.body
    where = random.random()
    if where < 0.8:
        header = mutate_header(random, frame, random.choice((1, 1, 1, 2, 3, 6)))
    elif where < 0.9:
        header = random.choice(_TEXT_CHANGES)(random, header)
    if where > 0.85 or random.random() < 0.15:
        body = _mutate_body(random, body, random.choice(others).body)
    data = pack(header, body)
    if random.random() < 0.06:
        return _lie_in_the_prefix(random, data)
    return data


def _mutate_body(random: Random, body: bytes, other: bytes) -> bytes:
    change = random.randrange(5)
    if change == 0:
        return other
    if change == 1:
        return body + bytes(random.choice((1, 7, 8, 9, 64, 4096, 1 << 16)))
    if change == 2:
        return bytes(
            random.choice((8, len(body), 8 * MAX_NUMBERS if random.random() < 0.005 else 64))
        )
    if change == 3:
        return b"\xff" * len(body)
    return mutate_bytes(random, body, other)


def _lie_in_the_prefix(random: Random, data: bytes) -> bytes:
    change = random.randrange(5)
    lengths = (0, 1, 16, MAX_HEADER, MAX_HEADER + 1, 1 << 20, 1 << 26, (1 << 26) + 1, (1 << 32) - 1)
    if change == 0:
        return mutate_bytes(random, data[: PREFIX.size]) + data[PREFIX.size :]
    if change == 1:
        return data[:4] + struct.pack("<I", random.choice(lengths)) + data[8:]
    if change == 2:
        huge = (*lengths, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
        return data[:8] + struct.pack("<Q", random.choice(huge)) + data[16:]
    if change == 3:
        return data[: random.randrange(len(data))]
    return mutate_bytes(random, data)
