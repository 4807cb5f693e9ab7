"""standpoint score: articles of any readable format tagged by a trained model."""

import os
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console

from cli import score_options as options
from cli.score_output import BatchOptions, Machines, Watching, score_to
from cli.score_page import print_scored
from corpus.reading import Reading
from models.store import tracking_uri
from serving.registry import fetched_model
from standpoint.errors import InputError


def score_articles(
    inputs: options.Inputs = None,
    model: options.Model = "models:/standpoint@champion",
    out: options.Out = None,
    layout: options.Format = options.Layout.PARQUET,
    evidence: options.Evidence = True,
    strict: options.Strict = False,
    since_manifest: options.SinceManifest = False,
    follow: options.Follow = None,
    every: options.Every = 10.0,
    workers: options.Workers = None,
    engine: options.Engine = options.EngineName.LOCAL,
    ray_address: options.RayAddress = None,
    shard_articles: options.ShardArticles = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Tag articles with frames, the stance toward each actor, and the sentences that show it.

    Example: standpoint score search-page.txt 'wires/*.csv' --out predictions.jsonl
    Example: standpoint score s3://news/2025/*.jsonl.gz --out scored

    Each article is scored once. Stopped in any way, the same command goes on where it was. What cannot be read is set
    aside and kept in rejected.jsonl in the folder, or in NAME.rejected.jsonl beside a file.
    Exit code: 0 all was scored, 1 something was set aside, 2 nothing was scored, 130 stopped by hand.
    """
    console = Console(quiet=quiet or as_json)
    machines, watching = Machines(workers, engine.value, ray_address), Watching(since_manifest, follow, every)
    batch = BatchOptions(layout.value, evidence, strict, shard_articles, as_json, machines, watching)
    raise typer.Exit(_score(console, inputs or [], model, out, batch))


def _score(console: Console, inputs: list[str], model: str, out: Path | None, batch: BatchOptions) -> int:
    if bool(inputs) == bool(batch.watching.folder):
        raise InputError("name articles to score, or a folder to watch with --follow, and not both.")
    with fetched_model(model, uri=tracking_uri(os.environ)) as found:
        if out is not None:
            return score_to(console, out, inputs, found, batch, now=lambda: datetime.now(UTC))
        if batch.watching.only_new or batch.as_json:
            raise InputError("--since-manifest, --follow and --json need --out with a place for the predictions.")
        return print_scored(console, Reading(inputs), found, evidence=batch.evidence, strict=batch.strict)
