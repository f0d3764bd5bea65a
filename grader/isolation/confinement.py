"""What a worker is allowed: its level of isolation and its limits, as one value."""

import json
from dataclasses import asdict, fields
from enum import StrEnum

from grader.records import record


class Level(StrEnum):
    """How firmly a worker is confined, strongest first."""

    STRICT = "strict"
    """Namespaces, a root of its own, Landlock, seccomp, limits, a user of its own."""
    STANDARD = "standard"
    """The same without namespaces: no writable folder, names and sizes of files not hidden."""
    WEAK = "weak"
    """A process with limits: no protection from hostile code."""


def _check_path(path: object) -> None:
    """Reject what the kernel would read as another path, or as a part of one."""
    if not isinstance(path, str) or not path.startswith("/") or "\0" in path:
        raise ValueError(f"read_only must hold absolute paths, got {path!r}")


MINIMA = {
    "memory_bytes": 1,
    "cpu_seconds": 1,
    "file_bytes": 0,
    "open_files": 3,
    # tmpfs reads 0 as "no limit".
    "scratch_bytes": 1,
    "scratch_inodes": 1,
}


@record
class Confinement:
    """What one worker is allowed.

    Raises
    ------
    ValueError
        If a field has the wrong type or is out of range; the message names it.
    """

    level: Level
    """Which layers are applied; all of them, or the worker does not start."""
    read_only: tuple[str, ...]
    """Absolute paths the worker can read, parents first; it can read nothing else."""
    memory_bytes: int
    """Address space of the worker, what the zygote had mapped included (RLIMIT_AS)."""
    cpu_seconds: int
    """Processor time of the worker's whole life (RLIMIT_CPU): a backstop, not a check's limit."""
    file_bytes: int
    """Length of one file in bytes (RLIMIT_FSIZE)."""
    open_files: int
    """Descriptors open at once (RLIMIT_NOFILE)."""
    scratch_bytes: int
    """Size of the scratch folder in bytes; there is one in `Level.STRICT` only."""
    scratch_inodes: int
    """Files and folders that the scratch folder holds."""
    uid: int | None
    """A user number of the worker's own, taken when the zygote may change users."""

    def __post_init__(self) -> None:
        """Check types and ranges."""
        if not isinstance(self.level, Level):
            raise ValueError(f"level must be a Level, got {self.level!r}")
        if not isinstance(self.read_only, tuple):
            raise ValueError(f"read_only must be a tuple of paths, got {self.read_only!r}")
        for path in self.read_only:
            _check_path(path)
        for name, minimum in MINIMA.items():
            value = getattr(self, name)
            if type(value) is not int or not minimum <= value < 1 << 63:
                raise ValueError(f"{name} must be an integer of at least {minimum}, got {value!r}")
        if self.uid is not None and (type(self.uid) is not int or not 0 < self.uid < 1 << 31):
            raise ValueError(f"uid must be a positive integer or None, got {self.uid!r}")

    def to_json(self) -> str:
        """Write every field as one JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Confinement":
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError
            If the text is not JSON, a field is missing, unknown or wrong.
        """
        content = json.loads(text)
        expected = {field.name for field in fields(cls)}
        if not isinstance(content, dict) or set(content) != expected:
            raise ValueError(f"a confinement must have exactly the fields {sorted(expected)}")
        if not isinstance(content["read_only"], list):
            raise ValueError(f"read_only must be a list, got {content['read_only']!r}")
        content["level"] = Level(content["level"])
        content["read_only"] = tuple(content["read_only"])
        return cls(**content)
