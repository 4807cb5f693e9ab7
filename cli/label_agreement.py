"""standpoint label agreement: how far annotators agree, how good a model can be, and what suggestions do to answers."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.agreement_table import print_agreement
from cli.progress import Teller
from report.agreement_input import read_answers, read_articles_by_id, read_predictions
from report.agreement_page import agreement_page
from report.agreement_report import ReportConfig, agreement_report
from standpoint.codebook_file import load_codebook
from standpoint.jsonl import replacing


def show_agreement(
    annotations: Annotated[Path, typer.Argument(help="Annotations by several people, JSON Lines.")],
    codebook: Annotated[Path, typer.Option("--codebook", help="The codebook, TOML.", show_default=False)],
    articles: Annotated[
        Path | None, typer.Option("--articles", help="The articles, for languages and stories, JSON Lines.")
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="One model's answers, for its pull on annotators, JSON Lines.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="File to write a page with plots to.")] = None,
    out: Annotated[Path | None, typer.Option("--json", help="File to write all figures to.")] = None,
    half_width: Annotated[
        float, typer.Option("--half-width", help="Half-width that every interval shall reach.")
    ] = 0.1,
) -> None:
    """Measure how far annotators agree, label by label, how well each foretells the others, and what suggestions do.

    Example: standpoint label agreement annotations.jsonl --codebook codebooks/rare-earths.toml --html agreement.html

    Only articles that two people answered count. Exit code: 0 measured, 2 an error.
    """
    console = Console()
    used = load_codebook(codebook)
    known = None if articles is None else read_articles_by_id(articles)
    answers = read_answers(annotations, used, known)
    model = {} if predictions is None else read_predictions(predictions, used)
    with Teller(console) as tell:
        tell("measuring agreement")
        report = agreement_report(
            answers, used, articles=known, predictions=model, config=ReportConfig(half_width=half_width)
        )
    print_agreement(console, report, used)
    if html is not None:
        _write(console, html, agreement_page(report, used))
    if out is not None:
        _write(console, out, json.dumps(report.to_json(), indent=1, ensure_ascii=False, allow_nan=False))


def _write(console: Console, path: Path, content: str) -> None:
    with replacing(path) as file:
        file.write(content)
    console.print(f"written: {path}", markup=False, highlight=False, soft_wrap=True)
