"""Tests of corpus.reading."""

import tracemalloc
from pathlib import Path

import pytest

from corpus.outcome import Placed, Rejected
from corpus.reading import Reading, files_in, read_articles
from corpus.record import MOST_CHARACTERS
from standpoint.article import Article
from standpoint.errors import InputError

LISTING = "Title\nWire· 2025-11-08\nText.\n"
LINE = '{"id": "a", "title": "T", "body": "B"}\n'


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text", "format"),
    [
        ("n.jsonl", LINE, "JSON Lines"),
        ("n.NDJSON", LINE, "JSON Lines"),
        ("n.json", f"[{LINE}]", "JSON"),
        ("n.csv", "title,body\nT,B\n", "CSV"),
        ("n.tsv", "title\tbody\nT\tB\n", "TSV"),
        ("n.txt", LISTING, "listing"),
        ("lines.txt", LINE, "JSON Lines"),
        ("list.txt", f"\ufeff[ {LINE}]", "JSON"),
    ],
)
def test_every_format_gives_its_article(tmp_path: Path, name: str, text: str, format: str) -> None:
    path = write(tmp_path / name, text)
    reading = Reading([path])
    [outcome] = reading
    assert isinstance(outcome, Placed)
    assert outcome.article.title in ("T", "Title")
    assert reading.format == format


def test_a_listing_may_begin_with_a_bracket(tmp_path: Path) -> None:
    path = write(tmp_path / "n.txt", "[Search]\n<Menu>\n" + LISTING)
    reading = Reading([path])
    assert len(list(reading)) == 1
    assert reading.format == "listing"


def test_a_saved_page_named_txt_is_read_as_a_page(tmp_path: Path) -> None:
    path = write(tmp_path / "n.txt", "\n<!DOCTYPE HTML><html><body></body></html>")
    reading = Reading([path])
    [outcome] = reading
    assert isinstance(outcome, Rejected)
    assert reading.format == "HTML page"


def test_a_bad_record_is_yielded_among_the_articles(tmp_path: Path) -> None:
    path = write(tmp_path / "n.jsonl", LINE + "{broken\n" + '{"body": "a\\u0000b"}\n' + LINE)
    outcomes = list(Reading([path]))
    assert [type(item) for item in outcomes] == [Placed, Rejected, Rejected, Placed]
    assert [item.place for item in outcomes] == [f"{path}:{number}" for number in (1, 2, 3, 4)]
    assert "NUL" in str(outcomes[2])


def test_a_folder_is_read_below_too_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a.jsonl", "c/d.csv", ".hidden/e.csv", "out.rejected.jsonl", "picture.png"):
        write(tmp_path / name, "title,body\nT,B\n" if name.endswith("csv") else LISTING)
    write(tmp_path / "a.jsonl", LINE)
    assert [file.name for file in files_in(tmp_path)] == ["a.jsonl", "b.txt", "d.csv"]
    assert len(list(read_articles(tmp_path))) == 3


def test_a_file_that_cannot_be_read_is_set_aside_in_a_folder(tmp_path: Path) -> None:
    empty = write(tmp_path / "a.jsonl", "")
    write(tmp_path / "b.txt", LISTING)
    [first, second] = Reading([tmp_path])
    assert first == Rejected(str(empty), "the file is empty. Remove it or write it again.")
    assert isinstance(second, Placed)


@pytest.mark.parametrize("name", ["n.jsonl", "n.json", "n.csv", "n.html", "n.txt"])
def test_an_empty_file_is_an_error_when_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=rf"{name}: the file is empty"):
        list(read_articles(write(tmp_path / name, "\n")))


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: there is no such file or folder\. Check the path"):
        list(read_articles(tmp_path / "none.csv"))


def test_an_unknown_format_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"format '\.docx' is not known\. Readable are \.jsonl, .*\.txt"):
        list(read_articles(write(tmp_path / "n.docx", "x")))


def test_a_folder_without_a_readable_file_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "n.png", "x")
    with pytest.raises(InputError, match="no file of a known format in this folder"):
        list(read_articles(tmp_path))


def test_a_csv_in_gb18030_is_read(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_bytes("标题,正文\n矿价上涨,本周矿石价格再次上涨。\n".encode("gb18030"))
    [article] = read_articles(path)
    assert isinstance(article, Article)
    assert article.text == "矿价上涨\n\n本周矿石价格再次上涨。"


def test_an_article_of_five_megabytes_is_read_from_every_text_format(tmp_path: Path) -> None:
    body = "Ore again. " * 454_546
    write(tmp_path / "a.txt", f"Title\nWire· 2025-11-08\n{body}x\n")
    write(tmp_path / "b.csv", f'title,body\nT,"{body}x"\n')
    write(tmp_path / "c.jsonl", f'{{"title": "T", "body": "{body}x"}}\n')
    found = [item for item in read_articles(tmp_path) if isinstance(item, Article)]
    assert [item.body == f"{body}x" for item in found] == [True, True, True]


@pytest.mark.parametrize("name", ["a.txt", "b.csv", "c.jsonl"])
def test_a_longer_text_than_any_article_has_is_set_aside_with_its_length(tmp_path: Path, name: str) -> None:
    body = "x" * MOST_CHARACTERS
    texts = {
        "a.txt": f"T\nWire· 2025-11-08\n{body}\n",
        "b.csv": f'title,body\nT,"{body}"\n',
        "c.jsonl": f'{{"title": "T", "body": "{body}"}}\n',
    }
    [outcome] = Reading([write(tmp_path / name, texts[name])])
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "title and body have 10,000,001 characters, an article at most 10,000,000. Split it."


@pytest.mark.parametrize("name", ["n.jsonl", "n.csv"])
def test_the_share_that_is_read_grows_from_nothing_to_one(tmp_path: Path, name: str) -> None:
    body = "x" * 10_000
    row = f'{{"body": "{body}"}}\n' if name == "n.jsonl" else f"{body}\n"
    path = write(tmp_path / name, ("" if name == "n.jsonl" else "body\n") + row * 500)
    reading = Reading([path, write(tmp_path / "small.jsonl", LINE)])
    shares = [reading.share or 0.0, *(reading.share or 0.0 for _ in reading), reading.share or 0.0]
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert shares == sorted(shares)
    assert len(set(shares)) > 4


def test_reading_again_gives_the_same(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", LINE * 3)
    reading = Reading([tmp_path])
    assert list(reading) == list(reading)


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, suffix: str) -> None:
    row = f'{{"body": "{"x" * 4000}"}}\n' if suffix == "jsonl" else f"{'x' * 4000}\n"
    path = write(tmp_path / f"n.{suffix}", ("" if suffix == "jsonl" else "body\n") + row * 5000)
    tracemalloc.start()
    n_articles = sum(isinstance(outcome, Placed) for outcome in Reading([path]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_articles == 5000
    assert peak < 8_000_000  # of 20 MB


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_of_lines_in_two_encodings_those_in_utf8_are_read(tmp_path: Path, suffix: str) -> None:
    text = (
        '{"body": "本周矿石价格再次上涨，市场人士认为供应仍然紧张。"}\n'
        if suffix == "jsonl"
        else "题,本周矿石价格再次上涨\n"
    )
    head = b"title,body\n" if suffix == "csv" else b""
    path = tmp_path / f"n.{suffix}"
    path.write_bytes(head + (text.encode() + text.encode("gb18030")) * 50)
    assert [type(outcome) for outcome in Reading([path])] == [Placed, Rejected] * 50
