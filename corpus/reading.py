"""Reading: files and folders of any known format to articles and what was set aside."""

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.encoding import decode
from corpus.json_records import read_json, read_json_lines
from corpus.listing import read_listing
from corpus.outcome import Placed, Rejected
from corpus.page import read_page
from corpus.record import checked
from corpus.table import read_csv, read_parquet
from standpoint.article import Article
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
REJECTED_SUFFIX = ".rejected.jsonl"

# How a .txt file begins that is none of the listings.
_BEGINNINGS = (
    (re.compile(rb'\s*\{\s*"'), "JSON Lines"),
    (re.compile(rb"\s*\[\s*\{"), "JSON"),
    (re.compile(rb"\s*<(?:!doctype|html)\b", re.IGNORECASE), "HTML page"),
)
_HEAD_BYTES = 4096


def read_articles(path: Path) -> Iterator[Article | Rejected]:
    """Yield the articles of a file or folder and, among them, the records that were set aside.

    Raises:
        InputError: a file is missing, empty, unreadable as a whole or of an unknown format.
    """
    for outcome in read_placed(path):
        yield outcome if isinstance(outcome, Rejected) else outcome.article


def read_placed(path: Path) -> Iterator[Placed | Rejected]:
    """Yield the articles of a file or folder with their places, and the records that were set aside.

    In a folder, a file that cannot be read is set aside as a whole.

    Raises:
        InputError: the path is missing, or names a file that is empty, unreadable or of an unknown format.
    """
    for file in files_in(path):
        try:
            yield from map(checked, _outcomes(file))
        except InputError as error:
            if file == path:
                raise
            yield unreadable(file, error)


def unreadable(file: Path, error: InputError) -> Rejected:
    """Return a file of a folder that could not be read as something set aside."""
    return Rejected(str(file), str(error).removeprefix(f"{file}: "))


def files_in(path: Path) -> list[Path]:
    """Return the file itself, or all files of a known format in a folder and below, in the order of their names.

    Hidden files and lists of rejected records are passed over.

    Raises:
        InputError: the path does not exist, or the folder holds no such file.
    """
    if not path.is_dir():
        if not path.exists():
            raise InputError(f"{path}: there is no such file or folder. Check the path.")
        return [path]
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and _is_readable(file.relative_to(path))]
    if not files:
        raise InputError(f"{path}: no file of a known format in this folder ({', '.join(FORMATS)}). Check the path.")
    return files


def format_of(path: Path) -> str:
    """Return the name of the file's format, by its suffix; for `.txt` by how it begins.

    Raises:
        InputError: the format is not known, or the file cannot be opened.
    """
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        raise InputError(
            f"{path}: format '{path.suffix}' is not known. Readable are {', '.join(FORMATS)}; save it as one of these."
        )
    if name != "listing":
        return name
    head = _head(path).removeprefix(codecs.BOM_UTF8)
    return next((other for beginning, other in _BEGINNINGS if beginning.match(head)), name)


def _is_readable(path: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in FORMATS and not is_hidden and not path.name.endswith(REJECTED_SUFFIX)


def _outcomes(path: Path) -> Iterator[Placed | Rejected]:
    name, place = format_of(path), str(path)
    if name == "Parquet":
        yield from read_parquet(path)
        return
    raw = _content(path)
    match name:
        case "JSON Lines":
            yield from read_json_lines(raw, place=place)
        case "JSON":
            yield from read_json(raw, place=place)
        case "CSV" | "TSV":
            yield from read_csv(decode(raw, place=place), place=place)
        case "HTML page":
            yield read_page(raw, place=place)
        case _:
            yield from read_listing(decode(raw, place=place), place=place)


def _content(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the path and its permissions.") from error
    if not raw.strip():
        raise InputError(f"{path}: the file is empty. Remove it or write it again.")
    return raw


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the path and its permissions.") from error


class Reading:
    """Several inputs read one after the other, and which share of their bytes is read."""

    def __init__(self, inputs: Sequence[str | Path]) -> None:
        """Find the files.

        Raises:
            InputError: one is missing, or a folder holds no file of a known format.
        """
        self.inputs = [str(path) for path in inputs]
        self._files = [(Path(path), file) for path in inputs for file in files_in(Path(path))]
        self._sizes = [file.stat().st_size for _, file in self._files]
        self._n_done = 0

    @property
    def n_files(self) -> int:
        """How many files there are."""
        return len(self._files)

    @property
    def share(self) -> float | None:
        """Which share of all bytes is read, 0 to 1."""
        return sum(self._sizes[: self._n_done]) / max(1, sum(self._sizes))

    def __iter__(self) -> Iterator[Placed | Rejected]:
        """Read all of it from the start.

        Raises:
            InputError: a file that was named cannot be read; one of a folder is set aside.
        """
        for number, (named, file) in enumerate(self._files):
            self._n_done = number
            try:
                yield from map(checked, _outcomes(file))
            except InputError as error:
                if file == named:
                    raise
                yield unreadable(file, error)
        self._n_done = len(self._files)
