"""Tables on disk: rows as Parquet, JSON Lines or CSV, and several files of one table joined to one."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow ships no types

from serving.batch.rows import Row, Scored, article_rows, copy_rows, frame_rows, prediction_rows, stance_rows
from serving.batch.shard import Copy
from standpoint.codebook import Codebook
from standpoint.errors import OutputError
from standpoint.jsonl import replacing_bytes

LAYOUTS = {".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
"""The layout that a file's suffix asks for."""

SUFFIXES = {"parquet": ".parquet", "jsonl": ".jsonl", "csv": ".csv"}

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("score", pa.float64())])
_TEXTS = ("article_id", "story", "text_hash", "language", "title", "source", "published", "url")
_SHORT = ("article_id", "story", "text_hash", "language", "source", "published")
_WHERE = [("evidence_start", pa.int32()), ("evidence_end", pa.int32())]


def layout_of(path: Path) -> str | None:
    """Return the layout that a file to write asks for; None where the path is that of a folder.

    Raises:
        OutputError: the suffix is not one of a file that can be written.
    """
    if path.is_dir() or not path.suffix:
        return None
    if path.suffix not in LAYOUTS:
        raise OutputError(
            f"{path}: '{path.suffix}' cannot be written. Name a file that ends in {', '.join(LAYOUTS)}, or a folder."
        )
    return LAYOUTS[path.suffix]


def main_table(layout: str) -> str:
    """Return the name of the table that has a row per article."""
    return "articles" if layout == "csv" else "predictions"


def table_names(layout: str) -> tuple[str, ...]:
    """Return the names of a layout's tables, the one with a row per article first."""
    return ("predictions", "copies") if layout == "jsonl" else (main_table(layout), "frames", "stances", "copies")


def tables_of(scored: Sequence[Scored], copies: Sequence[Copy], layout: str) -> dict[str, list[Row]]:
    """Return the rows of every table of a layout."""
    makers: dict[str, Callable[[], Iterable[Row]]] = {
        "predictions": lambda: prediction_rows(scored),
        "articles": lambda: article_rows(scored),
        "frames": lambda: frame_rows(scored),
        "stances": lambda: stance_rows(scored),
        "copies": lambda: copy_rows(copies),
    }
    return {name: list(makers[name]()) for name in table_names(layout)}


def write_table(path: Path, rows: Sequence[Row], schema: pa.Schema) -> None:
    """Write rows in the format that the path's suffix names; the file appears only when it is complete and synced.

    Texts in CSV that a spreadsheet would take for a formula begin with an apostrophe.

    Raises:
        OSError: the disk is full or fails.
        InputError: the file cannot be written there.
    """
    with replacing_bytes(path) as file:
        _WRITERS[LAYOUTS[path.suffix]](file, rows, schema)


def schema_of(table: str, codebook: Codebook) -> pa.Schema:
    """Return the columns of a table and their types."""
    probas = [(stance, pa.float64()) for stance in codebook.stance_ids]
    if table == "copies":
        return pa.schema([("article_id", pa.string()), ("copy_of", pa.string()), *_strings(_TEXTS[1:])])
    if table == "frames":
        own = [("frame", pa.string()), ("proba", pa.float64()), ("present", pa.bool_())]
        return pa.schema([*_strings(_SHORT), *own, *_WHERE])
    if table == "stances":
        own = [("actor", pa.string()), ("stance", pa.string())]
        flat = [(f"proba_{stance}", pa.float64()) for stance in codebook.stance_ids]
        return pa.schema([*_strings(_SHORT), *own, *flat, ("n_mentions", pa.int32()), *_WHERE])
    about = [*_strings(_TEXTS), *_strings(("model", "codebook")), ("characters_read", pa.int32())]
    if table == "articles":
        return pa.schema([*about, *_strings(("frames", "stances"))])
    return pa.schema([*about, ("frames", pa.list_(_frame())), ("stances", pa.list_(_stance(probas)))])


def join_files(paths: Sequence[Path], out: Path) -> None:
    """Write the rows of several files of one table and one format to one, a file at a time.

    Raises:
        OSError: the disk is full or fails.
        InputError: the file cannot be written there.
    """
    with replacing_bytes(out) as file:
        if LAYOUTS[out.suffix] == "parquet":
            _join_parquet(paths, file)
            return
        for number, path in enumerate(paths):
            with path.open("rb") as part:
                if number and out.suffix == ".csv":
                    part.readline()  # the header stands once
                while piece := part.read(1 << 20):
                    file.write(piece)


def _strings(names: Iterable[str]) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.string()) for name in names]


def _frame() -> pa.DataType:
    own = [("id", pa.string()), ("proba", pa.float64()), ("present", pa.bool_())]
    return pa.struct([*own, ("evidence", pa.list_(_SPAN))])


def _stance(probas: Sequence[tuple[str, pa.DataType]]) -> pa.DataType:
    own = [("actor", pa.string()), ("stance", pa.string()), ("proba", pa.struct(probas))]
    return pa.struct([*own, ("mentions", pa.list_(pa.list_(pa.int32()))), ("evidence", pa.list_(_SPAN))])


def _write_parquet(file: IO[bytes], rows: Sequence[Row], schema: pa.Schema) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), file, compression="zstd")


def _write_jsonl(file: IO[bytes], rows: Sequence[Row], schema: pa.Schema) -> None:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _write_csv(file: IO[bytes], rows: Sequence[Row], schema: pa.Schema) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # the mark tells spreadsheets that it is UTF-8
    try:
        writer = csv.DictWriter(text, schema.names)
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    finally:
        text.detach()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


_WRITERS: Mapping[str, Callable[[IO[bytes], Sequence[Row], pa.Schema], None]] = {
    "parquet": _write_parquet,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
}


def _join_parquet(paths: Sequence[Path], file: IO[bytes]) -> None:
    with pq.ParquetWriter(file, pq.read_schema(paths[0]), compression="zstd") as writer:
        for path in paths:
            writer.write_table(pq.read_table(path))
