"""standpoint label retrain: what annotators answered into a new model, in one go; the job that the service can run."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.label_adjudicate import adjudicate_annotations
from cli.label_pull import pull_annotations
from cli.model_options import EncoderOption, Kind, Learn, LearnOption, ModelOption
from cli.studio_options import CodebookOption, ProjectOption, UrlOption, open_studio
from cli.studio_output import say
from cli.train import train_model
from labeling.pushed_article import pushed_article
from labeling.studio_project import project_of
from standpoint.article import Article
from standpoint.codebook_file import load_codebook
from standpoint.jsonl import replacing, write_jsonl

FOLDER = Path("mlruns/retraining")
"""Where the files of a run go when no other folder is named."""


def retrain(
    codebook: CodebookOption,
    folder: Annotated[Path, typer.Option("--folder", help="Where annotations, gold and ties are kept.")] = FOLDER,
    promote: Annotated[bool, typer.Option("--promote", help="Make the new version the champion.")] = False,
    min_annotators: Annotated[
        int, typer.Option("--min-annotators", min=1, help="Leave out articles with fewer answers.")
    ] = 1,
    model: ModelOption = Kind.LINEAR,
    encoder: EncoderOption = None,
    learn: LearnOption = Learn.ALL,
    project: ProjectOption = None,
    url: UrlOption = None,
) -> None:
    """Pull, adjudicate and train: one step after the other, with the articles that the tasks hold.

    Example: standpoint label retrain --codebook codebooks/rare-earths.toml --promote

    Run again, it trains only where gold has changed since. Tied articles are left out and kept in ties.jsonl. Without
    --promote the new version is the challenger, unless it is the first. An encoder whose head alone learns (--model
    encoder --learn head) takes little more time than a linear model. The token is read from LABEL_STUDIO_API_KEY.
    Exit code: 0 trained or nothing new, 2 an error.
    """
    annotations, articles, gold = (folder / f"{name}.jsonl" for name in ("annotations", "articles", "gold"))
    _carried_on(pull_annotations, codebook=codebook, out=annotations, project=project, url=url)
    write_jsonl(articles, (article.to_json() for article in _articles(codebook, project, url)))
    files = {"annotations": annotations, "articles": articles, "out": gold, "ties": folder / "ties.jsonl"}
    _carried_on(adjudicate_annotations, codebook=codebook, min_annotators=min_annotators, **files)
    digest, trained_on = _digest(codebook, gold), folder / "trained-on.txt"
    if trained_on.is_file() and trained_on.read_text(encoding="utf-8") == digest:
        say(Console(), f"{gold}: nothing new since the last training")
        return
    train_model(articles, gold, codebook, promote=promote, model=model, encoder=encoder, learn=learn)
    with replacing(trained_on) as file:
        file.write(digest)


def _carried_on(step: Any, **options: Any) -> None:  # noqa: ANN401 - a verb and its options
    """Carry out a verb; what it set aside it has told, and the others go on."""
    try:
        step(**options)
    except typer.Exit as end:
        if end.exit_code != 1:
            raise


def _articles(codebook: Path, project: str | None, url: str | None) -> Iterator[Article]:
    """Yield the articles that the project's tasks show."""
    with closing(open_studio(url)) as studio:
        found = project_of(studio, load_codebook(codebook), project)
        for task in studio.task_states(found["id"]):
            article = pushed_article(task["data"])
            if article is not None:
                yield article


def _digest(codebook: Path, gold: Path) -> str:
    return hashlib.sha256(load_codebook(codebook).reference.encode() + gold.read_bytes()).hexdigest()
