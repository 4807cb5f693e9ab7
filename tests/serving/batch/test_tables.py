"""Tests of serving.batch.tables and serving.batch.rows: what is written is what was predicted, and harms nobody."""

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow ships no types
import pytest

from models.news_model import NewsModel
from serving.batch.rows import Row, Scored
from serving.batch.shard import Copy
from serving.batch.tables import SUFFIXES, join_files, layout_of, schema_of, tables_of, write_table
from standpoint.article import Article
from standpoint.errors import OutputError

BODIES = ("China broke its promise. The costly plan collapsed again.", "Japan kept its word. 日本。")


@pytest.fixture
def scored(demo_model: NewsModel) -> list[Scored]:
    articles = [Article(f"a{row}", "=1+1", body, source="@wire", url="-x") for row, body in enumerate(BODIES)]
    return [Scored(article, found) for article, found in zip(articles, demo_model.predict(articles), strict=True)]


def written(folder: Path, table: str, layout: str, rows: list[Row], model: NewsModel) -> Path:
    path = folder / f"{table}{SUFFIXES[layout]}"
    write_table(path, rows, schema_of(table, model.codebook))
    return path


def test_parquet_holds_the_records_of_json_lines(scored: list[Scored], demo_model: NewsModel, tmp_path: Path) -> None:
    rows = tables_of(scored, [], "parquet")["predictions"]
    parquet = pq.read_table(written(tmp_path, "predictions", "parquet", rows, demo_model)).to_pylist()
    lines = written(tmp_path, "predictions", "jsonl", rows, demo_model).read_text(encoding="utf-8").splitlines()
    assert parquet == [json.loads(line) for line in lines] == rows


@pytest.mark.parametrize("table", ["frames", "stances", "copies"])
def test_every_column_of_a_table_has_a_type(
    scored: list[Scored], demo_model: NewsModel, tmp_path: Path, table: str
) -> None:
    rows = tables_of(scored, [Copy(scored[0].article, "a9")], "parquet")[table]
    assert rows
    assert {tuple(row) for row in rows} == {tuple(schema_of(table, demo_model.codebook).names)}
    assert pq.read_table(written(tmp_path, table, "parquet", rows, demo_model)).to_pylist() == rows


def test_long_tables_have_a_row_for_each_frame_and_each_actor(scored: list[Scored]) -> None:
    tables = tables_of(scored, [], "csv")
    assert [(row["article_id"], row["frame"]) for row in tables["frames"]] == [
        (f"a{row}", frame) for row in range(2) for frame in ("failure", "alliance")
    ]
    assert [(row["article_id"], row["actor"]) for row in tables["stances"]] == [("a0", "china"), ("a1", "japan")]
    failure = tables["frames"][0]
    assert failure["present"]
    text = scored[0].article.text
    assert text[failure["evidence_start"] : failure["evidence_end"]].strip() == "The costly plan collapsed again."
    assert tables["articles"][0]["frames"] == "failure"


def test_a_spreadsheet_takes_no_text_for_a_formula(scored: list[Scored], demo_model: NewsModel, tmp_path: Path) -> None:
    rows = tables_of(scored, [], "csv")["articles"]
    path = written(tmp_path, "articles", "csv", rows, demo_model)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (first, _) = csv.DictReader(file)
    assert (first["title"], first["source"], first["url"]) == ("'=1+1", "'@wire", "'-x")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfarticle_id,")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_every_beginning_of_a_formula_is_made_harmless(demo_model: NewsModel, tmp_path: Path, start: str) -> None:
    copy = Copy(Article("a", f"{start}cmd|' /C calc'!A0", "x"), "b")
    path = written(tmp_path, "copies", "csv", tables_of([], [copy], "csv")["copies"], demo_model)
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["title"] == f"'{start}cmd|' /C calc'!A0"


def test_a_model_number_below_zero_stays_a_number(demo_model: NewsModel, tmp_path: Path) -> None:
    schema = schema_of("frames", demo_model.codebook)
    write_table(tmp_path / "frames.csv", [dict.fromkeys(schema.names, -1.5)], schema)
    assert (tmp_path / "frames.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("-1.5,-1.5")


@pytest.mark.parametrize("layout", ["parquet", "jsonl", "csv"])
def test_files_of_a_table_are_joined_in_their_order(
    scored: list[Scored], demo_model: NewsModel, tmp_path: Path, layout: str
) -> None:
    rows = tables_of(scored, [], layout)[main := ("articles" if layout == "csv" else "predictions")]
    parts = [written(tmp_path / str(number), main, layout, [row], demo_model) for number, row in enumerate(rows)]
    join_files(parts, tmp_path / f"joined{SUFFIXES[layout]}")
    whole = written(tmp_path, main, layout, rows, demo_model)
    joined = tmp_path / f"joined{SUFFIXES[layout]}"
    if layout == "parquet":
        assert pq.read_table(joined).to_pylist() == pq.read_table(whole).to_pylist()
    else:
        assert joined.read_bytes() == whole.read_bytes()


def test_a_path_is_a_file_by_its_suffix(tmp_path: Path) -> None:
    names = {"a.parquet": "parquet", "a.jsonl": "jsonl", "a.ndjson": "jsonl", "a.csv": "csv", "scored": None}
    assert {name: layout_of(tmp_path / name) for name in names} == names
    assert layout_of(tmp_path) is None
    with pytest.raises(OutputError, match=r"a.xlsx: '.xlsx' cannot be written"):
        layout_of(tmp_path / "a.xlsx")
