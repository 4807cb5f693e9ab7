"""Tests of corpus.content."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow ships no types
import pytest

from corpus.content import Content
from corpus.outcome import Placed
from corpus.reading import Reading
from standpoint.errors import InputError

LINE = b'{"title": "T", "body": "B"}\n'


def zstandard(raw: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(raw)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_compressed_files_are_read_also_of_several_parts(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"n.jsonl{suffix}"
    path.write_bytes(PACKERS[suffix](LINE) + PACKERS[suffix](LINE))
    assert [outcome.place for outcome in Reading([path])] == [f"{path}:1", f"{path}:2"]


def test_a_name_does_not_make_a_file_compressed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(LINE)
    (tmp_path / "b.jsonl").write_bytes(gzip.compress(LINE))
    assert [type(outcome) for outcome in Reading([tmp_path])] == [Placed, Placed]


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_cut_off_file_says_that_it_cannot_be_unpacked(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"n.jsonl{suffix}"
    path.write_bytes(PACKERS[suffix](LINE * 1000)[:-12])
    with pytest.raises(InputError, match=rf"n\.jsonl\{suffix}: cannot be unpacked \(.+\)\. It is cut off or damaged"):
        list(Reading([path]))


def test_compressed_parquet_is_unpacked_to_a_temporary_file(tmp_path: Path) -> None:
    pq.write_table(pa.table({"body": ["a", "b"]}), tmp_path / "n.parquet")
    packed = tmp_path / "n.parquet.gz"
    packed.write_bytes(gzip.compress((tmp_path / "n.parquet").read_bytes()))
    assert [outcome.place for outcome in Reading([packed])] == [f"{packed}: row 1", f"{packed}: row 2"]


def test_how_much_is_read_is_counted_as_it_lies_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "n.txt"
    path.write_bytes(b"x" * 3_000_000)
    content = Content(path, place="n.txt")
    with content.opened() as file:
        file.read(10)
        assert 10 <= content.n_read < 3_000_000
    assert content.n_read == 3_000_000


def test_a_file_that_may_not_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^n: cannot be read \(Is a directory\)\. Check the path"):
        Content(tmp_path, place="n").head()
