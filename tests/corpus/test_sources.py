"""Tests of corpus.sources."""

import gzip
import io
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import fsspec  # type: ignore[import-untyped]  # fsspec ships no types
import pytest

from corpus.outcome import Placed, Rejected
from corpus.reading import Reading
from corpus.sources import sources_in, without_secrets
from standpoint.errors import InputError

LINE = b'{"title": "T", "body": "B"}\n'


def write(path: Path, raw: bytes = LINE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def names(*inputs: str | Path) -> list[str]:
    return [source.name for source in sources_in(inputs)]


@pytest.fixture
def memory() -> Iterator[None]:
    """A store elsewhere, as far as fsspec can tell."""
    system = fsspec.filesystem("memory")
    for name, raw in (
        ("a.jsonl", LINE * 3),
        ("b.csv.gz", gzip.compress(b"body\nB\n")),
        ("below/c.jsonl", LINE),
        (".h/d.jsonl", LINE),
    ):
        system.pipe(f"/bucket/{name}", raw)
    system.pipe("/bucket/picture.png", b"x")
    yield
    system.rm("/bucket", recursive=True)


def test_inputs_keep_their_order_and_the_files_of_folders_and_patterns_are_sorted(tmp_path: Path) -> None:
    for name in ("z.jsonl", "f/b.csv", "f/a.txt", "f/.hidden.csv", "f/out.rejected.jsonl", "p/2.jsonl", "p/1.jsonl.gz"):
        write(tmp_path / name)
    found = names(tmp_path / "z.jsonl", tmp_path / "f", str(tmp_path / "p" / "*"))
    assert [Path(name).relative_to(tmp_path).as_posix() for name in found] == [
        *("z.jsonl", "f/a.txt", "f/b.csv", "p/1.jsonl.gz", "p/2.jsonl")
    ]


def test_a_pattern_goes_through_folders_and_passes_over_what_cannot_be_read(tmp_path: Path) -> None:
    for name in ("a/b/c.jsonl", "a/d.jsonl", "a/e.rejected.jsonl", "a/f.png", "g.jsonl"):
        write(tmp_path / name)
    assert names(str(tmp_path / "a" / "**" / "*")) == [str(tmp_path / "a/b/c.jsonl"), str(tmp_path / "a/d.jsonl")]


def test_a_folder_that_fits_a_pattern_is_read_like_a_folder(tmp_path: Path) -> None:
    for name in ("2025-01/a.jsonl", "2025-02/b/c.csv", "2025-02/.hidden/d.csv", "2026-01/e.jsonl"):
        write(tmp_path / name)
    assert [Path(name).name for name in names(str(tmp_path / "2025-*"))] == ["a.jsonl", "c.csv"]
    assert [Path(name).name for name in names(str(tmp_path / "**"))] == ["a.jsonl", "c.csv", "e.jsonl"]


def test_a_name_with_brackets_is_a_name_where_there_is_such_a_file(tmp_path: Path) -> None:
    file = write(tmp_path / "news[1].jsonl")
    assert names(str(file)) == [str(file)]


def test_all_inputs_are_checked_before_any_is_read(tmp_path: Path) -> None:
    good = write(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match=r"none\.jsonl: there is no such file or folder\. Check the path"):
        Reading([good, tmp_path / "none.jsonl"])
    with pytest.raises(InputError, match=r"none\*\.csv: no file of a known format \(.+\) fits this pattern"):
        Reading([good, str(tmp_path / "none*.csv")])
    with pytest.raises(InputError, match=r"format '\.docx' is not known"):
        Reading([good, write(tmp_path / "a.docx")])


def test_a_file_of_a_pattern_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", b"title\nT\n")
    write(tmp_path / "b.jsonl")
    [first, second] = Reading([str(tmp_path / "*")])
    assert isinstance(first, Rejected)
    assert first.reason.startswith("no field for the article's text among title")
    assert isinstance(second, Placed)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (LINE, "<stdin>:1"),
        (b'{\n"body": "B"\n}', "<stdin>"),
        (b'[{"body": "B"}]', "<stdin>: item 1"),
        (b"title;body\nT;B\n", "<stdin>:2"),
        ("标题\t正文\n题\t文\n".encode("gb18030"), "<stdin>:2"),
        ("T\nWire· 2025-11-08\nText.\n".encode(), "<stdin>:1"),
        (LINE.decode().encode("utf-16"), "<stdin>:1"),
        (gzip.compress(LINE, mtime=0), "<stdin>:1"),
    ],
)
def test_standard_input_is_read_in_any_format(monkeypatch: pytest.MonkeyPatch, raw: bytes, place: str) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    reading = Reading(["-"])
    assert reading.share is None
    [outcome] = reading
    assert isinstance(outcome, Placed), outcome
    assert outcome.place == place
    assert [reading.share] == [1.0]


