"""Points of families, and what their text has to do with stored values."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader.families
from grader.course.catalogue import load_declaration
from grader.families import pooling
from grader.families.points import points_of

DECLARATION = """
from grader import Assignment, Question
{imports}

assignment = Assignment(
    name="small",
    title="Small",
    notebooks=("small",),
    questions=(Question(id="pool", title="Pooling", checks=pooling.forward_checks()),),
)
"""


def test_plain_number_is_shared_by_the_parts() -> None:
    """Parts that an assignment does not tell apart earn the same."""
    assert points_of("norm", ("dx", "db"), {"norm": 3}) == {"dx": 1.5, "db": 1.5}


def test_parts_without_points_are_left_out() -> None:
    """Only parts that are named are judged for points."""
    assert points_of("norm", ("dx", "db"), {"norm": {"dx": 2}}) == {"dx": 2}


@pytest.mark.parametrize(
    ("points", "message"),
    [({"pool": 1}, "missing for norm"), ({"norm": {"dw": 1}}, "name 'dw', expected dx, db")],
)
def test_points_that_fit_no_check_are_refused(points: dict[str, object], message: str) -> None:
    """A misspelt id or part is told at once."""
    with pytest.raises(ValueError, match=message):
        points_of("norm", ("dx", "db"), points)  # type: ignore[arg-type]


def test_an_assignment_may_weigh_a_family_anew() -> None:
    """Its own points stand in for the family's."""
    own = {**pooling.FORWARD_POINTS, pooling.FORWARD: 9}
    assert pooling.forward_checks(own)[0].points == {"out": 9}


def write(folder: Path, imports: str) -> str:
    """Return the digest of a declaration with these imports."""
    folder.mkdir()
    text = DECLARATION.format(imports=imports)
    (folder / "assignment.py").write_text(text, encoding="utf-8")
    return load_declaration(folder).digest


def test_values_depend_on_the_families_that_a_declaration_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A family that is changed makes values stale, directly imported or not; others do not."""
    imports = "from grader.families import pooling"
    before = write(tmp_path / "before", imports)
    real = Path.read_bytes
    folder = Path(grader.families.__file__).parent

    def changed(name: str) -> str:
        def read(path: Path) -> bytes:
            return real(path) + (b"#" if path == folder / name else b"")

        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", read)
            return write(tmp_path / name, imports)

    assert changed("convolution.py") == before
    assert changed("pooling.py") != before
    assert changed("points.py") != before
