"""standpoint label doubts: the labels of gold that are most likely wrong, each with a sentence to judge it by."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.progress import Teller
from cli.visible import visible_line
from standpoint.codebook_file import load_codebook
from standpoint.jsonl import write_jsonl
from training.doubts import Doubt, Doubts, find_doubts, passage_text, review_items
from training.fitting import FitConfig
from training.gold import read_gold

_REASONS = {"against": "against it", "annotated": "annotated for it", "strongest": "strongest for it"}


def list_doubts(
    articles: Annotated[Path, typer.Option("--articles", help="Articles, JSON Lines.", show_default=False)],
    gold: Annotated[Path, typer.Option("--gold", help="One annotation per article, JSON Lines.", show_default=False)],
    codebook: Annotated[Path, typer.Option("--codebook", help="The codebook, TOML.", show_default=False)],
    n: Annotated[int, typer.Option("--n", min=1, help="How many to list.")] = 30,
    out: Annotated[Path | None, typer.Option("--out", help="JSON Lines file of articles to push for review.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the folds.")] = 0,
) -> None:
    """List the labels that a model, trained on other stories, finds least probable.

    Example: standpoint label doubts --articles articles.jsonl --gold gold.jsonl --codebook codebooks/rare-earths.toml

    With each comes a sentence: one that the model reads as the other answer (against it), or, of a frame that gold has
    and the model does not see, the annotated evidence (annotated for it), else the best there is (strongest for it). A
    number with a sign is how strongly it speaks, in log-odds. To have the list reviewed, push --out to a project of
    its own.

    Exit code: 0 listed, 2 an error.
    """
    console, book = Console(), load_codebook(codebook)
    learned_from = read_gold(articles, gold, book)
    with Teller(console) as tell:
        doubts = find_doubts(learned_from, FitConfig(seed=seed), progress=tell)
    listed = doubts.found[:n]
    console.print(_table(listed))
    if out is not None:
        n_items = write_jsonl(out, (item.to_json() for item in review_items(listed, book)))
        console.print(Text(visible_line(f"{out}: {n_items} articles to review")), soft_wrap=True)
    console.print(Text(_summary(doubts, len(listed))), soft_wrap=True)
    for frame in doubts.unlearned:
        note = f"! frame '{frame}' was not looked at everywhere: too few articles have it, or too few lack it"
        console.print(Text(visible_line(note), style="yellow"), soft_wrap=True)


def _table(doubts: Sequence[Doubt]) -> Table:
    table = Table(title="Labels most likely wrong", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for heading in ("article", "label", "gold says", "model says"):
        table.add_column(heading, overflow="fold")
    table.add_column("sentence", overflow="fold", ratio=1)
    for doubt in doubts:
        given = f"{doubt.given or 'no'} {doubt.given_proba:.2f}"
        called = f"{doubt.called or 'no'} {doubt.called_proba:.2f}"
        cells = (doubt.article.id, doubt.label, given, called, _sentence(doubt))
        table.add_row(*(Text(visible_line(cell)) for cell in cells))
    return table


def _sentence(doubt: Doubt) -> str:
    if doubt.passage is None:
        return "no sentence names it"
    score = "" if doubt.passage.score is None else f" {doubt.passage.score:+.1f}"
    return f"{_REASONS[doubt.passage.reason]}{score}: {passage_text(doubt)}"


def _summary(doubts: Doubts, n_listed: int) -> str:
    return (
        f"{n_listed} of {len(doubts.found)} doubts among {doubts.n_labels} labels. "
        "A doubt is a reason to look, not an error: the model is wrong too."
    )
