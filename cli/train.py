"""standpoint train: gold annotations into a measured, tracked and registered model."""

import os
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.progress import told
from cli.quality_table import print_qualities
from models.store import tracking_uri, without_password
from standpoint.codebook_file import load_codebook
from standpoint.errors import InputError, ModelFolderError
from training.fitting import FitConfig
from training.gold import Gold, read_gold
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
) -> None:
    """Train on gold, measure on held-out stories, record the run and register the model as `standpoint`.

    Example: standpoint train --articles articles.jsonl --gold gold.jsonl --codebook codebooks/rare-earths.toml

    The store is sqlite:///mlruns/mlflow.db, or what MLFLOW_TRACKING_URI names. The first version becomes the champion;
    later ones only with --promote. Exit code: 0 trained, 2 an error.
    """
    console = Console()
    learned_from = read_gold(articles, gold, load_codebook(codebook))
    if soft and not learned_from.has_shares:
        raise InputError(
            f"{gold}: --soft needs the shares of annotators, and no record has frame_shares or stance_shares. "
            "Make gold with `standpoint label adjudicate`, or leave --soft out."
        )
    config = FitConfig(seed=seed, soft=soft)
    trained, tracked, folder = train_and_record(console, learned_from, codebook, out, promote=promote, config=config)
    print_qualities(console, trained.qualities, learned_from.codebook)
    print_trained(console, trained, tracked, folder)


def train_and_record(
    console: Console, gold: Gold, codebook: Path, out: Path | None, *, promote: bool, config: FitConfig
) -> tuple[Trained, Tracked, Path]:
    """Train on gold and record it, telling the console what is being done; return also the model's folder."""
    folder = out or MODELS_FOLDER / f"{gold.codebook.id}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    _check_new(folder)
    with told(console) as tell:
        trained = train(gold, config, progress=tell)
        tell("recording the run")
        record = TrainingRecord(
            gold=gold,
            parameters=_parameters(gold, config),
            qualities=trained.qualities,
            outcomes=trained.outcomes,
            code_version=_code_version(),
            codebook=codebook,
        )
        tracked = record_training(trained.model, record, folder=folder, uri=tracking_uri(os.environ), promote=promote)
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


def _parameters(gold: Gold, config: FitConfig) -> dict[str, str | int | float]:
    return {
        "model": "linear",
        "n_articles": len(gold),
        "n_stances": len(gold.stances),
        "n_stories": len(set(gold.stories)),
        "seed": config.seed,
        "n_folds": config.n_folds,
        "soft": config.soft,
        "frame_inverse_penalty": config.frame_inverse_penalty,
        "stance_inverse_penalty": config.stance_inverse_penalty,
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
