from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import click
import pytest

from grader.cli.destinations import Destination, print_text, read_destinations, write_whole


@pytest.mark.parametrize(
    ("submission", "file"),
    [
        ("work.zip", "work.grade.json"),
        ("a/b/work.tar.gz", "work.grade.json"),
        ("Work.ZIP", "Work.grade.json"),
        ("hw1.final", "hw1.final.grade.json"),
        ("TwoLayer.ipynb", "TwoLayer.grade.json"),
        (".zip", ".zip.grade.json"),
        ("/", "submission.grade.json"),
    ],
)
def test_by_default_json_is_named_after_the_submission(submission: str, file: str) -> None:
    """Without --format the JSON goes to the current folder, and the report to the terminal."""
    assert read_destinations((), Path(submission)) == (
        Destination("json", Path(file)),
        Destination("terminal"),
    )


@pytest.mark.parametrize("submission", [".", ".."])
def test_a_folder_that_is_a_dot_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, submission: str
) -> None:
    """Grading the current folder names the report after it."""
    monkeypatch.chdir(tmp_path)
    file = read_destinations((), Path(submission))[0].file
    assert file == Path(f"{Path(submission).resolve().name}.grade.json")


def test_files_are_written_before_anything_is_printed() -> None:
    """What goes to a file comes first, so that the printed report can name it."""
    given = ("terminal", "json:out/a:b.json")
    assert read_destinations(given, Path("x.zip")) == (
        Destination("json", Path("out/a:b.json")),
        Destination("terminal"),
    )


def test_a_dash_is_standard_output() -> None:
    """As elsewhere, - is no file of that name."""
    assert read_destinations(("json:-",), Path("x.zip")) == (Destination("json"),)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("jsn",), "no format 'jsn', only classroom50, csv, github"),
        (("json:",), "names no file"),
        (("json", "terminal"), "cannot both go to standard output"),
    ],
)
def test_bad_formats_are_refused(values: tuple[str, ...], message: str) -> None:
    """Unknown formats, empty names and two reports on one stream are errors of usage."""
    with pytest.raises(click.BadParameter, match=message):
        read_destinations(values, Path("x.zip"))


def test_the_submission_is_never_overwritten(tmp_path: Path) -> None:
    """A report cannot be written over what it is about, by whatever name."""
    submission = tmp_path / "work.ipynb"
    submission.write_text("{}")
    other_name = tmp_path / "link"
    other_name.symlink_to(submission)
    with pytest.raises(click.BadParameter, match="is what is read"):
        read_destinations((f"json:{other_name}",), submission)


def test_writing_replaces_the_whole_file(tmp_path: Path) -> None:
    """An older report is replaced, with the permissions of any new file and nothing left over."""
    file = tmp_path / "report.json"
    file.write_text("something much longer than the new text")
    write_whole(file, "new")
    (tmp_path / "plain").touch()
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain", "report.json"]


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    """A link that lies where the report goes does not decide what gets overwritten."""
    precious = tmp_path / "precious"
    precious.write_text("keep")
    link = tmp_path / "report.json"
    link.symlink_to(precious)
    write_whole(link, "new")
    assert precious.read_text() == "keep"
    assert link.read_text() == "new"


@pytest.mark.parametrize("name", ["absent/report.json", ".", "x" * 300])
def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, name: str) -> None:
    """An absent folder, a folder and too long a name are errors of the system."""
    with pytest.raises(OSError, match=r"."):
        write_whole(tmp_path / name, "text")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """What is no regular file is not replaced by one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "text")
    reader.join(10)
    assert read == ["text"]
    assert pipe.is_fifo()


def test_text_is_printed_in_a_poor_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an ASCII terminal cannot show is replaced or escaped, never an error."""
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding="ascii"))
    print_text("f · dx … 数\n")
    assert content.getvalue() == b"f - dx ... \\u6570\n"


def test_two_reports_need_two_files(tmp_path: Path) -> None:
    """The second would replace the first, however the file is written."""
    file = tmp_path / "report"
    given = (f"terminal:{file}", f"json:{tmp_path}/./report")
    with pytest.raises(click.BadParameter, match="two reports"):
        read_destinations(given, Path("x.zip"))


def test_a_device_takes_any_number_of_reports() -> None:
    """Nothing is lost there that anybody wanted."""
    given = (f"terminal:{os.devnull}", f"json:{os.devnull}")
    assert len(read_destinations(given, Path("x.zip"))) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_standard_output_is_one_line() -> None:
    """A disk that is full is said in one line, with what else to do, and is no fault of ours."""
    code = "import sys\nfrom grader.cli.entry import _run\nsys.exit(_run(['list']))"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "standard output cannot be written" in done.stderr
