"""standpoint evaluate: a trained model on gold it has not seen."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.quality_table import print_qualities
from models.store import tracking_uri
from serving.registry import open_model
from standpoint.jsonl import replacing
from training.gold import read_gold
from training.training import evaluate


def evaluate_model(
    articles: Annotated[Path, typer.Option("--articles", help="Articles, JSON Lines.", show_default=False)],
    gold: Annotated[Path, typer.Option("--gold", help="One annotation per article, JSON Lines.", show_default=False)],
    model: Annotated[
        str, typer.Option("--model", help="A model folder, or a registered model.")
    ] = "models:/standpoint@champion",
    out: Annotated[Path | None, typer.Option("--json", help="File to write all figures to.")] = None,
) -> None:
    """Measure a model on gold articles; those it was trained on are left out.

    Example: standpoint evaluate --articles new.jsonl --gold new-gold.jsonl --model models:/standpoint/3

    Exit code: 0 measured, 2 an error.
    """
    console = Console()
    opened = open_model(model, uri=tracking_uri(os.environ))
    held_out = read_gold(articles, gold, opened.codebook)
    quality, n_fresh = evaluate(opened, held_out)
    if out is not None:
        with replacing(out) as file:
            json.dump(quality.scalars(), file, indent=1)
    print_qualities(console, {opened.version: quality}, opened.codebook)
    console.print(
        f"{n_fresh} articles; {len(held_out) - n_fresh} left out because {opened.version} was trained on them",
        markup=False,
        highlight=False,
    )
