"""Tests of corpus.reading with a thousand hostile records: each ends as one article or one named rejection."""

import csv
import io
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow ships no types
import pytest

from corpus.outcome import Placed, Rejected
from corpus.reading import Reading

N_RECORDS = 1000
TWENTY_MEGABYTES = 20_000_000
DATES = [
    *("2025-11-20", "2025-11-20T07:43", "2025-11-20T07:43:00+08:00", "2025-11-20T07:43:00Z", "2025/11/3"),
    *("2025年11月3日", "20251103", "1763624580", "1763624580000", "Thu, 20 Nov 2025 07:43:00 +0800"),
    *("20 Nov 2025", "November 20, 2025", "Nov 20, 2025"),
]
BAD_DATES = ["03/04/2025", "2025-02-30", "soon", "-1", "9" * 5000, "\udc00", "2025-13-01T00:00"]

Cells = dict[str, str | bytes | None]

GOOD: dict[str, Callable[[random.Random], Cells]] = {
    "plain": lambda chance: {"title": "矿价上涨", "body": f"Ore rose {chance.random()} percent."},
    "one character": lambda chance: {"title": "", "body": chance.choice("x中😀é")},
    "empty title": lambda chance: {"title": None, "body": "text"},
    "repeated id": lambda chance: {"id": "same", "body": f"text {chance.random()}"},
    "date": lambda chance: {"body": "text", "date": chance.choice(DATES)},
    "mark inside": lambda chance: {"body": "one\ufefftwo"},
    "control characters": lambda chance: {"body": "one\x01\x08\x1b[31m\x7f\x85two"},
    "line ends inside": lambda chance: {"body": chance.choice(["a\rb", "a\r\nb", "a\nb", "a\u2028b", "a\x0bb"])},
    "quotes": lambda chance: {"body": '"," "" \\" \t ; {[<script>'},
    "long": lambda chance: {"body": "长" * 100_000},
}
BAD: dict[str, Callable[[random.Random], Cells]] = {
    "bad date": lambda chance: {"body": "text", "date": chance.choice(BAD_DATES[:-2])},
    "NUL": lambda chance: {"body": "one\0two"},
    "NUL in the id": lambda chance: {"id": "\0", "body": "text"},
    "nothing": lambda chance: {"id": "1", "title": " ", "body": "\n"},
    "other language": lambda chance: {"body": "text", "language": "x" * chance.randrange(3, 3000)},
    "long id": lambda chance: {"id": "9" * 20_000, "body": "text"},
    "too long": lambda chance: {"body": "x" * TWENTY_MEGABYTES},
}
RARE = {"too long", "padded"}

