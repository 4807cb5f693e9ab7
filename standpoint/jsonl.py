"""JSON Lines: one record a line, errors that name file and line, files never half-written."""

import io
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
        value = _loaded(line, place)
        try:
            record = parse(value)
        except InputError as error:
            raise at(place, error) from None
        yield record


def write_jsonl(path: Path, records: Iterable[dict[str, Any]]) -> int:
    """Write records one a line, beside the target first and then renamed; return how many.

    Raises:
        InputError: the file cannot be written.
        RecordError: a record holds what JSON Lines cannot; the old file, if any, stays.
    """
    count = 0
    with replacing(path) as file:
        for record in records:
            count += 1
            try:
                file.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
            except ValueError as error:
                raise RecordError(f"{path}:{count}: cannot be written as JSON ({error}). Mend that record.") from None
    return count


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """Open a text file that takes the place of `path` only when it is complete and synced.

    Raises:
        InputError: the file cannot be written there.
    """
    with replacing_bytes(path) as binary:
        text = io.TextIOWrapper(binary, encoding="utf-8", newline="\n")
        try:
            yield text
        finally:
            text.detach()


@contextmanager
def replacing_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a binary file that takes the place of `path` only when it is complete and synced, its folder too.

    Raises:
        InputError: the file cannot be written there.
    """
    if path.is_dir():
        raise InputError(f"{path}: cannot be replaced (it is a folder). Choose another name.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}). Choose another folder.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        try:
            Path(name).chmod(0o666 & ~umask)
            Path(name).replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise InputError(f"{path}: cannot be replaced ({error.strerror}). Choose another name.") from error
    finally:
        Path(name).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to disk, where the system can do that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if line := _decoded(raw, f"{path}:{number}").rstrip():
                    yield number, line
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error


def _decoded(raw: bytes, place: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(
            f"{place}: byte {error.start} is not UTF-8. Convert the file, or read it with `standpoint import`."
        ) from None


def _loaded(line: str, place: str) -> Any:  # noqa: ANN401 - parsed JSON may be anything
    try:
        return json.loads(line, parse_constant=_refuse_constant)
    except InputError as error:
        raise at(place, error) from None
    except json.JSONDecodeError as error:
        raise RecordError(_broken_json(place, line, error)) from None
    except RecursionError:
        raise RecordError(f"{place}: this line is nested too deeply. One flat record a line is expected.") from None
    except ValueError:
        raise RecordError(f"{place}: holds a number of thousands of digits. Write it as a text.") from None


def _refuse_constant(name: str) -> float:
    raise RecordError(f"{name} is not a JSON number. Use null where a value is missing.")


def _broken_json(place: str, line: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(line) or error.msg.startswith("Unterminated string"):
        return (
            f"{place}: the line ends in the middle of a record (column {error.colno}). "
            "The file was cut off, or a record spans several lines: write one complete record a line."
        )
    return f"{place}: not valid JSON at column {error.colno}: {error.msg}. One complete record a line is expected."
