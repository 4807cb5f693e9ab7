"""Formats: what a file holds, told by its name or by how it begins."""

import codecs
import re
from collections.abc import Sequence
from pathlib import PurePath

from corpus.record import missing_body
from standpoint.errors import InputError

FORMATS = {
    ".jsonl": "JSON Lines",
    ".ndjson": "JSON Lines",
    ".json": "JSON",
    ".csv": "CSV",
    ".tsv": "TSV",
    ".parquet": "Parquet",
    ".html": "HTML page",
    ".htm": "HTML page",
    ".txt": "listing",
}
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
"""What a name may end with besides: `news.jsonl.gz`."""

REJECTED_SUFFIX = ".rejected.jsonl"
HEAD_BYTES = 65_536
"""How much of a file is looked at to tell its format."""

# How a .txt file, or one without a name, begins that is no listing.
_BEGINNINGS = (
    (re.compile(rb'\s*\{\s*"'), "JSON Lines"),
    (re.compile(rb"\s*\[\s*(?:\{|\]\s*$)"), "JSON"),
    (re.compile(rb"\s*<(?:!doctype|html)\b", re.IGNORECASE), "HTML page"),
)
_OPENED_ALONE = re.compile(rb"\s*\{\s*[\r\n]")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TRIED = ("utf-8", "gb18030", "big5")


def named_format(name: str, *, place: str) -> str:
    """Return the format that a file's name tells; `.txt` is called a listing, though it may be something else.

    Raises:
        InputError: the suffix is not known; the message lists those that are.
    """
    suffix = suffix_of(name)
    if suffix not in FORMATS:
        known = f"{', '.join(FORMATS)}, also with {', '.join(COMPRESSED)}"
        raise InputError(f"{place}: format '{suffix}' is not known. Readable are {known}; save it as one of these.")
    return FORMATS[suffix]


def suffix_of(name: str) -> str:
    """Return the suffix that tells the format, in lower case: `.jsonl` for `News.JSONL.gz`."""
    path = PurePath(name)
    if path.suffix.lower() in COMPRESSED:
        path = path.with_suffix("")
    return path.suffix.lower()


def is_readable(parts: Sequence[str]) -> bool:
    """Say whether a file in a folder is to be read: of a known format, not hidden, no list of rejected records."""
    is_hidden = any(part.startswith(".") for part in parts)
    return suffix_of(parts[-1]) in FORMATS and not is_hidden and not parts[-1].endswith(REJECTED_SUFFIX)


def begun_text_format(head: bytes) -> str:
    """Return the format of a `.txt` file by its first bytes."""
    head = _marked_as_utf8(head)
    return next((name for beginning, name in _BEGINNINGS if beginning.match(head)), "listing")


def begun_format(head: bytes) -> str:
    r"""Return the format of something without a name, such as standard input, by its first bytes.

    >>> begun_format(b"title,body\n"), begun_format(b'{"body": "x"}'), begun_format(b'{\n "body": "x"\n}')
    ('CSV', 'JSON Lines', 'JSON')
    """
    if head.startswith(b"PAR1"):
        return "Parquet"
    head = _marked_as_utf8(head)
    if _OPENED_ALONE.match(head):
        return "JSON"
    name = begun_text_format(head)
    return "CSV" if name == "listing" and _names_columns(head) else name


def _marked_as_utf8(head: bytes) -> bytes:
    """Return the bytes without a byte order mark, those of UTF-16 and UTF-32 as UTF-8."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "ignore").encode("utf-8", "ignore")
    return head.removeprefix(codecs.BOM_UTF8)


def _names_columns(head: bytes) -> bool:
    """Say whether the first line names several columns of which one can hold an article's text."""
    first = re.split(rb"[\r\n]", head.lstrip(), maxsplit=1)[0]
    for encoding in _TRIED:
        cells = [cell.strip(' "') for cell in re.split("[,\t;]", first.decode(encoding, "ignore"))]
        if missing_body(cells) is None:
            return True
    return False