GOOD_LINES: dict[str, Callable[[random.Random], bytes]] = {
    "mark before": lambda chance: b'\xef\xbb\xbf{"body": "text"}',
    "carriage return": lambda chance: b'{"body":\r"text"}\r',
    "pair": lambda chance: b'{"body": "\\ud83d\\ude00"}',
    "deep and not read": lambda chance: b'{"body": "text", "more": ' + b"[" * 200 + b"]" * 200 + b"}",
    "whole number": lambda chance: b'{"id": 1234567890123456789012, "body": "text"}',
    "no number": lambda chance: b'{"body": "text", "date": NaN, "source": null}',
    "key twice": lambda chance: b'{"body": "one", "body": "two"}',
    "padded": lambda chance: b'{"body": "text"' + b" " * TWENTY_MEGABYTES + b"}",
}
BAD_LINES: dict[str, Callable[[random.Random], bytes]] = {
    "other encoding": lambda chance: '{"body": "礦石價格"}'.encode(chance.choice(["gb18030", "big5", "utf-16-le"])),
    "stray byte": lambda chance: b'{"body": "one\xe9two"}',
    "half a pair": lambda chance: b'{"body": "one\\ud800two"}',
    "half a pair in a name": lambda chance: b'{"\\ud800": "text"}',
    "half a pair in a date": lambda chance: b'{"body": "text", "date": "\\udc00"}',
    "half a pair encoded": lambda chance: b'{"body": "\xed\xa0\x80"}',
    "raw control character": lambda chance: b'{"body": "one' + bytes([chance.randrange(9)]) + b'two"}',
    "wrong type": lambda chance: b'{"body": ' + chance.choice([b"3", b"true", b"[1]", b'{"a": 1}', b"1e999"]) + b"}",
    "wrong type of id": lambda chance: b'{"body": "text", "id": ' + chance.choice([b"1.5", b"[]", b"true"]) + b"}",
    "wrong type of date": lambda chance: (
        b'{"body": "text", "date": ' + chance.choice([b"[[]]", b"{}", b"-1e300"]) + b"}"
    ),
    "no object": lambda chance: chance.choice([b"null", b"[]", b'"text"', b"7", b"{}", b"Infinity"]),
    "deep": lambda chance: b'{"body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep date": lambda chance: b'{"body": "text", "date": ' + b"[" * 900 + b"]" * 900 + b"}",
    "digits": lambda chance: b'{"body": "text", "id": ' + b"9" * 5000 + b"}",
    "cut off": lambda chance: b'{"body": "text"',
    "two in one": lambda chance: b'{"body": "one"}{"body": "two"}',
    "page": lambda chance: b"<html><body>text</body></html>",
}


def drawn(kinds: Sequence[str], seed: int) -> list[str]:
    """Return a kind for each record: every kind at least once, the rare ones only that."""
    chance = random.Random(seed)
    usual = [kind for kind in kinds if kind not in RARE]
    found = [*kinds, *chance.choices(usual, k=N_RECORDS - len(kinds))]
    chance.shuffle(found)
    return found


def check(path: Path, kinds: Sequence[str], good: set[str]) -> None:
    """Check that each record ended as its kind has to, at a place of its own, and can be written."""
    reading = Reading([path])
    outcomes = list(reading)
    for kind, outcome in zip(kinds, outcomes, strict=True):
        assert isinstance(outcome, Placed if kind in good else Rejected), (kind, outcome)
        value = outcome.to_json() if isinstance(outcome, Rejected) else outcome.article.to_json()
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    assert all(item.reason and len(item.reason) < 600 for item in outcomes if isinstance(item, Rejected))
    assert len({outcome.place for outcome in outcomes}) == N_RECORDS
    assert reading.share == 1.0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_hostile_lines_end_as_one_outcome_each(tmp_path: Path, seed: int) -> None:
    kinds, chance = drawn([*GOOD, *BAD, *GOOD_LINES, *BAD_LINES], seed), random.Random(seed)
    with (tmp_path / "n.jsonl").open("wb") as file:
        for kind in kinds:
            made = {**GOOD_LINES, **BAD_LINES}.get(kind)
            line = made(chance) if made else json.dumps({**GOOD, **BAD}[kind](chance), ensure_ascii=False).encode()
            file.write(line + chance.choice([b"\n", b"\r\n", b"\n\n"]))
    check(tmp_path / "n.jsonl", kinds, {*GOOD, *GOOD_LINES})


COLUMNS = ("id", "title", "body", "date", "language")
BAD_ROWS: dict[str, Callable[[random.Random], bytes]] = {
    "too many cells": lambda chance: b"1,T,one, two,2025-11-20,en",
    "too few cells": lambda chance: b"1,text",
    "broken quote": lambda chance: b'1,T,"one"two,,',
    "other encoding": lambda chance: "1,题,矿石价格,,".encode("gb18030"),
    "stray byte": lambda chance: b"1,T,one\xff\xfetwo,,",
    "half a pair encoded": lambda chance: b"1,T,\xed\xa0\x80,,",
    "page": lambda chance: b"<html><body>text</body></html>",
}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_hostile_rows_of_csv_end_as_one_outcome_each(tmp_path: Path, seed: int) -> None:
    kinds, chance = drawn([*GOOD, *BAD, *BAD_ROWS], seed), random.Random(seed)
    with (tmp_path / "n.csv").open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n")
        for kind in kinds:
            row = BAD_ROWS[kind](chance) if kind in BAD_ROWS else csv_row({**GOOD, **BAD}[kind](chance))
            file.write(row + chance.choice([b"\n", b"\r\n", b"\n\n"]))
    check(tmp_path / "n.csv", kinds, set(GOOD))


def csv_row(cells: Cells) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="").writerow([cells.get(name) or "" for name in COLUMNS])
    return text.getvalue().encode()


BAD_CELLS: dict[str, Callable[[random.Random], Cells]] = {
    "other encoding": lambda chance: {"body": "矿石价格".encode("gb18030")},
    "stray byte": lambda chance: {"id": b"\xff", "body": "text"},
    "half a pair encoded": lambda chance: {"title": b"\xed\xa0\x80", "body": "text"},
    "missing": lambda chance: {},
}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_hostile_rows_of_parquet_end_as_one_outcome_each(tmp_path: Path, seed: int) -> None:
    kinds, chance = drawn([*GOOD, *BAD, *BAD_CELLS], seed), random.Random(seed)
    rows = [{**GOOD, **BAD, **BAD_CELLS}[kind](chance) for kind in kinds]
    columns = {name: pa.array([as_bytes(row.get(name)) for row in rows], pa.binary()) for name in COLUMNS}
    texts = {name: column.view(pa.string()) for name, column in columns.items()}  # nobody checks that they are text
    pq.write_table(pa.table(texts), tmp_path / "n.parquet", row_group_size=300)
    check(tmp_path / "n.parquet", kinds, set(GOOD))


def as_bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
