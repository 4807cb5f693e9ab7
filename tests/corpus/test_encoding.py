"""Tests of corpus.encoding."""

from io import BytesIO

import pytest

from corpus.encoding import decode, detect_encoding, encoding_of, utf8_lines
from standpoint.errors import InputError

CHINESE = "矿石价格本周再次上涨，市场人士认为供应仍然紧张。"
TRADITIONAL = "礦石價格本週再次上漲，市場人士認為供應仍然緊張。"
LARGE = 100_000  # times, so that the file is larger than what is judged as a whole


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


def test_a_last_letter_that_might_begin_a_character_is_one() -> None:
    assert decode("café".encode("cp1252"), place="page.txt") == "café"


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


def told(raw: bytes) -> str:
    return encoding_of(BytesIO(raw), place="page.txt")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_a_large_file_is_told_as_a_small_one(encoding: str) -> None:
    assert told((CHINESE * LARGE).encode(encoding)) == told(CHINESE.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_an_encoding_is_told_by_what_comes_late_in_a_large_file(encoding: str) -> None:
    raw = b"plain words\n" * 500_000 + (TRADITIONAL if encoding == "big5" else CHINESE).encode(encoding) * LARGE
    assert told(raw) == encoding


def test_a_large_utf8_file_with_a_few_damaged_bytes_is_utf8() -> None:
    raw = (CHINESE * LARGE).encode()
    assert told(raw[:3_000_000] + b"\xff\xfe" + raw[3_000_000:]) == "utf-8"


def test_a_character_between_two_blocks_is_no_damage() -> None:
    assert told(b"x" * (2**20 - 1) + CHINESE.encode() * LARGE) == "utf-8"


def test_a_large_file_of_nuls_is_refused() -> None:
    with pytest.raises(InputError, match=r"page\.txt: one byte in ten or more is NUL"):
        told("plain words".encode("utf-16-le") * LARGE)


@pytest.mark.parametrize("raw", [b"", b" \n\r\n"])
def test_an_empty_file_is_an_error(raw: bytes) -> None:
    with pytest.raises(InputError, match=r"page\.txt: the file is empty"):
        told(raw)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_utf16_and_utf32_are_recoded_as_they_are_read(encoding: str) -> None:
    text = f"one\n{CHINESE}😀\r\n" * 10_000
    file = utf8_lines(BytesIO(text.encode(encoding)), encoding, place="page.txt")
    assert b"".join(file) == text.encode()


def test_half_of_a_pair_in_utf16_spoils_its_line_only() -> None:
    raw = b"\xff\xfe" + "one\n".encode("utf-16-le") + b"\x3d\xd8" + "\ntwo\n".encode("utf-16-le")
    assert list(utf8_lines(BytesIO(raw), "utf-16", place="page.txt")) == [b"one\n", b"\xed\xa0\xbd\n", b"two\n"]


def test_cut_off_utf16_is_named_with_its_byte() -> None:
    file = utf8_lines(BytesIO(CHINESE.encode("utf-16")[:-1]), "utf-16", place="page.txt")
    with pytest.raises(InputError, match=r"page\.txt: byte \d+ is damaged, it is not utf-16\. Save the file as UTF-8"):
        list(file)
