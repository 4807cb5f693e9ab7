"""standpoint label pull: what annotators answered, into one file that is brought up to date each time."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.progress import Teller
from cli.studio_options import CodebookOption, ProjectOption, UrlOption, open_studio
from cli.studio_output import print_counts, say, warn
from labeling.pulling import PullReport, pull, quarantine_path, unknown_labels
from labeling.studio_project import project_of
from standpoint.codebook_file import load_codebook


def pull_annotations(
    codebook: CodebookOption,
    out: Annotated[Path, typer.Option("--out", help="Annotations to bring up to date, JSON Lines.")],
    full: Annotated[bool, typer.Option("--full", help="Fetch all answers, not only those that changed.")] = False,
    project: ProjectOption = None,
    url: UrlOption = None,
) -> None:
    """Fetch every annotator's answers and skips; only what changed since the last pull is read again.

    Example: standpoint label pull --codebook codebooks/rare-earths.toml --out annotations.jsonl

    Annotators are named by their e-mail address up to the @. What is no annotation, such as a span whose words are
    not in the text, is kept with its reason in NAME.quarantine.jsonl beside the output; NAME.pull.json remembers how
    far the pull came. The token is read from LABEL_STUDIO_API_KEY.
    Exit code: 0 all is well, 1 something is in quarantine or has a label that the codebook does not have, 2 an error.
    """
    console = Console()
    loaded = load_codebook(codebook)
    with closing(open_studio(url)) as studio, Teller(console) as tell:
        found = project_of(studio, loaded, project)
        report = pull(studio, found["id"], out=out, full=full, tell=tell)
    _print(console, report, out)
    unknown = unknown_labels(report.annotations, loaded)
    print_counts(console, f"Not in codebook {loaded.reference}", dict(sorted(unknown.items())))
    print_counts(console, f"Kept in {quarantine_path(out)}", dict(sorted(report.quarantined.items())))
    if unknown or report.quarantined:
        raise typer.Exit(1)


def _print(console: Console, report: PullReport, out: Path) -> None:
    """Print what was fetched, and what the file holds now."""
    scope = "changed tasks" if report.why_full is None else f"all of them: {report.why_full}"
    say(console, f"read {report.n_tasks:,} tasks ({scope})")
    since = {"new": report.n_new, "changed": report.n_changed, "removed": report.n_removed}
    holds = {
        "annotations": len(report.annotations),
        "articles": len({one.article_id for one in report.annotations}),
        "skips": sum(one.skipped for one in report.annotations),
        "not complete": sum(bool(one.problems) for one in report.annotations),
    }
    print_counts(console, "Since the last pull", since)
    print_counts(console, str(out), {name: count for name, count in holds.items() if count})
    if report.n_moved:
        say(console, f"{report.n_moved:,} evidence spans were put where their words stand")
    if report.backup:
        warn(console, f"{out} was not as a pull of this project left it; what it held is now in {report.backup}.")
