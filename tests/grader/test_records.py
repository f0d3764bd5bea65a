"""Records behave as frozen data classes with slots do."""

from __future__ import annotations

import copy
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any, ClassVar

import pytest

from grader.records import is_record, record


@record
class Point:
    """A record with all kinds of fields."""

    kind: ClassVar[str] = "point"

    x: float
    y: float = 0.0
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)
    norm: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "norm", abs(self.x) + abs(self.y))


@record(kw_only=True)
class Named(Point):
    """A record that derives from one, with fields that are given by name."""

    name: str
    size: int = 1


@dataclass(frozen=True, slots=True)
class Twin:
    """The same as a data class."""

    x: float
    y: float = 0.0
    tags: tuple[str, ...] = ()


@record
class Own:
    """As the data class, as a record."""

    x: float
    y: float = 0.0
    tags: tuple[str, ...] = ()


@record
class Empty:
    """A record without fields."""


@record
class Loud:
    """A record with a method of its own in the place of a shared one."""

    x: int

    def __repr__(self) -> str:
        return "LOUD"


def test_fields_are_given_by_place_and_by_name() -> None:
    """Parameters come in the order of the fields, those by name after them."""
    assert (Point(1.0, 2.0).x, Point(1.0, y=2.0).y) == (1.0, 2.0)
    named = Named(1.0, tags=["a"], name="b")
    assert (named.x, named.tags, named.name, named.size) == (1.0, ["a"], "b", 1)
    with pytest.raises(TypeError, match="name"):
        Named(1.0)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Named(1.0, 2.0, [], "", "b")  # type: ignore[misc,call-arg]


def test_each_record_gets_a_value_of_its_own_from_a_factory() -> None:
    """Two records do not share a list that a factory made."""
    first, second = Point(1.0), Point(1.0)
    first.tags.append("a")
    assert second.tags == []


def test_post_init_runs_also_of_a_base() -> None:
    """What is computed after construction is there in a derived record."""
    assert Point(3.0, -4.0).norm == 7.0
    assert Named(3.0, -4.0, name="a").norm == 7.0


@pytest.mark.parametrize("name", ["x", "norm", "other"])
def test_records_cannot_be_changed(name: str) -> None:
    """Neither a field nor anything else can be set or deleted."""
    point = Point(1.0)
    with pytest.raises(FrozenInstanceError, match=name):
        setattr(point, name, 2.0)
    with pytest.raises(FrozenInstanceError, match=name):
        delattr(point, name)


def test_records_have_slots() -> None:
    """No record has a dictionary of its own."""
    assert not hasattr(Point(1.0), "__dict__")
    assert not hasattr(Named(1.0, name="a"), "__dict__")


@pytest.mark.parametrize("given", [{"x": 1.0}, {"x": 1.0, "tags": ("a",)}, {"x": 2.0, "y": 1.0}])
def test_a_record_is_shown_and_replaced_as_a_data_class(given: dict[str, Any]) -> None:
    """Text, fields, pattern and replacement are those of the data class."""
    own, twin = Own(**given), Twin(**given)
    assert repr(own) == repr(twin).replace("Twin", "Own")
    assert [(f.name, f.default) for f in fields(own)] == [(f.name, f.default) for f in fields(twin)]
    assert Own.__match_args__ == Twin.__match_args__
    assert replace(own, y=5.0) == Own(**{**given, "y": 5.0})


def test_records_are_equal_by_class_and_compared_fields() -> None:
    """What is left out of comparison does not count; another class does."""
    assert Point(1.0, note="a") == Point(1.0, note="b")
    assert Point(1.0) != Point(2.0)
    assert Own(1.0) != Twin(1.0)
    assert Point(1.0) != Named(1.0, name="a")
    assert hash(Own(1.0, tags=("a",))) == hash(Own(1.0, 0.0, ("a",)))
    assert len({Own(1.0), Own(1.0), Own(2.0)}) == 2
    assert Empty() == Empty()


def test_fields_can_be_left_out_of_the_text() -> None:
    """A field with ``repr=False`` is not shown, and a method of the class's own stays."""
    assert "note" not in repr(Point(1.0, note="a"))
    assert repr(Loud(1)) == "LOUD"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_records_can_be_copied(copied: Any) -> None:
    """Copies and deep copies are equal."""
    named = Named(1.0, tags=["a"], name="b", note="c")
    again = copied(named)
    assert again == named
    assert (again.note, again.norm) == ("c", 1.0)


def test_records_are_told_from_data_classes() -> None:
    """Only what was made a record is one."""
    assert is_record(Point)
    assert is_record(Named)
    assert not is_record(Twin)
    assert not is_record(int)
