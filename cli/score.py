"""standpoint score: articles of any readable format tagged by a trained model."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from cli.prediction_page import print_prediction
from cli.rejected_file import keep_rejected
from cli.visible import visible
from corpus.outcome import Placed, Rejected
from corpus.reading import files_in, read_placed
from models.news_model import NewsModel
from models.store import tracking_uri
from serving.registry import open_model
from serving.scoring import score
from standpoint.article import Article
from standpoint.errors import InputError, RecordError
from standpoint.jsonl import write_jsonl
from standpoint.prediction import Prediction


def score_articles(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders with articles.", show_default=False)],
    model: Annotated[
        str, typer.Option("--model", help="A model folder, or a registered model.")
    ] = "models:/standpoint@champion",
    out: Annotated[
        Path | None, typer.Option("--out", help="JSON Lines file for the predictions (default: print them).")
    ] = None,
    evidence: Annotated[bool, typer.Option("--evidence/--no-evidence", help="Show the sentences.")] = True,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first record that is no article.")] = False,
) -> None:
    """Tag articles with frames, the stance toward each actor, and the sentences that show it.

    Example: standpoint score search-page.txt wires.csv --out predictions.jsonl

    What cannot be read is set aside and, with --out, kept in NAME.rejected.jsonl beside the predictions.
    Exit code: 0 all was scored, 1 something was set aside, 2 nothing was scored.
    """
    console, opened = Console(), open_model(model, uri=tracking_uri(os.environ))
    rejected: list[Rejected] = []
    articles = _articles(paths, rejected, strict=strict)
    if out is None:
        n_scored = _print(console, opened, articles, evidence=evidence)
    else:
        n_scored = _write(console, out, score(opened, articles, evidence=evidence))
        keep_rejected(rejected, out)
        console.print(Text(visible(f"{out}: {n_scored} articles scored by {opened.version}")), soft_wrap=True)
    for item in rejected:
        console.print(Text(visible(f"set aside {item.place}: {item.reason}"), style="yellow"), soft_wrap=True)
    if rejected:
        raise typer.Exit(1 if n_scored else 2)


def _print(console: Console, model: NewsModel, articles: Iterable[Article], *, evidence: bool) -> int:
    """Print each article as soon as it is scored; return how many."""
    n_scored = 0
    for article in articles:
        print_prediction(console, article, model.predict([article], evidence=evidence)[0], model.codebook)
        n_scored += 1
    return n_scored


def _write(console: Console, out: Path, predictions: Iterator[Prediction]) -> int:
    """Write the predictions and return how many; where there is none, a file of earlier ones stays as it is."""
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} articles scored"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        first = list(islice(predictions, 1))
        tracked = progress.track(chain(first, predictions), total=None)
        return write_jsonl(out, (prediction.to_json() for prediction in tracked)) if first else 0


def _articles(paths: Sequence[Path], rejected: list[Rejected], *, strict: bool) -> Iterator[Article]:
    """Yield each article once; a record that is none, or an id that stands for another text, is set aside."""
    for path in paths:
        files_in(path)  # a path that is missing is told before anything is scored
    texts: dict[str, int] = {}
    for item in (item for path in paths for item in read_placed(path)):
        outcome = item if isinstance(item, Rejected) else _checked(item, texts)
        if isinstance(outcome, Article):
            yield outcome
        elif outcome is not None and strict:
            raise RecordError(f"{outcome.place}: {outcome.reason}")
        elif outcome is not None:
            rejected.append(outcome)
    if not texts and not rejected:
        raise InputError(f"{', '.join(map(str, paths))}: no article found. Name files with articles.")


def _checked(item: Placed, texts: dict[str, int]) -> Article | Rejected | None:
    """Return the article; None where it came before, and why not where its id stood for another text."""
    article = item.article
    if article.id not in texts:
        texts[article.id] = hash(article.text)
        return article
    if texts[article.id] == hash(article.text):
        return None
    return Rejected(item.place, f"id '{article.id}' stood for another text before. Give one of the two another id.")