def test_standard_input_can_be_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(LINE)))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    reading = Reading(["-"])
    assert list(reading) == list(reading)
    assert len(list(tmp_path.iterdir())) == 1
    del reading
    assert list(tmp_path.iterdir()) == []


def test_standard_input_is_named_once() -> None:
    with pytest.raises(InputError, match="standard input can be read only once"):
        sources_in(["-", "-"])


def test_a_pipe_is_read_like_standard_input(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(LINE * 2,))
    writer.start()
    assert [outcome.place for outcome in Reading([pipe])] == [f"{pipe}:1", f"{pipe}:2"]
    writer.join()


def test_files_elsewhere_are_read_by_name_pattern_and_folder(memory: None) -> None:
    assert [outcome.place for outcome in Reading(["memory://bucket/a.jsonl"])][-1] == "memory://bucket/a.jsonl:3"
    assert names("memory://bucket/*.jsonl") == ["memory:///bucket/a.jsonl"]
    below = ["memory:///bucket/a.jsonl", "memory:///bucket/b.csv.gz", "memory:///bucket/below/c.jsonl"]
    assert names("memory://bucket") == names("memory://bucket/*") == below
    assert [type(item) for item in Reading(["memory://bucket"])] == [Placed] * 5
    assert Reading(["memory://bucket"]).share == 0.0


def test_temporary_files_are_gone_afterwards_also_when_reading_stops(
    memory: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcomes = iter(Reading(["memory://bucket/a.jsonl"]))
    next(outcomes)
    assert len(list(tmp_path.iterdir())) == 1
    del outcomes
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_elsewhere_is_an_error_at_once(memory: None) -> None:
    with pytest.raises(InputError, match=r"memory://bucket/none\.jsonl: there is no such file or folder"):
        sources_in(["memory://bucket/none.jsonl"])
    with pytest.raises(InputError, match=r"memory://bucket/none\*: no file of a known format .* fits this pattern"):
        sources_in(["memory://bucket/none*"])
    with pytest.raises(InputError, match=r"format '\.png' is not known"):
        sources_in(["memory://bucket/picture.png"])


def test_an_address_of_a_file_on_this_machine_is_that_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl")
    assert names(file.as_uri()) == [str(file)]


def test_a_missing_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(InputError, match=r"^s3://bucket/a\.jsonl: reading s3:// needs .*pip install s3fs\.$"):
        sources_in(["s3://key:secret@bucket/a.jsonl"])


def test_an_unknown_protocol_is_named() -> None:
    with pytest.raises(InputError, match=r"^pigeon://a\.jsonl: fsspec knows no such protocol"):
        sources_in(["pigeon://a.jsonl?token=secret"])


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("https://me:secret@wire.example/a.jsonl?token=secret#secret", "https://wire.example/a.jsonl"),
        ("s3://key:se::cr?et@bucket/a.jsonl", "s3://bucket/a.jsonl"),
        ("simplecache::s3://key:secret@bucket/a.jsonl", "simplecache::s3://bucket/a.jsonl"),
        ("news/*.jsonl", "news/*.jsonl"),
        (os.fsdecode(b"\xff.jsonl"), "\\udcff.jsonl"),
    ],
)
def test_what_is_shown_holds_no_secret_and_can_be_written(named: str, shown: str) -> None:
    assert without_secrets(named) == shown


class NoCredentialsError(Exception):
    """What the driver of S3 calls it."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError, r"cannot be fetched \(RuntimeError\)\. Check"),
        (NoCredentialsError, r"asks for keys, and none were found \(NoCredentialsError\)\."),
    ],
)
def test_an_error_while_fetching_repeats_no_words_of_the_driver(
    memory: None, monkeypatch: pytest.MonkeyPatch, error: type[Exception], told: str
) -> None:
    reading = Reading(["memory://bucket/a.jsonl"])

    def fail(*_: object) -> None:
        raise error("https://bucket.example/?signature=secret")

    monkeypatch.setattr(fsspec.filesystem("memory"), "open", fail)
    with pytest.raises(InputError, match=r"^memory://bucket/a\.jsonl: " + told):
        list(reading)
