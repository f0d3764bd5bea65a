"""Whatever a hostile worker writes ends in ProtocolError, before much memory is taken."""

from __future__ import annotations

import contextlib
import json
import struct
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.candidate.tags import MAX_NUMBERS
from grader.candidate.wire import (
    MAGIC,
    MAX_HEADER,
    PREFIX,
    Decoder,
    Encoder,
    Handle,
    ProtocolError,
    pack_frame,
    parse_header,
    unpack_prefix,
)

NESTED: Any = 1
for _ in range(40):
    NESTED = {"l": [NESTED]}


@pytest.fixture
def memory() -> Iterator[None]:
    """Fail a test that allocates more than four megabytes."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("prefix", "reason"),
    [
        (struct.pack("<4sIQ", b"NOPE", 2, 0), "not a frame"),
        (bytes(16), "not a frame"),
        (struct.pack("<4sIQ", MAGIC, MAX_HEADER + 1, 0), "header too long"),
        (struct.pack("<4sIQ", MAGIC, (1 << 32) - 1, 0), "header too long"),
        (struct.pack("<4sIQ", MAGIC, 2, (1 << 20) + 1), "over the limit"),
        (struct.pack("<4sIQ", MAGIC, 2, (1 << 64) - 1), "over the limit"),
    ],
)
def test_lengths_are_refused_before_anything_is_allocated(prefix: bytes, reason: str) -> None:
    """A prefix with a wrong magic or a length over its bound is refused by itself."""
    assert len(prefix) == PREFIX.size
    with pytest.raises(ProtocolError, match=reason):
        unpack_prefix(prefix, max_header=MAX_HEADER, max_body=1 << 20)


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"1",
        b"null",
        b'{"id": NaN}',
        b'{"id": Infinity}',
        b'{"id": -Infinity}',
        b'{"id": 1, "id": 2}',
        b'{"v": {"a": 1, "a": 2}}',
        b'{"id": 1} x',
        b'{"id": 1',
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": "\xff\xfe"}',
        b'{"id": "\xed\xa0\x80"}',
        '{"id": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"id": ' + b"[" * 60_000,
        b'{"a":' * 12_000,
        bytes(100),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_headers_are_one_json_object_in_utf8(text: bytes) -> None:
    """Everything else raises ProtocolError: constants, duplicates, depth, huge numbers, bytes."""
    with pytest.raises(ProtocolError):
        parse_header(text)


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    "tag",
    [
        {},
        {"a": ["<f8", [1]], "n": "<f8"},
        {"z": 1},
        {"": 1},
        [1, 2],
        "lone \ud800 surrogate",
        1 << 63,
        -(1 << 70),
        float("inf"),
        {"f": "1.0"},
        {"f": []},
        {"f": "infinity"},
        {"c": [1, 2]},
        {"c": ["1", "2"]},
        {"c": [{"a": ["<f8", []]}, {"a": ["<f8", []]}]},
        {"c": [1.0]},
        {"s": [1, 2]},
        {"s": 3},
        {"b": -1},
        {"b": True},
        {"b": 9},
        {"b": 1 << 70},
        {"b": "x"},
        {"y": "object"},
        {"y": ["float64"]},
        {"y": "O"},
        {"n": "|O"},
        {"n": "<f8 "},
        {"n": None},
        {"q": ["f", -1]},
        {"q": ["f", True]},
        {"q": ["f", 2]},
        {"q": ["O", 1]},
        {"q": ["f", MAX_NUMBERS + 1]},
        {"q": [[], 1]},
        {"q": "f1"},
        {"h": [1]},
        {"h": ["1", "x"]},
        {"h": [True, "x"]},
        {"h": [-1, "x"]},
        {"h": [1 << 60, "x"]},
        {"h": [1, None]},
        {"e": 1},
        {"l": {}},
        {"l": "ab"},
        {"t": None},
        {"d": [[1]]},
        {"d": [[1, 2, 3]]},
        {"d": ["ab"]},
        {"d": {"k": "v"}},
        {"d": [[{"l": []}, 1]]},
        {"d": [[{"d": []}, 1]]},
        {"d": [[{"a": ["<f8", [1]]}, 1]]},
        {"d": [["k", 1], ["k", 2]]},
        {"d": [[1, 1], [1.0, 2], [True, 3]]},
        NESTED,
    ],
    ids=lambda tag: repr(tag)[:40],
)
def test_malformed_tags_are_refused(tag: Any) -> None:
    """A tag is known, complete and of the right types, or there is no value."""
    with pytest.raises(ProtocolError):
        Decoder(bytearray(8)).decode(tag)


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("code", "shape"),
    [
        *((code, [1]) for code in ("|O", "O", "<M8[D]", "datetime64", "<f16", ">f8", "<U9", "|V8")),
        *((code, [1]) for code in ("float64", "f8", "", None, 8, ["<f8"], {"<f8": 1})),
        ("<f8", [-1]),
        ("<f8", [-1, -1]),
        ("<f8", [True]),
        ("<f8", [1.0]),
        ("<f8", ["1"]),
        ("<f8", [None]),
        ("<f8", [2]),
        ("<f8", [1 << 62]),
        ("<f8", [1 << 32, 1 << 32]),
        ("<f8", [10**400]),
        ("<f8", [1 << 61, 8]),
        ("<f8", [0, 1 << 40]),
        ("<f8", [0, 1 << 47, 1 << 47, 1 << 47]),
        ("<f8", [1] * 33),
        ("<f8", 1),
        ("<f8", "1"),
        ("<f8", {"1": 1}),
        ("<f8", None),
    ],
    ids=repr,
)
def test_dtypes_and_shapes_are_checked_before_arrays_are_made(code: Any, shape: Any) -> None:
    """Unlisted dtypes, odd dimensions and products beyond the body are refused."""
    with pytest.raises(ProtocolError):
        Decoder(bytearray(8)).decode({"a": [code, shape]})


def test_a_body_is_used_up_exactly() -> None:
    """Bytes left over, and padding that holds something, are refused."""
    decoder = Decoder(bytearray(16))
    decoder.decode({"a": ["<f8", [1]]})
    with pytest.raises(ProtocolError, match="longer than its values"):
        decoder.finish()
    with pytest.raises(ProtocolError, match="padding"):
        Decoder(bytearray(b"\x01" * 8)).decode({"b": 3})
    with pytest.raises(ProtocolError, match="longer than the body"):
        Decoder(bytearray(3)).decode({"b": 3})


def test_numbers_in_lists_are_counted_over_the_whole_frame() -> None:
    """Many lists of numbers cannot make up what one may not be."""
    half = {"q": ["i", MAX_NUMBERS // 2]}
    decoder = Decoder(bytearray(MAX_NUMBERS * 8 + 8))
    decoder.decode(half)
    decoder.decode(half)
    with pytest.raises(ProtocolError, match="too many numbers"):
        decoder.decode({"q": ["i", 1]})


def test_a_full_header_of_tiny_values_takes_little_memory() -> None:
    """The most objects that a 64 kB header can ask for stay below ten megabytes."""
    for tag in ({"l": [{"a": ["<f8", [0]]}] * 3_000}, {"d": [[k, k] for k in range(4_000)]}):
        text = json.dumps({"v": tag}, separators=(",", ":")).encode()
        assert len(text) <= MAX_HEADER
        tracemalloc.start()
        Decoder(bytearray()).decode(parse_header(text)["v"])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 10 << 20


def test_names_of_held_objects_are_made_fit_for_messages() -> None:
    """The class name that a worker reports holds no control characters and is short."""
    handle = Decoder(bytearray()).decode({"h": [1, "\x1b[31m\n\ud800" + "x" * 500]})
    assert handle.type_name == "?[31m??" + "x" * 93


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from("anqltdfcsbyh?"), inner, max_size=2)
    ),
    max_leaves=10,
)


@settings(max_examples=500, deadline=None)
@given(JSON, st.binary(max_size=24))
def test_any_json_is_a_value_or_a_protocol_error(tag: Any, body: bytes) -> None:
    """Nothing but ProtocolError is ever raised on the way back into values."""
    decoder = Decoder(bytearray(body))
    with contextlib.suppress(ProtocolError):
        decoder.decode(tag)
        decoder.finish()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_header_or_a_protocol_error(text: bytes) -> None:
    """Nothing but ProtocolError is ever raised while a header is read."""
    with contextlib.suppress(ProtocolError):
        assert type(parse_header(text)) is dict


def test_a_header_over_its_bound_is_never_written() -> None:
    """The side that writes knows the reader's bound, too."""
    with pytest.raises(ProtocolError, match="header too long"):
        pack_frame({"v": "x" * 100}, (), max_header=100)


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("tag", ["x" * 257, {"b": 257}, {"l": ["x" * 30_000, *["a"] * 9_000]}])
def test_long_texts_are_refused(tag: Any) -> None:
    """One long text among many short ones would make an array of a gigabyte."""
    with pytest.raises(ProtocolError):
        Decoder(bytearray(264)).decode(tag)


def test_long_texts_stay_in_the_worker() -> None:
    """What a function returns is a handle then; sources reach a worker whatever their length."""
    held = Encoder(lambda value: Handle(1, type(value).__name__))
    assert held.encode(["x" * 257, b"x" * 257]) == {"l": [{"h": [1, "str"]}, {"h": [1, "bytes"]}]}
    sent = Encoder()
    tag = sent.encode(b"x" * 5000)
    body = bytearray(b"".join(sent.buffers))
    assert Decoder(body, lambda handle: handle).decode(tag) == b"x" * 5000
