import bz2
import gzip
import io
import json
import lzma
import os
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.submission import json_text
from grader.submission.archive import ArchiveLimits, open_submission

FILES = {
    "hw/cs231n/layers.py": b"def affine_forward(x, w, b):\n    return x @ w + b, (x, w, b)\n",
    "hw/FullyConnectedNets.ipynb": b'{"cells": [], "nbformat": 4}',
}
NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}'


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of ``files``."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(files: dict[str, bytes], *extra: tarfile.TarInfo) -> bytes:
    """Return a tar of ``files`` and of members that have no content."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return stream.getvalue()


def read(tmp_path: Path, content: bytes, name: str = "submission.zip") -> dict[str, bytes]:
    """Return the files of a submission with that content."""
    path = tmp_path / name
    path.write_bytes(content)
    return dict(open_submission(path).files)


def refusal(tmp_path: Path, content: bytes, name: str = "submission.zip") -> str:
    """Return the one line with which the content is refused."""
    with pytest.raises(SubmissionError) as caught:
        read(tmp_path, content, name)
    message = str(caught.value)
    assert "\n" not in message
    assert name in message
    return message


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("tar", bytes),
    ("tar.gz", gzip.compress),
    ("tar.bz2", bz2.compress),
    ("tar.xz", lzma.compress),
]


@pytest.mark.parametrize(("suffix", "pack"), PACKERS, ids=[suffix for suffix, _ in PACKERS])
def test_every_kind_of_tar_gives_the_same_submission_as_a_zip(
    tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    """The kind of archive changes neither the files nor the digest."""
    (tmp_path / "a.zip").write_bytes(zipped(FILES))
    (tmp_path / f"a.{suffix}").write_bytes(pack(tarred(FILES)))
    from_zip = open_submission(tmp_path / "a.zip")
    from_tar = open_submission(tmp_path / f"a.{suffix}")
    assert dict(from_tar.files) == FILES
    assert from_tar.digest == from_zip.digest


def test_a_folder_gives_the_same_submission_as_a_zip(tmp_path: Path) -> None:
    """A folder on disk and its zip are one submission."""
    for name, content in FILES.items():
        path = tmp_path / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "a.zip").write_bytes(zipped(FILES))
    folder = open_submission(tmp_path / "work")
    assert folder.digest == open_submission(tmp_path / "a.zip").digest
    assert folder.name == "work"


def test_the_digest_depends_on_names_and_contents(tmp_path: Path) -> None:
    """Moving bytes between a name and a content gives another digest."""
    digests = set()
    for files in ({"a.py": b"x"}, {"b.py": b"x"}, {"a.py": b"y"}, {"a.py": b"x", "b.py": b""}):
        (tmp_path / "a.zip").write_bytes(zipped(files))
        digests.add(open_submission(tmp_path / "a.zip").digest)
    assert len(digests) == 4


def test_a_checkout_leaves_out_what_no_student_wrote(tmp_path: Path) -> None:
    """Version control, caches and environments are not read, compiled files neither."""
    for name in (
        ".git/hooks/x.py",
        "__pycache__/layers.cpython-39.pyc",
        "venv/lib/a.py",
        "env/lib/python3.8/site.py",
        "x/site-packages/numpy/core.py",
        "cs231n/datasets/get.py",
        "__MACOSX/layers.py",
        "cs231n/._layers.py",
        "cs231n/im2col_cython.so",
        "cs231n/layers.py",
    ):
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x = 1")
    assert list(open_submission(tmp_path / "repo").files) == ["cs231n/layers.py"]


@pytest.mark.parametrize("name", ["fc.ipynb", "fc.zip", "fc"])
def test_a_notebook_is_a_notebook_whatever_its_name(tmp_path: Path, name: str) -> None:
    """Kinds are told by content: a notebook sent as a zip is read as a notebook."""
    assert list(read(tmp_path, NOTEBOOK, name).values()) == [NOTEBOOK]


def test_a_single_python_file_is_a_submission(tmp_path: Path) -> None:
    """One layers.py by itself can be graded."""
    assert read(tmp_path, b"x = 1\n", "layers.py") == {"layers.py": b"x = 1\n"}


def test_a_compressed_python_file_is_a_submission(tmp_path: Path) -> None:
    """A layers.py.gz is a layers.py."""
    assert list(read(tmp_path, gzip.compress(b"x = 1\n"), "layers.py.gz")) == ["layers.py"]


def test_a_zip_in_a_zip_is_opened(tmp_path: Path) -> None:
    """A file of a nested archive lies in a folder of that archive's name."""
    inner = zipped({"cs231n/layers.py": b"x = 1"})
    files = read(tmp_path, zipped({"hand in/a1.zip": inner}))
    assert list(files) == ["hand in/a1.zip/cs231n/layers.py"]


