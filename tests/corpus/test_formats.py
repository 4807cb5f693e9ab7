"""Tests of corpus.formats."""

import pytest

from corpus.formats import begun_format, is_readable, named_format
from standpoint.errors import InputError


def test_the_suffix_tells_the_format_also_under_a_compression() -> None:
    names = ["a.jsonl", "A.NDJSON.GZ", "a.b.csv.zst", "a.htm", "a.txt.xz"]
    found = [named_format(name, place=name) for name in names]
    assert found == ["JSON Lines", "JSON Lines", "CSV", "HTML page", "listing"]


@pytest.mark.parametrize(("name", "suffix"), [("a.gz", ""), ("a.docx", ".docx"), ("a.docx.gz", ".docx"), ("a", "")])
def test_another_suffix_is_named_with_those_that_are_known(name: str, suffix: str) -> None:
    with pytest.raises(InputError, match=rf"^x: format '{suffix}' is not known\. Readable are \.jsonl, .*\.zst; save"):
        named_format(name, place="x")


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (b'\n {"body": 1}', "JSON Lines"),
        (b'{\r\n  "body": 1}', "JSON"),
        (b'[ {"body": 1}]', "JSON"),
        (b"[]\n", "JSON"),
        (b"[Search]\n", "listing"),
        (b"<!DOCTYPE html>", "HTML page"),
        (b"PAR1...", "Parquet"),
        (b"Title\tText\nT\tB", "CSV"),
        ("\ufefftitle,body".encode("utf-16-le"), "CSV"),
        ("標題,內容\n".encode("big5"), "CSV"),
        (b"A title, and a body\nWire", "listing"),
        (b"", "listing"),
    ],
)
def test_what_has_no_name_is_told_by_how_it_begins(head: bytes, format: str) -> None:
    assert begun_format(head) == format


def test_hidden_files_and_lists_of_rejected_records_are_not_read() -> None:
    assert is_readable(["press", "a.jsonl.gz"])
    assert not any(map(is_readable, [[".git", "a.jsonl"], ["a", ".b.csv"], ["a.rejected.jsonl"], ["a.png"]]))
