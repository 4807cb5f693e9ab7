"""standpoint label adjudicate: several annotators' answers into one gold answer per article, ties into a work list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.rejected_file import keep_rejected
from cli.visible import visible
from corpus.outcome import Rejected
from labeling.adjudication import Adjudication, adjudicate
from labeling.ties import tie_items
from standpoint.annotation import Annotation, annotation_from_json, check_annotation, check_evidence
from standpoint.article import Article, article_from_json
from standpoint.codebook import Codebook
from standpoint.codebook_file import load_codebook
from standpoint.errors import CodebookMismatchError, RecordError, at
from standpoint.jsonl import read_jsonl, write_jsonl


def adjudicate_annotations(
    annotations: Annotated[Path, typer.Argument(help="Annotations, JSON Lines.", show_default=False)],
    articles: Annotated[Path, typer.Option("--articles", help="Articles, JSON Lines.", show_default=False)],
    codebook: Annotated[Path, typer.Option("--codebook", help="The codebook, TOML.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="JSON Lines file for gold.", show_default=False)],
    ties: Annotated[
        Path | None, typer.Option("--ties", help="JSON Lines file for tied articles, to push to annotators.")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option("--decisions", help="Annotations that decide their articles, JSON Lines.")
    ] = None,
    min_annotators: Annotated[
        int, typer.Option("--min-annotators", min=1, help="Leave out articles with fewer answers.")
    ] = 1,
) -> None:
    """Make one gold answer per article by majority, keeping the share of annotators behind each label.

    Example: standpoint label adjudicate annotations.jsonl --articles news.jsonl --codebook book.toml --out gold.jsonl

    A tie is never guessed: its article is left out until --decisions answers it. Push --ties to a project of its own,
    pull what is answered there and name it as --decisions. A decision replaces every label of its article.

    Exit code: 0 all went in, 1 something was set aside (NAME.rejected.jsonl beside gold), 2 no gold.
    """
    book, rejected = load_codebook(codebook), list[Rejected]()
    by_id = {article.id: article for article in read_jsonl(articles, article_from_json)}
    answers = list(_fitting(annotations, by_id, book, rejected))
    decided = list(_fitting(decisions, by_id, book, rejected)) if decisions else []
    try:
        done = adjudicate(answers, book, decisions=decided, min_annotators=min_annotators)
    except RecordError as error:
        raise at(str(decisions), error) from None
    if done.gold:
        write_jsonl(out, (one.to_json() for one in done.gold))
    keep_rejected(rejected, out)
    if ties is not None:
        write_jsonl(ties, (item.to_json() for item in tie_items(done.ties, by_id.values(), answers, book)))
    _print(_summary(done, out, ties), rejected)
    if rejected or not done.gold:
        raise typer.Exit(1 if done.gold else 2)


def _fitting(
    path: Path, articles: Mapping[str, Article], codebook: Codebook, rejected: list[Rejected]
) -> Iterator[Annotation]:
    """Yield the annotations that fit articles and codebook, and skips; set the others aside."""
    for one in read_jsonl(path, annotation_from_json):
        try:
            if not one.skipped:
                _check(one, articles, codebook)
        except (RecordError, CodebookMismatchError) as error:
            rejected.append(Rejected(f"{path}: article '{one.article_id}' by '{one.annotator}'", str(error)))
        else:
            yield one


def _check(annotation: Annotation, articles: Mapping[str, Article], codebook: Codebook) -> None:
    check_annotation(annotation, codebook)
    article = articles.get(annotation.article_id)
    if article is None:
        raise RecordError("its article is not among the articles. Add the article or remove the annotation.")
    check_evidence(annotation, article)


def _print(summary: Iterable[str], rejected: Sequence[Rejected]) -> None:
    console = Console()
    console.print(Text(visible("\n".join(summary))), soft_wrap=True)
    for item in rejected:
        console.print(Text(visible(f"set aside {item.place}: {item.reason}"), style="yellow"), soft_wrap=True)


def _summary(done: Adjudication, out: Path, ties: Path | None) -> Iterator[str]:
    yield f"{out}: {len(done.gold)} gold answers, {done.n_decided} of them decided by a person"
    if done.ties:
        place = f"in {ties}" if ties else "name --ties FILE to have them written for a person"
        yield f"{len(done.ties)} articles are tied and left out: {place}"
    n_skipped = sum(one.skipped for one in done.unusable)
    for count, what in (
        (len(done.too_few), "articles have too few answers and are left out"),
        (n_skipped, "answers were skips and are left out"),
        (len(done.unusable) - n_skipped, "answers have a problem and are left out"),
        (len(done.superseded), "answers were given again later by the same person, and the later one counts"),
    ):
        if count:
            yield f"{count} {what}"