def test_a_damaged_nested_archive_costs_only_itself(tmp_path: Path) -> None:
    """What lies beside a broken nested zip is graded, with a warning."""
    (tmp_path / "a.zip").write_bytes(zipped({"layers.py": b"x = 1", "data.zip": b"PK\x03\x04rest"}))
    submission = open_submission(tmp_path / "a.zip")
    assert list(submission.files) == ["layers.py"]
    assert "data.zip could not be opened" in submission.warnings[0]


def test_archives_nested_too_deep_are_left_closed(tmp_path: Path) -> None:
    """A zip that holds itself, as it were, is opened only so far."""
    content = zipped({"layers.py": b"x = 1"})
    for _ in range(4):
        content = zipped({"inner.zip": content})
    (tmp_path / "a.zip").write_bytes(content)
    submission = open_submission(tmp_path / "a.zip")
    assert not submission.files
    assert "too deep" in " ".join(submission.warnings)


@pytest.mark.parametrize("name", ["../x.py", "a/../../x.py", "/etc/x.py", "C:/x.py", "a\\..\\x.py"])
def test_names_that_point_outside_refuse_the_archive(tmp_path: Path, name: str) -> None:
    """The message names the member, for zips and tars alike."""
    files = {"layers.py": b"x = 1", name: b"x = 1"}
    assert "points outside" in refusal(tmp_path, zipped(files))
    assert "points outside" in refusal(tmp_path, tarred(files), "submission.tar")


def test_links_and_devices_in_archives_are_left_out(tmp_path: Path) -> None:
    """A link in a tar or a zip gives no file, wherever it points."""
    link = tarfile.TarInfo("secret.py")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    hard = tarfile.TarInfo("hard.py")
    hard.type, hard.linkname = tarfile.LNKTYPE, "layers.py"
    pipe = tarfile.TarInfo("pipe.py")
    pipe.type = tarfile.FIFOTYPE
    content = tarred({"layers.py": b"x = 1"}, link, hard, pipe)
    assert list(read(tmp_path, content, "a.tar")) == ["layers.py"]

    info = zipfile.ZipInfo("link.py")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(info, "/etc/passwd")
        archive.writestr("layers.py", "x = 1")
    assert list(read(tmp_path, stream.getvalue())) == ["layers.py"]


def test_links_and_pipes_in_folders_are_left_out(tmp_path: Path) -> None:
    """Neither a linked file, nor a linked folder, nor a pipe that would block is opened."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("x = 1")
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "layers.py").write_text("x = 1")
    (folder / "file.py").symlink_to(outside / "secret.py")
    (folder / "folder").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.py")
    assert list(open_submission(folder).files) == ["layers.py"]


def test_the_last_of_two_members_of_one_name_counts(tmp_path: Path) -> None:
    """As unzip does, and with a warning."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("layers.py", "first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("layers.py", "second")
    (tmp_path / "a.zip").write_bytes(stream.getvalue())
    submission = open_submission(tmp_path / "a.zip")
    assert submission.files["layers.py"] == b"second"
    assert "twice" in submission.warnings[0]


def test_names_that_differ_in_case_are_both_kept(tmp_path: Path) -> None:
    """A clash that a Mac or Windows would not show is named in a warning."""
    (tmp_path / "a.zip").write_bytes(zipped({"Layers.py": b"x", "layers.py": b"y"}))
    submission = open_submission(tmp_path / "a.zip")
    assert len(submission.files) == 2
    assert "upper and lower case" in submission.warnings[0]


@pytest.mark.parametrize("utf8_flag", [True, False])
def test_names_in_utf8_are_read_with_and_without_the_flag(tmp_path: Path, utf8_flag: bool) -> None:
    """Some zip tools write UTF-8 and do not say so."""
    content = zipped({"üb/schichten.py": b"x = 1"})
    if not utf8_flag:
        content = zipped({"..b/schichten.py".replace("..", "##"): b"x = 1"})
        content = content.replace(b"##b", "üb".encode())
    assert list(read(tmp_path, content)) == ["üb/schichten.py"]


