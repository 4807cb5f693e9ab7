"""Tests of corpus.lines."""

from io import BufferedReader, BytesIO

import pytest

from corpus.lines import bounded_lines, with_line_feeds


def test_lines_keep_their_ends_and_the_last_may_have_none() -> None:
    assert list(bounded_lines(BytesIO(b"one\r\n\ntwo"))) == [b"one\r\n", b"\n", b"two"]


@pytest.mark.parametrize("n_bytes", [4, 5, 3_000_000])
def test_a_line_that_is_too_long_is_dropped_and_reading_goes_on(n_bytes: int) -> None:
    raw = b"one\n" + b"x" * n_bytes + b"\nend"
    assert list(bounded_lines(BytesIO(raw), longest=3)) == [b"one\n", None, b"end"]


def test_a_last_line_that_is_too_long_is_dropped_too() -> None:
    assert list(bounded_lines(BytesIO(b"one\nlong"), longest=3)) == [b"one\n", None]


def test_carriage_returns_between_records_end_lines_where_nothing_else_does() -> None:
    file = with_line_feeds(BufferedReader(BytesIO(b'{"a": 1}\r{"a": 2}\r')))
    assert list(file) == [b'{"a": 1}\n', b'{"a": 2}\n']


@pytest.mark.parametrize("raw", [b'{"a":\r1}\n{"a": 2}\n', b'{"a": 1}\r\n{"a": 2}', b'{"a": "\r"}'])
def test_other_carriage_returns_are_left(raw: bytes) -> None:
    file = BufferedReader(BytesIO(raw))
    assert with_line_feeds(file) is file
