"""The agreement report on the terminal: tables of figures with their intervals, and what to bear in mind."""

from collections.abc import Iterator, Sequence
from math import isnan

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.visible import visible_line
from measurement.intervals import Estimate
from report.agreement import AgreementRow
from report.agreement_report import AgreementReport
from report.agreement_words import NO_PULL, PULL_NAMES, cautions_in, marks, remarks, row_names
from report.suggestion_pull import Contrast, SuggestionPull
from standpoint.codebook import Codebook, Words

Names = dict[str, Words]


def print_agreement(console: Console, report: AgreementReport, codebook: Codebook) -> None:
    """Print every table that has rows, then the remarks and what the marks of the rows mean."""
    overall = report.overall
    _say(
        console,
        f"{overall.n_articles:,} articles of {overall.n_stories:,} stories answered by two or more of "
        f"{overall.n_annotators} annotators under {report.codebook}; 95 % intervals over stories",
    )
    for table in _tables(report, row_names(codebook)):
        if table.row_count:
            console.print(table)
    for remark in _remarks(report):
        _say(console, remark)


def _tables(report: AgreementReport, names: Names) -> Iterator[Table]:
    overall = report.overall
    yield _agreement_table("Frames", "present", [*overall.frames, overall.frame_set], names)
    yield _agreement_table("Whether an actor is given a stance", "given", overall.given, names)
    yield _agreement_table("Which stance, where two or more gave one", "usual", overall.which, names)
    yield from _language_tables(report, names)
    yield _annotator_table(report)
    yield _ceiling_table(report)
    if report.pull is not None:
        yield from _pull_tables(report.pull, names)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False
    )
    table.add_column("", overflow="fold")
    for heading in columns:
        table.add_column(heading, justify="right", min_width=17 if "[" in heading else None, overflow="fold")
    return table


def _agreement_table(title: str, share: str, rows: Sequence[AgreementRow], names: Names) -> Table:
    columns = ("alpha [95 %]", "same\nanswer", share, "n", "more\narticles", "note")
    table = _table(title, columns)
    for row in rows:
        of_kind = row.usual if share == "usual" else row.prevalence
        more = "–" if row.more_articles is None else f"{row.more_articles:,}"
        cells = (_brief(row.alpha), _number(row.raw), _number(of_kind), f"{row.n_items:,}", more, _marks(row))
        table.add_row(_name(names[row.label]), *cells)
    return table


def _language_tables(report: AgreementReport, names: Names) -> Iterator[Table]:
    parts = (
        ("Frames", lambda found: (*found.frames, found.frame_set)),
        ("Whether an actor is given a stance", lambda found: found.given),
        ("Which stance", lambda found: found.which),
    )
    headings = [f"{language}\n{found.n_articles:,} articles" for language, found in report.by_language.items()]
    for title, rows_of in parts:
        table = _table(f"{title} by language, alpha [95 %]", headings)
        by_label = [{row.label: row for row in rows_of(found)} for found in report.by_language.values()]
        for row in rows_of(report.overall) if by_label else ():
            table.add_row(_name(names[row.label]), *(_with_marks(rows.get(row.label)) for rows in by_label))
        yield table


def _annotator_table(report: AgreementReport) -> Table:
    columns = (
        *("articles", "skipped", "unusable", "seconds"),
        *("frames\neach", "shared", "alpha with\nothers", "blind"),
    )
    table = _table("Annotators", columns)
    for item in report.annotators:
        cells = (f"{item.n_articles:,}", f"{item.n_skipped:,}", f"{item.n_unusable:,}", _number(item.seconds[1], 0))
        figures = (_number(item.mean_frames), f"{item.n_shared:,}", _number(item.alpha), _number(item.share_blind))
        table.add_row(Text(visible_line(item.annotator)), *cells, *figures)
    return table


def _ceiling_table(report: AgreementReport) -> Table:
    columns = ("frames,\nmacro-F1 [95 %]", "articles", "stance,\nmacro-F1 [95 %]", "stances")
    table = _table("The human ceiling: each annotator scored against the majority of the others", columns)
    for item in report.ceiling:
        name = "all annotators" if item.annotator is None else visible_line(item.annotator)
        frames, stances = (_brief(estimate) for estimate in (item.frames, item.stances))
        table.add_row(Text(name), frames, f"{item.n_articles:,}", stances, f"{item.n_stances:,}")
    return table


def _pull_tables(pull: SuggestionPull, names: Names) -> Iterator[Table]:
    columns = ("suggested", "blind", "difference [95 %]")
    counts = f"{pull.n_suggested:,} answers with suggestions, {pull.n_blind:,} blind"
    table = _table(f"The pull of suggestions: share of each frame, {counts}", columns)
    for item in pull.frames:
        table.add_row(_name(names[item.name]), *_contrasted(item))
    if pull.frames:
        table.add_row("mean size of the differences", "", "", _number(pull.mean_absolute))
        table.add_row("  by chance alone, below this 95 of 100 times", "", "", _number(pull.by_chance))
    yield table
    table = _table("The pull of suggestions: beyond shares", columns)
    for contrast in (pull.agreement, pull.seconds, *pull.model):
        if contrast is not None:
            table.add_row(
                _name(PULL_NAMES[contrast.name]), *_contrasted(contrast, 1 if contrast is pull.seconds else 2)
            )
    yield table


def _contrasted(item: Contrast, digits: int = 2) -> tuple[str, str, str]:
    return _number(item.suggested, digits), _number(item.blind, digits), _brief(item.difference, digits, sign="+")


def _remarks(report: AgreementReport) -> Iterator[str]:
    for mark, meaning in cautions_in(report):
        yield f"{mark}: {meaning.en}"
    yield (
        f"• more articles: doubly coded ones needed for an interval of ±{report.half_width:g}; an estimate, as if "
        "width shrank with the square root of their number"
    )
    if report.pull is not None and not report.pull.model:
        yield "• the pull toward the model's answers needs --predictions for these articles"
    if report.no_pull:
        yield f"• the pull of suggestions is not shown: {NO_PULL[report.no_pull].en}"
    for remark in remarks(report):
        yield f"• {remark.en}"


def _with_marks(row: AgreementRow | None) -> str:
    """Return alpha and its marks, in as much room as the most marks take, so that figures stand in a column."""
    return "–" + " " * 5 if row is None else f"{_brief(row.alpha)} {_marks(row):4}"


def _marks(row: AgreementRow) -> str:
    return marks(row).replace(", ", "")


def _brief(estimate: Estimate | None, digits: int = 2, *, sign: str = "") -> str:
    if estimate is None or isnan(estimate.value):
        return "–"
    value, low, high = (_number(end, digits, sign=sign) for end in (estimate.value, estimate.low, estimate.high))
    return f"{value} [{low}, {high}]"


def _number(value: float, digits: int = 2, *, sign: str = "") -> str:
    return "–" if isnan(value) else f"{value:{sign}z.{digits}f}"


def _name(words: Words) -> Text:
    return Text(visible_line(words.en))


def _say(console: Console, text: str) -> None:
    console.print(visible_line(text), markup=False, highlight=False)
