"""standpoint label sample: the articles to label next, with the probability each had to be drawn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.sample_table import sample_table
from cli.visible import visible
from labeling.blind import DEFAULT_BLIND_SHARE, is_blind
from labeling.candidates import Candidate, Taken, read_candidates, read_taken
from labeling.interest import Signal, read_signals, with_interest
from labeling.sampling import Draw, draw_articles
from labeling.work_item import WorkItem
from measurement.prevalence import effective_size
from standpoint.article import article_from_json
from standpoint.codebook_file import load_codebook
from standpoint.errors import InputError
from standpoint.jsonl import read_jsonl, write_jsonl


def sample_articles(
    articles: Annotated[Path, typer.Argument(help="Articles, JSON Lines.", show_default=False)],
    codebook: Annotated[Path, typer.Option("--codebook", help="The codebook, TOML.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="JSON Lines file for what is drawn.", show_default=False)],
    n: Annotated[int, typer.Option("--n", min=1, help="How many to draw.")] = 50,
    predictions: Annotated[
        Path | None,
        typer.Option("--predictions", help="Predictions for the articles; without them the draw is uniform."),
    ] = None,
    annotated: Annotated[
        list[Path] | None,
        typer.Option("--annotated", help="Annotations or earlier samples; their stories are left out. May repeat."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the draw.")] = 0,
    blind_share: Annotated[
        float, typer.Option("--blind-share", min=0, max=1, help="Share to show without suggestions.")
    ] = DEFAULT_BLIND_SHARE,
) -> None:
    """Draw the articles to label next: one of each story, spread over languages and outlets.

    Example: standpoint label sample articles.jsonl --codebook codebooks/rare-earths.toml --out sample.jsonl

    With --predictions half of the draw is uniform; the other half favours rare frames and what the model doubts.
    Each article keeps the probability with which it was drawn, so that shares can be estimated without bias.
    Exit code: 0 drawn, 1 fewer than asked for, 2 nothing drawn.
    """
    book = load_codebook(codebook)
    known = read_candidates(articles)
    taken = read_taken(annotated or (), known)
    signals = read_signals(predictions, book) if predictions else {}
    candidates = _candidates(articles, known, taken, predictions, signals)
    draw = draw_articles(candidates, n, seed=seed)
    items = _items(articles, draw, blind_share)
    write_jsonl(out, (item.to_json() for item in items))
    console = Console()
    console.print(sample_table(candidates, draw, signals, book))
    _print(console, _summary(out, candidates, draw, items))
    _print(console, _notes(len(known) - len(candidates), taken, n - len(items), is_uniform=not signals), style="yellow")
    if len(items) < n:
        raise typer.Exit(1)


def _candidates(
    articles: Path,
    known: Mapping[str, Candidate],
    taken: Taken,
    predictions: Path | None,
    signals: Mapping[str, Signal],
) -> list[Candidate]:
    """Return the articles whose stories are not taken, with their interest where there are predictions."""
    candidates = [candidate for candidate in known.values() if candidate.story not in taken.stories]
    if not candidates:
        raise InputError(f"{articles}: every story is annotated or drawn already. Import more articles.")
    if predictions is None:
        return candidates
    try:
        return with_interest(candidates, signals)
    except InputError as error:
        raise InputError(f"{predictions}: {error}") from None


def _items(path: Path, draw: Draw, blind_share: float) -> list[WorkItem]:
    """Read the drawn articles whole and return them in the order of the draw."""
    wanted = {drawn.candidate.article_id for drawn in draw.drawn}
    articles = {article.id: article for article in read_jsonl(path, article_from_json) if article.id in wanted}
    return [
        WorkItem(
            article=articles[drawn.candidate.article_id],
            inclusion_proba=drawn.inclusion_proba,
            draw=draw.id,
            blind=is_blind(drawn.candidate.article_id, blind_share),
        )
        for drawn in draw.drawn
    ]


def _summary(out: Path, candidates: Sequence[Candidate], draw: Draw, items: Sequence[WorkItem]) -> Iterator[str]:
    n_stories = len({candidate.story for candidate in candidates})
    n_worth = effective_size([drawn.inclusion_proba for drawn in draw.drawn])
    yield f"{out}: draw {draw.id}, {len(items)} articles from {n_stories} stories ({len(candidates)} articles)"
    yield f"{sum(bool(item.blind) for item in items)} of them to be shown without suggestions"
    yield f"for estimating shares they are worth about {n_worth:.0f} articles drawn uniformly"


def _notes(n_left_out: int, taken: Taken, n_short: int, *, is_uniform: bool) -> Iterator[str]:
    """Say what the reader would not expect."""
    if is_uniform:
        yield "! drawn uniformly, because no --predictions are named"
    if n_short > 0:
        yield f"! {n_short} fewer than asked for: each story gives one article, and no story is left"
    if n_left_out:
        yield f"! {n_left_out} articles left out, their stories are in work: shares from this draw speak of the others"
    if taken.unknown:
        yield (
            f"! {len(taken.unknown)} annotated articles are not among these, such as '{min(taken.unknown)}', "
            "so their stories could not be left out"
        )


def _print(console: Console, lines: Iterable[str], *, style: str = "") -> None:
    for line in lines:
        console.print(Text(visible(line), style=style), soft_wrap=True)
