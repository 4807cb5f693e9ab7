"""Tests of corpus.table."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow ships no types
import pytest

from corpus.outcome import Placed, Rejected
from corpus.table import LONGEST_ROW, read_csv, read_parquet
from standpoint.article import Article
from standpoint.errors import InputError


def rows_of(text: str | bytes, encoding: str = "utf-8", *, longest: int = LONGEST_ROW) -> Iterator[Placed | Rejected]:
    raw = text.encode(encoding) if isinstance(text, str) else text
    return read_csv(BytesIO(raw), encoding, place="n.csv", longest=longest)


def articles(text: str) -> list[Article]:
    return [item.article for item in rows_of(text) if isinstance(item, Placed)]


def write_parquet(path: Path, columns: dict[str, object]) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=2)
    return path


def test_rows_become_articles() -> None:
    [first, second] = articles("ID,Title,Text,Date\n7,T,One.,2025/11/20\n8,U,Two.,\n")
    assert (first.id, first.title, first.body, first.published) == ("7", "T", "One.", "2025-11-20")
    assert (second.id, second.published) == ("8", None)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_comma_tab_and_semicolon_part_columns(delimiter: str) -> None:
    [article] = articles(delimiter.join(["标题", "正文"]) + "\n" + delimiter.join(["题", "文"]) + "\n")
    assert article.text == "题\n\n文"


def test_quoted_line_ends_quotes_and_emoji_are_kept() -> None:
    [article] = articles('title,body\r\nT,"one, ""two""\r\nthree 😀"\r\n')
    assert article.body == 'one, "two"\r\nthree 😀'


def test_rows_are_placed_at_the_line_where_they_begin() -> None:
    outcomes = list(rows_of('title,body\nT,"a\nb"\n\nU,\n,\nV,v\n'))
    assert [item.place for item in outcomes] == ["n.csv:2", "n.csv:5", "n.csv:7"]


def test_a_row_with_too_many_cells_is_set_aside() -> None:
    outcomes = list(rows_of("title,body\nT,one, two\nU,fine\n"))
    assert outcomes[0] == Rejected("n.csv:2", "3 cells in a table of 2 columns. Put quotes around the text.")
    assert isinstance(outcomes[1], Placed)


def test_a_quote_that_never_closes_is_set_aside_and_not_read_as_one_long_article() -> None:
    outcomes = list(rows_of('title,body\nT,fine\nU,"open\nV,more\n'))
    assert isinstance(outcomes[0], Placed)
    assert isinstance(outcomes[1], Rejected)
    assert outcomes[1].place == "n.csv:3"
    assert "the row from here to line 4 is broken" in outcomes[1].reason
    assert len(outcomes) == 2


def test_a_broken_quote_costs_only_its_row() -> None:
    outcomes = list(rows_of('title,body\nU,"a"b\nV,fine\n'))
    assert [type(item) for item in outcomes] == [Rejected, Placed]


def test_a_cell_of_five_megabytes_is_read_and_the_limit_of_csv_put_back() -> None:
    limit = csv.field_size_limit()
    [article] = articles("body\n" + "x" * 5_000_000 + "\n")
    assert len(article.body) == 5_000_000
    assert csv.field_size_limit() == limit


def test_a_quote_that_is_never_closed_swallows_no_more_than_a_row_may_have() -> None:
    outcomes = list(rows_of('title,body\nT,"open\n' + "U,more\n" * 20 + "V,fine\n", longest=100))
    assert isinstance(outcomes[0], Rejected)
    assert outcomes[0].place == "n.csv:2"
    assert "the row from here to line 16 is broken: it has more than 100 characters. Check its" in outcomes[0].reason
    assert [item.place for item in outcomes[1:]] == [f"n.csv:{line}" for line in range(17, 24)]
    assert {type(item) for item in outcomes[1:]} == {Placed}


def test_a_line_that_is_too_long_costs_only_its_row() -> None:
    outcomes = list(rows_of("title,body\nT," + "x" * 1000 + "\nV,fine\n", longest=100))
    assert [(type(item), item.place) for item in outcomes] == [(Rejected, "n.csv:2"), (Placed, "n.csv:3")]


def test_bytes_of_another_encoding_cost_only_their_row() -> None:
    outcomes = list(rows_of("title,body\nT,é\n".encode() + "题,文\n".encode("gb18030") + "U,中\n".encode()))
    assert [type(item) for item in outcomes] == [Placed, Rejected, Placed]
    reason = "this row holds bytes that are not utf-8. Save the file as UTF-8."
    assert outcomes[1] == Rejected("n.csv:3", reason)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_tables_are_read_in_other_encodings(encoding: str) -> None:
    [outcome] = rows_of("标题,正文\r\n题,文\r\n", encoding)
    assert isinstance(outcome, Placed)
    assert outcome.article.text == "题\n\n文"


def test_rows_may_end_with_a_carriage_return_only() -> None:
    assert [item.place for item in rows_of("title,body\rT,one\rU,two\r")] == ["n.csv:2", "n.csv:3"]


def test_a_table_without_a_text_column_lists_what_it_has_and_what_would_do() -> None:
    with pytest.raises(InputError, match=r"n\.csv: no field .* among title, artikel\. Name it one of: body, text, con"):
        articles("title,artikel\nT,A\n")


def test_two_columns_of_one_name_are_an_error() -> None:
    with pytest.raises(InputError, match=r"n\.csv: several columns are called body\. Rename"):
        articles("body,Body\none,two\n")


def test_a_broken_first_row_is_an_error() -> None:
    with pytest.raises(InputError, match=r"n\.csv:1: the row from here to line 1 is broken"):
        articles('"title"x,body\n')


def test_parquet_rows_of_all_groups_become_articles(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "n.parquet", {"Text": ["a", "b", "c"], "id": [1, 2, 3], "views": [9, 9, 9]})
    found = [item for item in read_parquet(path, place=str(path)) if isinstance(item, Placed)]
    assert [(item.place, item.article.id) for item in found] == [(f"{path}: row {n}", str(n)) for n in (1, 2, 3)]


def test_parquet_dates_and_missing_values_are_understood(tmp_path: Path) -> None:
    columns = {"body": ["a", "b"], "date": [datetime(2025, 11, 20, 7, 43), None], "source": [None, "Wire"]}
    [first, second] = read_parquet(write_parquet(tmp_path / "n.parquet", columns), place="n.parquet")
    assert isinstance(first, Placed)
    assert isinstance(second, Placed)
    assert (first.article.published, first.article.source) == ("2025-11-20T07:43", None)
    assert (second.article.published, second.article.source) == (None, "Wire")


def test_parquet_days_are_dates(tmp_path: Path) -> None:
    columns: dict[str, object] = {"body": ["a"], "date": [date(2025, 11, 20)]}
    [outcome] = read_parquet(write_parquet(tmp_path / "n.parquet", columns), place="n.parquet")
    assert isinstance(outcome, Placed)
    assert outcome.article.published == "2025-11-20"


def test_a_parquet_row_without_text_is_set_aside(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "n.parquet", {"body": ["a", None]})
    outcomes = list(read_parquet(path, place=str(path)))
    assert isinstance(outcomes[1], Rejected)
    assert outcomes[1].place == f"{path}: row 2"


def test_parquet_without_a_text_column_is_an_error(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "n.parquet", {"title": ["a"]})
    with pytest.raises(InputError, match="among title. Name it one of"):
        list(read_parquet(path, place=str(path)))


def test_what_is_no_parquet_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    path.write_bytes(b"no parquet at all")
    with pytest.raises(InputError, match=r"n\.parquet: cannot be read as Parquet"):
        list(read_parquet(path, place=str(path)))


def test_a_parquet_value_that_python_cannot_hold_costs_only_its_row(tmp_path: Path) -> None:
    days = pa.array([0, 2**40, 1], pa.int64()).cast(pa.timestamp("s"))
    path = write_parquet(tmp_path / "n.parquet", {"body": ["a", "b", "c"], "date": days})
    outcomes = list(read_parquet(path, place="n.parquet"))
    assert [type(item) for item in outcomes] == [Placed, Rejected, Placed]
    assert isinstance(outcomes[1], Rejected)
    assert outcomes[1].reason.startswith("the value of 'date' cannot be read (")


def test_parquet_tells_how_far_it_is(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "n.parquet", {"body": ["a"] * 1024})
    shares: list[float] = []
    assert len(list(read_parquet(path, place="n.parquet", reach=shares.append))) == 1024
    assert shares == [0.25, 0.5, 0.75, 1.0]
