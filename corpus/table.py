"""Articles in tables: CSV, TSV and Parquet, one row an article."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow ships no types

from corpus.outcome import Placed, Rejected
from corpus.record import FIELD_NAMES, missing_body, outcome_of
from standpoint.errors import InputError

_ROWS_AT_ONCE = 1024


def read_csv(text: str, *, place: str) -> Iterator[Placed | Rejected]:
    """Yield one outcome a row, placed at the line where the row begins; the first row names the columns.

    Columns are parted by the comma, tab or semicolon that is most frequent in the first line.

    Raises:
        InputError: no column can hold the article's text, or two columns share a name.
    """
    rows = _rows(text)
    start, header = next(rows, (1, []))
    if isinstance(header, str):
        raise InputError(f"{place}:{start}: {header}")
    _check_columns(header, place)
    for line, row in rows:
        where = f"{place}:{line}"
        if isinstance(row, str):
            yield Rejected(where, row)
        elif len(row) != len(header):
            yield Rejected(where, f"{len(row)} cells in a table of {len(header)} columns. Put quotes around the text.")
        else:
            yield outcome_of(dict(zip(header, row, strict=True)), where)


def read_parquet(path: Path) -> Iterator[Placed | Rejected]:
    """Yield one outcome a row, reading one batch of rows at a time.

    Raises:
        InputError: the file is no Parquet, is damaged, or no column can hold the article's text.
    """
    try:
        for number, row in enumerate(_parquet_rows(path), start=1):
            yield outcome_of(row, f"{path}: row {number}")
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: cannot be read as Parquet ({error}). Write it again.") from error


def _rows(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each row that is not blank with the line it begins at; a row that cannot be read is a reason instead."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            with _cells_up_to(len(text)):
                row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"the row from here to line {reader.line_num} is broken: {error}. Check its quotes."
            continue
        if any(cell.strip() for cell in row):
            yield line, row


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").split("\n", 1)[0]
    return max(",\t;", key=header.count)


@contextmanager
def _cells_up_to(n_characters: int) -> Iterator[None]:
    """Let the csv module read cells of this length; its limit holds for the whole process and is put back."""
    limit = csv.field_size_limit(n_characters + 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _check_columns(columns: Sequence[str], place: str) -> None:
    problem = missing_body(columns)
    if problem is not None:
        raise InputError(f"{place}: {problem}")
    names = [name for column in columns if (name := column.strip().lower())]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{place}: several columns are called {', '.join(twice)}. Rename or remove all but one.")


def _parquet_rows(path: Path) -> Iterator[Mapping[str, object]]:
    with pq.ParquetFile(path) as file:
        columns = list(file.schema_arrow.names)
        _check_columns(columns, str(path))
        known = {name for names in FIELD_NAMES.values() for name in names}
        wanted = [column for column in columns if column.strip().lower() in known]
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=wanted):
            yield from batch.to_pylist()
