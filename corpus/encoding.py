"""The encoding of a text file: bytes to text, without guessing where the bytes are clear."""

import codecs

import charset_normalizer

from standpoint.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What Chinese and English news may come in besides; left free, the guess on a short text is as often Korean or Baltic.
_LEGACY = ["big5", "big5hkscs", "gb18030", "cp1252"]
_REMEDY = "Save the file as UTF-8."


def decode(raw: bytes, *, place: str) -> str:
    """Return the text of a file; line ends stay as they are, a byte order mark is taken off.

    Raises:
        InputError: the bytes are not text in any encoding that can be told.
    """
    return decode_as(raw, detect_encoding(raw, place=place), place=place)


def decode_as(raw: bytes, encoding: str, *, place: str) -> str:
    """Return the text of bytes whose encoding is known.

    Raises:
        InputError: the bytes are not valid in that encoding.
    """
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: byte {error.start} is damaged, it is not {encoding}. {_REMEDY}") from None


def detect_encoding(raw: bytes, *, place: str) -> str:
    """Return the name of the encoding: by byte order mark, UTF-8, GB18030, else what charset-normalizer finds.

    UTF-8 with a few damaged bytes is still called UTF-8, so that it fails where it is damaged instead of
    being read as something else.

    Raises:
        InputError: it is UTF-16 without a byte order mark, not text, or of an unknown encoding.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return name
    if raw.count(0) * 10 > len(raw):
        raise InputError(
            f"{place}: one byte in ten or more is NUL: UTF-16 without a byte order mark, or no text. {_REMEDY}"
        )
    if _is_mostly_utf8(raw):
        return "utf-8"
    if _is_chinese_gb18030(raw):
        return "gb18030"
    best = charset_normalizer.from_bytes(raw, cp_isolation=_LEGACY).best()
    if best is None:
        raise InputError(f"{place}: neither UTF-8 nor GB18030 nor any other known text encoding. {_REMEDY}")
    return best.encoding


def _is_mostly_utf8(raw: bytes) -> bool:
    """Say whether characters of several bytes that are valid outnumber what is not valid by five to one."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        damaged = text.count("\ufffd")
        return sum(character > "\x7f" for character in text) - damaged > 5 * damaged
    return True


def _is_chinese_gb18030(raw: bytes) -> bool:
    """Say whether the bytes are GB18030 and nine in ten of the characters are everyday ones (GB 2312).

    Almost any bytes of Big5 or Latin-1 can be read as GB18030, but as rare characters.
    """
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    wide = "".join(character for character in text if character > "\x7f")
    return len(wide.encode("gb2312", "ignore")) >= 0.9 * 2 * len(wide)
