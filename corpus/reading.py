"""Reading: files, folders, patterns, URLs and standard input to articles and what was set aside."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

from corpus.content import Content
from corpus.encoding import decode, encoding_of
from corpus.formats import REJECTED_SUFFIX, begun_format, begun_text_format
from corpus.json_records import read_json, read_json_lines
from corpus.listing import read_listing
from corpus.outcome import Placed, Rejected
from corpus.page import read_page
from corpus.record import checked
from corpus.sources import Source, files_in, sources_in, without_secrets
from corpus.table import read_csv, read_parquet
from standpoint.article import Article
from standpoint.errors import InputError

__all__ = ["REJECTED_SUFFIX", "Reading", "files_in", "read_articles"]


def read_articles(path: Path) -> Iterator[Article | Rejected]:
    """Yield the articles of a file or folder and, among them, the records that were set aside.

    Raises:
        InputError: a file is missing, empty, unreadable as a whole or of an unknown format.
    """
    for outcome in Reading([path]):
        yield outcome if isinstance(outcome, Rejected) else outcome.article


class Reading:
    """Several inputs read one after the other, and which share of their bytes is read.

    An input is a file, a folder, a pattern, a URL that fsspec knows, or `-`. JSON Lines and tables are read record by
    record, so that memory does not grow with them; JSON lists, pages and listings are held one at a time. `format` is
    that of the file that was last read, None where it could not be read as a whole.
    """

    def __init__(self, inputs: Sequence[str | Path | Source]) -> None:
        """Find the files; none is read yet.

        Raises:
            InputError: one is missing, cannot be reached, is of an unknown format, or holds nothing to be read.
        """
        self.inputs = [one.name if isinstance(one, Source) else without_secrets(one) for one in inputs]
        self.format: str | None = None
        self._sources = sources_in(inputs)
        self._sizes = [source.size for source in self._sources]
        self._n_done = 0
        self._content: Content | None = None
        self._kept: dict[int, Content] = {}
        self._stack = ExitStack()

    @property
    def share(self) -> float | None:
        """Which share of all bytes is read, 0 to 1; None while the size of a file is not known."""
        sizes = [size for size in self._sizes if size is not None]
        if len(sizes) < len(self._sizes):
            return None
        n_read = sum(sizes[: self._n_done]) + (self._content.n_read if self._content else 0)
        return min(1.0, n_read / max(1, sum(sizes)))

    def __iter__(self) -> Iterator[Placed | Rejected]:
        """Read all of it from the start.

        Raises:
            InputError: a file that was named cannot be read; one of a folder or pattern is set aside.
        """
        for number, source in enumerate(self._sources):
            self._n_done, self._content = number, None
            try:
                yield from self._outcomes(number, source)
            except InputError as error:
                if source.is_named:
                    raise
                self.format = None
                yield Rejected(source.name, str(error).removeprefix(f"{source.name}: "))
        self._n_done, self._content = len(self._sources), None

    def _outcomes(self, number: int, source: Source) -> Iterator[Placed | Rejected]:
        with self._content_of(number, source) as content:
            self._sizes[number] = content.path.stat().st_size
            self.format = _format(source.format, content)
            outcomes = _outcomes(self.format, content)
            self._content = content
            yield from map(checked, outcomes)

    def _content_of(self, number: int, source: Source) -> AbstractContextManager[Content]:
        """Give a source's bytes; those that come only once are kept as long as this, to be read again."""
        if not source.is_once:
            return source.content()
        if number not in self._kept:
            self._kept[number] = self._stack.enter_context(source.content())
        return nullcontext(self._kept[number])


def _format(named: str | None, content: Content) -> str:
    """Return the format, told by how the file begins where its name does not tell it."""
    if named is None:
        return begun_format(content.head())
    return begun_text_format(content.head()) if named == "listing" else named


def _outcomes(format: str, content: Content) -> Iterator[Placed | Rejected]:
    place = content.place
    match format:
        case "JSON Lines":
            encoding = _encoding(content)
            with content.opened() as file:
                yield from read_json_lines(file, encoding, place=place)
        case "CSV" | "TSV":
            encoding = _encoding(content)
            with content.opened() as file:
                yield from read_csv(file, encoding, place=place)
        case "Parquet":
            with content.unpacked_path() as path:
                yield from read_parquet(path, place=place, reach=content.reach)
        case "JSON":
            yield from read_json(content.whole(), place=place)
        case "HTML page":
            yield read_page(content.whole(), place=place)
        case _:
            yield from read_listing(decode(content.whole(), place=place), place=place)


def _encoding(content: Content) -> str:
    with content.opened(counted=False) as file:
        return encoding_of(file, place=content.place)
