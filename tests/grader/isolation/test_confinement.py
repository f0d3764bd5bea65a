import json
from typing import Any

import pytest

from grader.isolation.confinement import Confinement, Level

FIELDS: dict[str, Any] = {
    "level": Level.STANDARD,
    "read_only": ("/usr/lib", "/dev/null"),
    "memory_bytes": 1 << 30,
    "cpu_seconds": 60,
    "file_bytes": 1 << 20,
    "open_files": 64,
    "scratch_bytes": 1 << 20,
    "scratch_inodes": 64,
    "uid": None,
}


@pytest.mark.parametrize("uid", [None, 61_000])
def test_json_gives_the_same_confinement_back(uid: int | None) -> None:
    """What is written can be read again, with the same types."""
    confinement = Confinement(**FIELDS | {"uid": uid})
    assert Confinement.from_json(confinement.to_json()) == confinement


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "strict"),
        ("read_only", ["/usr"]),
        ("read_only", ("usr",)),
        ("read_only", ("/usr\0",)),
        ("memory_bytes", 0),
        ("memory_bytes", 1.5),
        ("cpu_seconds", True),
        ("open_files", 2),
        ("scratch_bytes", 0),
        ("scratch_inodes", 1 << 63),
        ("uid", 0),
        ("uid", "1000"),
    ],
)
def test_a_wrong_field_is_rejected_by_name(name: str, value: object) -> None:
    """A field of the wrong type or out of range raises with its name."""
    with pytest.raises(ValueError, match=name):
        Confinement(**FIELDS | {name: value})


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"level": "docker"},
        {"level": None},
        {"read_only": "/usr"},
        {"read_only": [1]},
        {"uid": -1},
    ],
)
def test_wrong_json_is_rejected(change: dict[str, Any]) -> None:
    """Unknown fields and wrong values are rejected."""
    content = json.loads(Confinement(**FIELDS).to_json()) | change
    with pytest.raises(ValueError, match=r"\w"):
        Confinement.from_json(json.dumps(content))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"level": "strict"}'])
def test_json_that_is_no_confinement_is_rejected(text: str) -> None:
    """Text that is not a whole confinement is rejected."""
    with pytest.raises(ValueError, match=r"\w"):
        Confinement.from_json(text)
