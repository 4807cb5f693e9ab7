"""JSON Lines: one record a line, errors that name file and line, files never half-written."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

from standpoint.errors import InputError, RecordError, at

Record = TypeVar("Record")


def read_jsonl(path: Path, parse: Callable[[Any], Record]) -> Iterator[Record]:
    """Yield the records of a file, one a line; blank lines are passed over.

    Raises:
        InputError: the file cannot be read, or a line is not a valid record; the message starts with `file:line`.
    """
    for number, line in _lines(path):
        place = f"{path}:{number}"
        try:
            yield parse(json.loads(line, parse_constant=_refuse_constant))
        except json.JSONDecodeError as error:
            raise RecordError(_broken_json(place, line, error)) from None
        except RecursionError:
            raise RecordError(f"{place}: this line is nested too deeply. One flat record a line is expected.") from None
        except InputError as error:
            raise at(place, error) from None


def write_jsonl(path: Path, records: Iterable[dict[str, Any]]) -> int:
    """Write records one a line, beside the target first and then renamed; return how many."""
    count = 0
    with replacing(path) as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """Open a text file that takes the place of `path` only when it is complete and synced.

    Raises:
        InputError: the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}). Choose another folder.") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.strip():
                    yield number, _decoded(raw, f"{path}:{number}")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error


def _decoded(raw: bytes, place: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(
            f"{place}: byte {error.start} is not UTF-8. Convert the file, or read it with `standpoint import`."
        ) from None


def _refuse_constant(name: str) -> float:
    raise RecordError(f"{name} is not a JSON number. Use null where a value is missing.")


def _broken_json(place: str, line: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(line.rstrip()) - 1 or error.msg.startswith("Unterminated string"):
        return (
            f"{place}: the line ends in the middle of a record (column {error.colno}). "
            "The file was probably cut off; write it again."
        )
    return f"{place}: not valid JSON at column {error.colno}: {error.msg}. One complete record a line is expected."
