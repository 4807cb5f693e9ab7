"""standpoint score: articles of any readable format tagged by a trained model."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cli.prediction_page import print_prediction
from corpus.outcome import Rejected
from corpus.reading import REJECTED_SUFFIX, files_in, read_articles
from models.store import tracking_uri
from serving.registry import open_model
from serving.scoring import score
from standpoint.article import Article
from standpoint.errors import InputError, RecordError
from standpoint.jsonl import write_jsonl


def score_articles(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders with articles.", show_default=False)],
    model: Annotated[
        str, typer.Option("--model", help="A model folder, or a registered model.")
    ] = "models:/standpoint@champion",
    out: Annotated[
        Path | None, typer.Option("--out", help="JSON Lines file for the predictions [default: print them].")
    ] = None,
    evidence: Annotated[bool, typer.Option("--evidence/--no-evidence", help="Show the sentences.")] = True,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first record that is no article.")] = False,
) -> None:
    """Tag articles with frames, the stance toward each actor, and the sentences that show it.

    Example: standpoint score search-page.txt wires.csv --out predictions.jsonl

    What cannot be read is set aside and, with --out, kept in NAME.rejected.jsonl beside the predictions.
    Exit code: 0 all was scored, 1 something was set aside, 2 an error.
    """
    console, opened = Console(), open_model(model, uri=tracking_uri(os.environ))
    rejected: list[Rejected] = []
    articles = _articles(paths, rejected, strict=strict)
    if out is None:
        for article in articles:
            print_prediction(console, article, opened.predict([article], evidence=evidence)[0], opened.codebook)
    else:
        columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} articles scored"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            predictions = progress.track(score(opened, articles, evidence=evidence), total=None)
            n_scored = write_jsonl(out, (prediction.to_json() for prediction in predictions))
        _keep(rejected, out)
        console.print(f"{out}: {n_scored} articles scored by {opened.version}", markup=False, highlight=False)
    for item in rejected:
        console.print(f"set aside {item.place}: {item.reason}", style="yellow", markup=False, soft_wrap=True)
    if rejected:
        raise typer.Exit(1)


def _articles(paths: Sequence[Path], rejected: list[Rejected], *, strict: bool) -> Iterator[Article]:
    """Yield each article once; a record that is none, or an id that stands for another text, is set aside."""
    texts: dict[str, int] = {}
    for file in (file for path in paths for file in files_in(path)):
        for item in read_articles(file):
            outcome = item if isinstance(item, Rejected) else _checked(item, file, texts)
            if isinstance(outcome, Rejected):
                if strict:
                    raise RecordError(f"{outcome.place}: {outcome.reason}")
                rejected.append(outcome)
            elif outcome is not None:
                yield outcome
    if not texts and not rejected:
        raise InputError(f"{', '.join(map(str, paths))}: no article found. Name files with articles.")


def _checked(article: Article, file: Path, texts: dict[str, int]) -> Article | Rejected | None:
    known = texts.setdefault(article.id, hash(article.text))
    if known != hash(article.text):
        reason = f"id '{article.id}' stood for another text before. Give one of the two another id."
        return Rejected(str(file), reason)
    return article


def _keep(rejected: Sequence[Rejected], out: Path) -> None:
    path = out.with_name(out.stem + REJECTED_SUFFIX)
    if rejected:
        write_jsonl(path, (item.to_json() for item in rejected))
    else:
        path.unlink(missing_ok=True)
