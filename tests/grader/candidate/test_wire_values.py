"""Values come out of the wire as they went in."""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict
from typing import Any, NamedTuple

import hypothesis.extra.numpy as arrays_of
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.candidate.tags import DTYPES, MAX_NUMBERS
from grader.candidate.wire import (
    PREFIX,
    Decoder,
    Encoder,
    Handle,
    pack_frame,
    parse_header,
    unpack_prefix,
)


def send(value: Any, encoder: Encoder | None = None) -> Any:
    """Carry a value through a whole frame."""
    encoder = encoder or Encoder()
    pieces = pack_frame({"v": encoder.encode(value)}, encoder.buffers)
    frame = b"".join(bytes(piece) for piece in pieces)
    header_length, body_length = unpack_prefix(
        frame[: PREFIX.size], max_header=1 << 20, max_body=1 << 30
    )
    header = parse_header(frame[PREFIX.size : PREFIX.size + header_length])
    body = bytearray(frame[PREFIX.size + header_length :])
    assert len(body) == body_length
    decoder = Decoder(body)
    decoded = decoder.decode(header["v"])
    decoder.finish()
    return decoded


def same(ours: Any, theirs: Any) -> bool:
    """Compare type and content, NaN equal to itself."""
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, np.ndarray):
        little = ours.astype(ours.dtype.newbyteorder("<"))
        return (
            theirs.dtype == little.dtype
            and theirs.shape == ours.shape
            and (theirs.tobytes() == little.tobytes())
        )
    if isinstance(ours, (list, tuple)):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, dict):
        return same(list(ours.items()), list(theirs.items()))
    if isinstance(ours, np.generic):
        return ours.dtype == theirs.dtype and ours.tobytes() == theirs.tobytes()
    return repr(ours) == repr(theirs)


