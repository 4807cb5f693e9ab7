"""standpoint import: articles of any readable format into one file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.rejected_file import keep_rejected, rejected_path
from cli.visible import visible
from corpus.merging import merge
from corpus.outcome import Placed, Rejected
from corpus.reading import Reading
from corpus.sources import Source, sources_in
from corpus.stories import group_stories
from standpoint.article import Article, article_from_json
from standpoint.errors import RecordError
from standpoint.jsonl import read_jsonl, write_jsonl

_SHOWN_REASONS = 20
_FORMATS = "JSON Lines, JSON, CSV, TSV, Parquet, HTML pages and search-page listings (.txt)"


@dataclass(frozen=True, slots=True)
class _FileReport:
    """What one input file gave; `format` is None where the file could not be read at all."""

    name: str
    format: str | None
    articles: list[Placed]
    rejected: list[Rejected]


def import_articles(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help=f"Files, folders, patterns, URLs, or - for standard input: {_FORMATS}.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="JSON Lines file to write; articles in it are kept.")],
    stories: Annotated[
        bool, typer.Option("--stories/--no-stories", help="Group near-copies into stories, or keep those given.")
    ] = True,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first record that is no article.")] = False,
) -> None:
    """Read articles into one JSON Lines file; doing it twice changes nothing.

    Example: standpoint import search-page.txt press/ wires.csv --out articles.jsonl

    What cannot be read is set aside, listed with its reason, and kept in NAME.rejected.jsonl beside the output.
    Exit code: 0 all was read, 1 something was set aside, 2 nothing was read.
    """
    reports = [_report(source, strict=strict) for source in sources_in(inputs)]
    existing = _existing(out)
    readings = [placed for report in reports for placed in report.articles]
    articles, conflicts = merge(existing, readings)
    if strict and conflicts:
        raise _as_error(conflicts[0])
    articles = group_stories(articles) if stories else articles
    rejected = [item for report in reports for item in report.rejected] + conflicts
    _write(out, articles, rejected, has_readings=bool(readings))
    console = Console()
    console.print(_table(reports))
    console.print(_summary(out, articles, len(articles) - len(existing)), markup=False, highlight=False, soft_wrap=True)
    _print_reasons(console, rejected, rejected_path(out))
    if not readings:
        raise typer.Exit(2)
    if rejected:
        raise typer.Exit(1)


def _report(source: Source, *, strict: bool) -> _FileReport:
    """Read a file; one that was not named and cannot be read is reported and not raised."""
    articles: list[Placed] = []
    rejected: list[Rejected] = []
    reading = Reading([source])
    for outcome in reading:
        if isinstance(outcome, Placed):
            articles.append(outcome)
        elif strict:
            raise _as_error(outcome)
        else:
            rejected.append(outcome)
    return _FileReport(source.name, reading.format, articles, rejected)


def _as_error(rejected: Rejected) -> RecordError:
    return RecordError(f"{rejected.place}: {rejected.reason}")


def _existing(out: Path) -> list[Placed]:
    if not out.exists():
        return []
    return [Placed(f"{out}:{number}", item) for number, item in enumerate(read_jsonl(out, article_from_json), start=1)]


def _write(out: Path, articles: Sequence[Article], rejected: Sequence[Rejected], *, has_readings: bool) -> None:
    """Write the articles, if any was read, and what was set aside; a list of an earlier import is replaced."""
    if has_readings:
        write_jsonl(out, (article.to_json() for article in articles))
    keep_rejected(rejected, out)


def _table(reports: Sequence[_FileReport]) -> Table:
    table = Table("file", "format")
    table.add_column("articles", justify="right")
    table.add_column("set aside", justify="right")
    for report in reports:
        counts = str(len(report.articles)), str(len(report.rejected))
        table.add_row(Text(visible(report.name)), report.format or "not readable", *counts)
    return table


def _summary(out: Path, articles: Sequence[Article], n_new: int) -> str:
    languages = Counter(article.language for article in articles)
    stories = {article.story for article in articles if article.story is not None}
    by_language = ", ".join(f"{count} {language}" for language, count in languages.most_common()) or "none"
    return f"{out}: {len(articles)} articles ({n_new} new), {len(stories)} stories; languages: {by_language}"


def _print_reasons(console: Console, rejected: Sequence[Rejected], path: Path) -> None:
    if not rejected:
        return
    lines = [f"{len(rejected)} set aside, kept in {path}:"]
    lines += [f"  {item.place}: {item.reason}" for item in rejected[:_SHOWN_REASONS]]
    if len(rejected) > _SHOWN_REASONS:
        lines.append(f"  and {len(rejected) - _SHOWN_REASONS} more in that file")
    console.print(Text(visible("\n".join(lines))), soft_wrap=True)
