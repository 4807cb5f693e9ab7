"""standpoint label push: articles and suggestions to the project, each once, however often it is run."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.studio_options import CodebookOption, ProjectOption, UrlOption, open_studio
from cli.studio_output import print_counts, warn
from labeling.blind import DEFAULT_BLIND_SHARE
from labeling.pushing import PushOptions, PushReport, push
from labeling.studio_client import Studio
from labeling.studio_project import check_in_force, project_of
from labeling.suggestions import SuggestionReport, push_suggestions
from labeling.work_item import work_item_from_json
from standpoint.codebook import Codebook
from standpoint.codebook_file import load_codebook
from standpoint.jsonl import read_jsonl
from standpoint.prediction import prediction_from_json


def push_articles(
    file: Annotated[Path, typer.Argument(help="Articles or a sample, JSON Lines.", show_default=False)],
    codebook: CodebookOption,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="Suggestions, as `standpoint score --out` writes them.")
    ] = None,
    blind_share: Annotated[
        float, typer.Option("--blind-share", min=0, max=1, help="Share of articles shown without suggestions.")
    ] = DEFAULT_BLIND_SHARE,
    replace_text: Annotated[
        bool, typer.Option("--replace-text", help="Replace changed texts that nobody has answered.")
    ] = False,
    project: ProjectOption = None,
    url: UrlOption = None,
) -> None:
    """Send articles to the project, one task each, and a model's suggestions with them.

    Example: standpoint label push sample.jsonl --codebook codebooks/rare-earths.toml --predictions predictions.jsonl

    Pushing again changes only what differs; after an interruption it goes on where it stopped.
    A changed text is reported, never put under answers. The token is read from LABEL_STUDIO_API_KEY.

    Exit code: 0 all is there, 1 something was set aside, 2 an error.
    """
    console, loaded = Console(), load_codebook(codebook)
    n_articles = _counted(read_jsonl(file, work_item_from_json))
    n_predictions = 0 if predictions is None else _counted(read_jsonl(predictions, prediction_from_json))
    options = PushOptions(blind_share=blind_share, replace_text=replace_text)
    with closing(open_studio(url)) as studio:
        target = _Target(studio, loaded, project)
        is_clean = tell_articles(console, _pushed(console, target, file, n_articles, options))
        if predictions is not None:
            is_clean &= tell_suggestions(console, _suggested(console, target, predictions, n_predictions))
    if not is_clean:
        raise typer.Exit(1)


class _Target:
    """The project that everything goes to, with the codebook that is in force there."""

    def __init__(self, studio: Studio, codebook: Codebook, name: str | None) -> None:
        project = project_of(studio, codebook, name)
        check_in_force(project, codebook)
        self.studio, self.codebook, self.project_id = studio, codebook, int(project["id"])


def _counted(records: Iterator[object]) -> int:
    """Read records to the end, so that a bad one is told before anything is sent, and return how many there are."""
    return sum(1 for _ in records)


def _pushed(console: Console, target: _Target, file: Path, n_articles: int, options: PushOptions) -> PushReport:
    with _bar(console, "articles", n_articles) as advance:
        items = read_jsonl(file, work_item_from_json)
        return push(target.studio, target.project_id, items, target.codebook, options=options, progress=advance)


def _suggested(console: Console, target: _Target, file: Path, n_predictions: int) -> SuggestionReport:
    with _bar(console, "suggestions", n_predictions) as advance:
        predictions = read_jsonl(file, prediction_from_json)
        return push_suggestions(target.studio, target.project_id, predictions, target.codebook, progress=advance)


@contextmanager
def _bar(console: Console, name: str, total: int) -> Iterator[Callable[[int], None]]:
    """Lend a function that moves a bar on; the bar goes away when the work is over."""
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=total)
        yield lambda n_done: progress.advance(task, n_done)


def tell_articles(console: Console, report: PushReport) -> bool:
    """Print what became of the articles; return whether all are there as the file has them."""
    counts = {
        "created": report.created,
        "unchanged": report.unchanged,
        "refreshed, same text": report.refreshed,
        "text replaced": report.replaced,
        "in the file before": report.repeated,
        "text changed, left alone": len(report.changed_text),
        "duplicate tasks removed": report.duplicates_removed,
    }
    print_counts(console, "Articles", _telling(counts))
    for changed in report.changed_text:
        if changed.task_id is None:
            why = "the file has two texts for it; the first was taken. Give one of the two another id"
        elif changed.is_answered:
            why = f"task {changed.task_id} shows another text, which has answers. Give the new text another id"
        else:
            why = f"task {changed.task_id} shows another text. --replace-text puts the new one there"
        warn(console, f"article '{changed.article_id}': {why}.")
    for twice in report.answered_twice:
        tasks = ", ".join(map(str, twice.answered))
        warn(console, f"article '{twice.article_id}': tasks {tasks} all have answers. Pull keeps both.")
    return not (report.changed_text or report.answered_twice)


def tell_suggestions(console: Console, report: SuggestionReport) -> bool:
    """Print what became of the predictions; return whether none was refused."""
    counts = {
        "created": report.created,
        "there already": report.present,
        "blind task, kept back": report.blind,
        "of articles not in the project": report.elsewhere,
        "refused": len(report.refused),
        "older versions deleted": len(report.replaced),
    }
    print_counts(console, f"Suggestions of {report.version or 'no model'}", _telling(counts))
    for refused in report.refused:
        warn(console, f"suggestion for article '{refused.article_id}': {refused.reason}")
    return not report.refused


def _telling(counts: dict[str, int]) -> dict[str, int]:
    """Leave out the counts that are zero, but for the first two."""
    return {name: n for number, (name, n) in enumerate(counts.items()) if number < 2 or n}
