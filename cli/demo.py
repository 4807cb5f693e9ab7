"""standpoint demo: the whole job on the sample corpus, from annotations to tagged new articles."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from cli.prediction_page import print_prediction
from cli.progress import Teller
from cli.quality_table import print_qualities
from cli.train import print_trained, train_and_record
from corpus.outcome import Rejected
from corpus.reading import read_articles
from models.store import tracking_uri
from report.agreement import Agreement, AgreementRow, agreement
from report.readings import make_readings
from serving.registry import open_model
from serving.scoring import score
from standpoint.annotation import annotation_from_json
from standpoint.codebook import Codebook
from standpoint.codebook_file import load_codebook
from standpoint.jsonl import read_jsonl, write_jsonl
from training.fitting import FitConfig
from training.gold import Gold, read_gold
from training.recipe import Recipe

ROOT = Path(__file__).parents[1]
CODEBOOK = ROOT / "codebooks/rare-earths.toml"
SAMPLE = ROOT / "examples/rare-earths"


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the demo's predictions.")] = Path("demo-output"),
) -> None:
    """Train on the sample corpus, show agreement and quality, and tag a page of new articles.

    Example: standpoint demo

    The sample articles and their labels are machine-made; see examples/rare-earths/README.md.
    """
    console = Console()
    codebook = load_codebook(CODEBOOK)
    gold = read_gold(SAMPLE / "articles.jsonl", SAMPLE / "gold.jsonl", codebook)
    _heading(console, f"1  The sample: {len(gold)} machine-made articles, {len(set(gold.stories))} stories, read twice")
    _print_agreement(console, _sample_agreement(gold, codebook), codebook)
    _heading(console, "2  Training and measuring")
    trained, tracked, folder = train_and_record(
        Teller(console), gold, CODEBOOK, None, promote=True, recipe=Recipe(FitConfig())
    )
    print_qualities(console, trained.qualities, codebook)
    print_trained(console, trained, tracked, folder)
    _heading(console, "3  New articles, tagged by models:/standpoint@champion")
    _tag(console, SAMPLE / "new-articles.txt", out)
    _heading(console, "Next")
    console.print(_next(out), markup=False, highlight=False, soft_wrap=True)


def _sample_agreement(gold: Gold, codebook: Codebook) -> Agreement:
    annotations = read_jsonl(SAMPLE / "annotations.jsonl", annotation_from_json)
    return agreement(make_readings(annotations, {item.article.id: item.article for item in gold.articles}), codebook)


def _print_agreement(console: Console, found: Agreement, codebook: Codebook) -> None:
    table = Table(title="Agreement of the two readers", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    table.add_column("", overflow="fold")
    for heading in ("alpha [95 % interval]", "same answer", "present"):
        table.add_column(heading, justify="right")
    for row in found.frames:
        name = next(frame.name.en for frame in codebook.frames if frame.id == row.label)
        table.add_row(name, *_shown(row), f"{row.prevalence:.2f}")
    table.add_row("frame set (alpha with MASI distance)", f"{found.frame_set.alpha.value:.2f}", "", "")
    table.add_row("stance: given one, any actor", *_shown(found.given[0]), "")
    table.add_row("stance: which one, where both gave one", *_shown(found.which[0]), "")
    console.print(table)


def _shown(row: AgreementRow) -> tuple[str, str]:
    alpha = row.alpha
    return f"{alpha.value:.2f} [{alpha.low:.2f}, {alpha.high:.2f}]", f"{row.raw:.2f}"


def _tag(console: Console, listing: Path, out: Path) -> None:
    model = open_model("models:/standpoint@champion", uri=tracking_uri(os.environ))
    articles = [item for item in read_articles(listing) if not isinstance(item, Rejected)]
    predictions = list(score(model, articles))
    write_jsonl(out / "predictions.jsonl", (prediction.to_json() for prediction in predictions))
    for article, prediction in zip(articles, predictions, strict=True):
        print_prediction(console, article, prediction, model.codebook)


def _heading(console: Console, text: str) -> None:
    console.print(f"\n[bold cyan]{text}[/bold cyan]")


def _next(out: Path) -> str:
    return f"""\
The predictions are in {out / "predictions.jsonl"}. With articles of your own:
  standpoint import page.txt wires.csv --out articles.jsonl    read them
  standpoint score articles.jsonl --out predictions.jsonl      tag them
  standpoint codebook show codebooks/rare-earths.toml          see what the labels mean
  mlflow ui --backend-store-uri sqlite:///mlruns/mlflow.db     see runs, figures and plots"""
