"""Tests of corpus.encoding."""

import pytest

from corpus.encoding import decode, detect_encoding
from standpoint.errors import InputError

CHINESE = "矿石价格本周再次上涨，市场人士认为供应仍然紧张。"
TRADITIONAL = "礦石價格本週再次上漲，市場人士認為供應仍然緊張。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-32"])
def test_chinese_text_is_read_in_every_common_encoding(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding), place="page.txt") == CHINESE


def test_utf16_is_read_by_its_mark_in_either_byte_order() -> None:
    assert decode(b"\xff\xfe" + CHINESE.encode("utf-16-le"), place="page.txt") == CHINESE
    assert decode(b"\xfe\xff" + CHINESE.encode("utf-16-be"), place="page.txt") == CHINESE


def test_big5_and_windows_text_are_not_taken_for_gb18030() -> None:
    assert decode(TRADITIONAL.encode("big5"), place="page.txt") == TRADITIONAL
    french = "Le café naïve: l'été des métaux, déjà très cher."
    assert decode(french.encode("cp1252"), place="page.txt") == french


def test_line_ends_and_emoji_are_kept() -> None:
    text = "one\r\ntwo\n三\r😀"
    assert decode(text.encode(), place="page.txt") == text
    assert decode(text.encode("gb18030"), place="page.txt") == text


def test_plain_ascii_and_no_bytes_are_utf8() -> None:
    assert detect_encoding(b"ore", place="page.txt") == "utf-8"
    assert detect_encoding(b"", place="page.txt") == "utf-8"


def test_damaged_utf8_is_named_with_its_byte_and_not_read_as_something_else() -> None:
    raw = CHINESE.encode()
    with pytest.raises(InputError, match=r"page\.txt: byte 30 is damaged, it is not utf-8\. Save the file as UTF-8"):
        decode(raw[:30] + b"\xff" + raw[30:], place="page.txt")


def test_utf16_without_a_mark_is_refused_for_its_nuls() -> None:
    with pytest.raises(InputError, match=r"page\.txt: one byte in ten or more is NUL: UTF-16 without"):
        decode("plain words".encode("utf-16-le"), place="page.txt")


def test_a_picture_is_refused() -> None:
    with pytest.raises(InputError, match="neither UTF-8 nor GB18030"):
        decode(b"\x89PNG\r\n\x1a\n" + bytes(range(1, 255)) * 3, place="page.txt")