def test_backslashes_separate_folders(tmp_path: Path) -> None:
    """Archives made on Windows keep their folders."""
    assert list(read(tmp_path, tarred({"cs231n\\layers.py": b"x"}), "a.tar")) == [
        "cs231n/layers.py"
    ]


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    """A password cannot be guessed: the message asks for an archive without one."""
    content = bytearray(zipped({"layers.py": b"x = 1"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "'layers.py' is encrypted" in refusal(tmp_path, bytes(content))


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("kind", ["zip", "tar.gz", "tar.xz"])
def test_a_truncated_archive_is_refused(tmp_path: Path, kind: str, keep: float) -> None:
    """What breaks off gives one line, never half a submission."""
    files = {f"m{i}.py": os.urandom(4000) for i in range(4)}
    packers = dict(PACKERS)
    content = zipped(files) if kind == "zip" else packers[kind](tarred(files))
    message = refusal(tmp_path, content[: int(len(content) * keep)], f"a.{kind}")
    assert "damaged or incomplete" in message


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"", "a.zip", "is empty"),
        (b"  \n", "layers.py", "is empty"),
        (zipped({}), "a.zip", "is empty"),
        (tarred({}), "a.tar", "is empty"),
        (b"Rar!\x1a\x07", "a.rar", "RAR"),
        (b"7z\xbc\xaf'\x1c", "a.7z", "7-Zip"),
        (b"%PDF-1.5", "a.pdf", "PDF"),
        (b"hello", "a.docx", "no zip, tar"),
        (b"{not json", "a.ipynb", "not a notebook"),
        (b"plain", "a.ipynb", "not a notebook"),
        (b"[" * 200_000, "a.ipynb", "not a notebook"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, content: bytes, name: str, expected: str
) -> None:
    """Each kind of unreadable file has its own sentence."""
    assert expected in refusal(tmp_path, content, name)


def test_an_empty_folder_and_a_missing_path_are_refused(tmp_path: Path) -> None:
    """There is nothing to grade, and the message says which of the two it is."""
    (tmp_path / "work").mkdir()
    with pytest.raises(SubmissionError, match="work: is empty"):
        open_submission(tmp_path / "work")
    with pytest.raises(SubmissionError, match="no such file"):
        open_submission(tmp_path / "nowhere")


def test_a_submission_without_code_is_still_one(tmp_path: Path) -> None:
    """A lone report gets graded with nothing found, so that it gets its full report."""
    (tmp_path / "a.zip").write_bytes(zipped({"report.pdf": b"%PDF"}))
    submission = open_submission(tmp_path / "a.zip")
    assert not submission.files
    assert submission.names == ("report.pdf",)
    assert "no Python file" in submission.warnings[0]


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    """A gigabyte of zeros in a megabyte is refused with little memory used."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(24):
            archive.writestr(f"m{number}.py", bytes(20 << 20))
    tracemalloc.start()
    message = refusal(tmp_path, stream.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "unpacks to more than" in message
    assert peak < 200 << 20


def test_a_compressed_tar_bomb_is_stopped(tmp_path: Path) -> None:
    """Skipping a member unpacks it all the same, so that counts, too."""
    content = gzip.compress(tarred({"data.bin": bytes(200 << 20), "layers.py": b"x"}), 1)
    assert "unpacks to more than" in refusal(tmp_path, content, "a.tar.gz")


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    """A pax header that claims gigabytes neither allocates nor ends in a traceback."""
    content = bytearray(tarred({"layers.py": b"x = 1"}))
    content[124:136] = b"77777777777\0"
    header = content[:148] + b" " * 8 + content[156:512]
    content[148:156] = b"%06o\0 " % sum(header)
    content[156:157] = b"0"
    tracemalloc.start()
    with pytest.raises(SubmissionError):
        read(tmp_path, gzip.compress(bytes(content)), "a.tar.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


def test_a_file_that_is_too_long_is_left_out(tmp_path: Path) -> None:
    """One monstrous notebook does not cost the rest."""
    (tmp_path / "a.zip").write_bytes(zipped({"big.ipynb": os.urandom(3000), "layers.py": b"x"}))
    submission = open_submission(tmp_path / "a.zip", ArchiveLimits(file_bytes=2000))
    assert list(submission.files) == ["layers.py"]
    assert "big.ipynb is too long" in submission.warnings[0]


@pytest.mark.parametrize("limits", [ArchiveLimits(members=99), ArchiveLimits(files=99)])
def test_thousands_of_files_are_refused(tmp_path: Path, limits: ArchiveLimits) -> None:
    """Both names and kept files are bounded."""
    (tmp_path / "a.zip").write_bytes(zipped({f"m{i}.py": b"x" for i in range(100)}))
    with pytest.raises(SubmissionError, match="more than 99"):
        open_submission(tmp_path / "a.zip", limits)


@pytest.mark.parametrize(
    "limits",
    [ArchiveLimits(files=5), ArchiveLimits(members=12), ArchiveLimits(total_bytes=5_000)],
    ids=["files", "members", "bytes"],
)
def test_nested_archives_share_the_bounds_of_the_whole(
    tmp_path: Path, limits: ArchiveLimits
) -> None:
    """What is too much in one of ten archives inside is too much, and not one problem of ten."""
    inner = zipped({"a.py": bytes(700), "b.py": b"x"})
    (tmp_path / "a.zip").write_bytes(zipped({f"{n}.zip": inner for n in range(10)}))
    with pytest.raises(SubmissionError, match="holds more than"):
        open_submission(tmp_path / "a.zip", limits)


def test_messages_hold_no_control_characters(tmp_path: Path) -> None:
    """A member name cannot write to the terminal."""
    message = refusal(tmp_path, tarred({"../\x1b[31mred\n.py": b"x"}), "a.tar")
    assert message.isprintable()


def keywords(count: int) -> bytes:
    """Return a pax header of so many keywords."""
    return b"".join(b"%d %05x=\n" % (10, number) for number in range(count))


def said(content: bytes, kind: bytes) -> bytes:
    """Return blocks of a tar that say something of what follows, by the type of its header."""
    info = tarfile.TarInfo("said")
    info.size, info.type = len(content), kind
    return info.tobuf() + content + bytes(-len(content) % 512)


ENTRY = struct.pack("<4s6H3I5H2I", b"PK\1\2", *(0,) * 9, 1, *(0,) * 4, 0, 0) + b"a"
OLD_SPARSE = b"00000000001\0" * 42 + b"\1" + bytes(7)


def directory_of(entries: int) -> bytes:
    """Return a zip that is nothing but its directory, of so many entries."""
    size = entries * len(ENTRY)
    wide = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, 0)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, size, 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, size, 0, 0)
    return ENTRY * entries + wide + locator + end


def sparse_of(numbers: int) -> bytes:
    """Return a tar with a sparse member whose map is so long."""
    told = {"major": b"1", "minor": b"0", "name": b"a.py", "realsize": b"5"}
    lines = (b" GNU.sparse.%s=%s\n" % (k.encode(), v) for k, v in told.items())
    header = b"".join(b"%d%s" % (len(line) + 2, line) for line in lines)
    return said(header, b"x") + said(b"%d\n" % (numbers // 2) + b"0\n" * numbers, b"0")


def old_sparse_of(blocks: int) -> bytes:
    """Return a tar with a sparse member of the older kind, whose map has so many blocks."""
    header = bytearray(said(b"", b"S"))
    header[482] = 1
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + OLD_SPARSE * blocks


LONG_HEADERS = {
    "a directory of a zip": (directory_of(400_000), "more than 50000 files"),
    "keywords of one member": (said(keywords(60_000), b"x"), "absurdly long"),
    "keywords of all members": (
        said(keywords(20_000), b"g") + tarred({f"{n}.py": b"" for n in range(200)}),
        "too many keywords",
    ),
    "a long name": (said(b"x" * 600_000, b"L"), "absurdly long"),
    "a map of holes": (sparse_of(1_000_000), "absurdly long"),
    "an old map of holes": (old_sparse_of(4_000), "absurdly long"),
}


@pytest.mark.parametrize(("content", "expected"), LONG_HEADERS.values(), ids=LONG_HEADERS)
def test_headers_take_little_memory(tmp_path: Path, content: bytes, expected: str) -> None:
    """Descriptions of members, which become objects before a member is seen, are bounded."""
    tracemalloc.start()
    message = refusal(tmp_path, content)
    peak = tracemalloc.get_traced_memory()[1] - len(content)
    tracemalloc.stop()
    assert expected in message
    assert peak < 48 << 20


def test_many_members_of_a_tar_are_not_kept(tmp_path: Path) -> None:
    """What is said of all members is copied for each, so none is held longer than needed."""
    content = said(keywords(900), b"g") + tarred({f"{n}.txt": b"" for n in range(3_000)})
    tracemalloc.start()
    assert len(read(tmp_path, content)) == 3_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


@pytest.mark.parametrize("value", [b"[]", b"{}", b'"ab"', b"1.5", b'{"a":{}}'])
def test_json_of_countless_values_is_not_parsed(
    tmp_path: Path, value: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three bytes may become seventy in memory; a notebook of too many values is refused."""
    monkeypatch.setattr(json_text, "MOST_VALUES", 20_000)
    content = b'{"cells":[' + (value + b",") * 20_001 + b"1]}"
    tracemalloc.start()
    assert "too many values" in refusal(tmp_path, content, "a.ipynb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(content) + (1 << 18)


def test_commas_in_a_notebooks_text_are_no_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outputs may print millions of numbers."""
    monkeypatch.setattr(json_text, "MOST_VALUES", 20_000)
    printed = json.dumps('"[0.5, \\' * 20_001).encode()
    content = b'{"cells": [{"cell_type": "code", "source": "x = 1", "outputs": [{"text": %s}]}]}'
    assert b"x = 1" in read(tmp_path, content % printed, "a.ipynb")["a.ipynb"]


SMALL = ArchiveLimits(members=50, files=20, file_bytes=4096, total_bytes=1 << 16)
SEEDS = [
    zipped(FILES),
    zipped(FILES, zipfile.ZIP_STORED),
    zipped(FILES, zipfile.ZIP_LZMA),
    zipped(FILES, zipfile.ZIP_BZIP2),
    zipped({"in.zip": zipped(FILES), "in.tar.gz": gzip.compress(tarred(FILES))}),
    tarred(FILES),
    gzip.compress(tarred(FILES)),
    bz2.compress(tarred(FILES)),
    lzma.compress(tarred(FILES)),
    NOTEBOOK,
]


def survives(path: Path, content: bytes) -> None:
    """Check that reading gives bounded files or a SubmissionError, nothing else."""
    path.write_bytes(content)
    try:
        submission = open_submission(path, SMALL)
    except SubmissionError as problem:
        lines = str(problem).count("\n") + 1
    else:
        lines = 1
        assert sum(map(len, submission.files.values())) <= SMALL.total_bytes
        assert not any(".." in name.split("/") for name in submission.files)
    assert lines == 1


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one path that all examples of a fuzz test use."""
    return tmp_path_factory.mktemp("fuzz") / "submission.zip"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"{"]),
    rest=st.binary(max_size=600),
)
def test_random_bytes_raise_nothing_else(scratch: Path, head: bytes, rest: bytes) -> None:
    """Whatever the bytes, only a SubmissionError escapes."""
    survives(scratch, head + rest)


