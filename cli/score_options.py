"""The options of standpoint score."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Layout(StrEnum):
    """How the tables of an output folder are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"


class EngineName(StrEnum):
    """Where articles are scored."""

    LOCAL = "local"
    RAY = "ray"


Inputs = Annotated[
    list[str] | None,
    typer.Argument(help="Files, folders, patterns, URLs, or - for standard input.", show_default=False),
]
Model = Annotated[str, typer.Option("--model", help="A model folder, or a registered model.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="A folder, or a .parquet, .jsonl or .csv file (default: print the predictions)."),
]
Format = Annotated[Layout, typer.Option("--format", help="What a folder's tables are written as.")]
Evidence = Annotated[bool, typer.Option("--evidence/--no-evidence", help="Look for the sentences.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first record that is no article.")]
SinceManifest = Annotated[
    bool, typer.Option("--since-manifest", help="Score only what the output folder does not hold yet.")
]
Follow = Annotated[
    Path | None, typer.Option("--follow", help="Watch this folder, and score what is new in it, until stopped.")
]
Every = Annotated[float, typer.Option("--every", min=0.1, help="With --follow: seconds between two looks.")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Processes (default: one a processor; four at most for an encoder)."),
]
Engine = Annotated[EngineName, typer.Option("--engine", help="This machine, or a Ray cluster.")]
RayAddress = Annotated[
    str | None, typer.Option("--ray-address", help="The cluster's address (default: start one here).")
]
ShardArticles = Annotated[
    int | None,
    typer.Option(
        "--shard-articles", min=1, help="Records that are written together (default: 1000; 250 for an encoder)."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print the summary as JSON, and progress as JSON on standard error.")
]
