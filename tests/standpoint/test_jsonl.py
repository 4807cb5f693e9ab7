"""Tests of JSON Lines: errors with file and line, and files that are never half-written."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from standpoint.article import Article, article_from_json
from standpoint.errors import InputError, RecordError
from standpoint.jsonl import read_jsonl, replacing, write_jsonl


def read(folder: Path, content: bytes) -> list[Article]:
    path = folder / "articles.jsonl"
    path.write_bytes(content)
    return list(read_jsonl(path, article_from_json))


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "articles.jsonl"
    records = [{"title": "稀土🔥"}, {"title": "line\u2028separator\r\n"}]
    assert write_jsonl(path, records) == 2
    assert list(read_jsonl(path, dict)) == records
    assert "稀土🔥" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"title": "t"}\n{"title": "t"}',
        b'{"title": "t"}\r\n\r\n{"title": "t"}\r\n',
        b'\xef\xbb\xbf\n  \n{"title": "t"}\n{"title": "t"}\n\n',
    ],
)
def test_byte_order_marks_blank_lines_and_windows_line_ends_are_passed_over(tmp_path: Path, content: bytes) -> None:
    assert [article.title for article in read(tmp_path, content)] == ["t", "t"]


@pytest.mark.parametrize("cut", [1, 8, 10, 13])
def test_a_line_that_was_cut_off_is_named_as_such(tmp_path: Path, cut: int) -> None:
    with pytest.raises(RecordError, match=r"articles.jsonl:2: the line ends in the middle of a record .*was cut off"):
        read(tmp_path, b'{"title": "t"}\n' + b'{"title": "t"}'[:cut])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"title": 42}', "field 'title' must be a text, found a number"),
        (b'["t"]', "expected an object with named fields, found a list"),
        (b'{"title": "t", }', "not valid JSON at column 16: Expecting property name"),
        (b'{"title": "t"} {}', "not valid JSON at column 16: Extra data. One complete record a line is expected."),
        (b'{"title": NaN}', "NaN is not a JSON number. Use null where a value is missing."),
        (b'{"title": "\\ud83d"}', "half of a surrogate pair"),
        (b'{"title": "\xd6\xd0"}', "byte 11 is not UTF-8. Convert the file, or read it with `standpoint import`."),
        (b'{"title": ' + b"1" * 5000 + b"}", "holds a number of thousands of digits"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_bad_record_is_named_with_file_and_line(tmp_path: Path, line: bytes, words: str) -> None:
    with pytest.raises(RecordError, match=f"articles.jsonl:3: .*{words}"):
        read(tmp_path, b'{"title": "t"}\n\n' + line)


def test_the_records_before_a_bad_one_are_still_read(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_bytes(b'{"title": "t"}\n{')
    records = read_jsonl(path, article_from_json)
    assert next(records).title == "t"
    with pytest.raises(RecordError, match="articles.jsonl:2"):
        next(records)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.jsonl: cannot be read \(No such file or directory\). Check the path."):
        list(read_jsonl(tmp_path / "none.jsonl", dict))


def crashing() -> Iterator[dict[str, Any]]:
    yield {"title": "new"}
    raise KeyboardInterrupt


def test_a_crash_while_writing_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_jsonl(path, crashing())
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["articles.jsonl"]


def test_a_file_may_be_rewritten_from_its_own_records(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    write_jsonl(path, [{"title": "a"}, {"title": "b"}])
    write_jsonl(path, ({"title": record["title"] * 2} for record in read_jsonl(path, dict)))
    assert path.read_text() == '{"title": "aa"}\n{"title": "bb"}\n'


@pytest.mark.parametrize("value", ["\ud83d", float("nan"), float("inf")])
def test_a_value_that_could_not_be_read_back_is_not_written(tmp_path: Path, value: object) -> None:
    path = tmp_path / "articles.jsonl"
    with pytest.raises(RecordError, match="articles.jsonl:2: cannot be written as JSON .*Mend that record."):
        write_jsonl(path, [{"title": "t"}, {"title": value}])
    assert os.listdir(tmp_path) == []


def test_a_folder_cannot_be_replaced_by_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be replaced .*Choose another name."):
        write_jsonl(tmp_path, [])
    assert tmp_path.is_dir()


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written .*Choose another folder."):
        write_jsonl(tmp_path / "file" / "articles.jsonl", [])


def test_a_replaced_file_may_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    with replacing(tmp_path / "page.html") as file:
        file.write("<p>")
    (tmp_path / "plain").write_text("")
    assert (tmp_path / "page.html").stat().st_mode == (tmp_path / "plain").stat().st_mode
