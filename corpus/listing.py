"""A search page's listing, as pasted: titles, each over a line with source and date, then the text."""

import re
from collections.abc import Iterator, Sequence

from corpus.dates import iso_date
from corpus.outcome import Placed, Rejected
from standpoint.article import make_article
from standpoint.errors import InputError, RecordError

_SOURCE_LINE = re.compile(
    r"[ \t]*(?P<source>\S.{0,99}?)\s*[·•・‧]\s*"
    r"(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]+\d{1,2}:\d\d(?::\d\d)?)?)\s*"
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_LONGEST_HEADER_LINE = 200


def read_listing(text: str, *, place: str) -> Iterator[Placed | Rejected]:
    r"""Yield the articles of a listing, each placed at its title's line.

    An article is a title line, a line `source· YYYY-MM-DD HH:MM` (the time may be missing), and all lines up to
    the next title. What stands above the first title is the page's own, unless it is as long as an article's text.
    The text is kept as it is, also where the page broke it, so that offsets hold.

    >>> text = "Search\nOre prices rise\nExample Wire· 2025-11-20 07:43\nPrices rose again.\n"
    >>> [(item.place, item.article.title, item.article.published) for item in read_listing(text, place="page.txt")]
    [('page.txt:2', 'Ore prices rise', '2025-11-20T07:43')]

    Raises:
        InputError: the text is empty, or has no line with a source and a date.
    """
    lines = _LINE.findall(text)
    source_lines = [number for number, line in enumerate(lines) if _SOURCE_LINE.fullmatch(line)]
    if not source_lines:
        raise InputError(f"{place}: {_why_not(text)}")
    title_lines = _title_lines(lines, source_lines)
    yield from _stray(lines[: title_lines[0]], place)
    ends = [*title_lines[1:], len(lines)]
    for title_line, source_line, end in zip(title_lines, source_lines, ends, strict=True):
        where = f"{place}:{title_line + 1}"
        title = "" if title_line == source_line else lines[title_line].strip()
        yield _outcome(title, lines[source_line], "".join(lines[source_line + 1 : end]), where)


def _why_not(text: str) -> str:
    if not text.strip():
        return "the file is empty. Paste the search page's text into it."
    return (
        "no line names a source and a date, so this is no search-page listing. Under each title such a line "
        "is expected: 'Example Wire· 2025-11-20 07:43'."
    )


def _title_lines(lines: Sequence[str], source_lines: Sequence[int]) -> list[int]:
    """Return for each source line the line of its title, or the source line itself where there is no title."""
    found = []
    reached = 0
    for source_line in source_lines:
        candidates = range(source_line - 1, reached - 1, -1)
        found.append(next((number for number in candidates if lines[number].strip()), source_line))
        reached = source_line + 1
    return found


def _stray(header: Sequence[str], place: str) -> Iterator[Rejected]:
    for number, line in enumerate(header, start=1):
        if len(line) > _LONGEST_HEADER_LINE:
            reason = "this text stands above the first title and belongs to no article. Add its title and source line."
            yield Rejected(f"{place}:{number}", reason)


def _outcome(title: str, source_line: str, body: str, place: str) -> Placed | Rejected:
    if not title:
        return Rejected(place, "no title line above the line with source and date. Add one.")
    if not body.strip():
        return Rejected(place, f"article '{title[:40]}' has no text under its source line. Add it or remove the title.")
    match = _SOURCE_LINE.fullmatch(source_line)
    source, published = match.group("source", "date") if match else ("", "")
    try:
        return Placed(
            place, make_article(title, body.strip(" \t\r\n"), source=source.strip(), published=iso_date(published))
        )
    except RecordError as error:
        return Rejected(place, str(error))
