"""standpoint codebook: check a codebook, and show it as a page to read."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Column, Table
from rich.text import Text

from standpoint.codebook import Actor, Codebook, Example, Frame, Rules, StanceLabel, Words
from standpoint.codebook_check import Finding, check_codebook
from standpoint.codebook_file import load_codebook
from standpoint.errors import RecordError, unknown

codebook_app = typer.Typer(help="Check a codebook, or show it as a page to read.", no_args_is_help=True)

Language = Literal["en", "zh"]
Entry = TypeVar("Entry", Frame, Actor)

_CodebookPath = Annotated[Path, typer.Argument(help="The codebook, a TOML file.", show_default=False)]
_SEVERITY_STYLES = {"error": "bold red", "warning": "yellow"}
_LABELS = {
    "stances": Words("Stances", "立场"),
    "frames": Words("Frames", "框架"),
    "actors": Words("Actors", "行为体"),
    "include": Words("Mark it for", "标注"),
    "exclude": Words("Do not mark it for", "不标注"),
    "positive": Words("positive", "正例"),
    "negative": Words("negative", "反例"),
    "borderline, present": Words("borderline: yes", "边界：标"),
    "borderline, absent": Words("borderline: no", "边界：不标"),
    "aliases": Words("Aliases: ", "别名："),
}


@codebook_app.command()
def check(
    path: _CodebookPath,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings count as errors.")] = False,
) -> None:
    """List what annotators would miss in a codebook, and the aliases that would mislead.

    Example: standpoint codebook check codebooks/rare-earths.toml --strict

    Exit code: 0 no errors, 1 errors (with --strict also warnings), 2 the codebook cannot be read.
    """
    codebook = load_codebook(path)
    findings = check_codebook(codebook)
    console = Console()
    if findings:
        console.print(_findings_table(findings))
    console.print(Text(f"{codebook.reference}: {_verdict(findings)}"))
    console.print(Text(_counts(codebook)))
    if any(strict or finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


@codebook_app.command()
def show(
    path: _CodebookPath,
    language: Annotated[Language, typer.Option("--language", help="Language of the page.")] = "en",
    frame: Annotated[str | None, typer.Option("--frame", metavar="ID", help="Show only this frame.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="ID", help="Show only this actor.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, in both languages.")] = False,
) -> None:
    """Show a codebook as annotators read it, in one language.

    Example: standpoint codebook show codebooks/rare-earths.toml --language zh --frame us_failure

    Exit code: 0, or 2 where the codebook cannot be read or has no such frame or actor.
    """
    codebook = load_codebook(path)
    is_whole = frame is None and actor is None
    chosen = codebook if is_whole else _chosen(codebook, frame, actor)
    if as_json:
        typer.echo(json.dumps(chosen.to_json(), ensure_ascii=False, indent=2))
        return
    console = Console()
    console.print(_title(codebook, language))
    for part in (*(_guidance(codebook, language) if is_whole else ()), *_entries(chosen, language)):
        console.print(part)


def _findings_table(findings: Sequence[Finding]) -> Table:
    table = Table("severity", "where", box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("what is wrong and what to do", overflow="fold")
    for finding in findings:
        severity = Text(finding.severity, style=_SEVERITY_STYLES[finding.severity])
        table.add_row(severity, Text(finding.place), Text(finding.message))
    return table


def _verdict(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    if not findings:
        return "all is well"
    return f"{_number(counts['error'], 'error')}, {_number(counts['warning'], 'warning')}"


def _counts(codebook: Codebook) -> str:
    n_aliases = sum(len(actor.aliases) for actor in codebook.actors)
    languages = Counter(example.language for frame in codebook.frames for example in frame.examples)
    examples = ", ".join(f"{count} {language}" for language, count in sorted(languages.items())) or "none"
    entries = (
        _number(len(codebook.frames), "frame"),
        _number(len(codebook.actors), "actor"),
        _number(n_aliases, "alias", "aliases"),
    )
    return f"{', '.join(entries)}; examples: {examples}"


def _number(count: int, singular: str, plural: str | None = None) -> str:
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def _chosen(codebook: Codebook, frame: str | None, actor: str | None) -> Codebook:
    """Return the codebook with no other frame and actor than those named.

    Raises:
        RecordError: the codebook has no such frame or actor.
    """
    owner = f"codebook '{codebook.id}'"
    frames = _named("frame", frame, codebook.frames, owner)
    return replace(codebook, frames=frames, actors=_named("actor", actor, codebook.actors, owner))


def _named(kind: str, id: str | None, entries: Iterable[Entry], owner: str) -> tuple[Entry, ...]:
    by_id = {entry.id: entry for entry in entries}
    if id is None:
        return ()
    if id not in by_id:
        raise RecordError(unknown(kind, id, by_id, owner))
    return (by_id[id],)


def _title(codebook: Codebook, language: Language) -> Text:
    return Text.assemble((codebook.name.in_language(language), "bold"), f"  {codebook.reference}")


def _guidance(codebook: Codebook, language: Language) -> Iterator[RenderableType]:
    yield from _paragraph(codebook.description.in_language(language))
    if codebook.actors:
        yield _heading("stances", language)
        yield from _paragraph(codebook.stance_description.in_language(language))
        for stance in codebook.stances:
            yield from _name_and_definition(stance, language)


def _entries(codebook: Codebook, language: Language) -> Iterator[RenderableType]:
    if codebook.frames:
        yield _heading("frames", language)
    for frame in codebook.frames:
        yield from _frame_page(frame, language)
    if codebook.actors:
        yield _heading("actors", language)
    for actor in codebook.actors:
        yield from _name_and_definition(actor, language)
        yield from _aliases(actor, language)


def _heading(label: str, language: Language) -> Padding:
    return Padding(Rule(_label(label, language), align="left", style="dim"), (1, 0, 0, 0))


def _label(label: str, language: Language) -> str:
    return _LABELS[label].in_language(language)


def _paragraph(text: str) -> Iterator[RenderableType]:
    """Yield a blank line and the text; its lines that open with a dash get a hanging indent."""
    if text:
        yield ""
    for is_list, lines in groupby(text.splitlines(), key=lambda line: line.startswith("- ")):
        block = list(lines)
        yield _bullets(line.removeprefix("- ") for line in block) if is_list else Text("\n".join(block))


def _bullets(texts: Iterable[str]) -> Table:
    grid = Table.grid("", Column(overflow="fold"), padding=(0, 1))
    for text in texts:
        grid.add_row("-", Text(text))
    return grid


def _name_and_definition(entry: Frame | Actor | StanceLabel, language: Language) -> Iterator[RenderableType]:
    title = Text.assemble((entry.name.in_language(language), "bold"), (f"  {entry.id}", "cyan"))
    yield Padding(title, (1, 0, 0, 0))
    if definition := entry.definition.in_language(language):
        yield _indented(definition)


def _indented(text: str) -> Padding:
    return Padding(Text(text), (0, 0, 0, 2))


def _frame_page(frame: Frame, language: Language) -> Iterator[RenderableType]:
    yield from _name_and_definition(frame, language)
    yield from _rules("include", frame.include, language)
    yield from _rules("exclude", frame.exclude, language)
    examples = [example for example in frame.examples if example.language == language]
    if examples:
        yield Padding(_examples_table(examples, language), (1, 0, 0, 2))


def _rules(label: str, rules: Rules, language: Language) -> Iterator[RenderableType]:
    texts = rules.zh if language == "zh" else rules.en
    if texts:
        yield Padding(Text(_label(label, language), style="italic"), (1, 0, 0, 2))
        yield Padding(_bullets(texts), (0, 0, 0, 2))


def _examples_table(examples: Iterable[Example], language: Language) -> Table:
    grid = Table.grid(Column(no_wrap=True), Column(overflow="fold"), padding=(0, 2, 0, 0))
    for example in examples:
        grid.add_row(_kind(example, language), Text(example.text))
        if example.note:
            grid.add_row("", Text(f"→ {example.note}", style="dim"))
    return grid


def _kind(example: Example, language: Language) -> Text:
    if example.kind != "borderline":
        return Text(_label(example.kind, language), style="green" if example.present else "red")
    return Text(_label(f"borderline, {'present' if example.present else 'absent'}", language), style="yellow")


def _aliases(actor: Actor, language: Language) -> Iterator[RenderableType]:
    names = ", ".join(alias.text for alias in actor.aliases)
    yield _indented(f"{_label('aliases', language)}{names}")
