"""standpoint train: gold annotations into a measured, tracked and registered model."""

import os
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.model_options import EncoderOption, Kind, Learn, LearnOption, ModelOption, chosen_recipe
from cli.progress import Teller
from cli.quality_table import print_qualities
from models.store import tracking_uri, without_password
from standpoint.codebook_file import load_codebook
from standpoint.errors import InputError, ModelFolderError
from training.fitting import FitConfig
from training.gold import Gold, read_gold
from training.recipe import Recipe
from training.tracking import Tracked, TrainingRecord, record_training
from training.training import Trained, train

MODELS_FOLDER = Path("mlruns/models")
"""Where model folders go when no other is named."""


def train_model(
    articles: Annotated[Path, typer.Option("--articles", help="Articles, JSON Lines.", show_default=False)],
    gold: Annotated[Path, typer.Option("--gold", help="One annotation per article, JSON Lines.", show_default=False)],
    codebook: Annotated[Path, typer.Option("--codebook", help="The codebook, TOML.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", help="Model folder to write (default: one below mlruns/models).")
    ] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Make the new version the champion.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of folds and bootstrap.")] = 0,
    soft: Annotated[
        bool, typer.Option("--soft", help="Learn the shares of annotators that label adjudicate keeps.")
    ] = False,
    model: ModelOption = Kind.LINEAR,
    encoder: EncoderOption = None,
    learn: LearnOption = Learn.ALL,
) -> None:
    """Train on gold, measure on held-out stories, record the run and register the model as `standpoint`.

    Example: standpoint train --articles articles.jsonl --gold gold.jsonl --codebook codebooks/rare-earths.toml

    Example: standpoint train --model encoder --encoder intfloat/multilingual-e5-small --articles ... (as above)

    The store is sqlite:///mlruns/mlflow.db, or what MLFLOW_TRACKING_URI names. The first version becomes the champion;
    later ones only with --promote. An encoder's training that was broken off goes on where it was when the same command
    is given again. Exit code: 0 trained, 2 an error.
    """
    console = Console()
    learned_from = read_gold(articles, gold, load_codebook(codebook))
    if soft and not learned_from.has_shares:
        raise InputError(
            f"{gold}: --soft needs the shares of annotators, and no record has frame_shares or stance_shares. "
            "Make gold with `standpoint label adjudicate`, or leave --soft out."
        )
    recipe, teller = chosen_recipe(console, FitConfig(seed=seed, soft=soft), model, encoder, learn)
    trained, tracked, folder = train_and_record(teller, learned_from, codebook, out, promote=promote, recipe=recipe)
    print_qualities(console, trained.qualities, learned_from.codebook)
    print_trained(console, trained, tracked, folder)


def train_and_record(
    teller: Teller, gold: Gold, codebook: Path, out: Path | None, *, promote: bool, recipe: Recipe
) -> tuple[Trained, Tracked, Path]:
    """Train on gold and record it, telling what is being done; return also the model's folder."""
    folder = out or MODELS_FOLDER / f"{gold.codebook.id}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    _check_new(folder)
    with teller as tell:
        trained = train(gold, recipe, progress=tell)
        tell("recording the run")
        record = TrainingRecord(
            gold=gold,
            parameters=_parameters(gold, recipe),
            qualities=trained.qualities,
            outcomes=trained.outcomes,
            code_version=_code_version(),
            codebook=codebook,
        )
        tracked = record_training(trained.model, record, folder=folder, uri=tracking_uri(os.environ), promote=promote)
        recipe.clean_up()
    return trained, tracked, folder


def print_trained(console: Console, trained: Trained, tracked: Tracked, folder: Path) -> None:
    """Print what could not be done, and where model and run are to be found."""
    for note in trained.notes:
        console.print(f"! {note}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    aliases = ", ".join(f"@{alias}" for alias in tracked.aliases)
    lines = (
        f"model    {folder}",
        f"version  standpoint/{tracked.version} ({aliases})",
        f"run      {tracked.run_id} in {without_password(tracking_uri(os.environ))}",
    )
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _check_new(folder: Path) -> None:
    """Refuse, before anything is trained, a model folder that could not be written afterwards."""
    if folder.exists():
        raise ModelFolderError(f"{folder}: exists already. Choose another folder or remove it.")
    parent = next(parent for parent in folder.absolute().parents if parent.exists())
    if not (parent.is_dir() and os.access(parent, os.W_OK)):
        raise ModelFolderError(
            f"{folder}: cannot be written ({parent} is no folder to write to). Choose another folder."
        )


def _parameters(gold: Gold, recipe: Recipe) -> dict[str, str | int | float]:
    return {
        **recipe.parameters(),
        "n_articles": len(gold),
        "n_stances": len(gold.stances),
        "n_stories": len(set(gold.stories)),
    }


def _code_version() -> str:
    """Return the commit of the tree this runs in, else the installed version."""
    place = Path(__file__).parent
    answer = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=place, capture_output=True, text=True, check=False
    )
    if answer.returncode == 0 and answer.stdout.strip():
        return answer.stdout.strip()
    try:
        return version("standpoint")
    except PackageNotFoundError:
        return "unknown"
