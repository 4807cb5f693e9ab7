"""Tests of corpus.json_records."""

import json
from collections.abc import Iterator
from io import BufferedReader, BytesIO

import pytest

from corpus.encoding import encoding_of
from corpus.json_records import read_json, read_json_lines
from corpus.lines import LONGEST_LINE
from corpus.outcome import Placed, Rejected
from standpoint.errors import InputError

GOOD = '{"id": "a", "title": "题", "body": "正文的内容"}'


def lines_of(raw: bytes, *, longest: int = LONGEST_LINE) -> Iterator[Placed | Rejected]:
    encoding = encoding_of(BytesIO(raw), place="n.jsonl")
    return read_json_lines(BufferedReader(BytesIO(raw)), encoding, place="n.jsonl", longest=longest)


def places(outcomes: list[Placed | Rejected]) -> list[tuple[str, str]]:
    return [(item.place, "article" if isinstance(item, Placed) else item.reason) for item in outcomes]


def test_reading_goes_on_after_a_bad_line_and_names_it() -> None:
    raw = f'{GOOD}\n{{"id": "b", \n\n[1]\n{GOOD}'.encode()
    found = places(list(lines_of(raw)))
    assert [place for place, _ in found] == ["n.jsonl:1", "n.jsonl:2", "n.jsonl:4", "n.jsonl:5"]
    assert found[1][1].startswith("not valid JSON at column")
    assert found[2][1].startswith("expected an object with named fields")
    assert found[0][1] == found[3][1] == "article"


def test_a_damaged_line_is_set_aside_alone() -> None:
    raw = GOOD.encode() + b"\n" + GOOD.encode().replace(b"a", b"\xff", 1) + b"\n" + GOOD.encode()
    found = places(list(lines_of(raw)))
    assert found[1] == ("n.jsonl:2", "this line: byte 8 is damaged, it is not utf-8. Save the file as UTF-8.")
    assert [what for _, what in found[::2]] == ["article", "article"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_lines_are_read_in_other_encodings(encoding: str) -> None:
    [first, second] = lines_of(f"{GOOD}\r\n{GOOD}\r\n".encode(encoding))
    assert isinstance(first, Placed)
    assert isinstance(second, Placed)
    assert second.article.body == "正文的内容"


def test_a_line_separator_inside_a_text_does_not_end_the_line() -> None:
    [outcome] = lines_of('{"body": "one\u2028two\x85"}'.encode())
    assert isinstance(outcome, Placed)
    assert outcome.article.body == "one\u2028two\x85"


def test_deep_nesting_is_a_reason_and_not_a_crash() -> None:
    deep = b'{"body": ' + b"[" * 100_000 + b"\n" + GOOD.encode()
    found = places(list(lines_of(deep)))
    assert found[0][1].startswith("nested too deeply")
    assert found[1][1] == "article"


def test_a_list_is_read_item_by_item() -> None:
    found = places(list(read_json(json.dumps([json.loads(GOOD), {"body": ""}]).encode(), place="n.json")))
    assert found[0] == ("n.json: item 1", "article")
    assert found[1][0] == "n.json: item 2"
    assert found[1][1].startswith("title and body are both empty")


def test_one_object_is_one_article() -> None:
    assert places(list(read_json(GOOD.encode(), place="n.json"))) == [("n.json", "article")]


def test_lines_in_a_json_file_are_read_as_lines() -> None:
    found = places(list(read_json(f"{GOOD}\n{GOOD}".encode(), place="n.json")))
    assert found == [("n.json:1", "article"), ("n.json:2", "article")]


def test_a_cut_off_list_is_an_error_with_its_line() -> None:
    with pytest.raises(InputError, match=r"n\.json:2: not valid JSON at column .*write the file again"):
        list(read_json(f"[{GOOD},\n".encode(), place="n.json"))


def test_a_deep_list_is_an_error() -> None:
    with pytest.raises(InputError, match=r"n\.json: nested too deeply"):
        list(read_json(b"[" * 100_000, place="n.json"))


def test_a_line_that_is_too_long_is_set_aside_and_reading_goes_on() -> None:
    raw = f"{GOOD}\n{{'body': '{'x' * 200}'}}\n{GOOD}".encode()
    found = places(list(lines_of(raw, longest=100)))
    assert found[0] == ("n.jsonl:1", "article")
    assert found[1] == ("n.jsonl:2", "this line has more than 100 bytes. One complete record a line is expected.")
    assert found[2] == ("n.jsonl:3", "article")


def test_a_byte_order_mark_before_a_line_is_passed_over() -> None:
    raw = f"{GOOD}\n\ufeff{GOOD}\n".encode()
    assert places(list(lines_of(raw))) == [("n.jsonl:1", "article"), ("n.jsonl:2", "article")]


def test_lines_may_end_with_a_carriage_return_only() -> None:
    assert places(list(lines_of(f"{GOOD}\r{GOOD}\r".encode()))) == [("n.jsonl:1", "article"), ("n.jsonl:2", "article")]