@settings(deadline=None, max_examples=400)
@given(data=st.data())
def test_mutated_archives_raise_nothing_else(scratch: Path, data: st.DataObject) -> None:
    """Real archives with bytes changed, cut out or doubled raise only SubmissionError."""
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content)))
        patch = data.draw(st.binary(max_size=8))
        removed = data.draw(st.sampled_from([len(patch), 0, 1, 40]))
        content[start : start + removed] = patch
    survives(scratch, bytes(content))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """Opening a pipe that nobody writes to would wait for ever."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SubmissionError, match="neither a file nor a folder"):
        open_submission(pipe)


@pytest.mark.parametrize("name", ["A: notes.py", "..\\x.py", "C:\\work.ipynb"])
def test_an_odd_name_in_a_folder_costs_that_file_alone(tmp_path: Path, name: str) -> None:
    """On disk it leads nowhere; in an archive the same name is refused with the whole."""
    folder = tmp_path / "work"
    (folder / "cs231n").mkdir(parents=True)
    (folder / "cs231n" / "layers.py").write_text("x = 1\n")
    (folder / name).write_text("y = 2\n")
    found = open_submission(folder)
    assert list(found.files) == ["cs231n/layers.py"]
    (warning,) = found.warnings
    assert "rename it" in warning
    assert "points outside" in refusal(tmp_path, zipped({**FILES, name: b""}), "a.zip")


def test_a_long_path_is_shown_by_its_ends(tmp_path: Path) -> None:
    """The name at its end tells one file from another; the line stays short."""
    path = tmp_path.joinpath(*["a_folder_with_a_long_name"] * 8, "homework_of_june.zip")
    with pytest.raises(SubmissionError) as caught:
        open_submission(path)
    said = str(caught.value)
    assert said.startswith(f"{str(tmp_path)[:40]}")
    assert "homework_of_june.zip: no such file or folder" in said
    assert len(said) < 200
