"""All formats of one grading, written by the command, and written again from the saved report."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from grader.cli import main
from grader.report.registry import format_names

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "mistakes.zip"
DOCUMENTATION = ROOT / "docs" / "formats.md"
# The command that graded is in the terminal's report and in nothing that is saved.
SAME_AGAIN = [name for name in format_names() if name != "terminal"]


def ask_for(folder: Path, names: list[str]) -> list[str]:
    """Return options that write formats to files of their names."""
    folder.mkdir()
    return [option for name in names for option in ("--format", f"{name}:{folder / name}")]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade an example for instructors, in all formats; return where they are."""
    folder = tmp_path_factory.mktemp("graded")
    shutil.copy(EXAMPLE, folder)
    options = ask_for(folder / "first", list(format_names()))
    arguments = ["--assignment", "fully_connected", "--for", "instructor", *options]
    assert main([str(folder / EXAMPLE.name), *arguments]) == 0
    return folder


def test_one_command_writes_all_formats(graded: Path) -> None:
    """Each is a file that is not empty, and one does not overwrite the other."""
    written = {file.name: file.read_bytes() for file in (graded / "first").iterdir()}
    assert set(written) == set(format_names())
    assert len(set(written.values())) == len(written)


def test_rendering_again_gives_the_same_bytes(graded: Path) -> None:
    """What the saved report gives is what grading gave, in every format."""
    saved = str(graded / "first" / "json")
    options = ask_for(graded / "again", SAME_AGAIN)
    assert main(["render", saved, "--for", "instructor", *options]) == 0
    for name in SAME_AGAIN:
        again = (graded / "again" / name).read_bytes()
        assert again == (graded / "first" / name).read_bytes(), name


def test_a_students_report_gives_what_students_read(graded: Path) -> None:
    """From the saved report of an instructor and of a student, students get the same bytes."""
    saved = str(graded / "first" / "json")
    assert main(["render", saved, *ask_for(graded / "students", SAME_AGAIN)]) == 0
    student = str(graded / "students" / "json")
    assert main(["render", student, *ask_for(graded / "twice", SAME_AGAIN)]) == 0
    for name in SAME_AGAIN:
        own = (graded / "students" / name).read_bytes()
        assert own == (graded / "twice" / name).read_bytes(), name
        if name != "github":  # annotations tell a cause once, by its public check
            assert own != (graded / "first" / name).read_bytes(), name


@pytest.mark.parametrize("name", format_names())
def test_an_unwritable_file_is_one_line(
    graded: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """It says which file and what to do, and the other formats are written all the same."""
    saved, beside = str(graded / "first" / "json"), graded / f"beside.{name}"
    unwritable = f"{name}:{graded / 'no' / 'folder'}"
    assert main(["render", saved, "--format", unwritable, "--format", f"csv:{beside}"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"--format {name}:FILE" in said
    assert beside.read_bytes()


@pytest.mark.parametrize("name", format_names())
def test_a_report_of_an_older_schema_is_one_line(
    graded: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """It is refused before any format is tried."""
    document = json.loads((graded / "first" / "json").read_text()) | {"schema_version": 1}
    old = graded / "old.json"
    old.write_text(json.dumps(document))
    assert main(["render", str(old), "--format", name]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "schema_version is 1, expected 2" in captured.err


def test_the_choices_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown format is refused with all that there are."""
    assert main([str(EXAMPLE), "--format", "junitxml"]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in format_names())


@pytest.mark.parametrize("name", format_names())
def test_every_format_can_be_printed(
    graded: Path, capfdbinary: pytest.CaptureFixture[bytes], name: str
) -> None:
    """On standard output is what a file holds."""
    saved = str(graded / "first" / "json")
    assert main(["render", saved, "--for", "instructor", "--format", name]) == 0
    if name in SAME_AGAIN:
        assert capfdbinary.readouterr().out == (graded / "first" / name).read_bytes()


def quoted_in_docs() -> dict[str, list[str]]:
    """Return the lines that the documentation quotes of each format, under its heading."""
    quoted: dict[str, list[str]] = {}
    for section in re.split(r"^## ", DOCUMENTATION.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        names = re.findall(r"`(\w+)`", section.partition("\n")[0])
        blocks = re.findall(r"^(`{3,})(\w+)\n(.*?)^\1$", section, flags=re.MULTILINE | re.DOTALL)
        lines = [
            line
            for _, language, block in blocks
            if language in ("markdown", "xml", "json", "text") and "%0A" not in block
            for line in block.splitlines()
        ]
        quoted[names[0]] = [line for line in lines if line not in ("", "…")]
        quoted.update({name: [] for name in names[1:]})
    return quoted


def test_every_format_is_documented_as_it_is(graded: Path) -> None:
    """Each has a section, and what is quoted there is what students get from the example."""
    quoted = quoted_in_docs()
    assert set(quoted) == set(format_names())
    saved, folder = str(graded / "first" / "json"), graded / "documented"
    assert main(["render", saved, *ask_for(folder, list(format_names()))]) == 0
    for name, lines in quoted.items():
        written = (folder / name).read_text("utf-8").splitlines()
        for line in lines:
            assert any(line.removeprefix("…") in each for each in written), (name, line)
