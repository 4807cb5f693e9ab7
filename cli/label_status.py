"""standpoint label status: how far the project is."""

from collections.abc import Mapping
from contextlib import closing
from statistics import median

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cli.studio_options import CodebookOption, ProjectOption, UrlOption, open_studio
from cli.studio_output import print_counts, say, setting_names, warn
from cli.visible import visible
from labeling.studio_project import project_of
from labeling.studio_status import AnnotatorCount, ProjectStatus, project_status
from standpoint.codebook import Codebook
from standpoint.codebook_file import load_codebook


def show_status(codebook: CodebookOption, project: ProjectOption = None, url: UrlOption = None) -> None:
    """Show tasks and answers, annotators, suggestions, and whether the project is in step with the codebook.

    Example: standpoint label status --codebook codebooks/rare-earths.toml

    The token is read from LABEL_STUDIO_API_KEY. Exit code: 0 in step, 1 setup has something to do, 2 an error.
    """
    console = Console()
    loaded = load_codebook(codebook)
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} tasks read"), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with closing(open_studio(url)) as studio, bar as progress:
        found = project_of(studio, loaded, project)
        task = progress.add_task("", total=None)
        status = project_status(studio, found, loaded, progress=lambda n_tasks: progress.advance(task, n_tasks))
    print_status(console, status)
    say(console, f"{studio.url}/projects/{status.project_id}")
    if not tell_step(console, status, loaded):
        raise typer.Exit(1)


def print_status(console: Console, status: ProjectStatus) -> None:
    """Print the tables of tasks, annotators and suggestions; an empty one is left out."""
    say(console, f"{status.title} (id {status.project_id})", style="bold")
    print_counts(console, "Tasks", _tasks(status))
    if status.annotators:
        _print_annotators(console, status.annotators)
    shown = status.shown_version
    versions = {f"{version}{' (shown)' if version == shown else ''}": n for version, n in status.versions.items()}
    print_counts(console, "Suggestions", versions)


def _tasks(status: ProjectStatus) -> dict[str, int]:
    """Return the counts of tasks by what is asked of them, those of zero left out."""
    wanted = status.wanted_answers
    complete = sum(n for answers, n in status.by_answers.items() if answers >= wanted)
    partly = {_answers(answers): n for answers, n in sorted(status.by_answers.items()) if answers < wanted}
    extra = {
        "skipped by somebody": status.n_skipped,
        "with an unfinished answer": status.n_drafted,
        "blind": status.n_blind,
        "not made by a push": status.n_foreign,
    }
    languages = {f"language {language}": n for language, n in sorted(status.languages.items())}
    draws = {f"draw {draw}": n for draw, n in sorted(status.draws.items())}
    counts = partly | {f"{_answers(wanted)} or more": complete} | extra | languages | draws
    return {"all": status.n_tasks} | {name: n for name, n in counts.items() if n}


def _answers(number: int) -> str:
    return f"{number} answer{'' if number == 1 else 's'}"


def _print_annotators(console: Console, annotators: Mapping[str, AnnotatorCount]) -> None:
    say(console, "Annotators", style="bold")
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    table.add_column("", overflow="fold")
    for heading in ("answers", "skips", "seconds, median"):
        table.add_column(heading, justify="right")
    for name, count in sorted(annotators.items()):
        seconds = f"{median(count.seconds):.0f}" if count.seconds else "-"
        table.add_row(Text(visible(name)), f"{count.answers:,}", f"{count.skips:,}", seconds)
    console.print(table)


def tell_step(console: Console, status: ProjectStatus, codebook: Codebook) -> bool:
    """Say whether the project asks what the codebook in hand asks."""
    if status.asked == codebook.reference and not status.differences:
        say(console, f"in step with {codebook.reference}")
        return True
    if status.asked == codebook.reference:
        what = f"{setting_names(status.differences)} of the project are not what {codebook.reference} asks for"
    else:
        what = f"the project asks by {status.asked}, the codebook is now {codebook.reference}"
    warn(console, f"not in step: {what}. Run `standpoint label setup`.")
    return False
