"""The encoding of a text file: bytes to text, without guessing where the bytes are clear."""

import codecs
import io
import re
from typing import IO

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
_BLOCK_BYTES = 1 << 20
# None of these bytes is the second of a character in UTF-8, GB18030 or Big5, so that bytes can be cut there.
_CLEAR = re.compile(rb"[\x00-\x2f]")
_LONGEST_RUN = 4096


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
        raise _nuls(place)
    if _is_mostly_utf8(raw):
        return "utf-8"
    if _is_chinese_gb18030(raw):
        return "gb18030"
    best = charset_normalizer.from_bytes(raw, cp_isolation=_LEGACY).best()
    if best is None and _utf8_share(raw) > 0.2:
        return "utf-8"  # several encodings in one file: what is UTF-8 in it can be read
    if best is None:
        raise InputError(f"{place}: neither UTF-8 nor GB18030 nor any other known text encoding. {_REMEDY}")
    return best.encoding


def encoding_of(file: IO[bytes], *, place: str) -> str:
    """Return the name of a file's encoding, reading through it block by block; memory does not grow with the file.

    A file of up to a mebibyte is judged as a whole. Of a larger one that is not valid UTF-8, the beginning and what
    is around the first byte that is not are judged.

    Raises:
        InputError: as for `detect_encoding`, or it is empty.
    """
    head = file.read(_BLOCK_BYTES)
    if len(head) < _BLOCK_BYTES:
        if not head.strip():
            raise InputError(f"{place}: the file is empty. Remove it or write it again.")
        return detect_encoding(head, place=place)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is not None:
        return marked
    sample = _sample_if_not_utf8(head, file, place)
    return "utf-8" if sample is None else detect_encoding(sample, place=place)


def utf8_lines(file: IO[bytes], encoding: str, *, place: str) -> IO[bytes]:
    """Return what is in UTF-16 or UTF-32 as UTF-8, made as it is read; other encodings are left as they are.

    Half of a surrogate pair becomes bytes that are not UTF-8, so that it spoils one record and not the file.
    Reading raises `InputError` where the bytes are damaged otherwise.
    """
    if not encoding.startswith(("utf-16", "utf-32")):
        return file
    return io.BufferedReader(_AsUtf8(file, encoding, place), _BLOCK_BYTES)


def _sample_if_not_utf8(block: bytes, file: IO[bytes], place: str) -> bytes | None:
    """Read on to the end; None where all is UTF-8, else the beginning and the bytes around the first that are not.

    Raises:
        InputError: one byte in ten is NUL.
    """
    head, n_bytes, n_nuls = block, 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block:
        n_bytes, n_nuls = n_bytes + len(block), n_nuls + block.count(0)
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            late = b"" if block is head else _around(error.object, error.start) + file.read(_BLOCK_BYTES // 2)
            return _whole_at_end(head) + _whole_at_end(late)
        block = file.read(_BLOCK_BYTES)
    if n_nuls * 10 > n_bytes:
        raise _nuls(place)
    return None


def _around(block: bytes, place: int) -> bytes:
    """Return a block from where a character surely begins, up to half a mebibyte before a place in it."""
    clear = _CLEAR.search(block, max(0, place - _BLOCK_BYTES // 2), place)
    return block[clear.start() if clear else place :]


def _whole_at_end(sample: bytes) -> bytes:
    """Take off what may be part of a character at the end."""
    last = _CLEAR.search(sample[-1:-_LONGEST_RUN:-1])
    if last:
        return sample[: len(sample) - last.start()]
    decoder = codecs.getincrementaldecoder("gb18030")("replace")
    decoder.decode(sample)
    return sample[: len(sample) - len(decoder.getstate()[0])]


class _AsUtf8(io.RawIOBase):
    """Bytes of another encoding as UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str, place: str) -> None:
        self._file, self._encoding, self._place = file, encoding, place
        errors = "surrogatepass" if encoding.startswith("utf-16") else "strict"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._ready = b""
        self._n_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what a BufferedReader passes
        while not self._ready:
            block = self._file.read(_BLOCK_BYTES)
            self._ready = self._decoded(block).encode("utf-8", "surrogatepass")
            if not block:
                break
        n_bytes = min(len(buffer), len(self._ready))
        buffer[:n_bytes], self._ready = self._ready[:n_bytes], self._ready[n_bytes:]
        return n_bytes

    def _decoded(self, block: bytes) -> str:
        try:
            text = self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            place = self._n_read + len(block) - len(error.object) + error.start
            raise InputError(f"{self._place}: byte {place} is damaged, it is not {self._encoding}. {_REMEDY}") from None
        self._n_read += len(block)
        return text


def _nuls(place: str) -> InputError:
    return InputError(
        f"{place}: one byte in ten or more is NUL: UTF-16 without a byte order mark, or no text. {_REMEDY}"
    )


def _is_mostly_utf8(raw: bytes) -> bool:
    """Say whether characters of several bytes that are valid outnumber what is not valid by five to one."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return _utf8_share(raw) > 5
    return True


def _utf8_share(raw: bytes) -> float:
    """Return how many valid characters of several bytes there are for each place that is not valid UTF-8."""
    text = raw.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return (sum(character > "\x7f" for character in text) - damaged) / max(1, damaged)


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