DTYPE = st.sampled_from([*DTYPES, ">f8", ">i4", ">u2", ">c16"])
ARRAYS = DTYPE.flatmap(
    lambda code: arrays_of.arrays(
        np.dtype(code), arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    )
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(),
    st.complex_numbers(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.binary(max_size=20),
    st.slices(10),
    st.sampled_from([np.float16, np.float32, np.float64, np.int32, np.uint8, bool, int, float]),
    st.builds(Handle, st.integers(0, 1 << 52), st.sampled_from(["tuple", "TwoLayerNet"])),
    DTYPE.flatmap(lambda code: arrays_of.from_dtype(np.dtype(code).newbyteorder("<"))),
)
KEYS = st.one_of(st.text(max_size=3), st.integers(-9, 9), st.tuples(st.integers(0, 3), st.none()))
VALUES = st.recursive(
    st.one_of(SCALARS, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_every_kind_of_value_travels(value: Any) -> None:
    """Nested containers of arrays, scalars, slices, dtypes and handles arrive as they were."""
    assert same(value, send(value))


@settings(deadline=None)
@given(st.one_of(st.lists(st.floats(), min_size=17), st.lists(st.integers(-9, 9), min_size=17)))
def test_long_lists_of_numbers_travel_in_the_body(values: list[float]) -> None:
    """A list longer than sixteen numbers takes no room in the header, and stays a list."""
    encoder = Encoder()
    assert encoder.encode(values) == {"q": ["f" if type(values[0]) is float else "i", len(values)]}
    assert same(values, send(values))


@pytest.mark.parametrize(
    "view",
    [
        np.arange(24.0).reshape(4, 6)[::2, ::-3],
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.broadcast_to(np.float32(3), (2, 5)),
        np.arange(4, dtype=">i8")[::2],
        np.zeros((0, 5)),
        np.array(3.0),
        np.array([True, False, True]),
    ],
    ids=["strided", "fortran", "broadcast", "big-endian", "zero-size", "0-d", "bool"],
)
def test_any_memory_layout_arrives_in_c_order(view: np.ndarray[Any, Any]) -> None:
    """What arrives is contiguous, aligned, writable and equal."""
    arrived = send(view)
    np.testing.assert_array_equal(arrived, view)
    assert arrived.shape == view.shape
    assert arrived.flags.c_contiguous
    assert arrived.flags.aligned
    assert arrived.flags.writeable


class Odd(np.ndarray[Any, Any]):
    """An array class that lies about everything it can."""

    __array_ufunc__ = None

    def __array__(self, *args: object, **kwargs: object) -> Any:
        raise AssertionError

    def __reduce__(self) -> Any:
        raise AssertionError

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Gradients(NamedTuple):
    """What a tidy backward pass may return."""

    dx: float
    dw: float


def test_subclasses_of_containers_arrive_as_plain_containers() -> None:
    """An ordered dict of gradients or a named tuple of them is a dict or a tuple."""
    counted = defaultdict(float, {"W1": 2.0})
    for value, plain in [
        (OrderedDict([("W1", 1.0), ("b1", 0.5)]), {"W1": 1.0, "b1": 0.5}),
        (counted, {"W1": 2.0}),
        (Gradients(1.0, 2.0), (1.0, 2.0)),
    ]:
        arrived = send(value)
        assert type(arrived) is type(plain)
        assert arrived == plain


def test_subclasses_of_arrays_arrive_as_plain_arrays() -> None:
    """Methods of a student's array class are not asked, and not carried over."""
    arrived = send(np.arange(3.0).view(Odd))
    assert type(arrived) is np.ndarray
    assert arrived.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    "value",
    [
        np.array([object()]),
        np.array(["text"]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.zeros(2, dtype=[("a", "f8")]),
        np.zeros(2, dtype=np.longdouble),
        np.zeros((0, 1 << 40)),
        1 << 64,
        "lone \ud800 surrogate",
        object(),
        len,
        (item for item in ()),
        {1, 2},
        type("Number", (float,), {})(1.0),
        [1.5] * (MAX_NUMBERS + 1),
    ],
    ids=lambda value: repr(value).partition(" at 0x")[0][:30],  # the same in every process
)
def test_what_cannot_travel_is_held(value: Any) -> None:
    """Anything but plain values becomes a handle, or a TypeError where nothing holds it."""
    held: list[object] = []

    def hold(thing: object) -> Handle:
        held.append(thing)
        return Handle(len(held), type(thing).__name__)

    assert send(value, Encoder(hold)) == Handle(1, type(value).__name__)
    assert held[0] is value
    with pytest.raises(TypeError, match="cannot travel"):
        Encoder().encode(value)


def test_containers_within_themselves_are_held_at_some_depth() -> None:
    """A list that holds itself ends in a handle instead of in endless recursion."""
    endless: list[Any] = []
    endless.append(endless)
    arrived = send(endless, Encoder(lambda _: Handle(1, "list")))
    depth = 0
    while type(arrived) is list:
        (arrived,) = arrived
        depth += 1
    assert arrived == Handle(1, "list")
    assert depth < 40


def test_arrays_that_may_change_are_copied_when_asked() -> None:
    """With ``copy`` a later change of an array is not sent in its place."""
    array = np.zeros(4)
    kept, shared = Encoder(copy=True), Encoder()
    tag = kept.encode(array)
    shared.encode(array)
    array[:] = 7.0
    assert Decoder(bytearray(b"".join(kept.buffers))).decode(tag).tolist() == [0.0] * 4
    assert Decoder(bytearray(b"".join(shared.buffers))).decode(tag).tolist() == [7.0] * 4


def test_booleans_are_zero_or_one_whatever_byte_arrives() -> None:
    """A byte of 2 is True, not a third truth value."""
    decoder = Decoder(bytearray(b"\x02\x00\x01\x00\x00\x00\x00\x00"))
    assert decoder.decode({"a": ["|b1", [3]]}).view(np.uint8).tolist() == [1, 0, 1]
    scalar = Decoder(bytearray(b"\x02" + bytes(7))).decode({"n": "|b1"})
    assert scalar.view(np.uint8) == 1


def test_floats_keep_their_last_bit() -> None:
    """Negative zero, the smallest denormal and the largest float survive JSON."""
    values = [-0.0, 5e-324, 1.7976931348623157e308, 0.1, math.pi]
    assert [repr(value) for value in send(values)] == [repr(value) for value in values]
