"""Articles in tables: CSV, TSV and Parquet, one row an article."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # pyarrow ships no types

from corpus.encoding import utf8_lines
from corpus.outcome import Placed, Rejected
from corpus.record import FIELD_NAMES, missing_body, outcome_of
from standpoint.errors import InputError

LONGEST_ROW = 32 * 2**20
"""Characters of a row that are held. A quote that is never closed swallows this much, and no more."""

_NO_LIMIT = 2**31 - 1
# What stands for bytes that are not of the file's encoding.
_ESCAPED = re.compile("[\udc80-\udcff]")
_ROWS_AT_ONCE = 256
_BATCH_BYTES = 8 << 20
_BUFFER_BYTES = 1 << 20
# What pyarrow raises of values that Python cannot hold: bytes that are no text, days after the year 9999.
_BAD_VALUES = (ValueError, OverflowError, ArithmeticError, pa.ArrowException)


def read_csv(file: IO[bytes], encoding: str, *, place: str, longest: int = LONGEST_ROW) -> Iterator[Placed | Rejected]:
    """Yield one outcome a row, placed at the line where the row begins; the first row names the columns.

    Columns are parted by the comma, tab or semicolon that is most frequent in the first line. A row of more than
    `longest` characters is set aside, as where a quote is never closed, and reading goes on after them.

    Raises:
        InputError: no column can hold the article's text, two columns share a name, or the file is damaged UTF-16.
    """
    text = _as_text(file, encoding, place)
    try:
        yield from _table_outcomes(_rows(_RowLines(text, longest)), encoding, place)
    finally:
        text.detach()  # the file stays the caller's to close


def read_parquet(
    path: Path, *, place: str, reach: Callable[[float], None] = lambda share: None
) -> Iterator[Placed | Rejected]:
    """Yield one outcome a row, reading few rows at a time; tell `reach` which share of the rows is read, 0 to 1.

    Raises:
        InputError: the file is no Parquet, is damaged, or no column can hold the article's text.
    """
    try:
        with pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            for number, row in enumerate(_parquet_rows(file, place), start=1):
                where = f"{place}: row {number}"
                yield Rejected(where, row) if isinstance(row, str) else outcome_of(row, where)
                if number % _ROWS_AT_ONCE == 0:
                    reach(number / file.metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{place}: cannot be read as Parquet ({error}). Write it again.") from error


def _table_outcomes(
    rows: Iterator[tuple[int, list[str] | str]], encoding: str, place: str
) -> Iterator[Placed | Rejected]:
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
            yield _row_outcome(row, header, where, encoding)


class _RowLines:
    """The lines of a table, of which no more are given for one row than it may have characters."""

    def __init__(self, file: io.TextIOWrapper, longest: int) -> None:
        self._file, self._longest = file, longest
        self._looked_at: list[str] = []
        self._n_characters = 0
        self.n_lines = 0

    def first_filled(self) -> str:
        """Look at the first line that is not blank."""
        line = "\n"
        while line and not line.strip("\r\n"):
            line = self._file.readline(self._longest)
            self._looked_at.append(line)
        return line

    def begin_row(self) -> None:
        self._n_characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._looked_at.pop(0) if self._looked_at else self._file.readline(self._longest + 1)
        if not line:
            raise StopIteration
        self.n_lines += 1
        self._n_characters += len(line)
        if self._n_characters > self._longest:
            while line and not line.endswith(("\n", "\r")):
                line = self._file.readline(self._longest)
            raise csv.Error(f"it has more than {self._longest:,} characters")
        return line


def _as_text(file: IO[bytes], encoding: str, place: str) -> io.TextIOWrapper:
    """Return the file as text, in which bytes that are not of its encoding are single surrogates."""
    recoded = utf8_lines(file, encoding, place=place)
    return io.TextIOWrapper(recoded, encoding if recoded is file else "utf-8", errors="surrogateescape", newline="")


def _rows(lines: _RowLines) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each row that is not blank with the line it begins at; a row that cannot be read is a reason instead."""
    reader = csv.reader(lines, delimiter=max(",\t;", key=lines.first_filled().count), strict=True)
    while True:
        line = lines.n_lines + 1
        lines.begin_row()
        try:
            with _long_cells():
                row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, f"the row from here to line {lines.n_lines} is broken: {error}. Check its quotes."
            continue
        if any(cell.strip() for cell in row):
            yield line, row


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let the csv module read cells of any length; its limit holds for the whole process and is put back."""
    limit = csv.field_size_limit(_NO_LIMIT)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _row_outcome(row: Sequence[str], header: Sequence[str], place: str, encoding: str) -> Placed | Rejected:
    outcome = outcome_of(dict(zip(header, row, strict=True)), place)
    if isinstance(outcome, Rejected) and any(_ESCAPED.search(cell) for cell in row):
        return Rejected(place, f"this row holds bytes that are not {encoding}. Save the file as UTF-8.")
    return outcome


def _check_columns(columns: Sequence[str], place: str) -> None:
    problem = missing_body(columns)
    if problem is not None:
        raise InputError(f"{place}: {problem}")
    names = [name for column in columns if (name := column.strip().lower())]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{place}: several columns are called {', '.join(twice)}. Rename or remove all but one.")


def _parquet_rows(file: pq.ParquetFile, place: str) -> Iterator[Mapping[str, object] | str]:
    """Yield each row, or why it cannot be read."""
    columns = list(file.schema_arrow.names)
    _check_columns(columns, place)
    known = {name for names in FIELD_NAMES.values() for name in names}
    wanted = [column for column in columns if column.strip().lower() in known]
    for group in range(file.metadata.num_row_groups):
        size = _rows_at_once(file.metadata.row_group(group))
        for batch in file.iter_batches(batch_size=size, row_groups=[group], columns=wanted):
            yield from _batch_rows(batch)


def _rows_at_once(group: pq.RowGroupMetaData) -> int:
    """Return how many rows of a group hold about as much as a buffer does."""
    n_rows, n_bytes = int(group.num_rows), int(group.total_byte_size)
    return max(1, min(_ROWS_AT_ONCE, _BATCH_BYTES * n_rows // max(1, n_bytes)))


def _batch_rows(batch: pa.RecordBatch) -> Iterator[Mapping[str, object] | str]:
    try:
        yield from batch.to_pylist()
    except _BAD_VALUES:  # one value in it: the rows are read one by one
        yield from (_single_row(batch.slice(number, 1)) for number in range(batch.num_rows))


def _single_row(row: pa.RecordBatch) -> Mapping[str, object] | str:
    values = {}
    for name, column in zip(row.schema.names, row.columns, strict=True):
        try:
            [values[name]] = column.to_pylist()
        except _BAD_VALUES as error:
            return f"the value of '{name}' cannot be read ({error}). Correct it or leave it out."
    return values
